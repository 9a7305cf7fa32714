"""What an operator chooses about types: where a choice holds, what is refused before the first row, what is said."""
import json

import pyarrow.parquet
import pytest
import yaml

from harness import oracle
from harness.lake import files, published
from harness.parquet_types import spelled_types
from harness.program import DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit, run_pg2athena


@pytest.fixture
def configured(database, lake, tmp_path):
    """Runs a command with a configuration of `types` and of the tables."""
    def run(command: str, *options, types=None, tables=()):
        file = tmp_path / "shop.yaml"
        file.write_text(yaml.safe_dump({"source": {"url": database.url}, "target": {"location": str(lake)},
                                        **({"types": types} if types else {}),
                                        **({"tables": list(tables)} if tables else {})}), encoding="utf-8")
        return run_pg2athena(command, "--config", file, *options)
    return run


def test_A_choice_for_a_type_holds_in_every_column_and_inside_of_others(database, lake, configured):
    database.execute("""
        CREATE TYPE item AS (price numeric, due timestamptz);
        CREATE DOMAIN amount AS numeric;
        CREATE TABLE t (id integer, n numeric, fixed numeric(10,2), d amount, listed numeric[], r numrange,
                        m nummultirange, items item[], at timestamptz);
        INSERT INTO t VALUES (1, 1.5, 2.25, -1, '{1,NULL,0.001}', '[1,2.5)', '{[1,2),[3,4)}',
                              '{"(9.75,2024-01-01 00:00:00+00)",NULL}', '2024-01-01 00:00:00.000001+00')""")
    assert_exit(configured("run", types={"numeric": {"as": "decimal(20,3)"}, "timestamp with time zone": {"as": "bigint"}}),
                DONE)
    decimal = "FIXED_LEN_BYTE_ARRAY(9) DECIMAL(20,3)"
    range_ = f"group {{lower {decimal}, upper {decimal}" + "".join(
        f", {flag} BOOLEAN NOT NULL" for flag in ("lower_inc", "upper_inc", "empty")) + "}"
    assert spelled_types(files(lake, "public.t")[0]) == {
        "id": "INT32", "n": decimal, "fixed": decimal, "d": decimal, "listed": f"LIST<{decimal}>", "r": range_,
        "m": f"LIST<{range_}>", "items": f"LIST<group {{price {decimal}, due INT64}}>", "at": "INT64"}
    assert oracle.assert_arrived(database, lake, "public", "t") == 1


def test_A_choice_for_a_column_wins_over_that_for_its_type(database, lake, configured):
    database.execute("CREATE TABLE t (a date, b date, c date); INSERT INTO t VALUES ('infinity', 'infinity', 'infinity')")
    assert_exit(configured("run", types={"date": {"on_unrepresentable": "clamp"}}, tables=[
        {"name": "public.t", "types": {"b": {"on_unrepresentable": "null"}, "c": {"as": "string"}}}]), DONE)
    oracle.assert_same(database, lake, "public.t", "SELECT date '5874897-12-31' AS a, NULL::date AS b, c FROM t")


def test_The_policy_of_a_type_holds_inside_of_others(database, lake, configured):
    database.execute("""
        CREATE TYPE term AS (name text, due date);
        CREATE TABLE t (id integer, terms term[], span daterange, days date[]);
        INSERT INTO t VALUES (1, '{"(a,infinity)","(b,2024-01-01)"}', '[2024-01-01,infinity)', '{-infinity,NULL,2024-01-01}'),
                             (2, '{"(c,2024-01-01)"}', '[2024-01-01,2024-02-01)', '{}')""")
    run = assert_exit(configured("run", "--output", "json", types={"date": {"on_unrepresentable": "null"}}), DONE)
    oracle.assert_same(database, lake, "public.t", """
        SELECT id, CASE id WHEN 1 THEN '{"(a,)","(b,2024-01-01)"}' ELSE terms END AS terms,
               CASE id WHEN 1 THEN NULL ELSE span END AS span, array_replace(days, '-infinity', NULL) AS days FROM t""")
    [table] = json.loads(run.stdout)["tables"]
    assert table["coerced"] == [{"column": name, "policy": "null", "values": 1} for name in ("terms", "span", "days")]


def test_A_policy_that_changes_nothing_counts_nothing(database, configured):
    database.execute("CREATE TABLE t AS SELECT date '2024-01-01' AS a, 1.5 AS b")
    run = assert_exit(configured("run", "--output", "json", types={"date": {"on_unrepresentable": "null"}}), DONE)
    document = json.loads(run.stdout)
    assert document["tables"][0]["coerced"] == [] and document["totals"]["coerced"] == 0


def test_What_became_NULL_is_said_in_the_summary(database, configured):
    database.execute("CREATE TABLE t AS SELECT date 'infinity' AS due FROM generate_series(1, 3)")
    run = assert_exit(configured("run", types={"date": {"on_unrepresentable": "null"}}), DONE)
    assert "public.t.due: 3 values became NULL" in run.stdout + run.stderr


def test_The_policy_string_leaves_a_column_alone_whose_type_holds_everything(database, lake, configured):
    database.execute("CREATE TABLE t (a integer, b date); INSERT INTO t VALUES (1, 'infinity')")
    assert_exit(configured("run", tables=[{"name": "public.t", "types": {
        "a": {"on_unrepresentable": "string"}, "b": {"on_unrepresentable": "string"}}}]), DONE)
    assert spelled_types(files(lake, "public.t")[0]) == {"a": "INT32", "b": "BYTE_ARRAY STRING"}
    oracle.assert_arrived(database, lake, "public", "t")


@pytest.mark.parametrize("type, choice, mentions", [
    ("text", {"as": "micros"}, ["'micros'"]),
    ("date", {"as": "decimal(10,2)"}, ["decimal(10,2)"]),
    ("numeric", {"as": "decimal(39,2)"}, ["decimal(39,2)", "38"]),
    ("numeric", {"as": "decimal(5,6)"}, ["decimal(5,6)"]),
    ("integer", {"trim": True}, ["trim", "char(n)"]),
    ("pair", {"as": "struct"}, ["struct"]),
])
def test_What_a_column_cannot_be_is_refused_before_a_row_is_read(database, lake, configured, type, choice, mentions):
    database.execute(f"CREATE TYPE pair AS (a integer, b text); CREATE TABLE t (id integer, v {type})")
    result = configured("run", tables=[{"name": "public.t", "types": {"v": choice}}])
    assert result.returncode in (USAGE, REFUSED), result.stderr
    assert_error(result, result.returncode, "shop.yaml:", *mentions)
    assert not published(lake)


def test_A_choice_for_a_column_that_is_not_there_is_refused(database, configured):
    database.execute("CREATE TABLE t (id integer)")
    result = configured("plan", tables=[{"name": "public.t", "types": {"gone": {"as": "string"}}}])
    assert result.returncode in (USAGE, REFUSED)
    assert_error(result, result.returncode, "gone", "shop.yaml:")


def test_Two_attributes_that_become_one_are_refused_by_both_names(database, lake, configured):
    database.execute('CREATE TYPE clash AS ("Net Price" integer, "net-price" integer); CREATE TABLE t (v clash[])')
    assert_error(configured("run"), REFUSED, "Net Price", "net-price", "net_price")
    assert not published(lake)
    database.execute("INSERT INTO t VALUES (ARRAY[ROW(1, 2)::clash])")
    assert_exit(configured("run", tables=[{"name": "public.t", "types": {"v": {"as": "string"}}}]), DONE)
    oracle.assert_arrived(database, lake, "public", "t")


def test_A_composite_without_attributes_is_refused(database, configured):
    database.execute("CREATE TYPE nothing AS (); CREATE TABLE t (id integer, v nothing)")
    assert_error(configured("plan"), REFUSED, "nothing", "attributes")


def test_Names_of_attributes_are_kept_in_the_files_metadata(database, lake, configured):
    database.execute("""CREATE TYPE "Address" AS ("Street No" integer, city text); CREATE TABLE t ("Home" "Address"[]);
                        INSERT INTO t VALUES (ARRAY[ROW(1, 'x')::"Address"])""")
    assert_exit(configured("run"), DONE)
    metadata = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).metadata.metadata
    [column] = json.loads(metadata[b"pg2athena.columns"])
    assert column["name"] == "home" and column["source_name"] == "Home"
    assert "Street No" in json.dumps(column)


def test_The_plan_says_what_goes_as_text_what_can_fail_and_what_Athena_shows(database, configured):
    database.execute("CREATE TABLE t (address inet, price numeric(10,2), due date, at timestamptz, coarse timestamp(3),"
                     " padded char(5), shift timetz)")
    plan = json.loads(assert_exit(configured("plan", "--output", "json", tables=[{"name": "public.t", "types": {
        "due": {"on_unrepresentable": "clamp"}, "padded": {"trim": True}, "shift": {"as": "micros"}}}]), DONE).stdout)
    columns = {column["name"]: column for column in plan["tables"][0]["columns"]}
    assert "text" in columns["address"]["note"]
    assert columns["price"]["can_fail_on"] == "NaN" and columns["price"]["on_unrepresentable"] == "error"
    assert "infinity" in columns["due"]["clamped"] and columns["due"]["on_unrepresentable"] == "clamp"
    assert not columns["due"]["can_fail_on"]
    assert "millisecond" in columns["at"]["athena"] and not columns["coarse"]["athena"]
    assert "blanks" in columns["padded"]["loses"] and "zone" in columns["shift"]["loses"]
    assert "bigint" in columns["shift"]["athena"]


def test_A_value_inside_of_a_value_is_an_error_that_says_where(database, lake, configured):
    database.execute("""
        CREATE TYPE term AS (name text, due date);
        CREATE TABLE t (id integer, terms term[]);
        INSERT INTO t VALUES (1, '{"(a,2024-01-01)"}'), (2, '{NULL,"(secret47110815,infinity)"}')""")
    result = configured("run")
    assert_error(result, FAILED, "terms", "infinity", "(0,2)")
    assert "secret47110815" not in result.stdout + result.stderr
    assert not published(lake)
