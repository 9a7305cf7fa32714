"""Fixtures for tests in which something breaks while a run is at work."""
import dataclasses
import pathlib
import subprocess

import pytest

from harness.cluster import Cluster, Database
from harness.postgres_proxy import PostgresProxy
from harness.program import finish, start_pg2athena
from harness.slow_query import slow_query, wait_until, wait_until_read


@dataclasses.dataclass
class RunningExport:
    """A run that is in the middle of reading: it has read `t`, and reads the slow query as the table `slow`."""
    process: subprocess.Popen
    backends: list[int]

    def finish(self, timeout: float = 30) -> subprocess.CompletedProcess:
        return finish(self.process, timeout)


@pytest.fixture
def start_slow_export(database, lake):
    """Starts a run and waits until it is in the middle of reading; ends it at the end of the test, if it still runs."""
    started = []

    def start(seconds: float = 60, on: Database = database, into: pathlib.Path = lake, options=()) -> RunningExport:
        receipts = "_pg2athena/runs/*/receipts/*.json"
        before = set(into.glob(receipts))
        process = start_pg2athena("run", "--table", "t", "--query", slow_query(seconds), "--as", "slow", *options, on.url, into)
        started.append(process)
        backends = wait_until_read(on, process)
        wait_until(lambda: set(into.glob(receipts)) - before, "`t` to have been read")
        return RunningExport(process, backends)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture
def table(database):
    """A table `t` that is exported beside whatever breaks."""
    database.execute("CREATE TABLE t AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 5000) AS i")
    return database


@pytest.fixture
def proxy(database):
    """Before the test's database: `database.url` leads past it, `proxy.url` through it."""
    with PostgresProxy(database) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def restartable():
    """A cluster of the module's own, for tests that restart it."""
    cluster = Cluster()
    yield cluster
    cluster.stop()
