"""What is attached to a table while it is read is in none of its shards: a run is as of one moment, or starts over."""
import itertools

import pytest

from harness import lake as layout
from harness import oracle
from harness.cluster import Cluster, Database
from harness.job import export_tables
from harness.loopback import in_turns
from harness.postgres_faults import WORKER, Call
from harness.program import DONE, FAILED, assert_error, assert_exit, run_pg2athena

PARTED = ("CREATE TABLE p (k int, v int) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
          "INSERT INTO p SELECT 1, i FROM generate_series(1, 1000) AS i;"
          "CREATE TABLE p2 (k int, v int); INSERT INTO p2 SELECT 2, i FROM generate_series(1, 1000) AS i")
ATTACH = "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2)"


def rows(lake, table: str) -> int:
    return oracle.lake_says(lake, table, "count(*)")[0]


def test_A_partition_that_is_attached_between_two_shards_of_a_query(database, lake, proxy):
    database.execute(PARTED)
    proxy.add(Call(lambda _: database.execute(ATTACH)), "^COPY", role=WORKER, nth=2)
    result = export_tables(Database(proxy.url), lake, [{"sql": "SELECT k, v FROM p", "as": "q", "shard_by": "v"}])
    assert "starts over" in result.stderr, result.stderr
    assert rows(lake, "q") == 2000


def test_A_partition_that_is_attached_between_two_shards_of_a_table_read_through_itself(database, lake, proxy):
    database.execute(PARTED + "; CREATE ROLE parted LOGIN; GRANT SELECT ON p TO parted")
    try:
        proxy.add(Call(lambda _: database.execute(ATTACH)), "^COPY", role=WORKER, nth=2)
        export_tables(Database(proxy.url), lake, [{"name": "public.p", "shard_by": "v"}], user="parted")
        assert rows(lake, "public.p") in (1000, 2000)
    finally:
        database.execute("DROP OWNED BY parted; DROP ROLE parted")


# A planner locks more than a statement names: that is no change.
MORE_LOCKS = {
    "constraint exclusion and a partition": (
        "CREATE TABLE t (k int) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);"
        "INSERT INTO t VALUES (1); ALTER DATABASE {database} SET constraint_exclusion = on", "t1"),
    "an index on a function that reads a table": (
        "CREATE TABLE codes (c int); CREATE FUNCTION code(int) RETURNS bigint IMMUTABLE LANGUAGE sql"
        " AS 'SELECT count(*) FROM public.codes WHERE c = $1'; CREATE TABLE t1 (k int);"
        "CREATE INDEX ON t1 (code(k)); INSERT INTO t1 VALUES (1)", "t1"),
}


@pytest.mark.parametrize("case", MORE_LOCKS)
def test_What_the_planner_locks_besides_is_no_change(database, lake, case):
    sql, table = MORE_LOCKS[case]
    database.execute(sql.format(database=database.url.rsplit("/", 1)[1]))
    result = assert_exit(run_pg2athena("run", "--table", table, database.url, lake), DONE)
    assert "starts over" not in result.stderr, result.stderr
    oracle.assert_arrived(database, lake, "public", table)


def test_A_name_that_stands_for_two_servers_is_no_source(database, lake):
    other = Cluster()
    try:
        name = database.url.rsplit("/", 1)[1]
        other.maintenance.execute(f'CREATE DATABASE "{name}"')
        database.execute("CREATE TABLE t AS SELECT 1 AS a")
        # The keeper comes to the one, whoever follows to the other.
        with in_turns(itertools.chain([database.url], itertools.repeat(other.maintenance.url_of(name)))) as url:
            result = run_pg2athena("run", url, lake, timeout=60)
        assert_error(result, FAILED, "another server", "name one server")
        assert not layout.published(lake)
    finally:
        other.stop()
