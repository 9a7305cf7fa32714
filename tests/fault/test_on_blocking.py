"""Somebody's ALTER TABLE waits for our run, and everybody else for the ALTER: after a while that was named the run gives
way; or it doesn't, where it was told so."""
import json
import signal
import threading
import time

import pytest

from harness.aftermath import Aftermath
from harness.job import write_job
from harness.program import DONE, FAILED, INTERRUPTED, assert_error, assert_exit, export, finish, run_pg2athena, start_pg2athena
from harness.slow_query import wait_until

OPTION = "--abort-after-blocking"
ALTER = "ALTER TABLE t ADD COLUMN more integer DEFAULT 7"
WAITING = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE t%%' AND wait_event_type = 'Lock'"


class InBackground:
    """A statement of another session, and when it was done."""

    def __init__(self, database, sql: str):
        self._connection = database.connect()
        self.pid = self._connection.info.backend_pid
        self.began = time.monotonic()
        self.seconds: float | None = None
        self._thread = threading.Thread(target=self._run, args=(sql,), daemon=True)
        self._thread.start()

    def _run(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
        self.seconds = time.monotonic() - self.began

    def finish(self, timeout: float) -> float:
        """How long it took."""
        self._thread.join(timeout)
        assert self.seconds is not None, f"it still waits after {timeout} s"
        self._connection.close()
        return self.seconds


@pytest.fixture
def aftermath(table, lake):
    export(table, lake, "--table", "t")
    return Aftermath(table, lake)


def test_A_run_that_blocks_others_gives_way_after_the_time_that_was_named(aftermath, table, start_slow_export):
    running = start_slow_export(seconds=60, options=(OPTION, "2s"))
    alter = InBackground(table, ALTER)
    wait_until(lambda: table.query(WAITING), "the ALTER to wait for us")
    select = InBackground(table, "SELECT count(*) FROM t")
    assert select.finish(timeout=10) < 8
    assert 1 < alter.finish(timeout=5)
    result = running.finish(timeout=20)
    aftermath.assert_failed(result, str(alter.pid), "ALTER TABLE", OPTION)
    assert "more integer" not in result.stderr, "the statement's kind is named, and no word of it besides"


def test_One_that_gives_up_waiting_is_forgotten(aftermath, table, start_slow_export):
    running = start_slow_export(seconds=6, options=(OPTION, "3s"))
    for _ in range(3):      # together longer than the run has patience, each of them shorter
        with table.connect() as impatient, impatient.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1200ms'")
            with pytest.raises(Exception, match="lock timeout"):
                cursor.execute(ALTER)
    assert running.finish(timeout=60).returncode == 0


@pytest.mark.parametrize("patience", ["30s", "never"])
def test_A_run_that_may_hold_others_up_for_longer_goes_on(aftermath, table, start_slow_export, patience):
    running = start_slow_export(seconds=6, options=(OPTION, patience))
    alter = InBackground(table, ALTER)
    wait_until(lambda: table.query(WAITING), "the ALTER to wait for us")
    result = running.finish(timeout=60)
    alter.finish(timeout=10)
    assert result.returncode == 0, result.stderr
    # And what blocks whom is said at once, for those who look.
    assert str(alter.pid) in result.stderr and "ALTER TABLE" in result.stderr


# While it plans: the server reads a query whole for the bounds of its key ------------------------------------------


def start_planning(table, lake, command: str, seconds: float, *options: str):
    """A command that holds its lock on `t` for so long before it reads a row."""
    query = f"SELECT id FROM t WHERE id <= 100 AND pg_sleep({seconds / 100}) IS NOT NULL"
    job = write_job(table, lake, [{"sql": query, "as": "slow", "shard_by": "id"}])
    process = start_pg2athena(command, "--config", job, *options)
    wait_until(lambda: table.query("SELECT FROM pg_stat_activity WHERE datname = current_database()"
                                   " AND state = 'active' AND query LIKE '%percentile_disc%'"
                                   " AND pid <> pg_backend_pid()"), "the bounds to be read")
    return process


@pytest.mark.parametrize("command", ["run", "plan"])
def test_Who_waits_for_a_run_that_plans_is_given_way_to(table, lake, command):
    process = start_planning(table, lake, command, 60, OPTION, "2s")
    alter = InBackground(table, ALTER)
    assert 1 < alter.finish(timeout=10) < 8
    assert_error(finish(process, timeout=20), FAILED, str(alter.pid), "ALTER TABLE", OPTION)


def test_A_plan_that_may_hold_others_up_says_whom(table, lake):
    process = start_planning(table, lake, "plan", 4, OPTION, "never")
    alter = InBackground(table, ALTER)
    result = assert_exit(finish(process, timeout=60), DONE)
    alter.finish(timeout=10)
    assert f"pid {alter.pid} (ALTER TABLE) waits for public.t" in result.stderr


def test_A_run_that_may_hold_others_up_does_not_wait_for_who_waits_for_it(table, lake):
    """Its workers can't have the lock: the ALTER stands in the queue before them."""
    process = start_planning(table, lake, "run", 4, OPTION, "never", "--lock-timeout", "2s")
    alter = InBackground(table, ALTER)
    result = finish(process, timeout=60)
    assert_error(result, FAILED, "lock", "ALTER or TRUNCATE")
    assert result.stderr.count(f"pid {alter.pid} (ALTER TABLE) waits for public.t") == 1, "it is said once"
    alter.finish(timeout=10)


def test_A_run_that_plans_is_stopped_at_once_though_it_is_watched(table, lake):
    process = start_planning(table, lake, "run", 60, OPTION, "never")
    wait_until(lambda: table.query("SELECT FROM pg_stat_activity WHERE query LIKE '%pg_blocking_pids%'"
                                   " AND pid <> pg_backend_pid()"), "the watch to look")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert_exit(finish(process, timeout=20), INTERRUPTED)
    assert time.monotonic() - began < 5
    assert not table.query("SELECT FROM pg_stat_activity WHERE application_name LIKE 'pg2athena%%'")


def test_Who_waits_for_a_table_before_us_is_named(table, lake):
    """A long SELECT is in nobody's way but the ALTER's, and that is in ours."""
    with table.connect(autocommit=False) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM t")
        alter = InBackground(table, "ALTER TABLE t ADD COLUMN note text")
        result = run_pg2athena("run", "--lock-timeout", "1s", "--output", "json", table.url, lake, timeout=20)
        reader.rollback()
    alter.finish(timeout=10)
    assert_exit(result, FAILED)
    error = json.loads(result.stdout)["error"]
    assert error["kind"] == "lock_not_available" and error["context"]["sqlstate"] == "55P03"
    assert error["context"]["table"] == "public.t" and error["context"]["blocking_pid"] == str(alter.pid)
    assert f"pid {alter.pid} (ALTER TABLE" in error["message"] and "waits to lock it" in error["message"]
