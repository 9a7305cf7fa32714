"""The promise of --memory: resident memory stays under it, whatever the table; what can't fit is refused with the number
that would do; and a value that is too large is an error that the server finds before it sends it."""
import contextlib
import hashlib
import re

import pyarrow.parquet
import pytest
import yaml

from harness import oracle
from harness.lake import files, published
from harness.memory import MIB, highest_memory, peak_memory
from harness.program import DONE, FAILED, REFUSED, assert_error, export, finish, run_pg2athena, start_pg2athena
from harness.slow_query import wait_until

# Bytes that no codec makes smaller, the same ones for the same seed.
NOISE = """
    CREATE FUNCTION noise(bytes int, seed int) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
      SELECT substr(string_agg(sha512((seed || ':' || i)::bytea), ''), 1, bytes)
      FROM generate_series(1, bytes / 64 + 1) AS i $$;"""


def columns(count: int, kinds: list[str]) -> str:
    return ", ".join(f"{kinds[k % len(kinds)].format(k=k + 1)} AS c{k}" for k in range(count))


def number_of(pattern: str, result) -> str:
    found = re.search(pattern, result.stderr)
    assert found, f"no {pattern} in\n{result.stderr}"
    return found.group(1)


def peak_of_refused(*arguments) -> tuple[int, str]:
    """Like peak_memory(), of a run that has to fail with a memory that would do: its peak, and that memory."""
    process = start_pg2athena(*arguments)
    peak = highest_memory(process)
    result = finish(process, 10)
    assert result.returncode in (FAILED, REFUSED), result.stderr
    return peak, number_of(r"--memory (\d+)MiB would", result)


def test_A_run_stays_under_its_memory(database, lake):
    database.execute("""
        CREATE UNLOGGED TABLE t AS
        SELECT i, i * 2654435761 % 2147483647 AS a, md5(i::text) AS b, (i % 1000)::int AS c, repeat('x', (i % 90)::int) AS d,
               (i / 7.0)::numeric(20,4) AS e, timestamptz 'epoch' + i * interval '1 s' AS f
        FROM generate_series(1::bigint, 1000000) AS i""")
    peak = peak_memory("run", database.url, lake, "--memory", "96MiB", "--workers", "2", "--quiet")
    assert peak < 96 * MIB
    assert oracle.lake_says(lake, "public.t", "count(*), sum(i), count(DISTINCT b)") == (1_000_000, 500_000_500_000, 1_000_000)


def test_Page_indexes_and_Bloom_filters_stay_under_it_too(database, tmp_path):
    database.execute("""
        CREATE UNLOGGED TABLE t AS
        SELECT i, (i * 2654435761 % 2147483647)::int AS a, md5(i::text)::uuid AS b, i / 7.0::float8 AS c, 'text ' || i AS d
        FROM generate_series(1::bigint, 2000000) AS i""")
    file = tmp_path / "job.yaml"
    file.write_text(yaml.safe_dump({
        "source": {"url": database.url}, "target": {"location": "lake"}, "limits": {"memory": "96MiB", "workers": 2},
        "files": {"profile": "modern"}, "tables": [{"name": "t", "bloom_filters": ["i", "a", "b", "c", "d"]}]}))
    peak = peak_memory("run", "--config", file, "--quiet")
    assert peak < 96 * MIB
    assert oracle.lake_says(tmp_path / "lake", "public.t", "count(*), sum(i), count(DISTINCT b)") == (
        2_000_000, 2_000_001_000_000, 2_000_000)


@pytest.mark.parametrize("profile", ["athena", "modern"])
def test_Four_hundred_columns_stay_under_it_and_all_arrive(database, lake, profile):
    kinds = ["(i * {k})::bigint", "((i * {k}) % 1000)::int", "md5((i * {k})::text)", "(i / 3.0 * {k})::float8", "(i % {k} = 0)"]
    database.execute(f"CREATE UNLOGGED TABLE t AS SELECT {columns(400, kinds)} FROM generate_series(1::bigint, 8000) AS i")
    peak = peak_memory("run", database.url, lake, "--memory", "128MiB", "--workers", "2", "--quiet", "--profile", profile)
    assert peak < 128 * MIB
    assert oracle.assert_arrived(database, lake, "public", "t") == 8000


@pytest.mark.parametrize("profile", ["athena", "modern"])
def test_As_many_columns_as_a_table_can_have_are_refused_or_fit(database, lake, profile):
    database.execute(f"CREATE UNLOGGED TABLE t AS SELECT {columns(1600, ['(i % {k})::int2', '(i % {k} = 0)'])}"
                     " FROM generate_series(1, 12000) AS i")
    arguments = ["run", database.url, lake, "--workers", "2", "--quiet", "--profile", profile, "--memory"]
    refused = run_pg2athena(*arguments, "64MiB")
    assert_error(refused, REFUSED, "memory: 64MiB can't hold this plan", "1600 columns")
    enough = number_of(r"--memory (\d+)MiB would do", refused)
    assert peak_memory(*arguments, f"{enough}MiB") < int(enough) * MIB
    assert oracle.lake_says(lake, "public.t", "count(*), sum(c2), sum(c1598)") == \
        database.query("SELECT count(*), sum(c2), sum(c1598) FROM t")[0]


def test_Eight_workers_with_wide_tables_stay_under_it_and_all_arrive(database, lake):
    kinds = ["(i * {k})::bigint", "((i * {k}) % 1000)::int", "md5((i * {k})::text)", "(i / 3.0 * {k})::float8", "(i % {k} = 0)"]
    database.execute(f"CREATE UNLOGGED TABLE t1 AS SELECT {columns(400, kinds)} FROM generate_series(1::bigint, 3000) AS i;" +
                     "".join(f"CREATE UNLOGGED TABLE t{t} AS SELECT * FROM t1;" for t in range(2, 9)))
    arguments = ["run", database.url, lake, "--workers", "8", "--quiet", "--memory"]
    refused = run_pg2athena(*arguments, "128MiB")
    assert_error(refused, REFUSED, "128MiB can't hold this plan: 8 workers", "400 columns")
    enough = int(number_of(r"--memory (\d+)MiB would do", refused))
    assert peak_memory(*arguments, f"{enough}MiB", timeout=30) < enough * MIB
    expected = database.query("SELECT count(*), sum(c0), sum(c395), count(DISTINCT c2) FROM t1")[0]
    for table in range(1, 9):
        assert oracle.lake_says(lake, f"public.t{table}", "count(*), sum(c0), sum(c395), count(DISTINCT c2)") == expected


def test_Large_rows_fit_under_it_and_are_right(database, lake):
    # Two tables, so that there is a large row in each worker at once; the second column comes after the large one.
    database.execute(NOISE + "".join(f"""
        CREATE TABLE t{t} (id int, body bytea, note text);
        ALTER TABLE t{t} ALTER body SET STORAGE EXTERNAL;
        INSERT INTO t{t} SELECT i, noise(20000000 + i, i), 'row ' || i FROM generate_series(1, 3) AS i;""" for t in (1, 2)))
    peak = peak_memory("run", database.url, lake, "--memory", "256MiB", "--workers", "2", "--quiet")
    assert peak < 256 * MIB
    expected = database.query("SELECT id, sha256(body), note FROM t1 ORDER BY id")
    table = pyarrow.parquet.read_table(files(lake, "public.t1")[0]).to_pylist()
    assert [(row["id"], hashlib.sha256(row["body"]).digest(), row["note"]) for row in table] == \
        [(id_, bytes(digest), note) for id_, digest, note in expected]


def test_A_value_that_is_too_large_names_its_place_and_the_memory_that_would_do(database, lake):
    database.execute(NOISE + """
        CREATE TABLE docs (id int, body bytea);
        ALTER TABLE docs ALTER body SET STORAGE EXTERNAL;
        INSERT INTO docs SELECT i, noise(CASE i WHEN 3 THEN 30000000 ELSE 100 END, i) FROM generate_series(1, 4) AS i""")
    arguments = ["run", database.url, lake, "--quiet", "--memory"]
    result = run_pg2athena(*arguments, "128MiB")
    assert_error(result, FAILED, "a row of public.docs has a value of 30000000 bytes in column body", "max_value_size is",
                 "ctid (0,3)")
    assert not published(lake)
    enough = number_of(r"--memory (\d+)MiB would hold it", result)
    assert peak_memory(*arguments, f"{enough}MiB") < int(enough) * MIB
    assert oracle.lake_says(lake, "public.docs", "count(*), sum(octet_length(body))") == (4, 30_000_300)


def test_A_max_value_size_that_does_not_fit_is_refused_with_a_memory_that_does(database, lake):
    # Nobody knows how large the rows of a query are. (Of a small table the plan does.)
    arguments = ["run", database.url, lake, "--quiet", "--query", "SELECT 'a' AS a", "--as", "q",
                 "--max-value-size", "100MiB", "--memory"]
    refused = run_pg2athena(*arguments, "256MiB")
    assert_error(refused, REFUSED, "256MiB can't hold this plan", "--max-value-size")
    assert run_pg2athena(*arguments, number_of(r"--memory (\w+) would do", refused)).returncode == DONE


def test_What_the_plan_says_of_memory(database):
    database.execute("CREATE TABLE t (a int)")
    result = run_pg2athena("plan", database.url, "--memory", "200MiB", "--max-value-size", "5MiB")
    assert result.returncode == DONE and "memory 200MiB: row groups up to" in result.stdout
    assert "values up to 5MiB" in result.stdout


# A limit of 1 MiB, and values of exactly as many bytes as said, for each kind of column that can be large. What a value
# counts is what it has on the wire: jsonb has a version byte before its text, an array 20 bytes before its elements, and
# each element its length in 4 bytes and the 16 that it counts more.
LIMIT = 1 << 20
KINDS = {
    "text": ("text", "repeat('x', {n})", 0),
    "compressed bytea": ("bytea", "convert_to(repeat('x', {n}), 'UTF8')", 0),
    "varchar": ("varchar", "repeat('x', {n})", 0),
    "json": ("json", "('\"' || repeat('x', {n} - 2) || '\"')::json", 0),
    "jsonb": ("jsonb", "('\"' || repeat('x', {n} - 2) || '\"')::jsonb", 1),
    "text[]": ("text[]", "ARRAY[repeat('x', {n} - 100), repeat('y', 100)]", 20 + 2 * 20),
    "citext": ("citext", "repeat('x', {n})::citext", 0),
    # 24 bytes, and a slot for the value and for each attribute.
    "composite": ("pair", "ROW(1, repeat('x', {n}))::pair", 4 + 12 + 8 + 3 * 16),
    "composite[]": ("pair[]", "ARRAY[ROW(1, repeat('x', {n}))::pair, NULL]", 20 + 4 + 24 + 4 + 2 * 48),
    "range": ("text_range", "text_range('a', repeat('x', {n}))", 1 + 5 + 4 + 6 * 16 + 2 * 16),
    "hstore": ("hstore", "hstore('k', repeat('x', {n}))", 4 + 5 + 4 + 2 * 16),
    "output text": ("xml", "('<a>' || repeat('x', {n} - 7) || '</a>')::xml", 0),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["table", "view", "query"])
def test_A_value_of_just_max_value_size_passes_and_one_byte_more_does_not(database, lake, kind, source):
    type_, value, more = KINDS[kind]
    database.execute("CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE TYPE pair AS (n int, t text);"
                     "CREATE TYPE text_range AS RANGE (subtype = text, collation = \"C\")")
    database.execute(f"CREATE TABLE t (id int, v {type_}); CREATE VIEW seen AS SELECT * FROM t;"
                     f"INSERT INTO t VALUES (1, NULL), (2, {value.format(n=LIMIT - more)}), (3, NULL)")
    options = {"table": ["--table", "t"], "view": ["--table", "seen"], "query": ["--query", "SELECT * FROM t", "--as", "q"]}
    name = {"table": "public.t", "view": "public.seen", "query": "q"}[source]
    arguments = ["run", database.url, lake, "--quiet", "--memory", "128MiB", "--max-value-size", str(LIMIT), *options[source]]
    assert run_pg2athena(*arguments).returncode == DONE
    assert oracle.assert_same(database, lake, name, "SELECT * FROM t") == 3
    database.execute(f"INSERT INTO t VALUES (4, {value.format(n=LIMIT - more + 1)})")
    assert_error(run_pg2athena(*arguments), FAILED, f"a value of {LIMIT + 1} bytes in column v", "max_value_size is 1MiB",
                 f"--max-value-size {LIMIT + 1} lets it pass")


def test_The_values_of_a_row_count_together(database, lake):
    database.execute("CREATE TABLE t (a text, b bytea, c jsonb, d text[], \"E e\" text);"
                     "INSERT INTO t SELECT repeat('a', 400000), convert_to(repeat('b', 400000), 'UTF8'), '1', NULL, 'e'")
    arguments = ["run", database.url, lake, "--quiet", "--max-value-size"]
    assert_error(run_pg2athena(*arguments, "800002"), FAILED, "has 800003 bytes in its values, 400000 of them in column a")
    assert run_pg2athena(*arguments, "800003").returncode == DONE
    assert oracle.assert_arrived(database, lake, "public", "t") == 1


def test_A_table_that_gets_its_first_large_value_while_the_run_is_planned_is_guarded_all_the_same(database, lake):
    database.execute(NOISE + "CREATE TABLE t (a bytea); INSERT INTO t VALUES ('a'); CREATE TABLE held (b int)")
    with contextlib.closing(database.connect(autocommit=False)) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
        # The tables are planned before the queries, which wait for the lock.
        process = start_pg2athena("run", database.url, lake, "--table", "t", "--query", "SELECT * FROM held", "--as", "q",
                                  "--max-value-size", "4MiB")
        wait_until(lambda: database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                          " AND datname = current_database()"), "the run to wait for the lock")
        database.execute("INSERT INTO t VALUES (noise(5000000, 1))")
        other.rollback()
    result = finish(process, 60)
    assert_error(result, FAILED, "a value of 5000000 bytes in column a", "ctid (0,2)")


def test_Rows_that_a_query_leaves_out_do_not_count(database, lake):
    database.execute("CREATE TABLE t AS SELECT i, repeat('x', i * 1000000) AS a FROM generate_series(1, 3) AS i")
    export(database, lake, "--query", "SELECT * FROM t WHERE i < 3", "--as", "q", "--max-value-size", "2000000")
    assert oracle.assert_same(database, lake, "q", "SELECT * FROM t WHERE i < 3") == 2


def test_A_large_value_in_a_partition_is_found_with_its_place(database, lake):
    database.execute("CREATE TABLE p (k int, a text) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
                     "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);"
                     "INSERT INTO p VALUES (1, 'a'), (2, 'b'), (2, repeat('x', 3000000))")
    assert_error(run_pg2athena("run", database.url, lake, "--max-value-size", "1MiB", "--table", "p"), FAILED,
                 "a value of 3000000 bytes in column a", "public.p2", "ctid (0,2)")


def test_Sixteen_hundred_large_columns_are_guarded_together(database, lake):
    names = ", ".join(f"c{k} text" for k in range(1600))
    database.execute(f"CREATE TABLE t ({names}); INSERT INTO t (c0, c1599) VALUES ('a', repeat('x', 2000000))")
    arguments = ["run", database.url, lake, "--quiet", "--max-value-size"]
    assert_error(run_pg2athena(*arguments, "1MiB"), FAILED, "2000000 of them in column c1599")
    assert run_pg2athena(*arguments, "2000001").returncode == DONE


def test_Numbers_whose_text_is_much_longer_than_they_are_stay_under_it(database, lake):
    database.execute("CREATE TABLE t AS SELECT 1e100000::numeric + i AS n FROM generate_series(1, 20) AS i;"
                     "INSERT INTO t SELECT 1e100000::numeric FROM generate_series(1, 2000)")
    assert peak_memory("run", database.url, lake, "--memory", "64MiB", "--workers", "1", "--quiet") < 64 * MIB
    assert oracle.lake_says(lake, "public.t", "count(*), sum(length(n))") == (2020, 2020 * 100_001)


def test_What_is_stored_much_smaller_than_it_travels_is_an_error_and_no_crash(database, lake):
    # 2 000 numbers of 100 001 digits in some kilobytes of jsonb: nothing that is stored says how long its text is.
    database.execute("CREATE TABLE t AS SELECT jsonb_agg(1e100000::numeric) AS j FROM generate_series(1, 300)")
    assert_error(run_pg2athena("run", database.url, lake, "--max-value-size", "1MiB"), FAILED, "in column j", "max_value_size")
    assert not published(lake)


# Numbers of ten bytes and 131 072 digits: what counts is their text.
LONGEST = "1e131071::numeric"
NUMBERS = {
    "an array": f"SELECT array_fill({LONGEST}, ARRAY[600]) AS a FROM generate_series(1, 3)",
    "a number and an array": f"SELECT {LONGEST} AS a, array_fill({LONGEST}, ARRAY[600]) AS b",
    "an array with precision": "SELECT array_fill(1e999::numeric(1000,0), ARRAY[80000])::numeric(1000,0)[] AS a",
    "600 columns": "SELECT " + ", ".join(f"{LONGEST} AS c{k}" for k in range(600)) + " FROM generate_series(1, 3)",
}


@pytest.mark.parametrize("source", ["table", "query"])
@pytest.mark.parametrize("numbers", NUMBERS)
def test_Numbers_with_too_much_text_are_refused_before_they_are_decoded(database, lake, numbers, source):
    sql = NUMBERS[numbers]
    database.execute(f"CREATE TABLE t AS {sql}")
    options = {"table": ["--table", "t"], "query": ["--query", sql, "--as", "q"]}[source]
    arguments = ["run", database.url, lake, "--quiet", "--workers", "1", *options, "--memory"]
    peak, enough = peak_of_refused(*arguments, "96MiB")
    assert peak < 96 * MIB
    assert not published(lake)
    assert peak_memory(*arguments, f"{enough}MiB") < int(enough) * MIB


def test_Numbers_under_a_max_value_size_of_the_operators_stay_under_it(database, lake):
    database.execute(f"CREATE TABLE t AS SELECT {LONGEST} AS a, array_fill({LONGEST}, ARRAY[14]) AS b"
                     " FROM generate_series(1, 200)")
    arguments = ["run", database.url, lake, "--quiet", "--memory", "64MiB", "--max-value-size"]
    assert peak_memory(*arguments, "2MiB") < 64 * MIB
    assert oracle.lake_says(lake, "public.t", "count(*), sum(length(a)), sum(length(b[14]))") == \
        (200, 200 * 131_072, 200 * 131_072)
    # As they travel, 16 more for each element, and the elements' texts; and the number's text.
    bytes_ = 20 + 14 * (4 + 10 + 16 + 131_072) + 131_072
    assert_error(run_pg2athena(*arguments, str(bytes_ - 1)), FAILED, f"has {bytes_} bytes in its values", "in column b")
    assert run_pg2athena(*arguments, str(bytes_)).returncode == DONE


def test_Rows_of_many_columns_that_take_turns_at_being_large_stay_under_it(database, lake):
    names = [f"c{k}" for k in range(60)]
    database.execute(f"CREATE TABLE t ({', '.join(name + ' text' for name in names)})")
    for name in names:
        database.execute(f"INSERT INTO t ({name}) SELECT repeat('x', 1400000)")
    assert peak_memory("run", database.url, lake, "--memory", "64MiB", "--workers", "1", "--quiet") < 64 * MIB


def test_Comments_count(database, lake):
    names = [f"c{k}" for k in range(20)]
    database.execute(f"CREATE TABLE t ({', '.join(name + ' int' for name in names)});" +
                     "".join(f"COMMENT ON COLUMN t.{name} IS '{'x' * 1_000_000}';" for name in names))
    arguments = ["run", database.url, lake, "--quiet", "--memory"]
    _, enough = peak_of_refused(*arguments, "64MiB")
    assert peak_memory(*arguments, f"{enough}MiB") < int(enough) * MIB


def test_The_operators_SQL_counts(database, lake):
    database.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) AS i")
    job = lake.parent / "job.yaml"
    job.write_text(yaml.safe_dump({"source": {"url": database.url}, "target": {"location": str(lake)}, "tables": [
        {"name": "public.t", "where": f"i > 0 /*{'x' * 4_000_000}*/"}]}))
    arguments = ["run", "--config", job, "--quiet", "--memory"]
    _, enough = peak_of_refused(*arguments, "64MiB")
    assert peak_memory(*arguments, f"{enough}MiB") < int(enough) * MIB
