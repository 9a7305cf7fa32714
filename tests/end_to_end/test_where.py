"""What a run takes of a table: its columns and the condition on its rows."""
import contextlib
import json
import time

import pyarrow.parquet
import pytest

from harness import oracle
from harness.job import export_tables, planned, run_tables, shards
from harness.lake import files, published
from harness.program import FAILED, REFUSED, USAGE, assert_error


KINDS = """
    CREATE TABLE heap (id integer PRIMARY KEY, k integer, name text, note text);
    INSERT INTO heap SELECT i, nullif(i % 7, 0), 'n' || i % 100, repeat('x', i % 20) FROM generate_series(1, 3000) AS i;
    CREATE TABLE part (name text, id integer NOT NULL, k integer, note text) PARTITION BY RANGE (id);
    CREATE TABLE part_low (note text, k integer, id integer NOT NULL, name text);
    ALTER TABLE part ATTACH PARTITION part_low FOR VALUES FROM (0) TO (1000);
    CREATE TABLE part_high PARTITION OF part FOR VALUES FROM (1000) TO (9999) PARTITION BY LIST (k);
    CREATE TABLE part_null PARTITION OF part_high FOR VALUES IN (NULL);
    CREATE TABLE part_rest PARTITION OF part_high DEFAULT;
    INSERT INTO part (id, k, name, note) TABLE heap;
    CREATE TABLE parent (id integer, k integer, name text, note text);
    CREATE TABLE child (extra text) INHERITS (parent);
    INSERT INTO parent SELECT * FROM heap WHERE id <= 2000;
    INSERT INTO child SELECT *, 'extra' FROM heap WHERE id > 2000;
    CREATE VIEW seen AS SELECT * FROM heap;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM heap;
    CREATE TABLE wanted (id integer); INSERT INTO wanted VALUES (5), (1500), (2500), (NULL); ANALYZE"""
NAMES = ["heap", "part", "parent", "seen", "kept"]


@pytest.fixture(scope="module")
def kinds(cluster):
    """A database with a relation of each kind, all of the same rows; nothing changes it."""
    with cluster.database("where") as database:
        database.execute(KINDS)
        yield database


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", [
    "k = 3",
    "id = 1500",
    "id < 10 OR id > 2990",                              # parenthesised beside a range of blocks
    "{name}.id BETWEEN 990 AND 1010",                    # the table's name, also in its partitions
    "id IN (SELECT id FROM wanted)",
    "NOT EXISTS (SELECT FROM wanted AS w WHERE w.id = {name}.id) AND k IS NULL",
    "id > (SELECT max(id) - 5 FROM {name})",             # the table itself
    "k IS NULL",
    "k <> 3",                                            # NULL is not true
    "NULL",
    "false",
    "id + 0 > 0",
    "id = 7 -- the seventh",
    "id = 7 /* the ) seventh */",
    "name = 'n1) UNION SELECT' OR name = 'n5'",
    "name ~ '^n[12]$' AND (ARRAY[1, 2, 3])[k] = 2",
    "\n  id = 8\n  OR id = 9\n",
    "note = $$xxx$$",
])
def test_The_rows_are_those_that_PostgreSQL_selects(kinds, lake, name, where):
    where = where.format(name=name)
    export_tables(kinds, lake, [{"name": f"public.{name}", "where": where}])
    oracle.assert_same(kinds, lake, f"public.{name}", f"SELECT * FROM {name} WHERE (\n{where}\n)")


@pytest.mark.parametrize("name", NAMES)
def test_The_columns_are_those_that_are_named_in_their_order(kinds, lake, name):
    export_tables(kinds, lake, [{"name": name, "columns": ["note", "id"], "where": "k = 3 AND name LIKE 'n1%'"}])
    rows = oracle.assert_same(kinds, lake, f"public.{name}",
                              f"SELECT note, id FROM {name} WHERE k = 3 AND name LIKE 'n1%'")
    assert rows > 0
    schema = pyarrow.parquet.read_schema(files(lake, f"public.{name}")[0])
    assert schema.names == ["note", "id"]
    assert schema.metadata[b"pg2athena.where"] == b"k = 3 AND name LIKE 'n1%'"
    table, = planned(lake)
    assert "columns: 2 of 4" in table["notes"] and "where: k = 3 AND name LIKE 'n1%'" in table["notes"]
    assert [column["name"] for column in table["columns"]] == ["note", "id"]


def test_Columns_alone_take_all_rows_and_keep_NOT_NULL(kinds, lake):
    export_tables(kinds, lake, [{"name": "heap", "columns": ["id"]}, {"name": "part", "columns": ["k", "id"]}])
    assert oracle.assert_same(kinds, lake, "public.heap", "SELECT id FROM heap") == 3000
    assert oracle.assert_same(kinds, lake, "public.part", "SELECT k, id FROM part") == 3000
    for table in planned(lake):
        for column in table["columns"]:
            assert column["nullable"] == (column["name"] == "k")


@pytest.fixture(scope="module")
def large(cluster):
    """A table of several shards: 130 MB."""
    with cluster.database("where_large") as database:
        database.execute("""
            CREATE TABLE large (id integer PRIMARY KEY, k integer, filler text);
            INSERT INTO large SELECT i, i % 10, repeat('filler ', 40) FROM generate_series(1, 400000) AS i;
            CREATE TABLE some_ids AS SELECT generate_series(1, 400000, 3) AS id;
            ANALYZE""")
        yield database


@pytest.mark.parametrize("where", ["k < 6", "id > 1000", "id IN (SELECT id FROM some_ids)", "k < 1 OR k > 8"])
def test_A_large_table_is_read_by_ranges_of_blocks_with_the_condition(large, lake, where):
    export_tables(large, lake, [{"name": "large", "columns": ["id", "k"], "where": where}], "--workers", "3")
    assert len(shards(lake)) > 2 and all("first_block" in shard for shard in shards(lake)), shards(lake)
    expected = large.query(f"SELECT count(*), count(DISTINCT id), sum(id::bigint), sum(k) FROM large WHERE {where}")
    assert oracle.lake_says(lake, "public.large", "count(*), count(DISTINCT id), sum(id), sum(k)") == expected[0]


@pytest.mark.parametrize("where", ["id = 4711", "id BETWEEN 100 AND 300", "id IN (SELECT 7 UNION SELECT 350000)"])
def test_A_selective_condition_is_one_shard_by_its_index(large, lake, where):
    scans = "SELECT pg_stat_get_numscans('large_pkey'::regclass)"
    scans_before = large.value(scans)
    export_tables(large, lake, [{"name": "large", "columns": ["id", "k"], "where": where}], "--workers", "3")
    shard, = shards(lake)
    assert shard.pop("bytes") < 1_000_000
    assert shard == {"shard": 0, "source": "public.large", "by_index": True}
    assert "read by index" in planned(lake)[0]["notes"]
    receipt, = lake.glob("_pg2athena/runs/*/receipts/*")
    assert json.loads(receipt.read_text())["source"] == "public.large by index"
    deadline = time.monotonic() + 10  # sessions report what they did when they end
    while large.value(scans) == scans_before:
        assert time.monotonic() < deadline, "no session used the index"
        time.sleep(0.1)
    oracle.assert_same(large, lake, "public.large", f"SELECT id, k FROM large WHERE {where}")


def test_Foreign_tables_have_conditions_too(database, lake):
    database.execute("""
        CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        CREATE FOREIGN TABLE far (line text) SERVER files OPTIONS (program 'seq 1 100')""")
    export_tables(database, lake, [{"name": "far", "where": "line ~ '^9' AND far.line <> '91'"}])
    rows = oracle.assert_same(database, lake, "public.far", "SELECT * FROM far WHERE line ~ '^9' AND line <> '91'")
    assert rows == 10


def test_Each_partition_is_read_as_is_best_for_it(database, lake):
    database.execute("""
        CREATE TABLE p (id integer, k integer) PARTITION BY LIST (k);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
        CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);
        CREATE INDEX ON p1 (id); INSERT INTO p SELECT i, i % 3 + 1 FROM generate_series(1, 60000) AS i; ANALYZE""")
    export_tables(database, lake, [{"name": "p", "where": "id = 30000 AND k < 3 OR id = 30001 AND k < 3"}])
    assert oracle.assert_same(database, lake, "public.p", "SELECT * FROM p WHERE id IN (30000, 30001) AND k < 3") == 2
    assert [shard.get("by_index", False) for shard in shards(lake)] == [True, False, False]
    assert "1 of 3 parts read by index" in planned(lake)[0]["notes"]


SCHEMAS = """
    CREATE SCHEMA hidden; CREATE TABLE hidden.t AS SELECT i, 'Word' || i AS word FROM generate_series(1, 100) AS i;
    CREATE TABLE hidden.wanted AS SELECT 42 AS i;
    CREATE FUNCTION hidden.is_good(integer) RETURNS boolean LANGUAGE sql AS 'SELECT $1 % 10 = 0';
    CREATE ROLE pathfinder LOGIN; GRANT USAGE ON SCHEMA hidden TO pathfinder;
    GRANT SELECT ON ALL TABLES IN SCHEMA hidden TO pathfinder"""


@pytest.fixture
def pathfinder(database):
    database.execute(SCHEMAS)
    yield "pathfinder"
    database.execute("DROP OWNED BY pathfinder; DROP ROLE pathfinder")


@pytest.mark.parametrize("where, rows", [("is_good(i)", 10), ("i IN (SELECT i FROM wanted)", 1)])
def test_Names_in_a_condition_mean_what_they_mean_to_the_role(database, lake, pathfinder, where, rows):
    database.execute("ALTER ROLE pathfinder SET search_path = hidden")
    export_tables(database, lake, [{"name": "t", "where": where}], user=pathfinder)
    assert oracle.lake_says(lake, "hidden.t", "count(*)") == (rows,)


def test_Operators_of_the_roles_schemas_count_in_the_condition_and_nowhere_else(database, lake, pathfinder):
    # Before pg_catalog in the role's search_path: a = for texts without letters' case, as citext has it, and what would
    # make all comparisons of item pointers, and every output, wrong.
    database.execute("""
        CREATE FUNCTION hidden.same(text, text) RETURNS boolean LANGUAGE sql AS
          'SELECT pg_catalog.lower($1) OPERATOR(pg_catalog.=) pg_catalog.lower($2)';
        CREATE OPERATOR hidden.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hidden.same);
        CREATE FUNCTION hidden.never(tid, tid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
        CREATE OPERATOR hidden.>= (LEFTARG = tid, RIGHTARG = tid, FUNCTION = hidden.never);
        CREATE OPERATOR hidden.< (LEFTARG = tid, RIGHTARG = tid, FUNCTION = hidden.never);
        CREATE FUNCTION hidden.format(text, anyelement) RETURNS text LANGUAGE sql AS $$SELECT 'hijacked'::text$$;
        CREATE FUNCTION hidden.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$SELECT 'hijacked'::text$$;
        ALTER TABLE hidden.t ADD place point; UPDATE hidden.t SET place = point(i, i);
        ALTER ROLE pathfinder SET search_path = hidden, pg_catalog""")
    export_tables(database, lake, [{"name": "hidden.t", "where": "word = 'wORD7' OR i = 8"},
                                   {"name": "hidden.wanted", "where": "i > 0"}], user=pathfinder)
    assert oracle.assert_same(database, lake, "hidden.t", "SELECT * FROM hidden.t WHERE i IN (7, 8)") == 2
    assert oracle.lake_says(lake, "hidden.wanted", "count(*)") == (1,)


def test_Citext_compares_without_letters_case(database, lake):
    if not database.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'"):
        pytest.skip("the server has no citext")
    database.execute("CREATE EXTENSION citext; CREATE TABLE t AS SELECT 'Ada'::citext AS name UNION SELECT 'Bob'")
    export_tables(database, lake, [{"name": "t", "where": "name = 'ADA'"}])
    assert oracle.lake_says(lake, "public.t", "count(*), max(name)") == (1, "Ada")


@pytest.mark.parametrize("where, mentions", [
    ("nothing = 1", ['column "nothing" does not exist', "42703"]),
    ("heap2.id = 1", ["heap2", "42P01"]),
    ("id IN (SELECT id FROM nowhere)", ["nowhere", "42P01"]),
    ("no_function(id)", ["no_function", "42883"]),
    ("id", ["must be type boolean", "42804"]),
    ("id = ", ["syntax error", "42601"]),
    (" ", ["syntax error"]),
    ("-- nothing", ["syntax error"]),
    ("true; DROP TABLE heap", ["syntax error"]),
    ("true); DROP TABLE heap --", ["heap"]),
    ("true) UNION SELECT * FROM heap --", ["syntax error"]),
    ("true) UNION SELECT * FROM heap WHERE (true", ["syntax error"]),
    ("true) OR (id = 1", ["syntax error"]),
    ("true] OR ARRAY[true", ["syntax error"]),
    ("true /*", ["comment"]),
    ("name = 'open", ["quoted string"]),
    ("count(*) > 1", ["aggregate", "42803"]),
    ("id = $1", ["parameter", "42P02"]),
    ("1 / 0 = 1", ["division by zero", "22012"]),
])
def test_A_condition_that_the_server_refuses_is_refused_by_the_plan(kinds, lake, where, mentions):
    for command in ("plan", "run"):
        result = run_tables(kinds, lake, [{"name": "public.heap", "where": where}], command=command)
        assert_error(result, REFUSED, "table public.heap", "sqlstate", *mentions)
    assert kinds.value("SELECT count(*) FROM heap") == 3000
    assert not published(lake)


def test_A_condition_that_fails_on_a_row_fails_the_run(kinds, lake):
    assert_error(run_tables(kinds, lake, [{"name": "heap", "where": "1 / (id - 5) = 0"}]), FAILED, "division by zero")
    assert not published(lake)


@pytest.mark.parametrize("tables, code, mentions", [
    ([{"name": "heap", "columns": ["id", "nam"]}], REFUSED, ['no column "nam"', "did you mean name"]),
    ([{"name": "heap", "columns": ["ID"]}], REFUSED, ['no column "ID"', "did you mean id"]),
    ([{"name": "part", "columns": ["ctid"]}], REFUSED, ['no column "ctid"']),
    ([{"name": "heap", "columns": ["id", "k", "id"]}], USAGE, ["twice", "table public.heap"]),
    ([{"name": "public.*", "where": "id = 1"}], USAGE, ["full name", "public.*"]),
    ([{"name": "hea?", "columns": ["id"]}], USAGE, ["full name"]),
    ([{"name": "heap", "where": "id = 1"}, {"name": "public.heap", "where": "id = 2"}], REFUSED, ["twice"]),
    ([{"name": "heap", "columns": ["id"]}, {"name": "public.heap"}], REFUSED, ["twice"]),
])
def test_A_selection_that_can_not_be_meant_is_refused(kinds, lake, tables, code, mentions):
    assert_error(run_tables(kinds, lake, tables), code, *mentions)
    assert not published(lake)


def test_What_names_a_table_wins_over_a_pattern(kinds, lake):
    export_tables(kinds, lake, [{"name": "public.*"}, {"name": "public.heap", "where": "id <= 10"}],
                  exclude=["public.part"])
    assert set(published(lake)) == {f"public.{name}" for name in NAMES + ["child", "wanted"] if name != "part"}
    assert oracle.assert_same(kinds, lake, "public.heap", "SELECT * FROM heap WHERE id <= 10") == 10
    assert oracle.assert_arrived(kinds, lake, "public", "kept") == 3000


@pytest.fixture
def clerk(database):
    database.execute(KINDS + "; CREATE ROLE clerk LOGIN")
    for name in NAMES:
        database.execute(f"GRANT SELECT (id, k) ON {name} TO clerk")
    yield "clerk"
    database.execute("DROP OWNED BY clerk; DROP ROLE clerk")


@pytest.mark.parametrize("name", NAMES)
def test_Rights_on_the_columns_are_enough(database, lake, clerk, name):
    export_tables(database, lake, [{"name": name, "columns": ["k", "id"], "where": "k = 3"}], user=clerk)
    assert oracle.assert_same(database, lake, f"public.{name}", f"SELECT k, id FROM {name} WHERE k = 3") > 100


def test_Rights_that_are_missing_are_named(database, lake, clerk):
    result = run_tables(database, lake, [{"name": "heap", "columns": ["name"]}], user=clerk)
    assert_error(result, REFUSED, "public.heap (\"name\")", "GRANT SELECT (\"name\") ON public.heap TO \"clerk\"")
    for where in ("name = 'n1'", "id IN (SELECT id FROM wanted)"):
        result = run_tables(database, lake, [{"name": "heap", "columns": ["id"], "where": where}], user=clerk)
        assert_error(result, REFUSED, "permission denied", "table public.heap")


def test_A_value_that_can_not_be_exported_is_found_among_the_rows_of_the_condition(database, lake):
    database.execute("""
        CREATE TABLE t (i integer, d date); CREATE INDEX ON t (i);
        INSERT INTO t SELECT i, CASE i WHEN 700 THEN date 'infinity' ELSE date '2024-01-01' END
        FROM generate_series(1, 1000) AS i; ANALYZE t""")
    ctid = database.value("SELECT ctid FROM t WHERE i = 700")
    result = run_tables(database, lake, [{"name": "t", "where": "i % 2 = 0 AND i > 10"}])
    assert_error(result, FAILED, f"ctid {ctid}")
    result = run_tables(database, lake, [{"name": "t", "where": "i = 700"}])
    assert_error(result, FAILED, "row 1 of public.t by index")
    # A join may return rows in any order: a ctid that was counted out would be another row's.
    result = run_tables(database, lake, [{"name": "t", "where": "i IN (SELECT i FROM t AS other WHERE i % 2 = 0)"}])
    assert_error(result, FAILED, "of public.t blocks 0..the last")
    assert "ctid" not in result.stderr


def test_What_a_subquery_reads_is_locked_before_the_first_row_is_read(kinds, lake):
    with contextlib.closing(kinds.connect(autocommit=False)) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE wanted")
        result = run_tables(kinds, lake, [{"name": "heap", "where": "id IN (SELECT id FROM wanted)"}],
                            "--lock-timeout", "1s", command="plan")
    assert_error(result, FAILED, "lock", "table public.heap", "--lock-timeout")


def test_The_plan_says_what_is_taken(kinds, lake):
    where = "id = 5 -- \x1b[2J" + " and more" * 30
    result = export_tables(kinds, lake, [{"name": "heap", "columns": ["id"], "where": where}], command="plan")
    line, = (line for line in result.stdout.splitlines() if line.startswith("public.heap"))
    assert "columns: 1 of 4" in line and "where: id = 5" in line and "read by index" in line
    assert "about 1 rows" in line and "\x1b" not in line and len(line) < 240


WHOLE_ROWS = """
    CREATE TABLE base (id int, a text);
    CREATE TABLE kid (extra int, b int) INHERITS (base);
    CREATE TABLE kid2 (a text, id int, c int) INHERITS (base);
    INSERT INTO base SELECT i, 'b' || i FROM generate_series(1, 100) AS i;
    INSERT INTO kid SELECT i, 'k' || i, CASE WHEN i % 2 = 0 THEN i END FROM generate_series(101, 200) AS i;
    INSERT INTO kid2 (id, a) SELECT i, 'q' || i FROM generate_series(201, 300) AS i;
    CREATE FUNCTION extra(base) RETURNS int LANGUAGE sql AS 'SELECT 7';
    CREATE TABLE par (id int, r int, v text, z int) PARTITION BY RANGE (r);
    CREATE TABLE par_d (gone int, v text, id int, z int, r int);
    ALTER TABLE par_d DROP COLUMN gone;
    ALTER TABLE par ATTACH PARTITION par_d FOR VALUES FROM (0) TO (10);
    CREATE TABLE par_e PARTITION OF par FOR VALUES FROM (10) TO (20);
    INSERT INTO par SELECT i, i % 20, 'v' || i, nullif(i % 3, 0) FROM generate_series(1, 3000) AS i"""


@pytest.fixture(scope="module")
def whole_rows(cluster):
    with cluster.database("whole_rows") as database:
        database.execute(WHOLE_ROWS)
        yield database


@pytest.mark.parametrize("table, where", [
    ("base", "base IS NOT NULL"), ("base", "row(base.*) IS NOT NULL"), ("base", "to_jsonb(base) ? 'extra'"),
    ("base", "NOT (to_jsonb(base) ? 'c')"), ("base", "to_json(base)::text LIKE '%b%'"), ("base", "base.extra = 7"),
    ("base", "base = row(101, 'k101')::base"), ("base", "tableoid = 'kid'::regclass"), ("base", "base.id % 7 = 0"),
    ("base", "extra(base) = 7 AND id > 90"), ("base", "ctid = '(0,1)'"),
    ("par", "par::text LIKE '(1,%'"), ("par", "md5(par::text) < '8'"), ("par", "par = (SELECT p FROM par p WHERE id = 5)"),
    ("par", "par.v LIKE '%7'"), ("par", "tableoid = 'par_d'::regclass"), ("par", "par IS NOT NULL"),
])
def test_The_row_as_a_whole_is_the_tables_in_every_part(whole_rows, lake, table, where):
    export_tables(whole_rows, lake, [{"name": table, "where": where}])
    oracle.assert_same(whole_rows, lake, f"public.{table}", f"SELECT * FROM {table} WHERE {where}")
