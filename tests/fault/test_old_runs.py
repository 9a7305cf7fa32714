"""`pg2athena gc` and runs that were published and replaced, in a local folder: exactly what no reader can be led to goes."""
import contextlib
import json
import os
import signal
import shutil
import time

import pytest

from harness import oracle
from harness.lake import everything, runs_of
from harness.old_runs import is_of, to_go, told
from harness.program import DONE, FAILED, USAGE, assert_error, assert_exit, export, finish, gc, run_pg2athena, start_pg2athena

HOUR = 3600


@contextlib.contextmanager
def new_run(lake, hours_ago: float = 0):
    """What is published in it is so many hours old afterwards; gives a list that has the run's id then."""
    before = runs_of(lake)
    ids = []
    yield ids
    ids += sorted(runs_of(lake) - before)
    for run in ids:
        for file in (lake / "_pg2athena/runs" / run).rglob("*"):
            os.utime(file, (time.time() - hours_ago * HOUR,) * 2)


def exported(database, lake, hours_ago: float, *tables: str) -> str:
    """The id of a run that published these tables so long ago."""
    with new_run(lake, hours_ago) as ids:
        export(database, lake, *(option for table in tables for option in ("--table", table)))
    [run] = ids
    return run


@pytest.fixture
def shop(database):
    for table in "abc":
        database.execute(f"CREATE TABLE {table} AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 100) AS i")
    return database


FOREIGN = ["README.txt", "data/keep.parquet", "public.a/notes.txt", "public.a/data/other/0-0-0.parquet",
           "public.a/data/{run}/_SUCCESS", "public.a/data/{run}/0-0-0.parquet.crc", "public.a/data/{run}/part-0.parquet",
           "public.a/data/{run}/00-0-0.parquet", "public.a/data/{run}/sub/0-0-0.parquet",
           "public.a/data/{run}x/0-0-0.parquet", "public.a/data2/{run}/0-0-0.parquet",
           "somebody/data/{run}/0-0-0.parquet", "archive/public.a/data/{run}/0-0-0.parquet",
           "public.a/data/20200101T000000.000Z-0123456789abcdef/0-0-0.parquet",
           "_pg2athena/runs/{run}/notes.txt", "_pg2athena/runs/{run}/receipts/0.json.bak", "_pg2athena/tables/notes.txt"]


def put_foreign(lake, run) -> None:
    for name in FOREIGN:
        file = lake / name.format(run=run)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"somebody's: " + name.encode())


def test_Among_all_that_a_lake_may_have_exactly_the_old_goes(shop, cluster, lake, start_slow_export):
    shop.execute("CREATE TABLE t AS SELECT 1 AS id")
    whole = exported(shop, lake, 100, "a", "b")
    half = exported(shop, lake, 90, "a", "b")
    once = exported(shop, lake, 80, "a")
    now = exported(shop, lake, 1, "a")
    before_c = exported(shop, lake, 70, "c")
    # A run that is decided, and can't be finished.
    link = lake / "public.c/latest"
    link.unlink()
    (link / "in the way").mkdir(parents=True)
    with new_run(lake, 60) as decided:
        assert_error(run_pg2athena("run", "--table", "c", shop.url, lake), FAILED, "public.c")
    # One that another is faster than, from another database.
    with cluster.database() as other, new_run(lake, 50) as racing:
        other.execute("CREATE TABLE t AS SELECT 2 AS id")
        slow = start_slow_export(seconds=2)
        export(other, lake, "--table", "t")
        assert_error(slow.finish(), FAILED, "public.t")
    loser, winner = sorted(racing)
    # One that was killed, and one that is at work.
    with new_run(lake) as killed:
        dying = start_slow_export(options=["--query", "SELECT 1 AS i", "--as", "quick"])
        dying.process.send_signal(signal.SIGKILL)
        dying.finish()
    running = start_slow_export(seconds=8)
    [at_work] = runs_of(lake) - {whole, half, once, now, before_c, *decided, *racing, *killed}
    put_foreign(lake, whole)

    before = everything(lake)
    report = gc(lake)
    assert told(report) == {
        (whole, "public.a"): "old", (whole, "public.b"): "old", (half, "public.a"): "old", (half, "public.b"): "shown",
        (once, "public.a"): "young", (now, "public.a"): "shown", (before_c, "public.c"): "not_finished",
        (loser, "public.t"): "old", (loser, "slow"): "shown", (winner, "public.t"): "shown"}
    going = {(whole, "public.a"), (whole, "public.b"), (whole, ""), (half, "public.a"), (loser, "public.t")}
    assert to_go(report) == going
    assert {run["run_id"]: (run["state"], run["action"]) for run in report["runs"]} == {
        decided[0]: ("decided", "keep"), killed[0]: ("undecided", "keep"), at_work: ("undecided", "keep")}
    assert report["status"] == "found" and everything(lake).keys() >= before.keys()

    removed = gc(lake, "--delete")
    assert removed["status"] == "removed" and removed["removed"] == removed["found"] == report["found"]
    expected = {path for path in before if is_of(path, going)} - {name.format(run=whole) for name in FOREIGN}
    after = everything(lake)
    assert {path for path in before if path not in after} == expected
    assert removed["removed"]["objects"] == len(expected)
    assert removed["removed"]["bytes"] == sum(len(before[path]) for path in expected)
    assert {path: after[path] for path in before if path in after} == {path: before[path] for path in after if path in before}

    # Readers see what they saw, and what was at work or undone goes on.
    for table in "ab":
        oracle.assert_arrived(shop, lake, "public", table)
    assert_exit(running.finish(), DONE)
    shutil.rmtree(link)
    assert_exit(run_pg2athena("publish", lake), DONE)
    export(shop, lake, "--table", "a", "--table", "b", "--table", "c")
    for table in "abc":
        oracle.assert_arrived(shop, lake, "public", table)


def test_It_is_kept_for_as_long_as_is_said(shop, lake, tmp_path):
    first = exported(shop, lake, 100, "a")
    exported(shop, lake, 30, "a")
    assert told(gc(lake, "--keep-for", "31h"))[first, "public.a"] == "young"
    assert told(gc(lake, "--keep-for", "1d"))[first, "public.a"] == "old"
    file = tmp_path / "job.yaml"
    for keep_for, found in [("2d", "nothing_to_remove"), ("29h", "found"), ("never", "nothing_to_remove")]:
        file.write_text(f"source: {{url: postgresql:///x}}\ntarget: {{location: {lake}, keep_for: {keep_for}}}\n")
        report = json.loads(assert_exit(run_pg2athena("gc", "--config", file, "--output", "json"), DONE).stdout)
        assert report["status"] == found, keep_for
    assert report["keep_for_ms"] is None and report["published_runs"] == []
    assert gc(lake, "--keep-for", "29h")["keep_for_ms"] == 29 * HOUR * 1000
    assert_error(run_pg2athena("gc", lake, "--keep-for", "soon"), USAGE, "--keep-for")


def test_People_are_told_what_goes_and_why_the_rest_stays(shop, lake):
    first = exported(shop, lake, 100, "a", "b")
    exported(shop, lake, 50, "a")
    exported(shop, lake, 2, "b")
    said = assert_exit(run_pg2athena("gc", lake), DONE).stdout
    lines = [line.split("Z  ")[-1].strip() for line in said.splitlines() if line.startswith(first)]
    assert [line.split("  ")[0] for line in lines] == ["public.a", "public.b"]
    assert "replaced 2 d ago" in lines[0] and "replaced 2 h ago: kept for 1d" in lines[1]
    assert "2 tables are shown." in said
    assert said.splitlines()[-1].startswith("Nothing was removed; --delete would remove 1 object (")
    assert "replaced 2 d ago: removed" in assert_exit(run_pg2athena("gc", lake, "--delete"), DONE).stdout


def test_What_somebody_pointed_the_link_at_is_kept(shop, lake):
    first = exported(shop, lake, 100, "a")
    exported(shop, lake, 50, "a")
    link = lake / "public.a/latest"
    (lake / "public.a/now").symlink_to(f"data/{first}")
    for target in (f"data/{first}", f"./data/{first}/", str(lake / "public.a/data" / first), "now", "data", "/"):
        link.unlink()
        link.symlink_to(target)
        assert told(gc(lake, "--delete"))[first, "public.a"] == "led_to"
    link.unlink()
    link.symlink_to("../public.b")
    assert told(gc(lake))[first, "public.a"] == "old"


def test_The_last_data_of_a_table_whose_record_is_gone_are_kept(shop, lake):
    first, last = exported(shop, lake, 100, "a"), exported(shop, lake, 90, "a")
    record = lake / "_pg2athena/tables/public.a.json"
    record.unlink()
    before = everything(lake)
    assert told(gc(lake, "--delete")) == {(first, "public.a"): "no_record", (last, "public.a"): "no_record"}
    assert everything(lake) == before


def test_A_run_that_was_planned_before_loses_nothing(table, cluster, lake, start_slow_export):
    """Its predecessor is replaced and removed while it is at work."""
    first = exported(table, lake, 0, "t")
    slow = start_slow_export(seconds=3)
    with cluster.database() as other:
        other.execute("CREATE TABLE t AS SELECT 2 AS id")
        second = exported(other, lake, 0, "t")
        report = gc(lake, "--delete", "--keep-for", "0")
        assert told(report) == {(first, "public.t"): "old", (second, "public.t"): "shown"}
        assert not list(lake.glob(f"public.t/data/{first}"))
        assert_error(slow.finish(), FAILED, "public.t")
        oracle.assert_arrived(other, lake, "public", "t")
    export(table, lake, "--table", "t")
    oracle.assert_arrived(table, lake, "public", "t")


def test_Two_at_once_and_killed_ones_leave_what_one_does(shop, lake):
    # Enough files that there is a middle.
    shop.execute("CREATE TABLE parts AS SELECT i % 200 AS k, i AS v FROM generate_series(1, 2000) AS i")
    job = lake.parent / "job.yaml"
    job.write_text(f"source: {{url: {shop.url}}}\ntarget: {{location: {lake}}}\n"
                   "tables: [{name: public.parts, partition_by: {value: k}}, public.a]\n")
    old = []
    for hours in (100, 90, 80):
        with new_run(lake, hours) as ids:
            assert_exit(run_pg2athena("run", "--config", job), DONE)
        old += ids
    old.pop()
    going = {(run, part) for run in old for part in ("public.parts", "public.a", "")}
    before = everything(lake)
    assert to_go(gc(lake)) == going
    expected = {path: content for path, content in before.items() if not is_of(path, going)}
    for wait in (0.01, 0.02, 0.03, 0.05, 0.08):
        process = start_pg2athena("gc", lake, "--delete")
        time.sleep(wait)
        process.kill()
        process.communicate()
        assert everything(lake).items() >= expected.items()
    processes = [start_pg2athena("gc", lake, "--delete") for _ in range(2)]
    for process in processes:
        assert_exit(finish(process, 60), DONE)
    assert everything(lake) == expected
    assert gc(lake, "--delete")["status"] == "nothing_to_remove"
    oracle.assert_arrived(shop, lake, "public", "a")
