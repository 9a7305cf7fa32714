"""What a configuration says about types and names: as what a column is kept, what becomes of values that it can't hold,
and what tables and columns are called. The files are read with pyarrow."""
import datetime
import decimal
import json
import pathlib

import pyarrow.parquet
import pytest
import yaml

from harness.lake import files, published
from harness.program import DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit, run_pg2athena

UTC = datetime.timezone.utc


@pytest.fixture
def orders(database):
    """Three rows: one that fits everywhere, one with all values that don't, and one of NULLs."""
    database.execute("""
        CREATE TYPE address AS (street text, "Zip Code" text);
        CREATE TABLE orders (id integer PRIMARY KEY, price numeric(12,2), "Net Price" numeric, made_at timestamptz NOT NULL,
                             seen_at timestamp, due date NOT NULL, opens time, code char(5), place address, days date[]);
        INSERT INTO orders VALUES
        (1, 12.34, 12.345678, '2026-01-02 03:04:05.678999+00', '2026-01-02 03:04:05.678999', '2026-01-02', '12:30', 'ab',
         ROW('Main', '12345'), ARRAY[date '2026-01-02', NULL]),
        (2, 'NaN', 'NaN', 'infinity', '-infinity', 'infinity', '24:00', 'cd', NULL, ARRAY[date '-infinity']),
        (3, NULL, NULL, '2026-01-02', NULL, '2026-01-02', NULL, NULL, NULL, NULL)""")
    return database


def write(folder: pathlib.Path, database, configuration: dict) -> pathlib.Path:
    file = folder / "job.yaml"
    base = {"source": {"url": database.url}, "target": {"location": "lake"}}
    file.write_text(yaml.safe_dump({**base, **configuration}, sort_keys=False), encoding="utf-8")
    return file


def table(**said) -> dict:
    return {"tables": [{"name": "public.orders", **said}]}


def fitting(**types) -> dict:
    """Choices with which all rows arrive, but for what `types` says of columns."""
    null = {"on_unrepresentable": None}
    return {column: types.get(column, null) for column in ("price", "made_at", "seen_at", "due", "days", *types)}


def run(folder: pathlib.Path, database, configuration: dict) -> dict:
    """A run that has to succeed, as JSON."""
    result = run_pg2athena("run", "--config", write(folder, database, configuration), "--output", "json")
    return json.loads(assert_exit(result, DONE).stdout)


def read(folder: pathlib.Path, name: str = "public.orders") -> pyarrow.Table:
    [file] = files(folder / "lake", name)
    return pyarrow.parquet.read_table(file)


def column(folder: pathlib.Path, name: str) -> list:
    return read(folder).sort_by("id")[name].to_pylist()


def plan(folder: pathlib.Path, database, configuration: dict, *options) -> dict:
    result = run_pg2athena("plan", "--config", write(folder, database, configuration), "--output", "json", *options)
    [planned] = json.loads(assert_exit(result, DONE).stdout)["tables"]
    return {column["source_name"]: column for column in planned["columns"]}


def receipts(folder: pathlib.Path) -> list[dict]:
    return [json.loads(file.read_text(encoding="utf-8"))
            for file in sorted((folder / "lake/_pg2athena/runs").glob("*/receipts/*.json"))]


# As what ------------------------------------------------------------------------------------------------------------

def test_A_column_is_kept_as_the_configuration_says(orders, tmp_path):
    run(tmp_path, orders, table(types=fitting(
        price={"as": "string"}, made_at={"as": "string"}, seen_at={"as": "bigint", "on_unrepresentable": None},
        **{"Net Price": {"as": "decimal(20,6)", "on_unrepresentable": "null"}})))
    assert column(tmp_path, "price") == ["12.34", "NaN", None]
    assert column(tmp_path, "net_price") == [decimal.Decimal("12.345678"), None, None]
    assert column(tmp_path, "made_at") == ["2026-01-02 03:04:05.678999+00", "infinity", "2026-01-02 00:00:00+00"]
    micros = 1767323045678999  # date -u -d '2026-01-02 03:04:05' +%s
    assert column(tmp_path, "seen_at") == [micros, None, None]


def test_What_is_said_of_a_type_holds_for_its_columns_and_inside_of_others(orders, tmp_path):
    run(tmp_path, orders, {"types": {"date": {"as": "string"}, "timestamp with time zone": {"as": "string"},
                                     "timestamp": {"on_unrepresentable": None}, "numeric": {"on_unrepresentable": "null"}},
                           "tables": ["public.orders"]})
    assert column(tmp_path, "due") == ["2026-01-02", "infinity", "2026-01-02"]
    assert column(tmp_path, "days") == [["2026-01-02", None], ["-infinity"], None]
    assert column(tmp_path, "made_at")[1] == "infinity"


def test_What_is_said_of_a_column_wins_key_by_key(orders, tmp_path):
    columns = plan(tmp_path, orders, {
        "types": {"numeric": {"as": "decimal(18,4)", "on_unrepresentable": "clamp"}},
        **table(types={"price": {"as": "string"}, "Net Price": {"on_unrepresentable": "error"}})})
    assert (columns["price"]["as"], columns["price"]["parquet_type"]) == ("string", "BYTE_ARRAY STRING")
    net = columns["Net Price"]
    assert (net["as"], net["type"], net["on_unrepresentable"]) == ("decimal(18,4)", "decimal(18,4)", "error")
    assert "NaN" in net["can_fail_on"] and net["clamped"] == ""


@pytest.mark.parametrize("form, expected", [
    ("micros", datetime.datetime(2026, 1, 2, 3, 4, 5, 678999)), ("millis_floor", datetime.datetime(2026, 1, 2, 3, 4, 5, 678000)),
    ("string", "2026-01-02 03:04:05.678999"), ("bigint", 1767323045678999)])
def test_Timestamps_of_a_run_are_one_setting(orders, tmp_path, form, expected):
    configuration = table(where="id <> 2", columns=["id", "made_at", "seen_at"])
    run(tmp_path, orders, {"files": {"timestamps": form}, **configuration})
    assert column(tmp_path, "seen_at")[0] == expected
    made_at = column(tmp_path, "made_at")[0]
    assert made_at == (expected.replace(tzinfo=UTC) if isinstance(expected, datetime.datetime)
                       else f"{expected}+00" if isinstance(expected, str) else expected)
    by_option = plan(tmp_path, orders, configuration, "--timestamps", form)
    assert by_option["seen_at"]["as"] == (None if form == "micros" else form)


def test_types_win_over_the_setting_for_timestamps(orders, tmp_path):
    columns = plan(tmp_path, orders, {"files": {"timestamps": "bigint"}, "types": {"timestamptz": {"as": "micros"}},
                                      **table(types={"due": {"as": "string"}})})
    assert (columns["made_at"]["type"], columns["seen_at"]["type"], columns["due"]["type"]) == ("timestamp", "bigint", "string")


def test_Blanks_at_the_end_of_char_go_where_they_are_not_wanted(orders, tmp_path):
    run(tmp_path, orders, table(types=fitting()))
    assert column(tmp_path, "code") == ["ab   ", "cd   ", None]
    run(tmp_path, orders, {"types": {"char": {"trim": True}}, **table(types=fitting())})
    assert column(tmp_path, "code") == ["ab", "cd", None]
    run(tmp_path, orders, {"types": {"char": {"trim": True}}, **table(types=fitting(code={"trim": False}))})
    assert column(tmp_path, "code") == ["ab   ", "cd   ", None]


# What doesn't fit ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, said", [("price", "NaN"), ("due", "infinity"), ("made_at", "infinity")])
def test_By_default_it_is_an_error_that_names_column_and_row(orders, tmp_path, name, said):
    choices = fitting()
    del choices[name]
    file = write(tmp_path, orders, table(types=choices))
    assert_error(run_pg2athena("run", "--config", file), FAILED, name, "public.orders", "ctid", said)
    assert not published(tmp_path / "lake") and not receipts(tmp_path)


def test_Values_that_become_NULL_or_the_nearest_are_counted_everywhere(orders, tmp_path):
    clamp = {"on_unrepresentable": "clamp"}
    document = run(tmp_path, orders, table(types=fitting(seen_at=clamp, opens={"as": "micros", **clamp})))
    counts = [("price", "null", 1), ("made_at", "null", 1), ("seen_at", "clamp", 1), ("due", "null", 1),
              ("opens", "clamp", 1), ("days", "null", 1)]
    expected = [dict(zip(("column", "policy", "values"), count)) for count in counts]
    assert document["tables"][0]["coerced"] == expected and document["totals"]["coerced"] == 6
    [receipt] = receipts(tmp_path)
    assert receipt["coerced"] == expected
    assert column(tmp_path, "price") == [decimal.Decimal("12.34"), None, None]
    assert column(tmp_path, "due") == [datetime.date(2026, 1, 2), None, datetime.date(2026, 1, 2)]
    assert column(tmp_path, "days") == [[datetime.date(2026, 1, 2), None], [None], None]
    assert column(tmp_path, "opens")[1] == datetime.time(23, 59, 59, 999999)
    schema = pyarrow.parquet.read_schema(files(tmp_path / "lake", "public.orders")[0])
    assert schema.field("due").nullable and schema.field("made_at").nullable and not schema.field("id").nullable


def test_The_summary_and_the_log_say_how_many_and_no_values(orders, tmp_path):
    file = write(tmp_path, orders, table(types=fitting(seen_at={"on_unrepresentable": "clamp"})))
    said = assert_exit(run_pg2athena("run", "--config", file), DONE).stdout
    assert "public.orders.price: 1 value became NULL (on_unrepresentable: null)" in said
    assert "public.orders.seen_at: 1 value was clamped" in said
    logged = assert_exit(run_pg2athena("run", "--config", file, "--log-format", "json"), DONE).stderr
    events = [json.loads(line) for line in logged.splitlines()]
    coerced = [event for event in events if event["event"] == "values_coerced"]
    assert {(event["column"], event["policy"], event["values"]) for event in coerced} == {
        ("price", "null", 1), ("made_at", "null", 1), ("seen_at", "clamp", 1), ("due", "null", 1), ("days", "null", 1)}
    assert {(event["level"], event["table"]) for event in coerced} == {("warning", "public.orders")}
    assert "infinity" not in logged and "NaN" not in logged


def test_Counts_of_all_shards_and_workers_are_summed(database, tmp_path):
    database.execute("""
        CREATE TABLE wide (id integer, day date, filler text);
        ALTER TABLE wide ALTER filler SET STORAGE PLAIN;
        INSERT INTO wide SELECT i, CASE WHEN i % 1000 = 0 THEN 'infinity' ELSE date '2026-01-01' END, repeat('x', 7000)
        FROM generate_series(1, 13000) AS i""")
    document = run(tmp_path, database, {"limits": {"workers": 2}, "types": {"date": {"on_unrepresentable": None}},
                                        "tables": ["public.wide"]})
    assert document["tables"][0]["coerced"] == [{"column": "day", "policy": "null", "values": 13}]
    counted = [entry["values"] for receipt in receipts(tmp_path) for entry in receipt["coerced"]]
    assert len(receipts(tmp_path)) > 1 and len(counted) > 1 and sum(counted) == 13


def test_NaN_has_no_nearest_value(orders, tmp_path):
    file = write(tmp_path, orders, table(types=fitting(price={"on_unrepresentable": "clamp"})))
    assert_error(run_pg2athena("run", "--config", file), FAILED, "price", "NaN", "ctid")
    assert not published(tmp_path / "lake")


def test_The_policy_string_makes_a_column_text_from_the_start(orders, tmp_path):
    configuration = table(types=fitting(price={"on_unrepresentable": "string"}, id={"on_unrepresentable": "string"}))
    columns = plan(tmp_path, orders, configuration)
    assert (columns["price"]["type"], columns["price"]["as"], columns["price"]["can_fail_on"]) == ("string", "string", "")
    assert columns["id"]["type"] == "int", "all integers fit"
    document = run(tmp_path, orders, configuration)
    assert column(tmp_path, "price") == ["12.34", "NaN", None]
    assert "price" not in {entry["column"] for entry in document["tables"][0]["coerced"]}


def test_The_plan_says_for_people_what_becomes_of_what(orders, tmp_path):
    file = write(tmp_path, orders, table(types=fitting(price={"on_unrepresentable": "clamp"})))
    said = assert_exit(run_pg2athena("plan", "--config", file), DONE).stdout
    assert "price: the nearest value instead of NaN; NaN stays an error\n" in said
    assert "NULL instead of" in said and "Athena: shows milliseconds" in said
    assert all(len(line) <= 120 for line in said.splitlines()), said


# Names --------------------------------------------------------------------------------------------------------------

def test_Columns_and_tables_have_the_names_that_the_configuration_gives(orders, tmp_path):
    orders.execute('CREATE TABLE "Orders" ("A b" integer, "a-B" integer); INSERT INTO "Orders" VALUES (1, 2)')
    run(tmp_path, orders, {"tables": [
        {"name": "public.orders", "as": "sales", "rename": {"Net Price": "net"}, "types": fitting()},
        {"name": 'public."Orders"', "rename": {"a-B": "second"}},
        {"sql": 'SELECT 1 AS "Odd One"', "as": "q", "rename": {"Odd One": "one"}}]})
    assert set(published(tmp_path / "lake")) == {"sales", "public.orders", "q"}
    assert "net" in read(tmp_path, "sales").column_names
    assert read(tmp_path, "public.orders").to_pylist() == [{"a_b": 1, "second": 2}]
    assert read(tmp_path, "q").column_names == ["one"]
    statement = assert_exit(run_pg2athena("ddl", tmp_path / "lake", "--location", "s3://bucket/lake"), DONE).stdout
    assert "`sales`" in statement and "`net`" in statement


def test_Names_that_become_one_are_refused_with_the_way_out(orders, tmp_path):
    orders.execute('CREATE TABLE "Orders" (a integer)')
    file = write(tmp_path, orders, {"tables": ["public.orders", 'public."Orders"']})
    assert_error(run_pg2athena("plan", "--config", file), REFUSED, 'public."Orders" and public.orders', "`as: new_name`")
    file = write(tmp_path, orders, table(rename={"price": "id"}))
    assert_error(run_pg2athena("plan", "--config", file), REFUSED, '"id" and "price"', "`rename: {column: new_name}`")
    file = write(tmp_path, orders, {"tables": [{"name": "public.orders", "as": "x"}, {"sql": "SELECT 1 AS a", "as": "X"}]})
    assert_error(run_pg2athena("plan", "--config", file), REFUSED, "public.orders and query x")


def test_Files_keep_what_a_column_was(orders, tmp_path):
    run(tmp_path, orders, table(rename={"Net Price": "net"}, types=fitting(
        code={"trim": True}, **{"Net Price": {"as": "decimal(18,4)", "on_unrepresentable": None}})))
    [file] = files(tmp_path / "lake", "public.orders")
    kept = {entry["name"]: entry for entry in json.loads(pyarrow.parquet.read_metadata(file).metadata[b"pg2athena.columns"])}
    assert kept["id"] == {"name": "id", "source_name": "id", "postgresql_type": "integer"}
    assert kept["net"] == {"name": "net", "source_name": "Net Price", "postgresql_type": "numeric", "as": "decimal(18,4)",
                           "on_unrepresentable": "null"}
    assert kept["code"]["trim"] is True
    assert kept["place"]["nested_names"] == {"place.zip_code": "Zip Code"}


# Mistakes -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("said, code, mentions", [
    ({"types": {"prize": {"as": "string"}}}, REFUSED, ["job.yaml:8:5", "prize", "did you mean price?"]),
    ({"rename": {"net price": "net"}}, REFUSED, ["job.yaml:8:5", "did you mean Net Price?"]),
    ({"columns": ["id"], "types": {"price": {"as": "string"}}}, REFUSED, ["price", "that is exported"]),
    ({"types": {"price": {"as": "double"}}}, USAGE, ["job.yaml:8:5", "numeric(12,2)", "decimal(p,s), string"]),
    ({"types": {"price": {"as": "decimal(39,2)"}}}, USAGE, ["job.yaml:8:5", "1 to 38"]),
    ({"types": {"id": {"as": "bigint"}}}, USAGE, ["job.yaml:8:5", "integer", "string"]),
    ({"types": {"due": {"trim": True}}}, USAGE, ["job.yaml:8:5", "date", "char"]),
    ({"types": {"due": {"on_unrepresentable": "ignore"}}}, USAGE, ["job.yaml:9:27", "error, null, string, clamp"]),
    ({"types": {"due": {"az": "string"}}}, USAGE, ["job.yaml:9:7", "as"]),
    ({"rename": {"due": "Due Day"}}, USAGE, ["job.yaml:8:10", "due_day"]),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_What_can_not_be_is_refused_with_its_place_and_what_can_be(orders, tmp_path, said, code, mentions):
    file = write(tmp_path, orders, table(**said))
    for command in ("plan", "run"):
        assert_error(run_pg2athena(command, "--config", file), code, *mentions)
    assert not list((tmp_path / "lake").rglob("*.parquet"))
