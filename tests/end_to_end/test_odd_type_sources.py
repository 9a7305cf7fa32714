"""Types from odd places: settings that change how they print, schemas and names that mislead, columns beside nested ones."""
import json

import pyarrow.parquet
import pytest
import yaml

from harness import oracle
from harness.cluster import Database
from harness.lake import files
from harness.parquet_types import spelled_types
from harness.program import DONE, FAILED, assert_error, assert_exit, export, run_pg2athena

# What a database can say about how values print; an export has to come out the same.
SETTINGS = ["timezone = 'Asia/Kolkata'", "datestyle = 'German, DMY'", "intervalstyle = 'postgres_verbose'",
            "bytea_output = 'escape'", "extra_float_digits = -10", "client_encoding = 'LATIN1'", "xmlbinary = 'hex'",
            "array_nulls = off", "quote_all_identifiers = on", "standard_conforming_strings = off",
            "search_path = 'nowhere'"]


def test_Settings_of_the_database_change_no_value_however_it_travels(database, lake):
    database.execute("""
        CREATE TYPE everything AS (a inet, d date, t timestamp, tz timestamptz, ti timetz, i interval, b bytea, f real,
                                   g double precision, ds date[], r tstzrange, m money, s text);
        CREATE TABLE t (id integer, v everything, d date, t timestamp, tz timestamptz, ti timetz, i interval, b bytea,
                        f real, g double precision, ds date[], r tstzrange, m money, x xml, c regclass);
        INSERT INTO t SELECT 1, ROW('10.0.0.1/8', d, t, tz, ti, i, b, f, g, ds, r, m, s)::everything, d, t, tz, ti, i, b, f, g,
                             ds, r, m, '<a>é</a>', 'public.t'
        FROM (VALUES (date '2024-03-04', timestamp '2024-03-04 05:06:07.8', timestamptz '2024-03-04 05:06:07.8+00',
                      timetz '05:06:07+09', interval '-1 year 2 days 03:04:05.6', bytea '\\x00ff5c', 0.1::real,
                      0.1::double precision + 0.2, ARRAY[date '2024-12-11', NULL],
                      tstzrange('2024-03-04 05:06:07+00', NULL), '-1234.56'::money, 'é\\'))
             AS s (d, t, tz, ti, i, b, f, g, ds, r, m, s)""")
    name = database.value("SELECT current_database()")
    for setting in SETTINGS:
        database.execute(f'ALTER DATABASE "{name}" SET {setting}')
    export(database, lake, "--table", "public.t")
    # regclass prints its schema where the search path doesn't have it.
    assert oracle.assert_same(database, lake, "public.t", "SELECT * FROM public.t") == 1


def test_Types_of_schemas_that_no_search_path_has_arrive(database, lake):
    database.execute("""
        CREATE SCHEMA "Odd.Schema"; CREATE SCHEMA extensions;
        CREATE EXTENSION hstore SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions;
        CREATE TYPE "Odd.Schema"."Ty ""pe" AS ("A" integer, "b c" extensions.citext, n inet);
        CREATE TYPE "Odd.Schema"."E[]" AS ENUM ('x');
        CREATE TABLE t (h extensions.hstore, hs extensions.hstore[], v "Odd.Schema"."Ty ""pe", vs "Odd.Schema"."Ty ""pe"[],
                        e "Odd.Schema"."E[]", es "Odd.Schema"."E[]"[]);
        INSERT INTO t VALUES ('a=>1', '{"b=>2"}', ROW(1, 'X', '::1'), ARRAY[ROW(2, NULL, NULL)::"Odd.Schema"."Ty ""pe"], 'x',
                              '{x,NULL}')""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1
    assert spelled_types(files(lake, "public.t")[0])["h"] == "MAP<BYTE_ARRAY STRING, BYTE_ARRAY STRING>"


def test_A_type_that_only_has_the_name_of_an_extensions_type_is_what_it_is(database, lake):
    database.execute("""
        CREATE TYPE geometry AS (x integer, y integer); CREATE DOMAIN vector AS real[]; CREATE TYPE hstore AS ENUM ('a');
        CREATE TYPE numeric AS (n integer); CREATE DOMAIN citext AS integer;
        CREATE TABLE t (g geometry, v vector, h hstore, n public.numeric, c citext);
        INSERT INTO t VALUES (ROW(1, 2), '{1,NULL}', 'a', ROW(3), 4)""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1
    assert spelled_types(files(lake, "public.t")[0]) == {
        "g": "group {x INT32, y INT32}", "v": "LIST<FLOAT>", "h": "BYTE_ARRAY STRING", "n": "group {n INT32}", "c": "INT32"}


@pytest.mark.parametrize("key, sorted_by", [
    ("id", ["id"]), ("name, id", ["name", "id"]), ("v", []), ("r", []), ("id, v", [])])
def test_Row_groups_name_the_leaf_of_their_key_where_columns_before_it_have_many(database, lake, key, sorted_by):
    database.execute("CREATE TYPE pair AS (a integer, b text); CREATE TABLE t (v pair, r int4range, tags text[], id integer,"
                     f" name text COLLATE \"C\", PRIMARY KEY ({key}));"
                     " INSERT INTO t SELECT ROW(i, 'x')::pair, int4range(i, i + 1), '{a,b}', i, 'n' || 1000 + i"
                     " FROM generate_series(1, 500) AS i")
    plan = json.loads(assert_exit(run_pg2athena("plan", database.url, "--output", "json"), DONE).stdout)
    export(database, lake)
    file = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0])
    leaves = [file.schema.column(i).path for i in range(len(file.schema))]
    said = [leaves[column.column_index] for column in file.metadata.row_group(0).sorting_columns]
    assert said == sorted_by and plan["tables"][0]["sorting_columns"] == sorted_by
    oracle.assert_arrived(database, lake, "public", "t")


def test_Choices_for_a_column_reach_it_where_columns_before_it_have_many_leaves(database, lake, tmp_path):
    database.execute("CREATE TYPE pair AS (a integer, b text); CREATE TABLE t (v pair, r int4range, id integer, name text);"
                     " INSERT INTO t SELECT ROW(i, 'x')::pair, int4range(i, i + 1), i, md5(i::text) FROM generate_series(1, 500) AS i")
    file = tmp_path / "choices.yaml"
    file.write_text(yaml.safe_dump({
        "source": {"url": database.url}, "target": {"location": str(lake)},
        "tables": [{"name": "public.t", "encoding": {"id": "delta_binary_packed"}, "bloom_filters": ["name"]}]}),
        encoding="utf-8")
    assert_exit(run_pg2athena("run", "--config", file), DONE)
    group = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).metadata.row_group(0)
    encodings = {group.column(i).path_in_schema: group.column(i).encodings for i in range(group.num_columns)}
    assert [path for path, used in encodings.items() if "DELTA_BINARY_PACKED" in used] == ["id"], encodings
    oracle.assert_arrived(database, lake, "public", "t")


@pytest.fixture
def without_encoding(cluster):
    """A database whose texts may be anything."""
    cluster.maintenance.execute("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        database = Database(cluster.maintenance.url_of("bytes"))
        database.execute("CREATE EXTENSION hstore; CREATE TYPE pair AS (n integer, t text);"
                         " CREATE TYPE sent_as_text AS (a inet, t text, ts text[])")
        yield database
    finally:
        cluster.maintenance.execute("DROP DATABASE bytes WITH (FORCE)")


# A value with text that isn't UTF-8, and what it is under the policy `null`, as pyarrow reads it
NOT_UTF8 = [
    (r"E'a\xff'::text", None), (r"E'\xff'::char(3)", None), (r"ROW(1, E'a\xff')::pair", {"n": 1, "t": None}),
    (r"ARRAY[ROW(1, E'a\xff')::pair]", [{"n": 1, "t": None}]), (r"ARRAY['a', E'a\xff']", ["a", None]),
    (r"ROW('::1', E'\xff', '{}')::sent_as_text", {"a": "::1", "t": None, "ts": []}),
    (r"ROW('::1', NULL, ARRAY[E'\xff', 'b'])::sent_as_text", {"a": "::1", "t": None, "ts": [None, "b"]}),
    (r"hstore('k', E'\xff')", [("k", None)]),
]


def test_Text_that_is_not_UTF8_is_an_error_or_NULL_wherever_it_stands(without_encoding, tmp_path):
    for number, (value, null) in enumerate(NOT_UTF8):
        without_encoding.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT {value} AS v")
        for policy in ("error", "clamp", "null"):
            lake, file = tmp_path / f"{number}_{policy}", tmp_path / f"{number}_{policy}.yaml"
            file.write_text(yaml.safe_dump({
                "source": {"url": without_encoding.url}, "target": {"location": str(lake)},
                "tables": [{"name": "public.t", "types": {"v": {"on_unrepresentable": policy}}}]}), encoding="utf-8")
            result = run_pg2athena("run", "--config", file)
            if policy != "null":
                assert_error(result, FAILED, "public.t", "column v", "(0,1)", "UTF-8")
                continue
            assert_exit(result, DONE)
            assert pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).read().column(0).to_pylist() == [null], value


def test_A_key_that_is_not_UTF8_is_an_error_that_says_where(without_encoding, lake):
    without_encoding.execute(r"CREATE TABLE t AS SELECT hstore(E'\xff', 'x') AS v")
    assert_error(run_pg2athena("run", without_encoding.url, lake), FAILED, "public.t", "column v", "(0,1)", "UTF-8")


def test_Text_of_a_database_without_an_encoding_arrives_where_it_is_UTF8(without_encoding, lake):
    without_encoding.execute("CREATE TABLE t AS SELECT 'ünï 日本'::text AS a, ROW('::1', 'é', '{\"ü\"}')::sent_as_text AS b,"
                             " hstore('ö', 'ä') AS c, 'ß'::char(4) AS d")
    export(without_encoding, lake)
    [row] = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).read().to_pylist()
    # char(4) counts bytes here.
    assert row == {"a": "ünï 日本", "b": {"a": "::1", "t": "é", "ts": ["ü"]}, "c": [("ö", "ä")], "d": "ß  "}
