"""Types within types: as binary, as text where a part has no binary form, deep, wide, from catalogs and queries."""
import pyarrow.parquet
import pytest
import yaml

from harness import oracle
from harness.lake import files, published
from harness.parquet_types import spelled_types
from harness.program import DONE, FAILED, assert_error, assert_exit, export, run_pg2athena
from harness.verification import assert_verifies

TEXT = "BYTE_ARRAY STRING"


def first(lake, column: str):
    """The column's values of the table t, as pyarrow reads them."""
    return pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).read([column]).column(0).to_pylist()


def test_A_part_without_a_binary_form_changes_nothing_about_the_parts_beside_it(database, lake):
    database.execute("""
        CREATE EXTENSION hstore;
        CREATE TYPE mood AS ENUM ('so, so', '"');
        CREATE DOMAIN code AS varchar(5);
        CREATE TYPE inner_part AS (b boolean, i smallint, m money, r numrange, c char(3), n name, u uuid);
        CREATE TYPE parts AS (a inet, h hstore, i inner_part, l inner_part[], e mood, es mood[], d date, ts timestamp,
                              tz timestamptz, t time, n numeric, n2 numeric(9,2), f real, g double precision, o oid,
                              j jsonb, m int4multirange, x bytea, xs bytea[], c code, cs code[], iv interval, s text);
        CREATE TABLE t (id integer, v parts, vs parts[]);
        INSERT INTO t (id, v) VALUES (1, ROW('::1', 'a=>1,"b\\"c"=>NULL',
            ROW(true, -1, '-1234567.89', '[1.50,2)', 'x', 'n"', '00000000-0000-0000-0000-000000000001'),
            ARRAY[ROW(false, NULL, '0.01', 'empty', '', '', NULL)::inner_part, NULL], 'so, so', '{"so, so","\\"",NULL}',
            '0044-03-15 BC', '2024-01-01 00:00:00.5', '1969-12-31 23:59:59.999999+00', '24:00', '1.500', -2.5, '1e-45', '5e-324',
            4294967295, '{"a": [1, "\\"x\\""]}', '{[1,3),[5,)}', '\\x00ff5c22', '{"\\\\x5c",NULL}', 'a,b', '{"a\\"b",NULL}',
            '-1 mons +2 days', E'quote " \\\\ '' ,() {}\\n')),
            (2, ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL)), (3, NULL),
            (5, ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'NaN', NULL, 'NaN', '-0', NULL, NULL, NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL)),
            (6, ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '-Infinity', 'Infinity', NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)),
            (4, ROW(NULL, '', ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL), '{}', '"', '{}', NULL, NULL, NULL, NULL, NULL,
                    NULL, NULL, NULL, NULL, 'null', '{}', '', '{}', '', '{}', '0', ''));
        UPDATE t SET vs = ARRAY[v, NULL, v] WHERE id <> 3""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 6
    assert_verifies(lake)
    spelled = spelled_types(files(lake, "public.t")[0])["v"]
    # The documented exception: money is text in a text.
    for part in ("h MAP<BYTE_ARRAY STRING, BYTE_ARRAY STRING>", "i group {b BOOLEAN, i INT32 INT(16, signed), m BYTE_ARRAY STRING",
                 "tz INT64 TIMESTAMP(MICROS, UTC)", "o INT64", "x BYTE_ARRAY,",
                 "n2 INT32 DECIMAL(9,2)", "f FLOAT, g DOUBLE", "es LIST<BYTE_ARRAY STRING>"):
        assert part in spelled


@pytest.mark.parametrize("sibling", ["integer", "inet"], ids=["binary", "text"])
def test_What_a_part_cannot_hold_is_an_error_or_NULL_however_the_whole_travels(database, lake, tmp_path, sibling):
    database.execute(f"""
        CREATE TYPE thing AS (sibling {sibling}, grid integer[], price numeric(5,2), due date, at timestamptz);
        CREATE TABLE t (id integer, v thing);
        INSERT INTO t VALUES (1, ROW(NULL, '{{1,2}}', 1, '2024-01-01', NULL)),
                             (2, ROW(NULL, '{{{{1,2}},{{3,4}}}}', 2, NULL, NULL)),
                             (3, ROW(NULL, '[0:1]={{1,2}}', NULL, NULL, NULL)), (4, ROW(NULL, '{{}}', 'NaN', NULL, NULL)),
                             (5, ROW(NULL, NULL, NULL, 'infinity', '-infinity')),
                             (6, ROW(NULL, NULL, NULL, NULL, '294276-12-31 23:59:59.999999+00'))""")
    def run(**table):
        file = tmp_path / "t.yaml"
        file.write_text(yaml.safe_dump({"source": {"url": database.url}, "target": {"location": str(lake)},
                                        "tables": [{"name": "public.t"} | table]}), encoding="utf-8")
        return run_pg2athena("run", "--config", file)
    for row, kind in ((2, "dimension"), (3, "subscript"), (4, "NaN"), (5, "infinity"), (6, "294247-01-10")):
        assert_error(run(where=f"id = {row}"), FAILED, "v", f"(0,{row})", kind)
        assert not published(lake)
    assert_exit(run(types={"v": {"on_unrepresentable": "null"}}), DONE)
    assert oracle.assert_same(database, lake, "public.t", """
        SELECT id, ROW((v).sibling, CASE WHEN id NOT IN (2, 3) THEN (v).grid END, nullif((v).price, 'NaN'),
                       nullif((v).due, 'infinity'), CASE WHEN id < 5 THEN (v).at END)::thing AS v FROM t""") == 6


def test_Boxes_within_a_composite_are_told_apart_by_their_own_delimiter(database, lake):
    database.execute("CREATE TYPE drawing AS (name text, boxes box[]); CREATE TABLE t (v drawing);"
                     " INSERT INTO t VALUES (ROW('a', '{(1,2),(3,4);NULL;(5,6),(7,8)}')), (ROW('b', '{}'))")
    export(database, lake)
    assert first(lake, "v") == [{"name": "a", "boxes": ["(3,4),(1,2)", None, "(7,8),(5,6)"]}, {"name": "b", "boxes": []}]


def test_Domains_are_their_base_types_wherever_they_stand(database, lake):
    database.execute("""
        CREATE TYPE pair AS (a integer, b text);
        CREATE DOMAIN pairs AS pair[];
        CREATE DOMAIN good_pair AS pair CHECK ((VALUE).a > 0);
        CREATE DOMAIN span AS int4range;
        CREATE DOMAIN price AS numeric(10,2);
        CREATE DOMAIN low_price AS price;
        CREATE DOMAIN address AS inet;
        CREATE TYPE mixed AS (p pairs, g good_pair, s span, l low_price[], a address, aa address[]);
        CREATE TABLE t (p pairs, ps pairs[], g good_pair[], s span[], l low_price[], m mixed, a address[]);
        INSERT INTO t VALUES ('{"(1,x)",NULL}', ARRAY['{"(2,y)"}', NULL, '{}']::pairs[], '{"(3,)"}', '{"[1,3)",empty}',
                              '{1.5,NULL}', ROW('{"(4,\\"q\\\\\\"\\")"}', '(5,z)', '[7,9]', '{2.25}', '10.0.0.0/8', '{::1,NULL}'),
                              '{::1/64}'),
                             (NULL, NULL, NULL, NULL, NULL, NULL, NULL)""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 2
    assert spelled_types(files(lake, "public.t")[0])["ps"] == "LIST<LIST<group {a INT32, b BYTE_ARRAY STRING}>>"


def test_The_row_type_of_a_table_is_a_composite_without_its_dropped_columns(database, lake):
    database.execute("""
        CREATE TABLE point_of_sale (a integer, gone text, b numeric(5,1), also_gone inet, c date);
        CREATE TABLE t (id integer, v point_of_sale, vs point_of_sale[]);
        INSERT INTO t VALUES (1, ROW(1, 'x', 2.5, '::1', '2024-01-01'), NULL);
        ALTER TABLE point_of_sale DROP gone, DROP also_gone, ADD added text;
        INSERT INTO t VALUES (2, ROW(2, 3.5, NULL, 'new'), ARRAY[ROW(3, NULL, NULL, '')::point_of_sale])""")
    export(database, lake, "--table", "t")
    assert oracle.assert_arrived(database, lake, "public", "t") == 2
    assert spelled_types(files(lake, "public.t")[0])["v"] == (
        "group {a INT32, b INT32 DECIMAL(5,1), c INT32 DATE, added BYTE_ARRAY STRING}")


def test_Ranges_of_composites_and_of_domains_arrive(database, lake):
    database.execute("""
        CREATE TYPE version AS (major integer, minor integer); CREATE TYPE versions AS RANGE (subtype = version);
        CREATE DOMAIN price AS numeric(10,2); CREATE TYPE prices AS RANGE (subtype = price);
        CREATE TABLE t (v versions, vm versions_multirange, p prices, pm prices_multirange[]);
        INSERT INTO t VALUES (versions(ROW(1, 2)::version, ROW(2, NULL)::version), '{}', prices(1.5, 2, '[]'),
                              ARRAY[prices_multirange(prices(1, 2), prices(3, NULL))]),
                             ('empty', versions_multirange(versions(ROW(1, 2)::version, NULL)), 'empty', '{}')""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 2


def test_Composites_ten_deep_arrive(database, lake):
    database.execute("CREATE TYPE level_0 AS (a integer, b inet);" + "".join(
        f"CREATE TYPE level_{i} AS (n text, deeper level_{i - 1}{'[]' if i % 2 else ''});" for i in range(1, 10))
        + "CREATE TABLE t (v level_9)")
    value = "ROW(1, '::1')::level_0"
    for i in range(1, 10):
        value = f"ROW('at \"{i}\", \\', {f'ARRAY[{value}, NULL]' if i % 2 else value})::level_{i}"
    database.execute(f"INSERT INTO t SELECT {value}")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1


def test_A_composite_of_as_many_attributes_as_PostgreSQL_allows_arrives(database, lake):
    database.execute(f"CREATE TYPE wide AS ({', '.join(f'c{i} integer' for i in range(1600))}); CREATE TABLE t (v wide[]);"
                     f" INSERT INTO t SELECT ARRAY[ROW({', '.join('NULL' if i % 7 else str(i) for i in range(1600))})::wide]")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1


def test_Types_of_the_catalog_that_have_no_binary_form_or_no_fixed_type_arrive_as_text(database, lake):
    database.execute("""
        CREATE TABLE base AS SELECT 1 AS a; GRANT SELECT ON base TO PUBLIC;
        CREATE VIEW t AS SELECT relname, relacl, relacl[1] AS one, relpages, reloptions, c.oid, indkey, indclass,
                                pg_get_expr(indexprs, indrelid) AS expression, indexprs
                         FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
                         WHERE relname IN ('base', 'pg_class', 'pg_class_oid_index', 'pg_class_relname_nsp_index')""")
    export(database, lake, "--table", "t")
    assert oracle.assert_arrived(database, lake, "public", "t") == 4
    spelled = spelled_types(files(lake, "public.t")[0])
    assert spelled["relacl"] == f"LIST<{TEXT}>" and spelled["one"] == TEXT and spelled["indkey"] == TEXT


def test_A_record_without_a_type_and_an_array_of_any_type_are_text(database, lake, tmp_path):
    database.execute("CREATE TABLE base AS SELECT i % 2 AS a FROM generate_series(1, 300) AS i; ANALYZE base")
    file = tmp_path / "query.yaml"
    file.write_text(yaml.safe_dump({
        "source": {"url": database.url}, "target": {"location": str(lake)},
        "tables": [{"as": "t", "sql": "SELECT ROW(1, 'a \"b\"', NULL) AS r, ARRAY[ROW(1, 2)] AS rs, most_common_vals AS any"
                                      " FROM pg_stats WHERE tablename = 'base'"}]}), encoding="utf-8")
    assert_exit(run_pg2athena("run", "--config", file), DONE)
    [found] = pyarrow.parquet.ParquetFile(files(lake, "t")[0]).read().to_pylist()
    assert found["r"] == '(1,"a ""b""",)'
    assert found["any"] == database.value("SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'base'")
    assert found["rs"] in (["(1,2)"], '{"(1,2)"}')


def test_Nested_values_of_megabytes_arrive(database, lake):
    database.execute("""
        CREATE TYPE entry AS (n integer, body text, a inet);
        CREATE TYPE plain_entry AS (n integer, body text);
        CREATE TABLE t (id integer, v entry[], p plain_entry[], r int4range[]);
        INSERT INTO t SELECT 1, array_agg(ROW(i, md5(i::text), NULL)::entry), NULL, NULL FROM generate_series(1, 3000) AS i;
        INSERT INTO t SELECT 2, NULL, array_agg(ROW(i, repeat('"\\', i % 20))::plain_entry), NULL
                      FROM generate_series(1, 4000) AS i;
        INSERT INTO t SELECT 3, NULL, NULL, array_agg(int4range(i, i + i % 3)) FROM generate_series(1, 4000) AS i;
        INSERT INTO t SELECT 4, ARRAY[ROW(1, repeat('"\\', 200000), '::1')::entry],
                             ARRAY[ROW(1, repeat('x', 2000000))::plain_entry], '{}'""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 4
