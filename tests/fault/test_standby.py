"""A standby is read by one connection, and what replay does to it starts the run over."""
import os
import threading
import time

import pytest

from harness import lake as layout
from harness import oracle
from harness.cluster import Cluster, Database
from harness.job import export_tables
from harness.program import DONE, FAILED, assert_error, assert_exit, finish, run_pg2athena, start_pg2athena
from harness.slow_query import slow_query, wait_until, wait_until_read


@pytest.fixture(scope="module")
def primary():
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def standby(primary):
    bindir = os.environ.get("PG_BINDIR")
    if bindir and not os.path.exists(f"{bindir}/pg_basebackup"):
        pytest.skip(f"{bindir} has no pg_basebackup, which makes a standby: scripts/get-postgres gets servers alone")
    # Replay waits for nobody: a query in its way is ended at once.
    cluster = Cluster("--standby-of", primary.url, "--set", "max_standby_streaming_delay=0")
    yield cluster
    cluster.stop()


def replayed(primary: Database, standby: Database) -> None:
    lsn = primary.value("SELECT pg_current_wal_insert_lsn()")
    primary.execute("SELECT pg_switch_wal()")
    wait_until(lambda: standby.value("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (lsn,)), "replay")


@pytest.fixture
def databases(primary, standby):
    with primary.database() as database:
        database.execute("CREATE TABLE t AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 5000) AS i;"
                         "CREATE TABLE u AS SELECT i AS id FROM generate_series(1, 100) AS i")
        replayed(database, standby.maintenance)
        name = database.url.rsplit("/", 1)[1]
        yield database, Database(standby.maintenance.url_of(name))


def test_A_standby_is_read_whole_by_one_connection(databases, lake):
    primary, standby = databases
    result = assert_exit(run_pg2athena("run", "--workers", "4", standby.url, lake), DONE)
    assert "standby" in result.stderr, result.stderr
    assert " 1 worker" in result.stdout, result.stdout
    for table in ("t", "u"):
        oracle.assert_arrived(primary, lake, "public", table)


def test_A_shard_is_read_again_sorted_in_the_only_snapshot_that_there_is(databases, lake):
    primary, standby = databases
    primary.execute("CREATE TABLE p AS SELECT i AS id, i * 31 % 97 AS k FROM generate_series(1, 40000) AS i")
    replayed(primary, standby)
    export_tables(standby, lake, [{"name": "p", "partition_by": {"value": "k"}}, "t", "u"], limits={"memory": "96MiB"})
    [receipt] = layout.receipts(lake, "public.p")
    assert "in the order of k_value" in receipt["source"] and receipt["attempt"] == 1
    for table in ("p", "t", "u"):
        oracle.assert_arrived(primary, lake, "public", table)


def start_slow(standby: Database, lake, seconds: float):
    process = start_pg2athena("run", "--table", "t", "--query", slow_query(seconds), "--as", "slow", standby.url, lake)
    return process, wait_until_read(standby, process)


def test_What_is_written_on_the_primary_meanwhile_is_not_seen(databases, lake):
    primary, standby = databases
    process, _ = start_slow(standby, lake, seconds=2)
    primary.execute("INSERT INTO u VALUES (-1)")
    replayed(primary, standby)
    assert_exit(finish(process, 60), DONE)
    primary.execute("DELETE FROM u WHERE id = -1")
    oracle.assert_arrived(primary, lake, "public", "t")


def test_A_recovery_conflict_starts_the_run_over(databases, lake):
    primary, standby = databases
    process, _ = start_slow(standby, lake, seconds=5)
    # Its lock can't be replayed while the run has its own: the run's sessions are ended.
    primary.execute("ALTER TABLE t ADD note text; UPDATE t SET note = 'new'")
    result = assert_exit(finish(process, 60), DONE)
    assert "starts over, once" in result.stderr, result.stderr
    oracle.assert_arrived(primary, lake, "public", "t")


def test_A_lost_connection_starts_the_run_over_and_a_second_one_ends_it(databases, lake):
    _, standby = databases
    process, backends = start_slow(standby, lake, seconds=5)
    standby.execute("SELECT pg_terminate_backend(%s)", (backends[0],))
    wait_until(lambda: not standby.query("SELECT FROM pg_stat_activity WHERE pid = %s", (backends[0],)), "the end")
    again = wait_until_read(standby, process)
    standby.execute("SELECT pg_terminate_backend(%s)", (again[0],))
    assert_error(finish(process, 60), FAILED, "slow")
    assert not layout.published(lake)


def test_Conflicts_without_end_end_the_run(databases, lake):
    primary, standby = databases
    stop = threading.Event()

    def alter():
        while not stop.is_set():
            primary.execute("ALTER TABLE t ALTER name SET DEFAULT 'x'")
            time.sleep(0.2)

    thread = threading.Thread(target=alter)
    thread.start()
    try:
        result = run_pg2athena("run", "--table", "t", "--query", slow_query(5), "--as", "slow", standby.url, lake)
    finally:
        stop.set()
        thread.join()
    assert_error(result, FAILED, "conflict with recovery", "max_standby_streaming_delay")
    assert not layout.published(lake)
