"""The result as one JSON document, and the exit codes: what other programs go by."""
import json
import re
import shutil
import signal
import subprocess

import pytest

from harness import lake as layout
from harness.documents import documented_exit_codes
from harness.paths import PROGRAM, ROOT
from harness.program import (DIFFERENT, DONE, FAILED, INTERRUPTED, REFUSED, USAGE, assert_error, assert_exit, environment, export,
                             run_pg2athena, start_pg2athena)
from harness.slow_query import slow_query, wait_until_read


@pytest.fixture
def shop(database):
    database.execute("""
        CREATE TABLE orders (id integer NOT NULL, total numeric(12,2), "Net Price" numeric, tags text[], at timestamptz);
        COMMENT ON COLUMN orders.total IS 'with tax';
        INSERT INTO orders SELECT i, i / 3.0, i, ARRAY['a', 'b'], now() FROM generate_series(1, 1234) AS i;
        CREATE VIEW cheap AS SELECT id FROM orders WHERE total < 10;
        ANALYZE orders""")
    return database


def document(result: subprocess.CompletedProcess) -> dict:
    """The one JSON object that is all of stdout."""
    parsed = json.loads(result.stdout)
    assert isinstance(parsed, dict) and parsed["version"] == 1 and parsed["exit_code"] == result.returncode, result.stdout
    return parsed


def documented_fields(heading: str, part: str = "") -> set[str]:
    """The first part of each field's name in a table of docs/output.md: below `## heading`, after the text `part`."""
    text = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE).group(1)
    table = section[section.index(part):].split("| --- |", 1)[1].split("\n\n", 1)[0]
    names = [name for row in table.splitlines()[1:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    return {name.split(".")[0] for name in names}


EVERY_DOCUMENT = documented_fields("Every document")


# plan ---------------------------------------------------------------------------------------------------------------

def test_A_plan_is_one_document_with_the_documented_fields(shop):
    plan = document(assert_exit(run_pg2athena("plan", shop.url, "--output", "json"), DONE))
    assert (plan["command"], plan["status"]) == ("plan", "planned")
    assert set(plan) == EVERY_DOCUMENT | documented_fields("plan")
    assert set(plan["server"]) == {"database", "user", "version", "encoding"}
    assert plan["server"]["encoding"] == "UTF8" and plan["server"]["user"] == "postgres"
    for table in plan["tables"]:
        assert set(table) == documented_fields("plan", "Each of `tables`")
        for column in table["columns"]:
            assert set(column) == documented_fields("plan", "Each of `columns`")
        for shard in table["shards"]:
            assert {"shard", "source", "bytes"} <= set(shard) <= documented_fields("plan", "Each of `shards`")


def test_A_plan_says_the_same_to_machines_as_to_people(shop):
    plan = document(run_pg2athena("plan", shop.url, "--output", "json"))
    text = assert_exit(run_pg2athena("plan", shop.url), DONE).stdout
    tables = {table["name"]: table for table in plan["tables"]}
    assert list(tables) == ["public.cheap", "public.orders"]
    assert (tables["public.cheap"]["kind"], tables["public.orders"]["kind"]) == ("view", "table")
    orders = tables["public.orders"]
    assert orders["estimated_rows"] == 1234 and orders["bytes"] % 8192 == 0 < orders["bytes"]
    assert f"about {orders['estimated_rows']:,} rows" in text
    assert [shard["source"] for shard in orders["shards"]]
    columns = {column["name"]: column for column in orders["columns"]}
    assert columns["id"]["nullable"] is False and columns["total"]["nullable"] is True
    assert columns["total"]["comment"] == "with tax" and columns["total"]["can_fail_on"] == "NaN"
    assert columns["net_price"]["source_name"] == "Net Price" and columns["net_price"]["can_fail_on"] == ""
    assert columns["tags"]["type"] == "array<string>"
    assert columns["tags"]["parquet_type"] == "LIST<BYTE_ARRAY STRING>"
    assert "milliseconds" in columns["at"]["athena"]
    for column in orders["columns"]:
        name = column["name"]
        line = next(line for line in text.splitlines() if line.split()[:1] == [name])
        for value in (column["postgresql_type"], column["parquet_type"], column["type"]):
            assert value in line, f"{value!r} is not in {line!r}"
        # What there is to remark is said once for all columns that it is about.
        remarks = [line for line in text.splitlines() if ": " in line and name in re.split(r", |: ", line.strip())]
        for value in (column["note"], column["can_fail_on"], column["athena"]):
            assert not value or any(value in line for line in remarks), f"{value!r} is not in {remarks}"


def test_The_plan_in_the_lake_has_the_same_form(shop, lake):
    plan = document(run_pg2athena("plan", shop.url, "--output", "json"))
    export(shop, lake)
    [file] = (lake / "_pg2athena" / "runs").glob("*/plan.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert {key: kept[key] for key in ("server", "workers", "warnings", "tables")} \
        == {key: plan[key] for key in ("server", "workers", "warnings", "tables")}


def test_A_database_without_an_encoding_is_a_warning_to_machines_and_people(cluster):
    cluster.maintenance.execute("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        url = cluster.maintenance.url_of("ascii")
        options = ["--query", "SELECT 'x' AS a", "--as", "q"]
        plan = document(assert_exit(run_pg2athena("plan", url, *options, "--output", "json"), DONE))
        assert any("SQL_ASCII" in warning for warning in plan["warnings"])
        assert "warning: the database has no encoding" in run_pg2athena("plan", url, *options).stdout
    finally:
        cluster.maintenance.execute("DROP DATABASE ascii WITH (FORCE)")


# run ----------------------------------------------------------------------------------------------------------------

def test_A_run_is_one_document_with_the_documented_fields(shop, lake):
    result = export(shop, lake, "--output", "json")
    run = document(result)
    assert result.stderr == ""
    assert set(run) == EVERY_DOCUMENT | documented_fields("run")
    assert (run["command"], run["status"], run["error"]) == ("run", "published", None)
    assert run["target"] == str(lake) and run["run_id"] == layout.published(lake)["public.orders"]
    assert re.fullmatch(r"\d+:\d+:[\d,]*", run["snapshot"]["horizon"])
    assert re.fullmatch(r"[0-9A-F]+/[0-9A-F]+", run["snapshot"]["lsn"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", run["started_at"])
    assert 2**20 < run["peak_memory_bytes"] < 2**30
    for table in run["tables"]:
        assert set(table) == documented_fields("run", "Each of `tables`")


def test_The_numbers_of_a_run_are_those_of_the_lake(shop, lake):
    run = document(export(shop, lake, "--output", "json"))
    tables = {table["name"]: table for table in run["tables"]}
    assert set(tables) == set(layout.published(lake))
    assert tables["public.orders"]["rows"] == 1234
    assert tables["public.cheap"]["rows"] == shop.value("SELECT count(*) FROM cheap")
    for name, table in tables.items():
        files = layout.files(lake, name)
        assert table["files"] == len(files) and table["bytes"] == sum(file.stat().st_size for file in files)
        assert table["outcome"] == "published" and table["error"] is None and table["bytes_read"] > 0
    for number in ("rows", "files", "bytes", "bytes_read"):
        assert run["totals"][number] == sum(table[number] for table in run["tables"])
    assert run["totals"]["tables"] == 2


def test_Quiet_does_not_silence_the_document(shop, lake):
    for command in (["plan", shop.url], ["run", shop.url, lake], ["publish", lake]):
        assert document(assert_exit(run_pg2athena(*command, "--quiet", "--output", "json"), DONE))["command"] == command[0]


def test_The_JSON_log_and_the_document_go_together(shop, lake):
    result = export(shop, lake, "--output", "json", "--log-format", "json")
    run_id = document(result)["run_id"]
    assert {json.loads(line)["run_id"] for line in result.stderr.splitlines()} == {run_id}


def test_A_run_whose_publication_stops_half_way_says_which_tables_readers_see(database, lake):
    database.execute("CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT 1 AS x")
    export(database, lake)
    # Nothing replaces a folder by a link: after its decision the run can't make this table visible.
    link = lake / "public.b" / "latest"
    link.unlink()
    (link / "in the way").mkdir(parents=True)
    result = run_pg2athena("run", "--output", "json", database.url, lake)
    assert_error(result, FAILED, "public.b")
    run = document(result)
    assert run["status"] == "partly_published"
    assert [table["outcome"] for table in run["tables"]] == ["published", "unfinished"]
    assert run["tables"][1]["error"]["kind"] == "storage" and run["tables"][1]["error"]["exit_code"] == FAILED

    stuck = run_pg2athena("publish", lake, "--output", "json")
    assert_exit(stuck, FAILED)
    assert document(stuck)["status"] == "unfinished"
    shutil.rmtree(link)
    finished = document(assert_exit(run_pg2athena("publish", lake, "--output", "json"), DONE))
    assert finished["status"] == "finished" and set(finished) == EVERY_DOCUMENT | documented_fields("publish")
    assert [entry["run_id"] for entry in finished["runs"]] == [run["run_id"]]
    assert {table["outcome"] for table in finished["runs"][0]["tables"]} == {"published"}
    assert document(run_pg2athena("publish", lake, "--output", "json"))["status"] == "nothing_to_publish"


# verify -------------------------------------------------------------------------------------------------------------

def test_What_verify_finds_is_one_document_with_the_documented_fields(shop, lake):
    export(shop, lake)
    good = document(assert_exit(run_pg2athena("verify", lake, "--output", "json"), DONE))
    assert (good["command"], good["status"], good["deep"]) == ("verify", "ok", False)
    assert good["target"] == str(lake)
    layout.files(lake, "public.orders")[0].unlink()
    bad = document(assert_exit(run_pg2athena("verify", lake, "--deep", "--output", "json"), DIFFERENT))
    assert (bad["status"], bad["deep"], bad["totals"]["differences"]) == ("different", True, 1)
    for found in (good, bad):
        assert set(found) == EVERY_DOCUMENT | documented_fields("verify")
        assert set(found["totals"]) == {"tables", "rows", "files", "bytes", "files_checked", "catalog_compared", "athena_compared", "differences"}
        for table in found["tables"]:
            assert set(table) == documented_fields("verify", "Each of `tables`")
            for difference in table["differences"]:
                assert set(difference) == documented_fields("verify", "Each of `differences`")


# Failures -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", ["plan", "run"])
def test_A_failure_is_one_document_and_a_message_for_people(shop, lake, command):
    result = run_pg2athena(command, "--output", "json", "--table", "ordres", shop.url, lake)
    assert_error(result, REFUSED, "ordres")
    failure = document(result)
    assert set(failure) == EVERY_DOCUMENT | {"error"}
    assert (failure["command"], failure["status"]) == (command, "failed")
    error = failure["error"]
    assert set(error) == documented_fields("error")
    assert error["kind"] == "not_found" and error["exit_code"] == REFUSED and "ordres" in error["message"]
    assert "public.orders" in error["hint"] and error["hint"] in result.stderr
    assert isinstance(error["causes"], list) and all(isinstance(value, str) for value in error["context"].values())


def test_A_failure_names_table_column_and_row(database, lake):
    database.execute("CREATE TABLE t AS SELECT 'NaN'::numeric(5,2) AS x")
    result = run_pg2athena("run", "--output", "json", database.url, lake)
    error = document(assert_exit(result, FAILED))["error"]
    assert error["kind"] == "unrepresentable"
    assert error["context"]["table"] == "public.t" and error["context"]["column"] == "x"


@pytest.mark.parametrize("arguments, command", [
    (["run", "--output", "json"], "run"),
    (["plan", "--output=json", "--no-such-option", "postgresql:///x"], "plan"),
    (["frobnicate", "--output", "json"], None),
    (["ddl", "--output", "json"], "ddl"),
    (["--output", "json"], None),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_A_wrong_command_line_is_a_document_too(arguments, command):
    result = run_pg2athena(*arguments)
    assert_error(result, USAGE)
    failure = document(result)
    assert failure["command"] == command and failure["error"]["kind"] == "invalid_argument"


# Exit codes ---------------------------------------------------------------------------------------------------------

def interrupted(shop, lake) -> subprocess.CompletedProcess:
    process = start_pg2athena("run", "--output", "json", "--query", slow_query(60), "--as", "slow", shop.url, lake)
    wait_until_read(shop, process)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def different(shop, lake) -> subprocess.CompletedProcess:
    export(shop, lake)
    layout.files(lake, "public.orders")[0].unlink()
    return run_pg2athena("verify", "--output", "json", lake)


# No store that this program has today can leave it unknown whether a run was decided (a local folder answers or it
# doesn't), so code 5 is shown in parts: ErrorPolicy.Exit_codes_tell_refusals_from_failures (the kind is code 5),
# JsonOutput.An_unknown_commit_is_exit_code_5_with_the_way_out, and run_record_test.cpp (when a commit is of that kind).
ENDINGS = {
    0: lambda shop, lake: run_pg2athena("run", "--output", "json", shop.url, lake),
    1: lambda shop, lake: run_pg2athena("run", "--output", "json", "postgresql://postgres@127.0.0.1:1/x", lake),
    2: lambda shop, lake: run_pg2athena("run", "--output", "json", "--workers", "0", shop.url, lake),
    3: lambda shop, lake: run_pg2athena("run", "--output", "json", "--table", "nothing", shop.url, lake),
    4: different,
    130: interrupted,
}


def test_Every_documented_exit_code_is_shown_by_a_test():
    assert documented_exit_codes() == set(ENDINGS) | {5}


@pytest.mark.parametrize("code", ENDINGS)
def test_The_program_ends_with_the_documented_exit_code(shop, lake, code):
    result = assert_exit(ENDINGS[code](shop, lake), code)
    assert document(result)["status"] == {DONE: "published", DIFFERENT: "different"}.get(code, "failed")
    if code == INTERRUPTED:
        assert document(result)["error"]["kind"] == "interrupted"


@pytest.mark.parametrize("arguments", [["man"], ["completion", "bash"], ["--version"], ["plan", "--output", "json"]],
                         ids=" ".join)
def test_A_result_that_is_cut_off_is_a_failure(shop, arguments):
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = run_pg2athena(*arguments, *([shop.url] if "plan" in arguments else []), stdout=full)
    assert_error(result, FAILED, "stdout")


def test_Closed_descriptors_are_never_a_file_or_a_connection(database, lake):
    """What is printed must not end in a lake's file or on the server's connection."""
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    shell = subprocess.run(["sh", "-c", '"$0" run "$1" "$2" --output json --log-format json <&- >&- 2>&-', str(PROGRAM),
                            database.url, str(lake)], env=environment(), check=False)
    assert shell.returncode == 1, "the result could not be printed"
    assert (lake / ".lock").read_bytes() == b"" and set(layout.published(lake)) == {"public.t"}
