"""`pg2athena gc` in a local folder: exactly what killed runs left, and never what lives, is decided or published."""
import json
import re
import shutil
import signal

import pytest

from harness import lake as layout
from harness import oracle
from harness.job import write_job
from harness.lake import everything, runs_of
from harness.program import (DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit, export, gc, run_pg2athena,
                             start_pg2athena)
from harness.slow_query import slow_query, wait_until_read

RUN = re.compile(r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}")


def kill(running) -> None:
    running.process.send_signal(signal.SIGKILL)
    assert_exit(running.finish(), -signal.SIGKILL)


@pytest.fixture
def killed(table, lake, start_slow_export):
    """A lake with two published runs, and one that was killed; gives the latter's id."""
    export(table, lake, "--table", "t")
    export(table, lake, "--table", "t")
    before = runs_of(lake)
    kill(start_slow_export())
    [run] = runs_of(lake) - before
    # As if it had been killed in the middle of a file (src/storage/pending_file.h); the query's rows don't fill one.
    unfinished = lake / f"slow/data/{run}/.0123456789abcdef.unfinished"
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(b"PAR1")
    return run


def test_What_a_killed_run_left_is_listed_and_nothing_is_changed(table, lake, killed):
    before = everything(lake)
    assert gc(lake)["status"] == "nothing_to_remove", "so soon it may be at work"
    found = gc(lake, "--older-than", "0")
    assert found["status"] == "found" and found["removed"] is None
    [run] = found["runs"]
    assert run["run_id"] == killed and run["state"] == "undecided" and run["action"] == "remove"
    of_run = {path: content for path, content in before.items() if killed in path}
    whole = {path: content for path, content in of_run.items() if ".unfinished" not in path}
    assert run["objects"] == len(whole) and run["bytes"] == sum(map(len, whole.values()))
    assert run["unfinished_uploads"] == len(of_run) - len(whole) == 1
    assert everything(lake) == before


def test_Exactly_that_is_removed(table, lake, killed):
    foreign = {"README.txt": b"ours", f"public.t/data/{killed}/_SUCCESS": b"", "public.t/data/other/0-0-0.parquet": b"x",
               f"_pg2athena/runs/{killed}/notes.txt": b"n", "slow/.mine.unfinished": b"m",
               "elsewhere/data/20200101T000000.000Z-0123456789abcdef/0-0-0.parquet": b"a lake's that isn't this one"}
    for path, content in foreign.items():
        (lake / path).parent.mkdir(parents=True, exist_ok=True)
        (lake / path).write_bytes(content)
    before = everything(lake)
    removed = gc(lake, "--older-than", "0", "--delete")
    assert removed["status"] == "removed" and removed["removed"] == removed["found"]
    after = everything(lake)
    gone = {path for path in before if path not in after}
    assert gone == {path for path in before if killed in path and path not in foreign}
    assert set(after) - set(before) == {f"_pg2athena/runs/{killed}/commit.json"}
    assert json.loads(after[f"_pg2athena/runs/{killed}/commit.json"])["verdict"] == "abandon"
    assert {path: after[path] for path in before if path in after} == {path: before[path] for path in after if path in before}
    # And once more: nothing is left to do.
    again = gc(lake, "--older-than", "0", "--delete")
    assert again["status"] == "nothing_to_remove" and again["runs"] == []
    assert everything(lake) == after
    export(table, lake, "--table", "t")
    oracle.assert_arrived(table, lake, "public", "t")


def test_The_partitions_of_a_killed_run_go_with_it(table, lake):
    partitioned = {"sql": "SELECT id, name, 'k/' || id % 3 AS k FROM t", "as": "parts", "partition_by": {"value": "k"}}
    job = write_job(table, lake, [partitioned, {"sql": slow_query(60), "as": "slow"}], limits={"workers": 1})
    process = start_pg2athena("run", "--config", job)
    try:
        wait_until_read(table, process)
    finally:
        process.kill()
        process.communicate()
    [run] = runs_of(lake)
    files = [path for path in everything(lake) if path.endswith(".parquet")]
    assert {path.split("/")[3] for path in files if path.startswith("parts/")} == {f"k_value=k%2F{i}" for i in range(3)}
    hidden = lake / f"parts/data/{run}/k_value=new/.0123456789abcdef.unfinished"
    hidden.parent.mkdir(parents=True)
    hidden.write_bytes(b"PAR1")
    [found] = gc(lake, "--older-than", "0")["runs"]
    assert found["unfinished_uploads"] == 1 and found["objects"] >= len(files)
    assert gc(lake, "--older-than", "0", "--delete")["status"] == "removed"
    assert [path for path in everything(lake) if run in path] == [f"_pg2athena/runs/{run}/commit.json"]


def test_A_run_at_work_is_young_and_is_left_alone(table, lake, start_slow_export):
    running = start_slow_export(seconds=3)
    report = gc(lake, "--delete")
    assert report["status"] == "nothing_to_remove"
    assert [run["action"] for run in report["runs"]] == ["keep"]
    assert_exit(running.finish(), DONE)
    assert len(layout.published(lake)) == 2


def test_A_run_that_lives_after_all_publishes_nothing_and_says_why(table, lake, start_slow_export):
    export(table, lake, "--table", "t")
    before = everything(lake)
    running = start_slow_export(seconds=3)
    [run] = gc(lake, "--older-than", "0s", "--delete")["runs"]
    assert run["action"] == "remove"
    assert_error(running.finish(), FAILED, "pg2athena gc", "abandoned", "--older-than", run["run_id"])
    after = everything(lake)
    assert set(after) - set(before) == {f"_pg2athena/runs/{run['run_id']}/commit.json"}
    assert {path: after[path] for path in before} == before
    assert gc(lake, "--older-than", "0")["status"] == "nothing_to_remove"


def test_A_decided_run_is_kept_and_publish_finishes_it(database, lake):
    database.execute("CREATE TABLE a AS SELECT 1 AS version; CREATE TABLE b AS SELECT 1 AS version")
    export(database, lake)
    database.execute("UPDATE a SET version = 2; UPDATE b SET version = 2")
    link = lake / "public.b/latest"
    link.unlink()
    (link / "in the way").mkdir(parents=True)
    assert_error(run_pg2athena("run", database.url, lake), FAILED, "public.b")
    before = everything(lake)
    report = gc(lake, "--older-than", "0", "--delete")
    assert report["status"] == "nothing_to_remove"
    assert [(run["state"], run["action"]) for run in report["runs"]] == [("decided", "keep")]
    text = assert_exit(run_pg2athena("gc", lake), DONE).stdout
    assert "decided: kept" in text and "pg2athena publish" in text
    assert everything(lake) == before
    shutil.rmtree(link)
    assert_exit(run_pg2athena("publish", lake), DONE)
    for table in "ab":
        oracle.assert_arrived(database, lake, "public", table)


def test_For_people_it_is_a_table_and_a_line_about_delete(lake, killed):
    said = assert_exit(run_pg2athena("gc", lake, "--older-than", "0"), DONE).stdout
    assert killed in said and "undecided" in said and "unfinished uploads" in said
    assert "--delete would remove" in said.splitlines()[-1]
    said = assert_exit(run_pg2athena("gc", lake, "--older-than", "0", "--delete"), DONE).stdout
    assert said.splitlines()[-1].startswith("Removed: ")
    assert RUN.search(said)


def test_Without_a_lake_it_is_refused(tmp_path):
    assert_error(run_pg2athena("gc", tmp_path), REFUSED, "no lake")
    assert_error(run_pg2athena("gc", tmp_path / "absent"), REFUSED, "no folder")
    assert_error(run_pg2athena("gc", tmp_path, "--older-than", "soon"), USAGE, "--older-than")
