"""`--read-rate`: the run takes no more from the server in a second than it may, and stops at once all the same."""
import json
import signal
import time

from harness import oracle
from harness.program import INTERRUPTED, USAGE, assert_error, assert_exit, export, finish, run_pg2athena, start_pg2athena
from harness.slow_query import wait_until

ROWS = 40_000
MEBIBYTE = 1 << 20


def make_table(database) -> None:
    database.execute(f"CREATE TABLE t AS SELECT i AS id, repeat(md5(i::text), 3) AS text FROM generate_series(1, {ROWS}) AS i")


def test_A_run_keeps_to_its_rate_over_all_workers(database, lake):
    make_table(database)
    database.execute("CREATE TABLE u AS TABLE t")
    began = time.monotonic()
    result = export(database, lake, "--read-rate", "4MiB", "--workers", "2", "--output", "json")
    elapsed = time.monotonic() - began
    read = json.loads(result.stdout)["totals"]["bytes_read"]
    assert read > 8 * MEBIBYTE
    # A burst of one second's bytes is allowed.
    assert read <= (elapsed + 1) * 4 * MEBIBYTE, f"{read} bytes in {elapsed} s"
    for table in ("t", "u"):
        assert oracle.assert_arrived(database, lake, "public", table) == ROWS


def test_A_run_that_waits_stops_at_once(database, lake):
    make_table(database)
    process = start_pg2athena("run", "--read-rate", "1KiB", database.url, lake)
    copying = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY (SELECT%'"
    wait_until(lambda: database.value(copying) == 1, "the run to read")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert_exit(finish(process, timeout=10), INTERRUPTED)
    assert time.monotonic() - began < 3


def test_The_plan_says_the_rate(database):
    make_table(database)
    result = assert_exit(run_pg2athena("plan", "--read-rate", "50MiB", database.url), 0)
    assert "at most 50MiB a second from the server" in result.stdout
    plan = json.loads(run_pg2athena("plan", "--read-rate", "50MiB", "--output", "json", database.url).stdout)
    assert plan["read_rate"] == 50 * MEBIBYTE
    assert json.loads(run_pg2athena("plan", "--output", "json", database.url).stdout)["read_rate"] is None


def test_A_rate_of_nothing_is_a_mistake(database, lake):
    assert_error(run_pg2athena("run", "--read-rate", "0", database.url, lake), USAGE, "--read-rate")
