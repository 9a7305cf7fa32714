"""SELECTs by Trino, of which Athena's engine is made, over what a run told to Glue: they have to say what PostgreSQL says."""
import collections
import os
import threading

import pyarrow as pa
import pyarrow.parquet
import pytest

from harness import lake as layout
from harness import oracle, s3_lake
from harness.comparable import text_keys
from harness.glue import Glue, Meanwhile
from harness.paths import ROOT, pagila
from harness.program import DONE, assert_exit, run_pg2athena
from harness.trino import QueryFailed, in_milliseconds, key
from harness.type_tables import COLUMNS, make_types

PUBLISHES = int(os.environ.get("PG2ATHENA_PUBLISHES", "50"))


class Shown:
    """A database that was exported once, with all that it has, and is asked about by many tests."""

    def __init__(self, database, minio, bucket, trino, catalog):
        self.database, self.minio, self.bucket, self.trino, self.catalog = database, minio, bucket, trino, catalog

    def export(self, folder, glue, **sections):
        file = s3_lake.job(folder, self.database, f"s3://{self.bucket}/lake", catalog={"glue": {"database": self.catalog}},
                           **sections)
        assert_exit(run_pg2athena("run", "--config", file, env={**self.minio.environment(), **glue.environment}), DONE)

    def schema(self, table: str) -> pa.Schema:
        """As pyarrow sees it in the files."""
        run = s3_lake.published(self.minio, self.bucket, "lake")[table]
        first = s3_lake.keys(self.minio, self.bucket, f"lake/{table}/data/{run}/")[0]
        content = s3_lake.read(self.minio, self.bucket, first)
        return pyarrow.parquet.read_schema(pa.BufferReader(content))

    def assert_equal(self, table: str, query: str) -> int:
        """What Trino shows of the lake's table is what `query` gives in PostgreSQL. Returns the number of rows."""
        source = oracle.postgres_says(self.database, query)
        schema = self.schema(table)
        names = [layout.lake_name(column) for column in source.columns]
        wanted = ", ".join(f'"{name}"' for name in names)
        rows = self.trino.query(f'SELECT {wanted} FROM athena.{self.catalog}."{table.rpartition(".")[2]}"')
        kinds = [schema.field(name).type for name in names]
        columns = [text_keys(texts, kind, delimiter) for texts, kind, delimiter in
                   zip(zip(*source.rows), kinds, source.delimiters)]
        expected = list(zip(*([in_milliseconds(kind, value) for value in column] for kind, column in zip(kinds, columns))))
        actual = [tuple(key(kind, value) for kind, value in zip(kinds, row)) for row in rows]
        missing = collections.Counter(expected) - collections.Counter(actual)
        extra = collections.Counter(actual) - collections.Counter(expected)
        assert not missing and not extra, (f"PostgreSQL only: {list(missing)[:3]}\nTrino only: {list(extra)[:3]}")
        return len(rows)


@pytest.fixture(scope="module")
def bucket_of_module(minio):
    minio.create_bucket("shown")
    yield "shown"
    minio.delete_bucket("shown")


@pytest.fixture(scope="module")
def glue_of_module(moto, minio):
    with Glue(moto, minio.root.access_key, minio.root.secret_key) as glue:
        yield glue


# Every type ------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def types(cluster, minio, bucket_of_module, glue_of_module, trino, tmp_path_factory):
    with cluster.database("athena_types") as database:
        make_types(database)
        database.execute(";\n".join(statement for table, _ in COLUMNS for statement in table.setup))
        shown = Shown(database, minio, bucket_of_module, trino, "types")
        shown.export(tmp_path_factory.mktemp("types"), glue_of_module, tables=[
            {"name": f"public.{table.name}"} | ({"types": table.choices} if table.choices else {}) for table, _ in COLUMNS])
        yield shown


@pytest.mark.parametrize("table, case", COLUMNS, ids=[case.label for _, case in COLUMNS])
def test_Every_value_of_a_type_is_shown(types, table, case):
    assert types.assert_equal(f"public.{table.name}", table.arriving) >= len(case.values)


# Whole databases -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["shop", "pagila"])
def test_A_database_is_shown(name, cluster, minio, bucket, glue, trino, tmp_path):
    file = pagila() if name == "pagila" else ROOT / "examples/shop/shop.sql"
    with cluster.database(f"athena_{name}") as database:
        database.run_file(file)
        if name == "pagila":
            database.execute("REFRESH MATERIALIZED VIEW public.rental_by_category")
        shown = Shown(database, minio, bucket, trino, name)
        shown.export(tmp_path, glue)
        relations = database.query(
            "SELECT nspname, relname, format('%%I.%%I', nspname, relname) FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition", ())
        assert len(relations) == len(s3_lake.published(minio, bucket, "lake"))
        rows = sum(shown.assert_equal(layout.folder_of(schema, relation), f"SELECT * FROM {quoted}")
                   for schema, relation, quoted in relations)
        assert rows > 1000


def test_Athena_shows_timestamps_in_milliseconds_as_the_plan_says(job, trino):
    job.database.execute("CREATE TABLE t AS SELECT * FROM (VALUES (1, '2026-01-31 00:00:00.0004'::timestamp),"
                         " (2, '2026-01-31 00:00:00.9996'), (3, '2026-01-31 00:00:00.123')) AS v (i, at)")
    job.tables = ["public.t"]
    job.run()
    assert trino.query("SELECT i, at FROM athena.shop.t ORDER BY i") == [
        [1, "2026-01-31 00:00:00.000"], [2, "2026-01-31 00:00:01.000"], [3, "2026-01-31 00:00:00.123"]]


# Partitions ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("of, values", [("day", ["date '2026-02-01'", "date '2026-02-02'", "date '2026-02-03'"]),
                                        ("month", ["'2026-02'"]), ("year", ["2026"])])
def test_A_query_reads_the_partition_that_it_asks_for_and_no_other(job, trino, of, values):
    job.database.execute("INSERT INTO orders VALUES (4, 4, '2025-12-31 23:59:59.999+00', '{}')")
    job.tables = [{"name": "public.orders", "partition_by": {of: "at"}}]
    job.run()
    assert trino.query("SELECT count(*), count(DISTINCT id) FROM athena.shop.orders") == [[4, 4]]
    for value in values:
        rows = trino.query(f"SELECT id, \"$path\", CAST(at AS varchar) FROM athena.shop.orders WHERE at_{of} = {value}")
        assert len(rows) == 3 // len(values)
        assert len({path for _, path, _ in rows}) == 1
        assert trino.stats["completedSplits"] < 4, "it looked into other partitions"
    # Partitions without a file are empty.
    assert trino.query(f"SELECT count(*) FROM athena.shop.orders WHERE at_{of} > {values[-1]}") == [[0]]


@pytest.mark.parametrize("column, counts", [
    ("s", {"s_value = -3": 1}), ("big", {"big_value = 100000000": 1}),
    ("n", {"n_value = -693": 1, "n_value BETWEEN -693 AND -686": 2}),
    ("country", {"country_value = 'Österreich'": 10, "country_value = 'a b'": 10})])
def test_Numbers_and_texts_are_partitions_too(job, trino, column, counts):
    job.database.execute("CREATE TABLE c AS SELECT i, (i * -3)::smallint AS s, i * 50000000::bigint AS big, i * 7 - 700 AS n,"
                         " (ARRAY['DE', 'Österreich', 'a b'])[1 + i % 3] AS country FROM generate_series(1, 30) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": column}}]
    job.run()
    assert trino.query("SELECT count(*), count(DISTINCT i) FROM athena.shop.c") == [[30, 30]]
    for condition, count in counts.items():
        assert trino.query(f"SELECT count(*) FROM athena.shop.c WHERE {condition}") == [[count]]


# Where calendars differ, and at the end of what a folder can be called.
@pytest.mark.parametrize("of, days", [("day", ["1582-10-15", "1582-10-17"]), ("day", ["9999-12-30", "9999-12-31"]),
                                      ("month", ["0001-01-01", "1582-10-10", "9999-12-31"]),
                                      ("year", ["0001-01-01", "1582-10-10", "9999-12-31"])])
def test_Old_and_late_partitions_are_found(job, trino, of, days):
    job.database.execute("TRUNCATE orders")
    for i, day in enumerate(days):
        job.database.execute("INSERT INTO orders VALUES (%s, 1, %s)", (i, day + " 12:00+00"))
    job.tables = [{"name": "public.orders", "partition_by": {of: "at"}}]
    job.run()
    assert trino.query("SELECT count(*) FROM athena.shop.orders") == [[len(days)]]
    for i, day in enumerate(days):
        value = {"day": f"date '{day}'", "month": f"'{day[:7]}'", "year": str(int(day[:4]))}[of]
        assert trino.query(f"SELECT id FROM athena.shop.orders WHERE at_{of} = {value}") == [[i]]


def test_An_empty_partitioned_table_has_no_rows(job, trino):
    job.database.execute("DELETE FROM orders")
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at"}}]
    job.run()
    assert trino.query("SELECT count(*) FROM athena.shop.orders") == [[0]]


def test_NULL_and_what_can_t_be_projected_are_found_in_the_default_s_partition(job, trino):
    job.database.execute("CREATE TABLE c AS SELECT i, (ARRAY['DE', NULL, '', 'a,b', 'a/b', '$0', ' x', 'unknown'])[1 + i % 8] AS country"
                         " FROM generate_series(0, 79) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": "country", "default": "unknown"}}]
    job.run()
    assert trino.query("SELECT country_value, count(*) FROM athena.shop.c GROUP BY 1 ORDER BY 1") == [["DE", 10], ["unknown", 70]]
    rows = trino.query("SELECT i, country FROM athena.shop.c WHERE country_value = 'unknown' OR country = 'DE' ORDER BY i")
    assert [tuple(row) for row in rows] == job.database.query("SELECT i, country FROM c ORDER BY i")


def test_Injected_partitions_are_found_by_the_value_that_a_query_names(job, trino):
    job.database.execute("CREATE TABLE c AS SELECT i, i % 100 AS customer, (ARRAY['a,b', 'x', 'Österreich'])[1 + i % 3] AS country"
                         " FROM generate_series(0, 299) AS i; CREATE TABLE by_country AS TABLE c")
    job.tables = [{"name": "public.c", "partition_by": {"value": "customer", "catalog": "injected"}},
                  {"name": "public.by_country", "partition_by": {"value": "country", "catalog": "injected"}}]
    job.run()
    assert trino.query("SELECT i FROM athena.shop.c WHERE customer_value = '7' ORDER BY i") == [[7], [107], [207]]
    assert trino.query("SELECT count(*) FROM athena.shop.c WHERE customer_value = '100'") == [[0]]
    for country in ("a,b", "x", "Österreich"):
        assert trino.query(f"SELECT count(*), min(country) FROM athena.shop.by_country WHERE country_value = '{country}'") == [
            [100, country]]
    for condition in ("", " WHERE customer = 7", " WHERE customer_value > '7'"):
        with pytest.raises(QueryFailed, match="INVALID_PARTITION_PROJECTION|Injected projection"):
            trino.query(f"SELECT i FROM athena.shop.c{condition}")


def assert_found(job, trino, table, column, sql_type):
    """Trino finds PostgreSQL's rows, all of them and those of each partition."""
    source = job.database.query(f"SELECT {column}::text, array_agg(i ORDER BY i) FROM {table} GROUP BY 1")
    shown = trino.query(f"SELECT CAST({column}_value AS varchar), array_agg(i ORDER BY i) FROM athena.shop.{table} GROUP BY 1")
    assert {value: rows for value, rows in shown} == dict(source)
    for value, rows in source:
        condition = "IS NULL" if value is None else f"= {sql_type} '" + value.replace("'", "''") + "'"
        assert trino.query(f"SELECT i FROM athena.shop.{table} WHERE {column}_value {condition} ORDER BY i") == [[i] for i in rows]


@pytest.mark.parametrize("type_, sql_type, values", [
    ("text", "varchar", ["DE", "a,b", "a/b", "$0-10", " x ", "100%", "Österreich", "?*", "[{^", "a=b", "a:b", None]),
    ("date", "date", ["0001-01-01", "1582-10-10", "2026-01-31", "9999-12-31", None]),
    ("integer", "integer", ["-2147483648", "0", "2147483647", None]),
    ("bigint", "bigint", ["-9223372036854775808", "9223372036854775807", None])])
def test_Registered_partitions_are_found_NULL_too(job, trino, type_, sql_type, values):
    job.database.execute(f"CREATE TABLE c (i int, v {type_})")
    for i, value in enumerate(values * 2):
        job.database.execute("INSERT INTO c VALUES (%s, %s)", (i, value))
    job.tables = [{"name": "public.c", "partition_by": {"value": "v"}}]
    for _ in range(2):
        job.run(partitions="registered")
        assert_found(job, trino, "c", "v", sql_type)
        job.database.execute("DELETE FROM c WHERE i = 0; INSERT INTO c SELECT 1000, v FROM c WHERE i = 1")


# What a query reads ----------------------------------------------------------------------------------------------
# Athena bills it. Files are larger than those that Trino reads whole (3 MB).

@pytest.fixture
def measurements(job):
    """Rows in the order of their key, of ten days, ten machines and ten countries, with text that nothing makes smaller."""
    job.database.execute("""
        CREATE TABLE measurements AS
        SELECT i AS id, timestamptz '2026-01-01 00:00+00' + i / 20000 * interval '1 day' AS at, i / 20000 * 3 - 7 AS machine,
               (ARRAY['AT', 'Österreich', 'a b', 'DE', 'FR', 'IT', 'ES', 'PT', 'NL', 'BE'])[i / 20000 + 1] AS country,
               md5(i::text) || md5(i::text || 'x') AS payload, md5(i::text || 'y') AS other
        FROM generate_series(0, 199999) AS i""")
    return job


def bytes_read(trino, sql: str) -> int:
    trino.query(f"SELECT {sql}")
    return trino.stats["physicalInputBytes"]


EVERYTHING = "checksum(id), checksum(at), checksum(machine), checksum(country), checksum(payload), checksum(other)"


@pytest.mark.parametrize("by, condition", [({"day": "at"}, "at_day = date '2026-01-04'"),
                                           ({"value": "machine"}, "machine_value = 2"),
                                           ({"value": "country"}, "country_value = 'DE'")], ids=["days", "integers", "a list"])
def test_One_partition_of_ten_is_a_tenth_of_the_bytes(measurements, trino, by, condition):
    measurements.tables = [{"name": "public.measurements", "partition_by": by}]
    measurements.run()
    whole = bytes_read(trino, f"{EVERYTHING} FROM athena.shop.measurements")
    splits = trino.stats["completedSplits"]
    assert whole > 8_000_000
    one = bytes_read(trino, f"{EVERYTHING} FROM athena.shop.measurements WHERE {condition}")
    assert one < 0.15 * whole
    assert trino.stats["completedSplits"] <= splits - 9, "files of other partitions were opened"
    assert bytes_read(trino, f"{EVERYTHING} FROM athena.shop.measurements WHERE id BETWEEN 60000 AND 79999") < 0.3 * whole, \
        "minima and maxima of other files rule them out"


def test_One_column_is_a_part_of_the_bytes(measurements, trino):
    measurements.tables = ["public.measurements"]
    measurements.run()
    whole = bytes_read(trino, f"{EVERYTHING} FROM athena.shop.measurements")
    assert bytes_read(trino, "checksum(other) FROM athena.shop.measurements") < 0.5 * whole
    assert bytes_read(trino, "sum(id) FROM athena.shop.measurements") < 0.15 * whole
    assert bytes_read(trino, "count(*) FROM athena.shop.measurements") < 0.05 * whole


@pytest.mark.parametrize("sections", [{"files": {"page_index": True}}, {"limits": {"memory": "72MiB"}}],
                         ids=["pages", "row groups"])
def test_A_range_of_the_key_that_rows_are_in_the_order_of_reads_fewer_bytes(measurements, trino, sections):
    measurements.tables = ["public.measurements"]
    measurements.sections = sections
    measurements.run()
    whole = bytes_read(trino, "checksum(payload) FROM athena.shop.measurements")
    part = bytes_read(trino, "checksum(payload) FROM athena.shop.measurements WHERE id BETWEEN 60000 AND 61999")
    assert part < 0.5 * whole


# From run to run -------------------------------------------------------------------------------------------------

def test_Queries_go_on_when_columns_come_go_and_grow(job, trino):
    job.run()
    job.database.execute("ALTER TABLE orders DROP COLUMN tags, ALTER COLUMN id TYPE bigint, ALTER COLUMN total TYPE numeric(14,3),"
                         " ADD COLUMN note text DEFAULT 'x'; UPDATE orders SET id = id + 5000000000")
    job.run()
    assert trino.query("SELECT id, total, note, tags FROM athena.shop.orders ORDER BY id") == [
        [5000000001, "1.010", "x", None], [5000000002, "2.020", "x", None], [5000000003, "3.030", "x", None]]


def test_Registered_partitions_go_along_when_columns_come_go_and_grow(job, trino):
    job.database.execute("CREATE TABLE c AS SELECT i, i::smallint AS s, i::real AS r, i::numeric(6,2) AS d, i AS gone, i % 3 AS v"
                         " FROM generate_series(1, 9) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": "v"}}]
    job.run(partitions="registered")
    job.database.execute("ALTER TABLE c ALTER i TYPE bigint, ALTER s TYPE int, ALTER r TYPE double precision,"
                         " ALTER d TYPE numeric(12,4), DROP gone, ADD note text DEFAULT 'x'; UPDATE c SET i = i + 5000000000")

    # Between the table's new columns and the partitions': readers of the run before go on.
    def look():
        assert trino.query("SELECT i, s, r, d, note FROM athena.shop.c WHERE v_value = 1 ORDER BY i") == [
            [i, i, float(i), f"{i}.0000", None] for i in (1, 4, 7)]
        looked.append(True)
    looked = []
    job.glue.add(Meanwhile(look), "BatchUpdatePartition")
    job.run(partitions="registered")
    assert looked
    assert trino.query("SELECT i, s, r, d, note, gone FROM athena.shop.c WHERE v_value = 1 ORDER BY i") == [
        [5000000000 + i, i, float(i), f"{i}.0000", "x", None] for i in (1, 4, 7)]


def test_A_reader_in_a_loop_never_sees_a_mixture_an_error_or_an_empty_table(job, trino):
    job.database.execute("CREATE TABLE counter AS SELECT 0 AS run, i FROM generate_series(1, 1000) AS i")
    job.tables = ["public.counter"]
    job.run()
    seen, stop, failures = [], threading.Event(), []

    def read():
        while not stop.is_set():
            try:
                seen.extend(trino.query("SELECT count(*), min(run), max(run) FROM athena.shop.counter"))
            except Exception as error:      # whatever it is, the test has to end
                failures.append(error)
                return
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for run in range(1, PUBLISHES + 1):
            job.database.execute(f"UPDATE counter SET run = {run}")
            job.run()
    finally:
        stop.set()
        reader.join()
    assert not failures, failures
    assert len(seen) > PUBLISHES // 5
    assert all(count == 1000 and first == last for count, first, last in seen), seen
    assert [first for _, first, _ in seen] == sorted(first for _, first, _ in seen), "an older run came back"
