"""The server ends connections of a run: either the run recovers and is right, or it fails clearly and shows nothing."""
from harness import lake as layout
from harness import oracle
from harness.program import DONE, FAILED, assert_error, export, run_pg2athena


def assert_recovered_or_failed_clearly(result, database, lake) -> None:
    if result.returncode == DONE:
        oracle.assert_arrived(database, lake, "public", "t")
    else:
        assert_error(result, FAILED, "connection")
        assert not layout.published(lake)
        assert not layout.leftovers(lake)


def test_A_workers_backend_that_is_terminated(table, lake, start_slow_export):
    running = start_slow_export(seconds=10)
    for pid in running.backends:
        table.execute("SELECT pg_terminate_backend(%s)", (pid,))
    assert_recovered_or_failed_clearly(running.finish(timeout=60), table, lake)


def test_All_backends_of_a_run_terminated_at_once(table, lake, start_slow_export):
    export(table, lake, "--table", "t")
    before = layout.published(lake)
    running = start_slow_export()
    table.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE datname = current_database() AND pid <> pg_backend_pid()")
    result = running.finish(timeout=60)
    assert_error(result, FAILED, "connection")
    assert layout.published(lake) == before
    export(table, lake, "--table", "t")
    oracle.assert_arrived(table, lake, "public", "t")


def test_A_statement_that_is_cancelled(table, lake, start_slow_export):
    running = start_slow_export(seconds=10)
    for pid in running.backends:
        table.execute("SELECT pg_cancel_backend(%s)", (pid,))
    result = running.finish(timeout=60)
    if result.returncode != DONE:
        assert_error(result, FAILED, "cancel")
        assert not layout.published(lake)


def test_A_table_locked_by_somebody_else_is_waited_for_as_long_as_was_said(table, lake):
    with table.connect(autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        assert_error(run_pg2athena("run", "--lock-timeout", "1s", table.url, lake, timeout=20), FAILED, "t", "lock")
        assert not layout.published(lake)
        other.rollback()
    export(table, lake)
