"""A run that is stopped from outside leaves what was there before, and the next one needs no hand work.

Kills at any moment: `test_killed_anywhere.py`.
"""
import os
import shutil
import signal
import time

import pytest

from harness import lake as layout
from harness import oracle
from harness.cluster import Cluster
from harness.program import (DONE, FAILED, INTERRUPTED, assert_error, assert_exit, export, finish, run_pg2athena,
                             start_pg2athena)
from harness.sanitizer import SLOWNESS
from harness.slow_query import slow_query, wait_until, wait_until_read

CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_A_signal_ends_the_run_soon_and_leaves_it_tidy(table, lake, start_slow_export, sent):
    running = start_slow_export()
    running.process.send_signal(sent)
    result = running.finish(timeout=10)
    assert_exit(result, INTERRUPTED)
    assert not layout.published(lake)
    assert not layout.parquet_files(lake), "files of a run that will never be are removed"
    assert not layout.leftovers(lake)
    # The server has nothing more to do for it either.
    wait_until(lambda: not table.query(CONNECTIONS), "the run's connections to close", timeout=10)
    export(table, lake, "--table", "t")
    oracle.assert_arrived(table, lake, "public", "t")


def test_A_signal_leaves_the_run_before_as_it_was(table, lake, start_slow_export):
    export(table, lake, "--table", "t")
    before = layout.published(lake), layout.parquet_files(lake)
    running = start_slow_export()
    running.process.send_signal(signal.SIGINT)
    assert_exit(running.finish(timeout=10), INTERRUPTED)
    assert (layout.published(lake), layout.parquet_files(lake)) == before
    oracle.assert_arrived(table, lake, "public", "t")


def test_A_kill_leaves_the_run_before_as_it_was_and_the_next_run_works(table, lake, start_slow_export):
    export(table, lake, "--table", "t")
    before = layout.published(lake)
    running = start_slow_export()
    running.process.kill()
    assert_exit(running.finish(), -signal.SIGKILL)
    assert layout.published(lake) == before
    oracle.assert_arrived(table, lake, "public", "t")
    table.execute("INSERT INTO t VALUES (0, 'new')")
    export(table, lake, "--table", "t")
    assert layout.published(lake)["public.t"] > before["public.t"]
    oracle.assert_arrived(table, lake, "public", "t")


@pytest.fixture
def frozen_run(tmp_path):
    """A run in the middle of reading, whose server stands still: it can't answer a request to cancel."""
    cluster, process, stopped = Cluster(), None, []
    try:
        cluster.maintenance.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) AS i")
        process = start_pg2athena("run", "--table", "t", "--query", slow_query(seconds=60), "--as", "slow", cluster.url,
                                  tmp_path / "lake")
        wait_until_read(cluster.maintenance, process)
        backends = [pid for pid, in cluster.maintenance.query(CONNECTIONS)]
        for pid in [cluster.postmaster_pid(), *backends]:
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
        yield process
    finally:
        if process is not None and process.poll() is None:
            process.kill()
            process.communicate()
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        cluster.stop()


def test_A_signal_ends_the_run_tidily_though_the_server_stands_still(frozen_run, tmp_path):
    frozen_run.send_signal(signal.SIGTERM)
    assert_exit(finish(frozen_run, timeout=15), INTERRUPTED)
    assert not layout.published(tmp_path / "lake")
    assert not layout.parquet_files(tmp_path / "lake")
    assert not layout.leftovers(tmp_path / "lake")


def test_A_second_signal_leaves_at_once(frozen_run, tmp_path):
    frozen_run.send_signal(signal.SIGINT)
    time.sleep(1)
    assert frozen_run.poll() is None, "the server was not as still as it should be"
    sent = time.monotonic()
    frozen_run.send_signal(signal.SIGINT)
    frozen_run.communicate(timeout=5 * SLOWNESS)
    assert time.monotonic() - sent < 2 * SLOWNESS
    assert frozen_run.returncode in (INTERRUPTED, -signal.SIGINT)
    assert not layout.published(tmp_path / "lake")


@pytest.mark.parametrize("forward", [["publish"], ["run", "--table", "other"]], ids=["publish", "the next run"])
def test_A_decided_run_that_could_not_be_switched_is_rolled_forward(database, lake, forward):
    database.execute("CREATE TABLE a AS SELECT 1 AS version; CREATE TABLE b AS SELECT 1 AS version;"
                     " CREATE TABLE other AS SELECT 1 AS version")
    export(database, lake)
    first = layout.published(lake)
    database.execute("UPDATE a SET version = 2; UPDATE b SET version = 2")
    # Nothing replaces a folder by a link: after its decision the run can't make this table visible.
    link = lake / "public.b" / "latest"
    link.unlink()
    (link / "in the way").mkdir(parents=True)
    assert_error(run_pg2athena("run", "--table", "a", "--table", "b", database.url, lake), FAILED, "public.b")
    decided = layout.published(lake)["public.a"]
    assert decided > first["public.a"]

    shutil.rmtree(link)
    source = [] if forward == ["publish"] else [database.url]
    assert_exit(run_pg2athena(*forward, *source, lake), DONE)
    seen = layout.published(lake)
    assert seen["public.a"] == seen["public.b"] == decided
    assert (seen["public.other"] == first["public.other"]) == (forward == ["publish"])
    oracle.assert_arrived(database, lake, "public", "b")
