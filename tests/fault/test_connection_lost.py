"""Connections of a run end, or stand still: the run recovers and is right, or it fails clearly and shows nothing.

`test_recovery.py` says where it has to recover.
"""
import os
import signal
import time

import pytest

from harness import lake as layout
from harness import oracle
from harness.aftermath import Aftermath
from harness.cluster import Database
from harness.job import export_tables
from harness.postgres_faults import KEEPER, WORKER, BlackHole, Call, Reset, Slow
from harness.program import DONE, FAILED, REFUSED, assert_error, assert_exit, export, finish, run_pg2athena, start_pg2athena
from harness.slow_query import wait_until

# What a run says on its connections, in its order (session.cpp, keeper.cpp, snapshot_session.cpp in src/postgres).
KEEPERS = ["^BEGIN", "FROM pg_class", "^LOCK", "pg_try_advisory_lock", "pg_export_snapshot"]
WORKERS = ["^LOCK", "to_regclass", "^SELECT .* FROM ONLY", "^SET LOCAL enable", "^COPY"]
MIDDLE = 50_000     # bytes: of the table `t` a quarter
# TCP's patience with a connection on which nothing comes any more, in seconds and milliseconds.
IMPATIENT = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2, "tcp_user_timeout": 2000}


@pytest.fixture
def aftermath(table, lake):
    """With a run before."""
    export(table, lake)
    table.execute("INSERT INTO t VALUES (0, 'new')")
    return Aftermath(table, lake)


def run_through(proxy, lake, *options, **parameters):
    return run_pg2athena("run", *options, proxy.url_with(**parameters), lake, timeout=60)


# Who holds the connection is told of its end ------------------------------------------------------------------------


@pytest.mark.parametrize("statement", WORKERS)
def test_A_worker_whose_connection_is_reset_at(aftermath, lake, proxy, statement):
    proxy.add(Reset(), statement, role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake), "connection")


@pytest.mark.parametrize("statement", ["current_database", "SET TRANSACTION SNAPSHOT"])
def test_A_connection_that_is_reset_before_anyone_can_say_what_it_is_for(aftermath, lake, proxy, statement):
    proxy.add(Reset(), statement, nth=2)
    aftermath.assert_right_or_failed(run_through(proxy, lake), "connection")


@pytest.mark.parametrize("after", [1, MIDDLE])
def test_A_worker_whose_connection_is_reset_in_the_middle_of_a_COPY(aftermath, lake, proxy, after):
    proxy.add(Reset(after), "^COPY", role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake), "connection")


@pytest.mark.parametrize("statement", KEEPERS)
def test_A_keeper_whose_connection_is_reset_while_it_plans_at(aftermath, lake, proxy, statement):
    proxy.add(Reset(), statement, role=KEEPER)
    aftermath.assert_right_or_failed(run_through(proxy, lake), "connection")


def test_A_keeper_that_is_lost_while_a_table_is_read(aftermath, lake, proxy):
    proxy.add(Call(lambda _: [link.end(abruptly=True) for link in proxy.links_of(KEEPER)]), "^COPY", role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake), "snapshot")


def test_A_keeper_that_is_lost_when_all_is_read_is_no_loss(aftermath, lake, proxy):
    lost = proxy.add(Reset(), "^ROLLBACK", role=KEEPER)
    aftermath.assert_right(run_through(proxy, lake))
    assert [statement.fault for statement in proxy.seen("^ROLLBACK", role=KEEPER)] == [lost]


def test_With_the_keeper_gone_no_other_snapshot_is_read(database, lake, proxy):
    # The second table's worker finds the snapshot gone; meanwhile its rows have changed.
    database.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 100) AS i; CREATE TABLE u AS TABLE t")

    def lose(_):
        for link in proxy.links_of(KEEPER):
            link.end(abruptly=True)
        wait_until(lambda: not database.query("SELECT FROM pg_locks WHERE locktype = 'advisory'"), "the keeper's end")
        database.execute("DELETE FROM u WHERE i > 50")

    proxy.add(Call(lose), "^COPY", role=WORKER)
    result = run_through(proxy, lake, "--workers", "1")
    if result.returncode == DONE:       # something else kept the snapshot
        assert oracle.lake_says(lake, "public.u", "count(*)") == (100,)
    else:
        Aftermath(database, lake, ("t", "u")).assert_failed(result, "snapshot")


def test_A_workers_backend_that_is_terminated(aftermath, table, lake, proxy):
    proxy.add(Call(lambda statement: table.execute("SELECT pg_terminate_backend(%s)",
                                                   (proxy.links[statement.connection - 1].backend,))), "^COPY", role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake), "connection")


def test_All_backends_of_a_run_terminated_at_once(table, lake, start_slow_export):
    export(table, lake, "--table", "t")
    aftermath = Aftermath(table, lake)
    running = start_slow_export()
    table.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE datname = current_database() AND pid <> pg_backend_pid()")
    aftermath.assert_failed(running.finish(timeout=60), "connection")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_A_server_that_restarts(restartable, lake, start_slow_export, mode):
    with restartable.database() as database:
        database.execute("CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 1000) AS i")
        database.execute("CHECKPOINT")      # the throw-away servers may forget what they did last
        export(database, lake)
        aftermath = Aftermath(database, lake)
        running = start_slow_export(on=database)
        restartable.restart(mode)
        aftermath.assert_failed(running.finish(timeout=60), "connection")


# Nobody is told --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", WORKERS)
def test_A_worker_whose_connection_is_a_black_hole_from(aftermath, lake, proxy, statement):
    proxy.add(BlackHole(), statement, role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake, **IMPATIENT), "connection")


def test_A_worker_whose_connection_is_a_black_hole_in_the_middle_of_a_COPY(aftermath, lake, proxy):
    proxy.add(BlackHole(MIDDLE), "^COPY", role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake, **IMPATIENT), "connection")


def test_A_keeper_whose_connection_is_a_black_hole_while_a_table_is_read(aftermath, lake, proxy):
    proxy.add(Call(lambda _: [link.fall_silent() for link in proxy.links_of(KEEPER)]), "^COPY", role=WORKER)
    aftermath.assert_right_or_failed(run_through(proxy, lake, **IMPATIENT), "connection")


def test_A_keeper_whose_statement_stays_unacknowledged_while_it_plans_does_not_wait_for_TCP_to_give_up(aftermath, lake, proxy):
    """See the worker's in test_recovery.py."""
    proxy.add(BlackHole(16 + 6), "^LOCK", role=KEEPER)
    patience = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2}
    aftermath.assert_failed(run_pg2athena("run", proxy.url_with(**patience), lake, timeout=90), "connection")


def test_A_signal_ends_a_run_that_hangs_in_a_black_hole(aftermath, lake, proxy):
    proxy.add(BlackHole(MIDDLE), "^COPY", role=WORKER)
    process = start_pg2athena("run", proxy.url, lake)
    wait_until(lambda: any(link.is_silent.is_set() for link in proxy.links), "the black hole")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)      # the second leaves at once
    finish(process, timeout=10)
    assert layout.published(lake) == aftermath.published


# Slow, or still for a while: that is no reason to fail --------------------------------------------------------------


def test_A_slow_connection_is_no_reason_to_fail(aftermath, lake, proxy):
    proxy.add(Slow(60_000), "^COPY", role=WORKER)
    began = time.monotonic()
    aftermath.assert_right(run_through(proxy, lake))
    assert time.monotonic() - began > 2


def test_A_backend_that_stands_still_for_a_while_is_no_reason_to_fail(aftermath, lake, proxy):
    proxy.add(Slow(200_000), "^COPY", role=WORKER)      # so that it isn't done before it is stopped
    process = start_pg2athena("run", proxy.url_with(keepalives_idle=1, keepalives_interval=1, keepalives_count=1), lake)
    proxy.wait_for("^COPY", role=WORKER)
    backend = proxy.links_of(WORKER)[0].backend
    os.kill(backend, signal.SIGSTOP)
    time.sleep(3)
    os.kill(backend, signal.SIGCONT)
    aftermath.assert_right(finish(process, timeout=60))


def test_A_request_to_cancel_that_comes_late_cancels_nothing_else(database, lake, proxy):
    """Rows in no order of their partitions are given up, and asked for again, sorted. The COPY that was given up may be at its
    end before it is cancelled."""
    database.execute("CREATE TABLE t AS SELECT i AS id, i * 31 % 97 AS part, md5(i::text) AS name"
                     " FROM generate_series(1, 200000) AS i; ANALYZE t")
    proxy.cancels_take = 2.0
    proxy.add(Slow(3_000_000), "^COPY", role=WORKER, nth=2)     # so that it is still there to be cancelled
    export_tables(Database(proxy.url), lake, [{"name": "t", "partition_by": {"value": "part"}}],
                  limits={"memory": "96MiB", "workers": 1})
    assert proxy.cancels > 0
    assert oracle.lake_says(lake, "public.t", "count(*), count(DISTINCT id)") == (200_000, 200_000)


# Somebody else has the table ----------------------------------------------------------------------------------------


def test_A_statement_that_is_cancelled(table, lake, start_slow_export):
    running = start_slow_export(seconds=10)
    for pid in running.backends:
        table.execute("SELECT pg_cancel_backend(%s)", (pid,))
    result = running.finish(timeout=60)
    if result.returncode != DONE:
        assert_error(result, FAILED, "cancel")
        assert not layout.published(lake)


@pytest.mark.parametrize("command", ["run", "plan"])
def test_A_table_locked_by_somebody_else_is_waited_for_as_long_as_was_said(table, lake, command):
    table.execute("CREATE TABLE u AS SELECT 'secret' AS a")
    with table.connect(autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("SET application_name = 'nightly job'")
        cursor.execute("LOCK TABLE u IN ACCESS EXCLUSIVE MODE /* secret */")
        result = run_pg2athena(command, "--lock-timeout", "1s", table.url, lake, timeout=20)
        assert_exit(result, FAILED)
        said = " ".join((result.stdout + result.stderr).split())
        assert "public.u could not be locked within 1s: pid" in said, said
        assert f"pid {other.info.backend_pid} (LOCK TABLE, role" in said and "application nightly job, in its transaction for" in said
        assert "--lock-timeout (limits.lock_timeout)" in said and "secret" not in said
        assert not layout.published(lake)
        other.rollback()
    export(table, lake)


WHILE_WE_WAIT = {
    "truncate": "TRUNCATE t; INSERT INTO t VALUES (1, 'after')",
    "retype": "ALTER TABLE t ALTER id TYPE bigint; ALTER TABLE t ALTER name TYPE bytea USING convert_to(name, 'UTF8')",
    "reshape": "ALTER TABLE t DROP COLUMN name; ALTER TABLE t ADD COLUMN more integer DEFAULT 7",
    "replace": "DROP TABLE t; CREATE TABLE t AS SELECT 1 AS only",
    "swap": "CREATE TABLE u AS SELECT 'u' AS name; ALTER TABLE t RENAME TO old; ALTER TABLE u RENAME TO t",
    "drop": "DROP TABLE t",
}


@pytest.mark.parametrize("ddl", WHILE_WE_WAIT.values(), ids=WHILE_WE_WAIT.keys())
def test_What_happens_to_a_table_while_a_run_waits_for_it_is_seen(table, lake, ddl):
    with table.connect(autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        process = start_pg2athena("run", "--table", "t", table.url, lake)
        wait_until(lambda: table.query("SELECT FROM pg_stat_activity WHERE datname = current_database()"
                                       " AND application_name LIKE 'pg2athena%' AND wait_event_type = 'Lock'"), "the run to wait")
        cursor.execute(ddl)
        other.commit()
    result = finish(process, timeout=60)
    if ddl == WHILE_WE_WAIT["drop"]:
        assert_error(result, REFUSED, "no table", "t")
        assert not layout.published(lake)
    else:
        assert_exit(result, DONE)
        oracle.assert_arrived(table, lake, "public", "t")
