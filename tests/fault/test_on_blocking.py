"""Somebody's ALTER TABLE waits for our run, and everybody else for the ALTER: after a while that was named the run gives
way; or it doesn't, where it was told so."""
import threading
import time

import pytest

from harness.aftermath import Aftermath
from harness.program import export
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


def test_One_that_waits_for_less_than_that_is_waited_with(aftermath, table, start_slow_export):
    running = start_slow_export(seconds=5, options=(OPTION, "30s"))
    alter = InBackground(table, ALTER)
    wait_until(lambda: table.query(WAITING), "the ALTER to wait for us")
    result = running.finish(timeout=60)
    alter.finish(timeout=10)
    assert result.returncode == 0, result.stderr


def test_One_that_gives_up_waiting_is_forgotten(aftermath, table, start_slow_export):
    running = start_slow_export(seconds=6, options=(OPTION, "3s"))
    for _ in range(3):      # together longer than the run has patience, each of them shorter
        with table.connect() as impatient, impatient.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1200ms'")
            with pytest.raises(Exception, match="lock timeout"):
                cursor.execute(ALTER)
    assert running.finish(timeout=60).returncode == 0


def test_A_run_that_was_told_never_to_give_way_goes_on(aftermath, table, start_slow_export):
    running = start_slow_export(seconds=6, options=(OPTION, "never"))
    alter = InBackground(table, ALTER)
    wait_until(lambda: table.query(WAITING), "the ALTER to wait for us")
    result = running.finish(timeout=60)
    alter.finish(timeout=10)
    assert result.returncode == 0, result.stderr
    # And what blocks whom is said at once, for those who look.
    assert str(alter.pid) in result.stderr and "ALTER TABLE" in result.stderr
