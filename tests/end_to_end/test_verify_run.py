"""`run --verify`: what is true passes, whatever the types; what isn't is found, named, and not published."""
import json
import pathlib
import re
import threading
import time

import pytest
import yaml

from harness.cluster import Database
from harness.lake import files, published, receipts
from harness.paths import pagila
from harness.postgres_faults import WORKER, Alter, Reset
from harness.postgres_proxy import PostgresProxy
from harness.program import DIFFERENT, DONE, USAGE, assert_error, assert_exit, run_pg2athena
from harness.type_tables import COLUMNS, make_types
from test_type_cases import POLICIES, configuration

NESTED = """
    CREATE TYPE pair AS (n integer, t text);
    CREATE TYPE deep AS (p pair, ps pair[], d numeric(12,3), day date);
    CREATE TABLE nested (id integer, plain deep, many deep[], r int4range, rs tsrange[], m int4multirange, i interval,
                         texts text[], bits double precision[], h bytea[]);
    INSERT INTO nested VALUES
        (1, ROW(ROW(1, 'a'), ARRAY[ROW(2, NULL)::pair, NULL], 1.5, '2026-01-31'), ARRAY[NULL::deep], '[1,5)',
         ARRAY['[2026-01-01,)'::tsrange, 'empty', NULL], '{[1,3),[5,9)}', '1 year 2 mons -3 days 04:05:06.7',
         ARRAY['x', NULL, ''], ARRAY['NaN', '-0', '0', '-Infinity', NULL]::float8[], ARRAY['\\x00ff'::bytea, '']),
        (2, NULL, '{}', 'empty', '{}', '{}', '-1 mon', '{}', '{}', NULL),
        (3, ROW(NULL, '{}', NULL, NULL), ARRAY[ROW(ROW(NULL, 'ü'), ARRAY[ROW(7, 'z')::pair], -0.001, '0044-03-15 BC')::deep,
         NULL, ROW(NULL, NULL, NULL, NULL)::deep], NULL, NULL, NULL, NULL, NULL, NULL, '{NULL}');
    INSERT INTO nested SELECT g, ROW(ROW(g, g::text)::pair, NULL, g / 7.0, date '2026-01-01' + g)::deep, NULL FROM generate_series(4, 99) g;
"""


def verified(result, level: str) -> dict:
    """By table and column, by what it was compared."""
    document = json.loads(assert_exit(result, DONE).stdout)
    assert document["verify"] == level
    return {table["name"]: {column["column"]: column["by"] for column in table["verified"]} for table in document["tables"]}


def run(database, lake, *options, level: str = "deep", **more):
    return run_pg2athena("run", f"--verify={level}", "--output", "json", *options, database.url, lake, **more)


def differences(result, lake) -> set[tuple]:
    """What was found, by machines and by people; nothing was published."""
    assert_error(result, DIFFERENT, "difference", "nothing was published")
    assert not lake.exists() or not published(lake)
    document = json.loads(result.stdout)
    assert document["status"] == "failed" and document["error"]["kind"] == "different" and document["exit_code"] == DIFFERENT
    found = document["differences"]
    for difference in found:
        line = next(line for line in result.stderr.splitlines() if difference["table"] in line)
        assert re.search(rf"\b{difference['what']}\b", result.stderr), line
    return {(difference["table"], difference["column"], difference["what"]) for difference in found}


@pytest.fixture
def rows(database):
    database.execute("CREATE TABLE t AS SELECT i AS n, 'text ' || i AS s, i / 4.0::float8 AS f, "
                     "CASE WHEN i % 2 = 0 THEN i END AS even FROM generate_series(1, 100) i")
    return database


# What is true passes ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def type_cases(cluster, tmp_path_factory):
    """All columns of tests/types/cases.toml, values that become others by a policy among them, in a run that verifies all."""
    folder = tmp_path_factory.mktemp("types")
    tables = [table for table, _ in COLUMNS] + [table for table, _, _ in POLICIES]
    with cluster.database("verified_types") as database:
        make_types(database)
        database.execute(";\n".join(statement for table in tables for statement in table.setup))
        file = configuration(folder, database, folder / "lake", tables)
        yield verified(run_pg2athena("run", "--verify=deep", "--config", file, "--output", "json"), "deep")


def test_Every_type_passes_and_most_are_compared_by_each_value(type_cases):
    assert type_cases
    alone = {f"{name}.{column}" for name, columns in type_cases.items() for column, by in columns.items() if not by}
    of_types = {case.type for table, case in COLUMNS for column in alone if column.startswith(f"public.{table.name}.")}
    # There is no SQL for what these have in the lake.
    assert of_types <= {"hstore", "vector", "vector(3)"}, of_types


@pytest.mark.parametrize("type, by", [
    ("integer", ["count", "sum", "min_max", "digest"]), ("numeric(12,2)", ["count", "sum", "min_max", "digest"]),
    ("timestamptz", ["count", "sum", "min_max", "digest"]), ("double precision", ["count", "min_max", "digest"]),
    ("text", ["count", "sum", "digest"]), ("bytea", ["count", "sum", "digest"])])
def test_A_column_is_compared_by_what_its_type_has(cluster, tmp_path, type, by):
    with cluster.database() as database:
        database.execute(f"CREATE TABLE t (c {type}); INSERT INTO t VALUES (NULL)")
        assert verified(run(database, tmp_path / "lake"), "deep") == {"public.t": {"c": by}}
        totals = verified(run(database, tmp_path / "totals", level="totals"), "totals")
        assert totals == {"public.t": {"c": [each for each in by if each != "digest"]}}


def test_Nested_columns_are_compared_leaf_by_leaf(database, lake):
    database.execute(NESTED)
    leaves = verified(run(database, lake), "deep")["public.nested"]
    assert leaves["plain.ps.list.element.t"] == ["count", "sum", "digest"]
    assert leaves["many.list.element.ps.list.element.n"] == ["count", "sum", "min_max", "digest"]
    assert leaves["rs.list.element.lower"] == ["count", "sum", "min_max", "digest"]
    assert all(by for by in leaves.values()), leaves


def test_Domains_are_compared_as_what_they_are_of(database, lake):
    database.execute("""
        CREATE TYPE pair AS (n integer, t text); CREATE DOMAIN pair_domain AS pair; CREATE DOMAIN ints AS integer[];
        CREATE DOMAIN whole AS integer; CREATE DOMAIN money_like AS numeric(10,2); CREATE DOMAIN days AS daterange;
        CREATE TABLE t (p pair_domain, i ints, w whole[], m money_like, d days, ps pair_domain[]);
        INSERT INTO t VALUES (ROW(1, 'x'), '{1,NULL}', '{2}', 1.5, '[2026-01-01,)', ARRAY[ROW(1, NULL)::pair_domain]),
                             (NULL, NULL, NULL, NULL, NULL, NULL)""")
    leaves = verified(run(database, lake), "deep")["public.t"]
    assert all("digest" in by for by in leaves.values()) and "ps.list.element.t" in leaves, leaves


@pytest.mark.parametrize("policy", ["null", "clamp"])
def test_A_policy_leaves_NULL_as_it_is(database, lake, tmp_path, policy):
    database.execute("""
        CREATE TABLE t (d date, at timestamptz, tm time, n numeric, ds date[], days daterange, ns numeric[]);
        INSERT INTO t VALUES ('infinity', '-infinity', '24:00', 1e30, '{infinity,NULL}', '[2026-01-01,infinity)', '{NULL,-1e30}'),
                             (NULL, NULL, NULL, NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, '{}', '(,)', '{NULL}'),
                             ('2026-01-01', '2026-01-01', '12:00', 1.5, '{NULL}', 'empty', '{}')""")
    file = tmp_path / "policy.yaml"
    choice = {"on_unrepresentable": policy}
    file.write_text(yaml.safe_dump({
        "source": {"url": database.url}, "target": {"location": str(lake)}, "files": {"verify": "deep"},
        "types": {"date": choice, "timestamptz": choice, "time": {"as": "micros"} | choice,
                  "numeric": {"as": "decimal(38,9)"} | choice}}))
    verified(run_pg2athena("run", "--config", file, "--output", "json"), "deep")


def test_Pagila_passes(cluster, lake):
    with cluster.database("verified_pagila") as database:
        database.run_file(pagila())
        database.execute("ANALYZE")
        tables = verified(run(database, lake), "deep")
        assert "public.film" in tables and "public.payment" in tables


def test_Tables_of_many_parts_empty_ones_and_extremes_pass(database, lake):
    database.execute("""
        CREATE TABLE many AS SELECT i AS id, md5(i::text) AS name, i / 3.0 AS f, i % 7 = 0 AS b FROM generate_series(1, 30000) i;
        CREATE TABLE narrow AS TABLE many;
        CREATE TABLE none (id integer, t text[]);
        CREATE TABLE "Odd ""x"" y" ("a.b" integer, "Ü" text);
        INSERT INTO "Odd ""x"" y" VALUES (2147483647, ''), (-2147483648, NULL), (NULL, 'x');
        CREATE TABLE wide (n numeric(38,0), m numeric(38,38), d date, t timestamptz, l bigint);
        INSERT INTO wide SELECT 99999999999999999999999999999999999999, 0.99999999999999999999999999999999999999, '4714-11-24 BC',
            '294247-01-10 04:00:54.775807+00', 9223372036854775807 FROM generate_series(1, 100);
        INSERT INTO wide SELECT -n, -m, '5874897-12-31', '4714-11-24 00:00:00+00 BC', -l FROM wide;
        CREATE TABLE parent (k integer, v text) PARTITION BY RANGE (k);
        CREATE TABLE p1 PARTITION OF parent FOR VALUES FROM (0) TO (100);
        CREATE TABLE p2 PARTITION OF parent FOR VALUES FROM (100) TO (200);
        INSERT INTO parent SELECT i, i::text FROM generate_series(0, 199) i;
        CREATE VIEW seen AS SELECT id, upper(name) AS name FROM many WHERE id % 2 = 0""")
    file = lake.parent / "many.yaml"
    file.write_text(yaml.safe_dump({
        "source": {"url": database.url}, "target": {"location": str(lake)},
        "tables": ["many", {"name": "narrow", "columns": ["name"], "where": "id < 100"},
                   "none", '"Odd ""x"" y"', "wide", {"name": "parent", "where": "parent.k <> 7"}, {"name": "seen", "shard_by": "id"},
                   {"sql": "SELECT id AS v, name FROM many ORDER BY 1 LIMIT 5 -- a comment", "as": "queried"}]}))
    result = run_pg2athena("run", "--verify=deep", "--output", "json", "--config", file)
    tables = verified(result, "deep")
    assert len(receipts(lake, "public.seen")) > 1, "it has several shards"
    assert tables["public.wide"]["n"] == ["count", "sum", "min_max", "digest"]


def test_Partitions_of_the_lake_pass(database, lake):
    database.execute("CREATE TABLE t AS SELECT i AS id, date '2026-01-01' + i % 40 AS day FROM generate_series(1, 1000) i;"
                     "INSERT INTO t VALUES (0, NULL)")
    file = lake.parent / "partitioned.yaml"
    file.write_text(yaml.safe_dump({"source": {"url": database.url}, "target": {"location": str(lake)},
                                    "tables": [{"name": "t", "partition_by": {"day": "day"}}]}))
    verified(run_pg2athena("run", "--verify=deep", "--output", "json", "--config", file), "deep")
    assert len(files(lake, "public.t")) == 41


def test_A_table_with_as_many_columns_as_there_may_be_passes(database, lake):
    columns = [f"{name}{i}" for i in range(400) for name in "abcd"]
    types = {"a": "integer", "b": "bool", "c": "smallint", "d": "text"}
    database.execute(f"CREATE TABLE t ({', '.join(f'{column} {types[column[0]]}' for column in columns)});"
                     f"INSERT INTO t ({', '.join(columns[:100])}) SELECT "
                     + ", ".join({"a": "g", "b": "g > 2", "c": "g", "d": "g::text"}[column[0]] for column in columns[:100])
                     + " FROM generate_series(1, 3) g")
    assert len(verified(run(database, lake), "deep")["public.t"]) == 1600


def test_A_lake_in_S3_is_read_again(rows, minio, bucket):
    location = f"s3://{bucket}/lake"
    leaves = verified(run(rows, location, env=minio.environment()), "deep")["public.t"]
    assert leaves["s"] == ["count", "sum", "digest"]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_A_database_of_another_encoding_passes(cluster, lake, encoding):
    name = f"verified_{encoding.lower()}"
    cluster.maintenance.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    try:
        database = Database(cluster.maintenance.url_of(name), cluster.passfile)
        database.execute("CREATE TABLE t (c text, a text[]); INSERT INTO t VALUES (E'plain', ARRAY['b']), (NULL, NULL)")
        if encoding == "LATIN1":
            database.execute("INSERT INTO t VALUES (convert_from('\\xfc', 'LATIN1'), ARRAY[convert_from('\\xe4', 'LATIN1')])")
        assert verified(run(database, lake), "deep")["public.t"]["c"] == ["count", "sum", "digest"]
    finally:
        cluster.maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_What_was_verified_is_in_the_plan_the_summary_and_the_records(database, lake):
    database.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 10) i; CREATE EXTENSION hstore; "
                     "CREATE TABLE h AS SELECT 'a=>1'::hstore AS h")
    plan = json.loads(assert_exit(run_pg2athena("plan", "--verify", database.url, lake, "--output", "json"), DONE).stdout)
    assert plan["verify"] == "totals"
    said = assert_exit(run_pg2athena("run", "--verify=deep", database.url, lake), DONE).stdout
    assert "Verified against the source: rows of 2 tables, values and NULLs of 1 column" in said
    assert "Not compared with the source, only the files with what was read: public.h.h.key_value.key" in said
    [commit] = lake.glob("_pg2athena/runs/*/commit.json")
    [plan] = lake.glob("_pg2athena/runs/*/plan.json")
    assert json.loads(commit.read_text())["verified"] == "deep" and json.loads(plan.read_text())["verify"] == "deep"
    assert all(len(file["row_digest"]) == 32 for receipt in receipts(lake) for file in receipt["files"])


def test_Without_the_option_nothing_is_asked_and_said(database, lake):
    database.execute("CREATE TABLE t AS SELECT 1 AS i")
    with PostgresProxy(database) as proxy:
        document = json.loads(assert_exit(run_pg2athena("run", proxy.url, lake, "--output", "json"), DONE).stdout)
        assert len(proxy.seen("^COPY")) == 1
    assert document["verify"] == "none" and document["tables"][0]["verified"] == []
    [receipt] = receipts(lake)
    assert "row_digest" not in receipt["files"][0] and receipt["files"][0]["columns"][0]["sum"] == "1"


def test_Another_level_than_there_is_is_refused(database, lake):
    assert_error(run_pg2athena("run", "--verify=all", database.url, lake), USAGE, "--verify", "totals")


# What isn't true is found ------------------------------------------------------------------------------------------


@pytest.fixture
def proxy(rows):
    with PostgresProxy(rows) as proxy:
        yield proxy


def altered(proxy, lake, function, level):
    """A run whose rows are altered on their way."""
    proxy.add(Alter(function), r"^COPY .*binary\)$", role=WORKER)
    return run_pg2athena("run", f"--verify={level}", "--output", "json", proxy.url, lake)


def replaced(what: bytes, by: bytes):
    assert len(what) == len(by)
    return lambda body: body.replace(what, by, 1)


def test_A_row_that_is_lost_on_its_way(proxy, lake):
    found = differences(altered(proxy, lake, lambda body: None if b"text 50" in body else body, "totals"), lake)
    assert {("public.t", None, "rows"), ("public.t", "n", "values"), ("public.t", "n", "sum"), ("public.t", "s", "sum"),
            ("public.t", "even", "values")} <= found
    assert ("public.t", "even", "nulls") not in found and ("public.t", "n", "min") not in found


def test_An_integer_that_changed_on_its_way(proxy, lake):
    # Its length, and the four bytes of 50.
    result = altered(proxy, lake, replaced(b"\0\0\0\x04\0\0\0\x32\0\0\0\x07", b"\0\0\0\x04\0\0\1\x32\0\0\0\x07"), "totals")
    assert differences(result, lake) == {("public.t", "n", "sum"), ("public.t", "n", "max")}
    table = result.stderr.partition("\nerror: ")[0]
    assert not re.search(r"306|100|sum +\d|max +\d", table), "no value is in a message"


def test_A_text_that_changed_on_its_way_is_found_by_its_digest_alone(proxy, lake):
    assert differences(altered(proxy, lake, replaced(b"text 50", b"test 50"), "deep"), lake) == {("public.t", "s", "digest")}


def test_A_text_of_another_length_is_found_by_the_sum_of_lengths(proxy, lake):
    alter = replaced(b"\0\0\0\x07text 50", b"\0\0\0\x07text \xc3\xb6")
    assert assert_exit(altered(proxy, lake, alter, "totals"), DONE), "the same number of bytes isn't found"
    shorter = lambda body: body.replace(b"\0\0\0\x07text 51", b"\0\0\0\x06text 5")
    assert differences(altered(proxy, lake.with_name("other"), shorter, "totals"), lake.with_name("other")) == {
        ("public.t", "s", "sum")}


def test_A_float_that_changed_in_its_last_bit_is_found_by_its_digest(proxy, lake):
    result = altered(proxy, lake, replaced(b"\x40\x29\0\0\0\0\0\0", b"\x40\x29\0\0\0\0\0\1"), "deep")
    assert differences(result, lake) == {("public.t", "f", "digest")}


def test_A_value_that_became_NULL(proxy, lake):
    result = altered(proxy, lake, lambda body: body.replace(b"\0\0\0\x07text 50", b"\xff\xff\xff\xff"), "totals")
    assert differences(result, lake) == {("public.t", "s", "values"), ("public.t", "s", "nulls"), ("public.t", "s", "sum")}
    assert re.search(r"\bvalues +100 +99\b", result.stderr)


@pytest.mark.parametrize("level, query, kinds", [
    ("totals", "SELECT random() AS r FROM generate_series(1, 10)", {"min", "max"}),
    ("deep", "SELECT random() AS r FROM generate_series(1, 10)", {"min", "max"}),
    ("deep", "SELECT md5(random()::text) AS r FROM generate_series(1, 10)", {"digest"}),
    ("totals", "SELECT clock_timestamp() AS r", {"sum", "min", "max"}),
])
def test_A_query_that_gives_other_rows_each_time(database, lake, level, query, kinds):
    found = differences(run(database, lake, "--query", query, "--as", "q", level=level), lake)
    assert found == {("q", "r", kind) for kind in kinds}


def test_A_view_whose_number_of_rows_changes_between_its_shards(database, lake):
    # Each row is there once in the first three times that it is asked for, and then not any more.
    database.execute("CREATE SEQUENCE calls; CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 50) i;"
                     "CREATE VIEW v AS SELECT id, random() < 0.5 AS half FROM t WHERE random() < 0.5")
    found = differences(run(database, lake, "--table", "v", level="totals"), lake)
    assert found & {("public.v", None, "rows"), ("public.v", "half", "sum"), ("public.v", "id", "sum")}


def test_Rows_that_no_shard_has_are_missed_in_the_whole(proxy, rows, lake):
    # A shard's question is answered as its rows were read; the source as a whole isn't.
    rows.execute("CREATE VIEW v AS SELECT n FROM t; ANALYZE t")
    whole = r"^COPY \(SELECT pg_catalog.count\(\*\) FROM \S+ *\) TO STDOUT$"
    proxy.add(Alter(lambda body: b"101\n"), whole, role=WORKER)
    file = lake.parent / "shards.yaml"
    file.write_text(yaml.safe_dump({"source": {"url": proxy.url}, "target": {"location": str(lake)},
                                    "tables": [{"name": "v", "shard_by": "n"}]}))
    result = run_pg2athena("run", "--verify", "--output", "json", "--config", file)
    assert len(proxy.seen(r"^COPY .*binary\)$")) > 1, "it has several shards"
    assert differences(result, lake) == {("public.v", None, "rows")}
    assert re.search(r"\bpublic.v +rows +101 +100\b", result.stderr)


class Spoiler(threading.Thread):
    """Changes a byte in the middle of each data file as soon as it is finished."""

    def __init__(self, lake: pathlib.Path, at: float):
        super().__init__(daemon=True)
        self.lake, self.at, self.stop, self.spoilt = lake, at, threading.Event(), set()

    def run(self) -> None:
        while not self.stop.is_set():
            for file in self.lake.glob("*/data/*/*.parquet"):
                if file not in self.spoilt:
                    content = bytearray(file.read_bytes())
                    content[int(len(content) * self.at)] ^= 1
                    file.write_bytes(content)
                    self.spoilt.add(file)
            time.sleep(0.001)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.join()


@pytest.mark.parametrize("level", ["totals", "deep"])
def test_A_file_that_is_damaged_in_the_store_is_found_before_the_commit(rows, lake, level):
    # The worker that answers last gives the spoiler its time.
    rows.execute("CREATE VIEW slow AS SELECT pg_sleep(1)::text AS s")
    with Spoiler(lake, at=0.2) as spoiler:
        found = differences(run(rows, lake, "--table", "t", "--table", "slow", level=level), lake)
    assert spoiler.spoilt
    assert ("public.t", None, "checksum") in found
    assert not list(lake.glob("_pg2athena/runs/*/commit.json")) and not list(lake.glob("*/data/*/*"))


# As reading does ---------------------------------------------------------------------------------------------------


def test_A_connection_that_is_lost_at_the_question_is_a_shard_read_again(proxy, lake):
    proxy.add(Reset(), r"^COPY \(SELECT pg_catalog.count", role=WORKER)
    verified(run_pg2athena("run", "--verify=deep", "--output", "json", proxy.url, lake), "deep")
    assert [receipt["attempt"] for receipt in receipts(lake)] == [1]
    assert len(proxy.seen(r"^COPY .*binary\)$")) == 2


def test_A_question_that_takes_longer_than_a_statement_may_ends_the_run(database, lake):
    database.execute("CREATE SEQUENCE s; CREATE FUNCTION slower() RETURNS bool LANGUAGE plpgsql AS "
                     "$$BEGIN PERFORM pg_sleep(CASE WHEN current_query() LIKE '%count(%' THEN 5 ELSE 0 END); RETURN true; END$$;"
                     "CREATE TABLE t AS SELECT 1 AS i; CREATE VIEW v AS SELECT i FROM t WHERE slower()")
    result = run_pg2athena("run", "--verify", "--statement-timeout", "1s", "--table", "v", database.url, lake)
    assert_error(result, 1, "statement timeout")
    assert not published(lake)
