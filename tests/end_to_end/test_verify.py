"""`pg2athena verify` on a lake in a folder: a lake that is well is ok, and each damage is found, and nothing else."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import threading
import time

import pytest

from harness import lake as layout
from harness.job import export_tables
from harness.partitions import folders
from harness.program import (DIFFERENT, DONE, FAILED, INTERRUPTED, REFUSED, USAGE, assert_error, assert_exit, export, finish,
                             run_pg2athena, start_pg2athena)
from harness.verification import assert_verifies, differences, verify

SECRET = 271828182    # a value that is the column's smallest, and has to be in no message


@pytest.fixture
def shop(database, lake):
    """A lake of two tables, one of them with partitions."""
    database.execute(f"""
        CREATE TABLE orders (id bigint PRIMARY KEY, price numeric(12,2), note text, at timestamptz, tags text[]);
        INSERT INTO orders SELECT {SECRET} + i, i / 7.0, nullif(repeat('n', i % 5), ''),
            '2026-02-01'::timestamptz + i * interval '1 minute', CASE WHEN i % 3 = 0 THEN ARRAY['a', NULL] END
            FROM generate_series(0, 4999) AS i;
        CREATE TABLE events AS SELECT i, '2026-01-01'::date + i % 3 AS day FROM generate_series(1, 300) AS i;
        ANALYZE""")
    export_tables(database, lake, [{"name": "public.orders"},
                                   {"name": "public.events", "partition_by": {"day": "day"}}])
    return lake


def file_of(lake, table="public.orders") -> pathlib.Path:
    return layout.files(lake, table)[0].resolve()


def record_file(lake, table="public.orders") -> pathlib.Path:
    return lake / f"_pg2athena/tables/{table}.json"


def run_folder(lake, table="public.orders") -> pathlib.Path:
    return lake / "_pg2athena/runs" / layout.published(lake)[table]


def receipt_file(lake, table="public.orders") -> pathlib.Path:
    [found] = [file for file in (run_folder(lake) / "receipts").iterdir() if json.loads(file.read_text())["table"] == table]
    return found


def flip(file: pathlib.Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def edit(file: pathlib.Path, change) -> None:
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def make_receipt_fit(lake) -> None:
    """As somebody would who knows how: with the size, and the checksum that the check itself finds."""
    size = file_of(lake).stat().st_size

    def set_size(receipt):
        receipt["files"][0]["bytes"] = receipt["bytes"] = size
    edit(receipt_file(lake), set_size)
    for json_file in (record_file(lake), run_folder(lake) / "commit.json"):
        edit(json_file, lambda document: [table.update(bytes=size) for table in document.get("tables", [document])
                                          if table["table"] == "public.orders"])
    [checksum] = [found["found"] for table in verify(lake, code=DIFFERENT)["tables"] for found in table["differences"]
                  if found["what"] == "checksum"]
    edit(receipt_file(lake), lambda receipt: receipt["files"][0].update(xxh3_128=checksum))


def test_What_was_published_is_ok_and_is_only_read(shop):
    before = {path: path.stat().st_mtime_ns for path in shop.rglob("*")}
    document = assert_verifies(shop)
    assert {table["name"]: table["rows"] for table in document["tables"]} == {"public.orders": 5000, "public.events": 300}
    assert document["totals"] == {"tables": 2, "rows": 5300, "files": 4, "differences": 0, "files_checked": 4,
                                  "catalog_compared": 0, "athena_compared": 0,
                                  "bytes": sum(file.stat().st_size for file in layout.parquet_files(shop))}
    result = assert_exit(run_pg2athena("verify", shop), DONE)
    assert "2 of 2 tables as published" in result.stdout and result.stderr == ""
    assert assert_exit(run_pg2athena("verify", shop, "--quiet"), DONE).stdout == ""
    assert {path: path.stat().st_mtime_ns for path in shop.rglob("*")} == before


def test_Tables_without_rows_are_ok(database, lake):
    database.execute("CREATE TABLE plain (i int, l int[]); CREATE TABLE parted (d date, t text)")
    export_tables(database, lake, [{"name": "public.plain"}, {"name": "public.parted", "partition_by": {"day": "d"}}])
    assert_verifies(lake)


def test_The_run_after_is_looked_at_and_not_the_one_before(database, lake, shop):
    before = file_of(lake)
    export(database, lake, "--table", "orders")
    before.unlink()
    assert_verifies(lake)


def test_Values_at_the_ends_of_what_is_possible_are_ok(database, lake):
    database.execute("""
        CREATE TABLE odd AS SELECT * FROM (VALUES
            ('-infinity'::float8, 'NaN'::float4, '-0'::float8, '0001-01-01'::date, '-9223372036854775808'::bigint,
             0::numeric(38,38), ''::text, '\\x'::bytea, false),
            ('infinity', '-infinity', 0.0, '9999-12-31', 9223372036854775807, 0.99999999999999999999999999999999999999,
             repeat('ä', 100), '\\xff', true),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS v (a, b, c, d, e, f, g, h, i)""")
    export(database, lake)
    assert_verifies(lake)


def test_A_file_that_went_is_missing(shop):
    file = file_of(shop)
    file.unlink()
    assert differences(shop) == [("missing", file.name, None)]


def test_A_file_that_was_cut_has_another_size(shop):
    file = file_of(shop)
    os.truncate(file, file.stat().st_size - 100)
    assert differences(shop) == differences(shop, "--deep") == [("size", file.name, None)]


def test_A_byte_that_flipped_in_a_page_is_found_by_the_checksum(shop):
    file = file_of(shop)
    flip(file, 500)
    assert differences(shop) == [("checksum", file.name, None)]
    assert [what for what, _, _ in differences(shop, "--deep")] == ["checksum", "content"]


def test_A_byte_that_flipped_in_the_footer_is_found(shop):
    file = file_of(shop)
    flip(file, file.stat().st_size - 5)    # the footer's length
    assert differences(shop) == [("checksum", file.name, None), ("unreadable", file.name, None)]


def test_A_page_that_changed_under_a_receipt_that_was_made_to_fit_is_found_by_its_own_checksum(shop):
    file = file_of(shop)
    flip(file, 500)
    make_receipt_fit(shop)
    verify(shop)
    [(what, name, _)] = differences(shop, "--deep")
    assert (what, name) == ("content", file.name)


def test_A_foreign_file_among_the_data_is_said(shop):
    (file_of(shop).parent / "report.csv").write_text("1,2\n")
    assert differences(shop) == [("extra", "report.csv", None)]


def test_What_readers_could_take_for_data_is_said(shop):
    file = file_of(shop)
    (file.parent / "x.parquet").symlink_to(file.name)
    (file.parent / "day=2026-01-31").symlink_to(".")
    shutil.copy(file, file.parent / ".y.parquet")
    os.mkfifo(file.parent / "z.parquet")
    assert differences(shop) == [("extra", ".y.parquet", None), ("extra", "day=2026-01-31", None), ("extra", "x.parquet", None),
                                 ("extra", "z.parquet", None)]


def test_A_file_of_another_run_says_so(database, lake, shop):
    before = file_of(lake)
    export(database, lake, "--table", "orders")
    shutil.copy(before, file_of(lake))
    found = verify(lake, code=DIFFERENT)["tables"][1]["differences"]
    assert [each["what"] for each in found] in (["checksum", "metadata"], ["size"])
    if len(found) == 2:
        assert before.parent.name in found[1]["found"]


def test_A_file_of_another_run_is_not_accepted_with_a_receipt_that_fits(database, lake, shop):
    before = file_of(lake)
    export(database, lake, "--table", "orders")
    shutil.copy(before, file_of(lake))
    make_receipt_fit(lake)
    assert [what for what, _, _ in differences(lake)] == ["metadata"]


@pytest.mark.parametrize("key, value, found", [("rows", 4999, ("rows", "0-0-0.parquet", None)),
                                               ("xxh3_128", "0" * 32, ("checksum", "0-0-0.parquet", None)),
                                               ("bytes", 17, ("size", "0-0-0.parquet", None))])
def test_A_receipt_that_was_edited_differs_from_its_file_and_from_its_own_sums(shop, key, value, found):
    edit(receipt_file(shop), lambda receipt: receipt["files"][0].update({key: value}))
    number = file_of(shop).name.partition("-")[0]
    found = (found[0], found[1].replace("0-", f"{number}-", 1), None)
    sums = [] if key == "xxh3_128" else [("receipt", receipt_file(shop).name, None)]
    assert sorted(differences(shop), key=str) == sorted(sums + [found], key=str)


@pytest.mark.parametrize("what", ["min", "max", "values", "nulls"])
def test_What_a_receipt_says_of_a_column_is_compared_and_a_value_is_in_no_message(shop, what):
    def change(receipt):
        [column] = [column for column in receipt["files"][0]["columns"] if column["path"] == "id"]
        column[what] = str(SECRET + 1) if what in ("min", "max") else 17
    edit(receipt_file(shop), change)
    assert differences(shop) == [(what, file_of(shop).name, "id")]
    for options in ((), ("--quiet",), ("--output", "json"), ("--log-format", "json"), ("--deep", "--quiet")):
        result = assert_exit(run_pg2athena("verify", shop, *options), DIFFERENT)
        said = result.stdout + result.stderr
        assert str(SECRET) not in said and str(SECRET + 1) not in said, said


@pytest.mark.parametrize("what, change", [("sum", lambda receipt: receipt["files"][0]["columns"][0].update(sum="1"))])
def test_Sums_are_compared_when_every_value_is_decoded(shop, what, change):
    edit(receipt_file(shop), change)
    verify(shop)
    assert differences(shop, "--deep") == [(what, file_of(shop).name, "id")]


def test_A_receipt_that_went_is_missing(shop):
    receipt = receipt_file(shop)
    receipt.unlink()
    assert differences(shop) == [("receipt", receipt.name, None)]


def test_Rows_of_a_record_are_those_of_its_receipts(shop):
    edit(record_file(shop), lambda record: record.update(rows=1))
    assert differences(shop) == [("record", "public.orders.json", None)]


def test_Columns_of_a_record_are_those_of_its_files_and_of_the_decision(shop):
    edit(record_file(shop), lambda record: record["columns"][0].update(type="int"))
    assert sorted(differences(shop), key=str) == [("columns", file_of(shop).name, "id"), ("record", "public.orders.json", None)]


def test_A_record_that_is_no_JSON_is_one_tables_difference(shop):
    record_file(shop).write_text("{")
    document = verify(shop, code=DIFFERENT)
    assert {table["name"]: table["state"] for table in document["tables"]} == {"public.orders": "different", "public.events": "ok"}
    assert differences(shop) == [("record", "public.orders.json", None)]


def test_A_decision_that_went_is_a_difference_of_each_table(shop):
    (run_folder(shop) / "commit.json").unlink()
    assert differences(shop) == [("commit", "commit.json", None)] * 2


def test_A_plan_that_went_is_a_difference_and_the_rest_is_looked_at(shop):
    (run_folder(shop) / "plan.json").unlink()
    file_of(shop).unlink()
    assert sorted(set(differences(shop))) == [("missing", file_of_name, None) for file_of_name in
                                              [found for _, found, _ in differences(shop) if found.endswith(".parquet")]] + [
                                                  ("plan", "plan.json", None)]


def test_A_file_in_the_folder_of_another_partition_is_missing_in_its_own(shop):
    by_folder = folders(shop, "public.events")
    one, other = sorted(by_folder)[:2]
    [file] = by_folder[one]
    name = file.name
    target = file.resolve().parent.parent / other / f"9-{name.partition('-')[2]}"
    file.resolve().rename(target)
    found = verify(shop, code=DIFFERENT)["tables"][0]["differences"]
    assert {(each["what"], each["object"].rpartition("data/")[2].partition("/")[2]) for each in found} == {
        ("missing", f"{one}/{name}"), ("extra", f"{other}/{target.name}")}


def test_A_partition_of_a_receipt_is_that_of_the_folder(shop):
    def change(receipt):
        receipt["files"][0]["partition"] = "2026-01-09"
    edit(receipt_file(shop, "public.events"), change)
    assert sorted({what for what, _, _ in differences(shop)}) == ["partition", "record"] or \
        sorted({what for what, _, _ in differences(shop)}) == ["commit", "partition", "record"]


def test_A_link_that_leads_elsewhere_is_said(database, lake, shop):
    link = lake / "public.orders/latest"
    old = link.readlink()
    export(database, lake, "--table", "orders")
    link.unlink()
    link.symlink_to(old)
    assert differences(lake) == [("link", "", None)]
    link.unlink()
    assert differences(lake) == [("link", "", None)]
    result = run_pg2athena("verify", lake)
    run = json.loads(record_file(lake).read_text())["run_id"]
    assert f"readers aren't led to the run: there is no link latest to data/{run}\n" in result.stdout


def test_A_run_that_is_not_finished_is_not_ok_and_says_what_to_do(shop):
    run = layout.published(shop)["public.orders"]
    (shop / "_pg2athena/pending").mkdir(exist_ok=True)
    (shop / f"_pg2athena/pending/{run}").write_text(run + "\n")
    (run_folder(shop) / "published.json").unlink()
    (shop / "public.orders/latest").unlink()
    document = verify(shop, code=FAILED)
    assert all("pg2athena publish" in table["notes"][0] for table in document["tables"])
    assert [(table["state"], table["finished"]) for table in document["tables"]] == [("unknown", False)] * 2
    file = file_of_run(shop, run)
    content = file.read_bytes()
    file.unlink()
    verify(shop, code=DIFFERENT)
    file.write_bytes(content)
    assert_exit(run_pg2athena("publish", shop), DONE)
    assert_verifies(shop)


def file_of_run(lake, run) -> pathlib.Path:
    return next((lake / "public.orders/data" / run).glob("*.parquet"))


def test_A_record_that_was_removed_is_found_by_what_runs_say_they_published(database, lake, shop):
    export(database, lake, "--table", "events")    # so that the newest run of the lake doesn't have the orders
    record_file(shop).unlink()
    [found] = verify(shop, code=DIFFERENT)["tables"][1]["differences"]
    assert found["what"] == "missing" and found["object"] == "_pg2athena/tables/public.orders.json"
    assert "pg2athena run makes a new one" in found["message"]
    assert differences(shop, "--table", "orders") == [("missing", "public.orders.json", None)]
    assert [table["name"] for table in verify(shop, "--table", "events")["tables"]] == ["public.events"]
    shutil.rmtree(shop / "public.orders")
    assert [table["name"] for table in verify(shop)["tables"]] == ["public.events"], "who removes a table's folder wants it gone"
    export(database, lake)
    assert_verifies(shop)


def test_The_last_record_that_was_removed_is_found(shop):
    for table in ("public.orders", "public.events"):
        record_file(shop, table).unlink()
    assert [what for what, _, _ in differences(shop)] == ["missing", "missing"]


def test_What_was_not_read_is_not_said_to_be(shop):
    file = file_of(shop)
    flip(file, 500)
    result = assert_exit(run_pg2athena("verify", shop, "--deep"), DIFFERENT)
    assert "Compared: 3 of 4 files by checksums, footers and every value.\n" in result.stdout
    assert verify(shop, code=DIFFERENT)["totals"]["files_checked"] == 4
    file.unlink()
    assert verify(shop, "--deep", code=DIFFERENT)["totals"]["files_checked"] == 3


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root reads every file")
def test_A_file_that_may_not_be_read_is_no_difference_and_says_what_to_do(shop):
    file = file_of(shop)
    file.chmod(0)
    as_nobody = {}
    if os.geteuid() == 0:
        for folder in [shop, *shop.parents]:
            if os.stat(folder).st_uid == 0 and folder != folder.parent and str(folder).startswith("/tmp/"):
                folder.chmod(0o755)
        as_nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    result = run_pg2athena("verify", shop, **as_nobody)
    assert_error(result, FAILED, "Permission denied", file.name, "right")
    assert "could not be checked" in result.stdout
    document = json.loads(run_pg2athena("verify", shop, "--output", "json", **as_nobody).stdout)
    assert document["status"] == "unknown" and document["totals"]["differences"] == 0
    [orders] = [table for table in document["tables"] if table["name"] == "public.orders"]
    assert orders["state"] == "unknown" and orders["errors"][0]["kind"] == "storage"


def test_Tables_are_chosen_by_their_names_in_the_lake(shop):
    file_of(shop).unlink()
    assert [table["name"] for table in verify(shop, "--table", "ev*")["tables"]] == ["public.events"]
    assert [what for what, _, _ in differences(shop, "--table", "orders")] == ["missing"]
    assert_error(run_pg2athena("verify", shop, "--table", "ordres"), REFUSED, "no published table ordres", "did you mean --table 'orders'?")


def test_What_is_no_lake_is_refused(tmp_path):
    assert_error(run_pg2athena("verify", tmp_path), REFUSED, "no lake")
    assert_error(run_pg2athena("verify", tmp_path / "absent"), REFUSED, "no folder")
    (tmp_path / "_pg2athena/runs/x").mkdir(parents=True)
    (tmp_path / "_pg2athena/runs/x/plan.json").write_text("{}")
    assert_error(run_pg2athena("verify", tmp_path), REFUSED, "no table is published")
    assert_error(run_pg2athena("verify"), USAGE, "lake is missing")


def test_Differences_are_a_line_each_and_warnings_where_nobody_wants_a_table(shop):
    file = file_of(shop)
    file.unlink()
    result = assert_exit(run_pg2athena("verify", shop), DIFFERENT)
    assert re.search(r"public\.orders .* 1 difference\n", result.stdout), result.stdout
    assert f"{file.name}: isn't there" in result.stdout and "1 of 2 tables as published" in result.stdout
    quiet = assert_exit(run_pg2athena("verify", shop, "--quiet"), DIFFERENT)
    assert quiet.stdout == "" and f"{file.name}: isn't there" in quiet.stderr
    events = [json.loads(line) for line in
              assert_exit(run_pg2athena("verify", shop, "--log-format", "json", "--quiet"), DIFFERENT).stderr.splitlines()]
    assert [(event["event"], event["table"], event["what"]) for event in events] == [("difference", "public.orders", "missing")]


def test_A_table_that_moves_while_it_is_read_is_never_called_different(database, lake, shop):
    """Runs publish and old ones are removed under the reader's feet."""
    done = threading.Event()
    failed = []

    def publish():
        try:
            while not done.is_set():
                old = file_of(lake).parent
                export(database, lake, "--table", "orders")
                shutil.rmtree(old)
        except BaseException as error:    # noqa: BLE001: told to the test
            failed.append(error)
    publisher = threading.Thread(target=publish)
    publisher.start()
    try:
        for _ in range(15):
            result = run_pg2athena("verify", lake, "--deep", "--output", "json", "--table", "orders")
            [table] = json.loads(result.stdout)["tables"]
            being_published = table["state"] == "unknown" and not table["finished"] and table["errors"] == []
            assert table["state"] in ("ok", "moved") or being_published, result.stdout
    finally:
        done.set()
        publisher.join()
    assert not failed
    assert_verifies(lake, "--table", "orders")


def reads(process, suffix: str) -> bool:
    """Whether it has a file of this kind open."""
    for number in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(number).endswith(suffix):
                return True
    return False


def test_Ctrl_C_ends_it(database, lake):
    database.execute("CREATE TABLE big AS SELECT i, md5(i::text) AS a FROM generate_series(1, 1500000) AS i")
    export(database, lake)
    process = start_pg2athena("verify", lake, "--deep", "--workers", "1")
    # Its handlers are there when it reads.
    while process.poll() is None and not reads(process, ".parquet"):
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    result = finish(process, 30)
    assert result.returncode == INTERRUPTED, result
