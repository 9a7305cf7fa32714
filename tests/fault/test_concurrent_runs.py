"""Two runs at once: of the same table into the same target one is refused, everything else goes together."""
import signal

from harness import lake as layout
from harness import oracle
from harness.program import DONE, REFUSED, assert_error, assert_exit, export, run_pg2athena
from harness.slow_query import slow_query


def test_A_second_run_of_the_same_table_into_the_same_target_is_refused(table, lake, start_slow_export):
    running = start_slow_export()
    result = run_pg2athena("run", "--table", "t", table.url, lake, timeout=30)
    # It is named, so that somebody can look at it.
    backend, name = table.query("SELECT pid, application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
                                " WHERE locktype = 'advisory' ORDER BY pid")[0]
    assert_error(result, REFUSED, "public.t", f"pid {backend}, {name}", f"other_run_id {name.removeprefix('pg2athena ')}")
    running.process.send_signal(signal.SIGINT)
    running.finish()
    # With the first one gone, the way is free.
    export(table, lake, "--table", "t")


def test_The_first_of_two_runs_is_whole(table, lake, start_slow_export):
    running = start_slow_export(seconds=3)
    codes = [run_pg2athena("run", "--table", "t", table.url, lake).returncode for _ in range(3)]
    assert REFUSED in codes and set(codes) <= {DONE, REFUSED}, codes
    assert_exit(running.finish(timeout=60), DONE)
    oracle.assert_arrived(table, lake, "public", "t")
    assert oracle.assert_same(table, lake, "slow", slow_query(seconds=3)) == 1500


def test_Another_table_into_the_same_target_goes_at_the_same_time(table, lake, start_slow_export):
    table.execute("CREATE TABLE u AS SELECT 1 AS a")
    running = start_slow_export()
    export(table, lake, "--table", "u")
    running.process.send_signal(signal.SIGINT)
    running.finish()
    assert set(layout.published(lake)) == {"public.u"}


def test_The_same_table_into_another_target_goes_at_the_same_time(table, lake, tmp_path, start_slow_export):
    start_slow_export()
    export(table, tmp_path / "other", "--table", "t")
    oracle.assert_arrived(table, tmp_path / "other", "public", "t")
