"""A run that can be caught in the middle: a query whose rows take their time in the server."""
import time

from harness.sanitizer import SLOWNESS

SECONDS_A_ROW = 0.002


def slow_query(seconds: float) -> str:
    return (f"SELECT i, 'row ' || i AS name FROM generate_series(1, {round(seconds / SECONDS_A_ROW)}) AS i"
            f" WHERE pg_sleep({SECONDS_A_ROW}) IS NOT NULL")


def backends_reading_it(database) -> list[int]:
    """The backends that are sending the query's rows at the moment. (Planning it runs it too, but not as a COPY.)"""
    rows = database.query("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
                          " AND pid <> pg_backend_pid() AND query ILIKE 'copy%' AND query ILIKE '%pg_sleep%'")
    return [pid for pid, in rows]


def wait_until(condition, what: str, timeout: float = 30) -> None:
    """Waits for something to be so, instead of sleeping and hoping."""
    timeout *= SLOWNESS
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout} s for {what}"
        time.sleep(0.02)


def wait_until_read(database, process) -> list[int]:
    """Waits until a started run is in the middle of the query; gives the backends that read it."""
    backends = []

    def is_reading():
        assert process.poll() is None, f"the run ended before it read anything: {process.communicate()}"
        backends[:] = backends_reading_it(database)
        return backends

    wait_until(is_reading, "the run to read the slow query")
    return backends
