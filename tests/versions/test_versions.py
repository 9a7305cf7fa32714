"""What only some versions of PostgreSQL have. Run by scripts/test-postgres-versions."""
import pyarrow.parquet
import pytest

from harness import oracle
from harness.lake import files
from harness.program import export


@pytest.fixture
def version(cluster) -> int:
    return int(cluster.maintenance.value("SHOW server_version_num")) // 10000


def nullable(lake, table: str) -> dict[str, bool]:
    return {field.name: field.nullable for field in pyarrow.parquet.read_schema(files(lake, table)[0])}


def test_Infinite_intervals_arrive(database, lake, version):
    if version < 17:
        pytest.skip("PostgreSQL 17 brought infinite intervals")
    database.execute("CREATE TABLE t (id integer, i interval); INSERT INTO t VALUES (1, 'infinity'), (2, '-infinity'),"
                     " (3, '1 day'), (4, NULL)")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 4


def test_A_transaction_timeout_of_the_role_does_not_end_a_run(database, lake, version):
    if version < 17:
        pytest.skip("PostgreSQL 17 brought transaction_timeout")
    database.execute("CREATE ROLE hurried LOGIN SUPERUSER; ALTER ROLE hurried SET transaction_timeout = '300ms'")
    try:
        database.execute("CREATE TABLE t AS SELECT 1 AS id")
        # Sleeps in the keeper's transaction, and in a worker's.
        export(database, lake, "--query", "SELECT id FROM public.t, pg_sleep(1)", "--as", "slow")
        assert pyarrow.parquet.read_table(files(lake, "slow")[0])["id"].to_pylist() == [1]
    finally:
        database.execute("DROP ROLE hurried")


def test_Virtual_generated_columns_arrive(database, lake, version):
    if version < 18:
        pytest.skip("PostgreSQL 18 brought virtual generated columns")
    database.execute("""
        CREATE TABLE t (a integer, double integer GENERATED ALWAYS AS (a * 2) VIRTUAL,
                        label text GENERATED ALWAYS AS ('no ' || a) VIRTUAL NOT NULL,
                        stored integer GENERATED ALWAYS AS (a + 1) STORED);
        INSERT INTO t SELECT i FROM generate_series(1, 1000) AS i;
        CREATE TABLE parted (a integer, half numeric(9,1) GENERATED ALWAYS AS (a / 2.0)) PARTITION BY RANGE (a);
        CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
        INSERT INTO parted SELECT i FROM generate_series(0, 9) AS i""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1000
    assert oracle.assert_arrived(database, lake, "public", "parted") == 10
    assert nullable(lake, "public.t") == {"a": True, "double": True, "label": False, "stored": True}


def test_A_NOT_NULL_that_was_not_validated_makes_no_column_required(database, lake, version):
    if version < 18:
        pytest.skip("PostgreSQL 18 brought NOT NULL … NOT VALID")
    database.execute("""
        CREATE TABLE t (a integer, b integer, c integer NOT NULL);
        INSERT INTO t VALUES (NULL, NULL, 1), (1, 1, 1);
        ALTER TABLE t ADD CONSTRAINT a_is_there NOT NULL a NOT VALID;
        CREATE TABLE parted (a integer, b integer NOT NULL) PARTITION BY LIST (b);
        CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
        INSERT INTO parted VALUES (NULL, 1);
        ALTER TABLE part ADD CONSTRAINT a_is_there NOT NULL a NOT VALID""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 2
    assert oracle.assert_arrived(database, lake, "public", "parted") == 1
    assert nullable(lake, "public.t") == {"a": True, "b": True, "c": False}
    assert nullable(lake, "public.parted") == {"a": True, "b": False}
    database.execute("DELETE FROM t WHERE a IS NULL; ALTER TABLE t VALIDATE CONSTRAINT a_is_there")
    export(database, lake / "validated")
    assert nullable(lake / "validated", "public.t") == {"a": False, "b": True, "c": False}


def test_A_primary_key_over_time_is_read(database, lake, version):
    if version < 18:
        pytest.skip("PostgreSQL 18 brought WITHOUT OVERLAPS")
    database.execute("CREATE EXTENSION btree_gist; CREATE TABLE t (id integer, during tstzrange, PRIMARY KEY (id, during"
                     " WITHOUT OVERLAPS)); INSERT INTO t VALUES (1, '[2024-01-01,2024-02-01)')")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1
