"""Tables whose rows lie in folders by the value of a column: where each row is, against PostgreSQL's own GROUP BY, as
readers of Hive's layout see it; how few files there are; and what is refused."""
import json
import re

import pyarrow.parquet
import pytest
import sqlglot
from sqlglot import expressions

from harness import oracle
from harness.job import export_tables, run_tables, write_job
from harness.lake import files, published, receipts
from harness.memory import MIB, peak_memory
from harness.partitions import DEFAULT, assert_partitions, by_duckdb, by_pyarrow, folders, record
from harness.program import DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit, run_pg2athena

EVENTS = """
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'Very Happy'); CREATE TYPE pair AS (a integer, b text);
    CREATE TABLE events AS
    SELECT i AS id,
           CASE WHEN i % 11 > 0 THEN timestamptz '2025-12-25 00:00+00' + i * 37 % 900 * interval '1 hour' END AS created_at,
           CASE WHEN i % 13 > 0 THEN timestamp '2024-02-27 12:00' + i * 31 % 300 * interval '7 hours' END AS local_at,
           CASE WHEN i % 7 > 0 THEN date '1999-12-30' + i % 5 END AS day,
           CASE WHEN i % 3 > 0 THEN (i % 4 - 1)::int2 END AS small,
           (i % 6 - 3)::int4 AS number,
           CASE WHEN i % 5 > 0 THEN (i % 3 - 1) * 9223372036854775807 END AS big,
           CASE i % 3 WHEN 0 THEN NULL ELSE i % 3 = 1 END AS flag,
           CASE i % 5 WHEN 0 THEN NULL ELSE 'n' || i % 9 END AS name,
           ('v' || i % 3)::varchar(8) AS code,
           ('f' || i % 2)::char(4) AS fixed,
           CASE i % 4 WHEN 0 THEN NULL ELSE (enum_range(NULL::mood))[i % 3 + 1] END AS mood,
           md5((i % 4)::text)::uuid AS key,
           (i % 3)::oid AS oid_,
           CASE WHEN i % 6 > 0 THEN ARRAY(SELECT 't' || j FROM generate_series(1, i % 4) AS j) || NULL::text END AS tags,
           CASE WHEN i % 9 > 0 THEN (i, 'p' || i)::pair END AS pair,
           jsonb_build_object('i', i) AS doc,
           (i / 7.0)::numeric(20, 5) AS price,
           CASE WHEN i % 8 > 0 THEN int4range(i, i + 5) END AS span
    FROM generate_series(1, 6000) AS i"""


@pytest.fixture(scope="module")
def events(cluster):
    with cluster.database("events") as database:
        database.execute(EVENTS)
        yield database


def utc(form: str) -> str:
    return f"to_char(created_at AT TIME ZONE 'UTC', '{form}')"


@pytest.mark.parametrize("by, column, value, type_", [
    ("day", "created_at", utc("YYYY-MM-DD"), "date"),
    ("month", "created_at", utc("YYYY-MM"), "string"),
    ("year", "created_at", utc("YYYY"), "int"),
    ("day", "local_at", "to_char(local_at, 'YYYY-MM-DD')", "date"),
    ("month", "local_at", "to_char(local_at, 'YYYY-MM')", "string"),
    ("year", "local_at", "to_char(local_at, 'YYYY')", "int"),
    ("day", "day", "day", "date"),
    ("month", "day", "to_char(day, 'YYYY-MM')", "string"),
    ("year", "day", "to_char(day, 'YYYY')", "int"),
    ("value", "day", "day", "date"),
    ("value", "small", "small", "int"),
    ("value", "number", "number", "int"),
    ("value", "big", "big", "bigint"),
    ("value", "flag", "flag", "string"),
    ("value", "name", "name", "string"),
    ("value", "code", "code", "string"),
    ("value", "fixed", "format('%s', fixed)", "string"),
    ("value", "mood", "mood", "string"),
    ("value", "key", "key", "string"),
    ("value", "oid_", "oid_", "bigint"),
])
def test_Each_row_is_in_the_partition_that_PostgreSQL_names(events, lake, by, column, value, type_):
    export_tables(events, lake, [{"name": "events", "partition_by": {by: column}}])
    assert assert_partitions(events, lake, "public.events", f"{column}_{by}", "SELECT * FROM events", value) > 1
    partitioning = record(lake, "public.events")["partitioning"]
    assert {key: partitioning[key] for key in ("column", "type", "by", "source_column")} == {
        "column": f"{column}_{by}", "type": type_, "by": by, "source_column": column}


@pytest.mark.parametrize("form", ["string", "bigint", "millis_floor"])
def test_The_form_of_a_timestamp_makes_no_difference(events, lake, form):
    for by, text in (("day", "YYYY-MM-DD"), ("month", "YYYY-MM")):
        export_tables(events, lake, [{"name": "events", "partition_by": {by: "created_at"}, "columns": ["id", "created_at"],
                               "types": {"created_at": {"as": form}}}])
        counts = by_duckdb(lake, "public.events", f"created_at_{by}", "count(*)")
        assert counts == {row[0]: row[1:] for row in events.query(f"SELECT {utc(text)}, count(*) FROM events GROUP BY 1")}


def test_Days_are_those_of_UTC_whatever_the_roles_time_zone_is(database, lake):
    database.execute("""
        CREATE TABLE t (id integer, at timestamptz, local_at timestamp);
        INSERT INTO t VALUES (1, '2026-03-28 23:59:59.999999+00', '2026-03-28 23:59:59.999999'),
            (2, '2026-03-29 00:00:00+00', '2026-03-29 00:00'), (3, '2026-03-29 01:30+01', '2026-03-29 02:30'),
            (4, '2026-10-25 02:30+02', '2026-10-25 02:30'), (5, '2026-10-25 02:30+01', '2026-10-25 23:59'),
            (6, '1969-12-31 23:59:59.999999+00', '1969-12-31 23:59:59.999999'), (7, '1970-01-01 00:00+00', '1970-01-01'),
            (8, '0001-01-01 00:00+00', '0001-01-01'), (9, '9999-12-31 23:59:59.999999+00', '9999-12-31 23:59:59.999999'),
            (10, '2024-02-29 12:00-12', '2024-02-29 00:00');
        CREATE ROLE auckland LOGIN; ALTER ROLE auckland SET timezone = 'Pacific/Auckland';
        GRANT SELECT ON t TO auckland""")
    try:
        for column, value in (("at", "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"), ("local_at", "local_at::date")):
            export_tables(database, lake, [{"name": "t", "partition_by": {"day": column}}], user="auckland")
            assert assert_partitions(database, lake, "public.t", f"{column}_day", "TABLE t", value) > 5
    finally:
        database.execute("DROP OWNED BY auckland; DROP ROLE auckland")


ODD = ["a/b", "a=b", "a%b", "%2F", "100%", " ", "  x  ", ".", "..", "", "🐘", "Größe", "日本", "a+b", "a b", "'", '"', "`", "\\",
       "a\nb", "\t", "\x01", "\x7f", "{x}", "[y]", "^", "#", "?", "*", ":", "a;b", "$(x)", "~", "..\\", "../..", "x" * 200,
       "é" * 100, "NULL", "null", "NaN", "__HIVE_DEFAULT_PARTITION", "-", "0x1", "1e5", "CON", "a&b|c<d>e"]


def test_Odd_values_are_found_again(database, lake):
    database.execute("CREATE TABLE odd (id integer, name text); INSERT INTO odd VALUES (1000, NULL)")
    for number, name in enumerate(ODD):
        database.execute("INSERT INTO odd VALUES (%s, %s)", (number, name))
    export_tables(database, lake, [{"name": "odd", "partition_by": {"value": "name"}}])
    count = assert_partitions(database, lake, "public.odd", "name_value", "TABLE odd", "name")
    assert count == len(ODD), "empty text and NULL are in one"
    # Empty text is where NULL is, and stays itself in the file.
    default, = folders(lake, "public.odd")[f"name_value={DEFAULT}"]
    assert sorted(pyarrow.parquet.ParquetFile(default).read()["name"].to_pylist(), key=str) == ["", None]


@pytest.mark.parametrize("value, what", [("x" * 300, "255 bytes"), ("%" * 90, "255 bytes"), (DEFAULT, DEFAULT)])
def test_A_value_that_no_folder_can_have_is_an_error_unless_it_may_go_where_NULLs_are(database, lake, value, what):
    database.execute("CREATE TABLE odd (id integer, name text); INSERT INTO odd VALUES (1, 'fine'), (2, NULL)")
    database.execute("INSERT INTO odd VALUES (3, %s)", (value,))
    table = {"name": "odd", "partition_by": {"value": "name"}}
    result = run_tables(database, lake, [table])
    assert_error(result, FAILED, "table public.odd", "column name", "ctid (0,3)", what, "where", "on_unrepresentable")
    assert "xxx" not in result.stderr and "%%%" not in result.stderr and not published(lake)
    export_tables(database, lake, [{**table, "types": {"name": {"on_unrepresentable": None}}}])
    assert by_duckdb(lake, "public.odd", "name_value", "count(*)") == {"fine": (1,), None: (2,)}
    oracle.assert_same(database, lake, "public.odd", "TABLE odd")
    export_tables(database, lake, [{**table, "where": "id < 3"}])


@pytest.mark.parametrize("by, column, default, value", [
    ("day", "created_at", "1970-01-01", utc("YYYY-MM-DD")),
    ("month", "local_at", "1970-01", "to_char(local_at, 'YYYY-MM')"),
    ("year", "day", "0", "to_char(day, 'YYYY')"),
    ("value", "day", "1999-12-31", "day"),
    ("value", "small", "2", "small"),
    ("value", "big", "-1", "big"),
    ("value", "flag", "unknown", "flag"),
    ("value", "name", "n3", "name"),
    ("value", "mood", "no mood at all", "mood"),
])
def test_NULL_is_in_the_default_s_partition_with_the_rows_that_have_its_value(events, lake, by, column, default, value):
    export_tables(events, lake, [{"name": "events", "partition_by": {by: column, "default": default}}])
    value = f"coalesce(({value})::text, '{default}')"
    assert assert_partitions(events, lake, "public.events", f"{column}_{by}", "SELECT * FROM events", value, hidden=()) > 1
    assert record(lake, "public.events")["partitioning"]["default"] == default


def test_What_no_folder_can_have_is_in_the_default_s_partition_sorted_or_not(database, lake):
    database.execute("CREATE TABLE odd AS SELECT i AS id, CASE i % 40 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat('x', 300)"
                     " WHEN 3 THEN '__HIVE_DEFAULT_PARTITION__' WHEN 4 THEN 'unknown' ELSE 'v' || i % 40 END AS name"
                     " FROM generate_series(1, 40000) AS i")
    export_tables(database, lake, [{"name": "odd", "partition_by": {"value": "name", "default": "unknown"}}])
    count = assert_partitions(database, lake, "public.odd", "name_value", "TABLE odd",
                              "CASE WHEN name IS NULL OR name = '' OR length(name) > 20 THEN 'unknown' ELSE name END", hidden=())
    assert count == 36
    receipt, = receipts(lake, "public.odd")
    assert "in the order of" in receipt["source"]
    assert len(receipt["files"]) == 36, "what was sorted to other places is in one file"


@pytest.mark.parametrize("by, default, what", [("day", "unknown", "1970-01-01"), ("month", "1970-01-01", "1970-01"),
                                               ("year", "19x", "whole numbers")])
def test_A_default_that_is_no_value_of_the_partitions_is_refused(database, lake, by, default, what):
    database.execute("CREATE TABLE t (at date)")
    result = run_tables(database, lake, [{"name": "t", "partition_by": {by: "at", "default": default}}])
    assert_error(result, USAGE, default, what, "public.t")


@pytest.mark.parametrize("type_", ["date", "timestamp", "timestamptz"])
@pytest.mark.parametrize("value, in_column", [("0044-03-15 BC", True), ("10000-01-01", True), ("0001-12-31 BC", True),
                                              ("infinity", False), ("-infinity", False)])
def test_A_day_without_a_partition_goes_by_the_columns_policy(database, lake, type_, value, in_column):
    database.execute(f"CREATE TABLE t (id integer, at {type_}); INSERT INTO t VALUES (1, '2026-01-31'), (2, NULL);"
                     f"INSERT INTO t VALUES (3, '{value}')")
    for by in ("day", "month", "year"):
        table = {"name": "t", "partition_by": {by: "at"}}
        assert_error(run_tables(database, lake, [table]), FAILED, "table public.t", "column at", "ctid (0,3)")
        text = {"types": {"at": {"as": "string"}}}
        assert_error(run_tables(database, lake, [{**table, **text}]), FAILED, "table public.t", "column at", "ctid (0,3)", "partition")
        export_tables(database, lake, [{**table, "types": {"at": {"on_unrepresentable": None}}}])
        full = {"day": "2026-01-31", "month": "2026-01", "year": "2026"}[by]
        assert by_duckdb(lake, "public.t", f"at_{by}", "count(*)") == {full: (1,), None: (2,)}
        if in_column and type_ == "date":
            assert oracle.lake_says(lake, "public.t", 'count("at")') == (2,), "the file has the day, which it can hold"
        default = {"day": "1900-01-01", "month": "1900-01", "year": "1900"}[by]
        for choice in (text, {} if in_column and type_ == "date" else text):
            export_tables(database, lake, [{**table, "partition_by": {by: "at", "default": default}, **choice}])
            assert by_duckdb(lake, "public.t", f"at_{by}", "count(*)") == {full: (1,), default: (2,)}
        export_tables(database, lake, [{**table, "types": {"at": {"on_unrepresentable": "clamp"}}}])
        end = "first" if "BC" in value or value.startswith("-") else "last"
        nearest = {"first": ("0001-01-01", "0001-01", "1"), "last": ("9999-12-31", "9999-12", "9999")}[end]
        nearest = nearest[["day", "month", "year"].index(by)]
        assert by_duckdb(lake, "public.t", f"at_{by}", "count(*)") == {full: (1,), None: (1,), nearest: (1,)}


MANY = """
    CREATE TABLE many AS
    SELECT i AS id, date '2026-01-01' + {day} AS day, md5(i::text) AS a, md5((i * 7)::text) AS b, random() AS c
    FROM generate_series(0, 299999) AS i; ANALYZE"""


def assert_few_files(lake, table, days):
    """No shard has two files of one partition."""
    for receipt in receipts(lake, table):
        partitions = [file["partition"] for file in receipt["files"]]
        assert len(partitions) == len(set(partitions)) <= days
    assert set(record(lake, table)["partitioning"]["values"]) == {file["partition"] for receipt in receipts(lake, table)
                                                                 for file in receipt["files"]}


def test_Rows_in_the_order_of_their_partitions_are_read_once(database, lake):
    database.execute(MANY.format(day="i / 1000"))
    peak = peak_memory("run", "--config", write_job(database, lake, [{"name": "many", "partition_by": {"day": "day"}}]),
                       "--memory", "96MiB", "--workers", "2", "--quiet", timeout=60)
    assert peak < 96 * MIB
    assert_few_files(lake, "public.many", 300)
    assert all(receipt["attempt"] == 0 and "order" not in receipt["source"] for receipt in receipts(lake, "public.many"))
    assert by_duckdb(lake, "public.many", "day_day", "count(*)").keys() == {
        str(day) for day, in database.query("SELECT DISTINCT day FROM many")}
    assert oracle.lake_says(lake, "public.many", "count(*), sum(id), count(DISTINCT a)") == (300000, 44999850000, 300000)


def test_Rows_in_no_order_are_read_again_sorted_and_make_as_few_files(database, lake):
    database.execute(MANY.format(day="(i::bigint * 7919 % 200)::integer"))
    file = write_job(database, lake, [{"name": "many", "partition_by": {"day": "day"}}])
    peak = peak_memory("run", "--config", file, "--memory", "96MiB", "--workers", "2", "--quiet", timeout=60)
    assert peak < 96 * MIB
    assert_few_files(lake, "public.many", 200)
    all_receipts = receipts(lake, "public.many")
    assert {receipt["attempt"] for receipt in all_receipts} <= {0, 1} and len(files(lake, "public.many")) <= 200 * len(all_receipts)
    assert all("in the order of day_day" in receipt["source"] for receipt in all_receipts)
    assert by_duckdb(lake, "public.many", "day_day", "count(*), sum(id)") == {
        str(day): (count, total) for day, count, total in
        database.query("SELECT day, count(*), sum(id)::bigint FROM many GROUP BY 1")}
    assert not [path for path in lake.rglob("*.parquet") if path.resolve() not in
                {file.resolve() for file in files(lake, "public.many")}], "the first attempt's files are gone"


def test_Few_partitions_in_no_order_are_open_side_by_side(database, lake):
    database.execute(MANY.format(day="i % 3"))
    file = write_job(database, lake, [{"name": "many", "partition_by": {"day": "day"}}])
    peak = peak_memory("run", "--config", file, "--memory", "128MiB", "--workers", "1", "--quiet", timeout=60)
    assert peak < 128 * MIB
    assert all("order" not in receipt["source"] for receipt in receipts(lake, "public.many"))
    assert {len(paths) for paths in folders(lake, "public.many").values()} == {len(receipts(lake, "public.many"))}
    assert by_duckdb(lake, "public.many", "day_day", "count(*)") == {f"2026-01-0{day}": (100000,) for day in (1, 2, 3)}


def test_Large_rows_among_many_partitions_stay_under_the_memory(database, lake):
    database.execute("""
        CREATE TABLE large AS SELECT i AS id, i % 40 AS k,
          CASE WHEN i % 50 = 0 THEN repeat(md5(i::text), 250000) ELSE md5(i::text) END AS body
        FROM generate_series(1, 2000) AS i""")
    file = write_job(database, lake, [{"name": "large", "partition_by": {"value": "k"}}])
    peak = peak_memory("run", "--config", file, "--memory", "160MiB", "--workers", "2", "--quiet", timeout=60)
    assert peak < 160 * MIB
    assert oracle.lake_says(lake, "public.large", "count(*), sum(length(body))") == tuple(
        map(int, database.query("SELECT count(*), sum(length(body)) FROM large")[0]))


def test_Files_of_a_partition_have_their_size(database, lake):
    database.execute(MANY.format(day="i % 2"))
    export_tables(database, lake, [{"name": "many", "partition_by": {"day": "day"}}], files={"size": "1MiB"}, limits={"memory": "64MiB"})
    sizes = {name: [file.stat().st_size for file in paths] for name, paths in folders(lake, "public.many").items()}
    assert len(sizes) == 2 and all(len(of_folder) > 1 for of_folder in sizes.values())
    assert oracle.lake_says(lake, "public.many", "count(*), count(DISTINCT id)") == (300000, 300000)


@pytest.mark.parametrize("by, hint", [("day", "month"), ("value", "fewer values")])
def test_Too_many_partitions_are_refused(database, lake, by, hint):
    database.execute("CREATE TABLE t AS SELECT i AS id, date '2020-01-01' + i AS day FROM generate_series(1, 500) AS i")
    table = [{"name": "t", "partition_by": {by: "day"}}]
    assert_error(run_tables(database, lake, table, limits={"partitions": 499}), REFUSED, "more than 499 partitions", "table public.t",
                 "column day", hint, "limits.partitions")
    assert not published(lake)
    export_tables(database, lake, table, limits={"partitions": 500})
    assert len(folders(lake, "public.t")) == 500


@pytest.mark.parametrize("by, advice", [({"day": "day"}, "partition it by month or year"), ({"value": "name"}, "partition it by a column with fewer values")])
def test_Many_small_files_are_warned_of_with_what_helps(database, lake, by, advice):
    database.execute("CREATE TABLE t AS SELECT i AS id, 'v' || i % 120 AS name, date '2024-01-01' + i % 120 AS day FROM generate_series(1, 1200) AS i")
    assert advice in export_tables(database, lake, [{"name": "t", "partition_by": by}]).stderr
    assert "small" not in export_tables(database, lake, [{"name": "t"}]).stderr


def test_A_few_small_files_are_nobodys_trouble(events, lake):
    assert "small" not in export_tables(events, lake, [{"name": "events", "partition_by": {"day": "created_at"}}]).stderr


def test_A_partition_column_has_a_name_of_its_own(database, lake):
    database.execute('CREATE TABLE t AS SELECT 1 AS id, now() AS "At", 5 AS "AT_day"')
    table = {"name": "t", "partition_by": {"day": "At"}}
    for command in ("plan", "run"):
        assert_error(run_tables(database, lake, [table], command=command), REFUSED, "at_day", "AT_day", "table public.t", "rename")
    export_tables(database, lake, [{**table, "rename": {"At": "made"}}])
    assert set(by_duckdb(lake, "public.t", "made_day", "count(*)").values()) == {(1,)}


@pytest.mark.parametrize("columns, by, mentions", [
    ("1.5 AS x", "value", ["numeric", "can't be partitioned by value"]),
    ("now() AS x", "value", ["timestamp with time zone", "day, month or year"]),
    ("'a'::text AS x", "day", ["text", "by value"]),
    ("'{}'::jsonb AS x", "value", ["jsonb", "integers, booleans, texts"]),
    ("ARRAY[1] AS x", "value", ["integer[]"]),
    ("1 AS y", "value", ['no column "x"']),
])
def test_What_can_not_be_partitioned_by_is_refused_by_the_plan(database, lake, columns, by, mentions):
    database.execute(f"CREATE TABLE t AS SELECT {columns}")
    result = run_tables(database, lake, [{"name": "t", "partition_by": {by: "x"}}], command="plan")
    assert_error(result, REFUSED, "job.yaml:", "public.t", *mentions)


def test_The_plan_says_it(events, lake):
    table = [{"name": "events", "partition_by": {"month": "created_at"}}]
    text = assert_exit(run_tables(events, lake, table, command="plan"), DONE).stdout
    assert "partitioned by created_at_month, the month of created_at" in text
    plan = json.loads(assert_exit(run_tables(events, lake, table, "--output", "json", command="plan"), DONE).stdout)
    assert plan["tables"][0]["partition_by"] == {"column": "created_at_month", "type": "string", "by": "month",
                                                 "source_column": "created_at", "default": None, "catalog": "projection"}
    assert plan["memory"]["open_files"] >= 2
    plan = json.loads(assert_exit(run_tables(events, lake, [{"name": "events"}], "--output", "json", command="plan"), DONE).stdout)
    assert plan["tables"][0]["partition_by"] is None and plan["memory"]["open_files"] == 1


def test_Queries_views_and_partitioned_tables_can_be_partitioned(database, lake):
    database.execute("""
        CREATE TABLE p (id integer, at timestamptz, k integer) PARTITION BY RANGE (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (500);
        CREATE TABLE p2 (k integer, at timestamptz, id integer); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (500) TO (2000);
        INSERT INTO p SELECT i, timestamptz '2026-01-01+00' + i * interval '5 hours', i % 7 FROM generate_series(1, 1000) AS i;
        CREATE VIEW v AS SELECT * FROM p""")
    export_tables(database, lake, [
        {"name": "p", "partition_by": {"month": "at"}, "where": "k < 5"}, {"name": "v", "partition_by": {"value": "k"}},
        {"sql": "SELECT id, at, k AS \"K 1\", 1 AS \"case\" FROM p", "as": "q", "partition_by": {"value": "K 1"}}])
    month = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM')"
    assert assert_partitions(database, lake, "public.p", "at_month", "SELECT * FROM p WHERE k < 5", month) > 5
    assert assert_partitions(database, lake, "public.v", "k_value", "SELECT * FROM v", "k") == 7
    assert len(folders(lake, "q")) == 7 and oracle.lake_says(lake, "q", "count(*)") == (1000,)


@pytest.mark.parametrize("type_, value, by", [
    ("text", "'v' || i * 31 % 97", "value"), ("varchar(9)", "'v' || i * 31 % 97", "value"), ("char(9)", "'v' || i * 31 % 97", "value"),
    ("integer", "i * 31 % 97", "value"), ("uuid", "md5((i * 31 % 97)::text)::uuid", "value"),
    ("text COLLATE loose", "chr(97 + i * 31 % 26) || CASE WHEN i / 26 % 2 = 0 THEN 'X' ELSE 'x' END", "value"),
    ("date", "date '2026-01-01' + i * 31 % 97", "day"),
    ("timestamptz", "timestamptz '2026-01-01 00:00+00' + i * 31 % 97 * interval '1 day' + i * interval '1 s'", "day"),
])
def test_Rows_of_every_type_in_no_order_come_together(database, lake, type_, value, by):
    database.execute(f"""
        CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE t (id integer, x {type_});
        INSERT INTO t SELECT i, CASE WHEN i % 50 > 0 THEN {value} END FROM generate_series(1, 40000) AS i""")
    export_tables(database, lake, [{"name": "t", "partition_by": {by: "x"}}], limits={"memory": "96MiB", "workers": 2})
    receipt, = receipts(lake, "public.t")
    assert "in the order of" in receipt["source"] and receipt["attempt"] in (0, 1)
    assert_few_files(lake, "public.t", 98)
    expression = "to_char(x::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD')" if type_ == "timestamptz" else "format('%s', x)"
    assert assert_partitions(database, lake, "public.t", f"x_{by}", "TABLE t", f"CASE WHEN x IS NOT NULL THEN {expression} END") > 50


def test_What_goes_where_NULLs_are_makes_one_file_in_every_order(database, lake):
    database.execute("""
        CREATE TABLE t AS SELECT i AS id, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat(chr(97 + i % 20), 300)
          ELSE chr(97 + i * 31 % 20) END AS name FROM generate_series(1, 40000) AS i""")
    export_tables(database, lake, [{"name": "t", "partition_by": {"value": "name"}, "types": {"name": {"on_unrepresentable": None}}}],
           limits={"memory": "96MiB", "workers": 1})
    receipt, = receipts(lake, "public.t")
    assert "in the order of" in receipt["source"]
    assert {len(paths) for paths in folders(lake, "public.t").values()} == {1}
    assert by_duckdb(lake, "public.t", "name_value", "count(*)")[None] == (24000,)
    oracle.assert_same(database, lake, "public.t", "TABLE t")


def test_A_table_without_rows_is_one_file_where_NULLs_would_be(database, lake):
    database.execute("CREATE TABLE t (id integer, at timestamptz)")
    export_tables(database, lake, [{"name": "t", "partition_by": {"day": "at"}}])
    [(name, [file])] = folders(lake, "public.t").items()
    assert name == f"at_day={DEFAULT}"
    assert pyarrow.parquet.ParquetFile(file).num_row_groups == 0
    assert by_duckdb(lake, "public.t", "at_day", "count(*)") == {}
    assert by_pyarrow(lake, "public.t", "at_day") == {}


def test_An_error_in_a_sorted_shard_says_its_row(database, lake):
    database.execute("""
        CREATE TABLE t AS SELECT i AS id, date '2026-01-01' + i * 31 % 97 AS day, 1::numeric AS n
        FROM generate_series(1, 40000) AS i; UPDATE t SET n = 'NaN' WHERE id = 39990""")
    result = run_tables(database, lake, [{"name": "t", "partition_by": {"day": "day"}, "types": {"n": {"as": "decimal(10,2)"}}}],
                 limits={"memory": "64MiB", "workers": 1})
    assert_error(result, FAILED, "NaN", "table public.t", "column n")
    assert "ctid" in result.stderr or re.search(r"row \d+ of public.t .*in the order of day_day", result.stderr)


def partitions_of(sql: str) -> list[tuple[str, str]]:
    """Value and location of each partition that the statements add. (The parser knows one a statement.)"""
    found = []
    for statement in re.findall(r"^ALTER TABLE .*?;$", sql, re.DOTALL | re.MULTILINE):
        head, *clauses = statement.removesuffix(";").split("\n  PARTITION ")
        for clause in clauses:
            parsed = sqlglot.parse_one(f"{head} PARTITION {clause}", dialect="athena")
            assert isinstance(parsed, expressions.Alter), clause
            added = parsed.find(expressions.AddPartition)
            found.append((added.find(expressions.EQ).expression.this, added.find(expressions.LocationProperty).this.name))
    return found


def test_The_DDL_adds_each_partition_with_its_place(database, lake):
    database.execute("CREATE TABLE t (id integer, name text)")
    names = [name for name in ODD if name.isprintable()] + [f"n{i}" for i in range(150)]
    for number, name in enumerate(names):
        database.execute("INSERT INTO t VALUES (%s, %s)", (number, name))
    export_tables(database, lake, [{"name": "t", "partition_by": {"value": "name"}}])
    sql = assert_exit(run_pg2athena("ddl", lake, "--location", "s3://acme/shop", "--database", "sales"), DONE).stdout
    create, *alters = [part for part in re.split(r"(?<=;)\n", sql) if part]
    statement = sqlglot.parse_one(create, dialect="athena")
    by = statement.find(expressions.PartitionedByProperty)
    [column] = by.find_all(expressions.ColumnDef)
    assert column.name == "name_value" and column.kind.sql("hive").lower() == "string"
    assert "name_value" not in [column.name for column in statement.this.expressions]
    added = dict(partitions_of(sql))
    assert len(alters) == 2 and added.keys() == {name or DEFAULT for name in names}
    for location in added.values():
        assert location.startswith("s3://acme/shop/public.t/data/") and location.endswith("/")
        assert list((lake / location.removeprefix("s3://acme/shop/")).glob("*.parquet")), location


def test_Partitions_of_a_run_replace_those_of_the_one_before(database, lake):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS k FROM generate_series(1, 9) AS i")
    table = [{"name": "t", "partition_by": {"value": "k"}}]
    export_tables(database, lake, table)
    database.execute("DELETE FROM t WHERE k = 1; UPDATE t SET k = 7 WHERE k = 2")
    export_tables(database, lake, table)
    assert by_duckdb(lake, "public.t", "k_value", "count(*)") == {"0": (3,), "7": (3,)}
    assert record(lake, "public.t")["partitioning"]["values"] == ["0", "7"]
    export_tables(database, lake, [{"name": "t"}])
    assert "partitioning" not in record(lake, "public.t")
    assert [file.parent.resolve() for file in files(lake, "public.t")] == [(lake / "public.t/latest").resolve()]
