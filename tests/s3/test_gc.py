"""`pg2athena gc` in an object store: what killed runs left, unfinished uploads above all."""
import json
import signal

import pytest

from harness import oracle, s3_lake
from harness.minio import statement
from harness.program import (DONE, FAILED, INTERRUPTED, REFUSED, assert_error, assert_exit, finish, run_pg2athena,
                             start_pg2athena)
from harness.s3_faults import Answer, Call
from s3.multipart import PART

DELETE = {"method": "DELETE"}


@pytest.fixture(scope="module")
def table(table):
    """With a small one beside it."""
    table.execute("CREATE TABLE small AS SELECT 1 AS i; ANALYZE")
    return table


@pytest.fixture
def lake(minio, proxy, bucket, table):
    return Lake(minio, proxy, bucket, table)


class Lake:
    """s3://BUCKET/lake, reached through the proxy."""

    def __init__(self, minio, proxy, bucket, table):
        self.minio, self.proxy, self.bucket, self.table = minio, proxy, bucket, table
        self.location = f"s3://{bucket}/lake"

    def arguments(self, *options):
        return ["run", self.table.url, self.location, "--quiet", *options]

    def run(self, *options, env=None):
        return run_pg2athena(*self.arguments(*options), env=env or self.minio.environment())

    def killed(self) -> str:
        """The id of a run that is killed while it uploads t."""
        before = self.runs()
        process = start_pg2athena(*self.arguments("--table", "t"), env=self.minio.environment(endpoint=self.proxy.endpoint))
        self.proxy.add(Call(lambda _request: process.kill()), **PART, nth=3)
        assert_exit(finish(process, 60), -signal.SIGKILL)
        self.proxy.clear()
        [run] = self.runs() - before
        return run

    def runs(self) -> set[str]:
        return {key.split("/")[3] for key in self.keys() if key.startswith("lake/_pg2athena/runs/")}

    def keys(self) -> set[str]:
        return set(s3_lake.keys(self.minio, self.bucket))

    def gc(self, *options, code=DONE, env=None) -> dict:
        result = run_pg2athena("gc", self.location, "--output", "json", *options, env=env or self.minio.environment())
        return json.loads(assert_exit(result, code).stdout)


def test_A_killed_runs_objects_and_uploads_are_listed_and_removed_and_nothing_else(lake, minio, table, tmp_path):
    assert_exit(lake.run("--table", "small"), DONE)
    assert_exit(lake.run(), DONE)
    published = s3_lake.published(minio, lake.bucket, "lake")
    run = lake.killed()
    client = minio.client()
    foreign = {"other/object", "lake/notes.txt", f"lake/public.t/data/{run}/_SUCCESS",
               "lake/public.t/data/20200101T000000.000Z-0123456789abcdef/0-0-0.parquet"}
    for key in foreign:
        client.put_object(Bucket=lake.bucket, Key=key, Body=b"somebody's")
    other_upload = client.create_multipart_upload(Bucket=lake.bucket, Key="lake/backup.tar")["UploadId"]
    before = lake.keys()
    assert lake.gc()["status"] == "nothing_to_remove", "so soon it may be at work"
    assert minio.unfinished_uploads() and lake.keys() == before

    [found] = lake.gc("--older-than", "0")["runs"]
    ours = {key for key in before if run in key and key not in foreign}
    assert found["run_id"] == run and found["objects"] == len(ours)
    assert found["unfinished_uploads"] >= 1
    assert lake.keys() == before, "looking changes nothing"

    removed = lake.gc("--older-than", "0", "--delete")
    assert removed["status"] == "removed" and removed["removed"] == removed["found"]
    commit = f"lake/_pg2athena/runs/{run}/commit.json"
    assert lake.keys() == before - ours | {commit}
    assert json.loads(s3_lake.read(minio, lake.bucket, commit))["verdict"] == "abandon"
    assert minio.upload_ids(lake.bucket, "lake/backup.tar") == [other_upload]
    assert len(minio.unfinished_uploads()) == 1, "all of ours are gone"
    assert lake.gc("--older-than", "0", "--delete")["status"] == "nothing_to_remove"

    # Readers see what they saw, and the next run works.
    assert s3_lake.published(minio, lake.bucket, "lake") == published
    fetched = s3_lake.fetch(minio, lake.bucket, "lake", tmp_path / "fetched")
    assert oracle.lake_says(fetched, "public.t", "count(*), sum(i)") == table.query("SELECT count(*), sum(i) FROM t")[0]
    assert_exit(lake.run("--table", "small"), DONE)


@pytest.mark.parametrize("moment", ["in the middle", "at the decision"])
def test_A_run_that_lives_after_all_publishes_nothing_and_says_why(lake, minio, moment):
    assert_exit(lake.run("--table", "small"), DONE)
    before = lake.keys()
    reports = []
    which = PART | {"nth": 3} if moment == "in the middle" else {"method": "PUT", "path": "/commit.json$"}
    lake.proxy.add(Call(lambda _request: reports.append(lake.gc("--older-than", "0s", "--delete"))), **which)
    result = lake.run("--table", "t", env=minio.environment(endpoint=lake.proxy.endpoint))
    [[run]] = [report["runs"] for report in reports]
    assert_error(result, FAILED, "pg2athena gc", "--older-than", run["run_id"])
    assert lake.keys() == before | {f"lake/_pg2athena/runs/{run['run_id']}/commit.json"}
    assert not minio.unfinished_uploads()
    assert set(s3_lake.published(minio, lake.bucket, "lake")) == {"public.small"}


def test_A_run_that_was_decided_is_kept(lake, minio):
    process = start_pg2athena(*lake.arguments("--table", "small"), env=minio.environment(endpoint=lake.proxy.endpoint))
    lake.proxy.add(Call(lambda _request: process.kill()), method="PUT", path="/tables/")
    assert_exit(finish(process, 60), -signal.SIGKILL)
    before = lake.keys()
    report = lake.gc("--older-than", "0", "--delete")
    assert [(run["state"], run["action"]) for run in report["runs"]] == [("decided", "keep")]
    assert lake.keys() == before
    assert_exit(run_pg2athena("publish", lake.location, env=minio.environment()), DONE)
    assert set(s3_lake.published(minio, lake.bucket, "lake")) == {"public.small"}


def test_It_may_be_interrupted_anywhere(lake, minio):
    assert_exit(lake.run("--table", "small"), DONE)
    before = lake.keys()
    run = lake.killed()
    for nth in range(1, 20):
        arguments = ["gc", lake.location, "--older-than", "0", "--delete", "--quiet"]
        process = start_pg2athena(*arguments, env=minio.environment(endpoint=lake.proxy.endpoint))
        # Whichever request it is: the search's, the verdict's, a deletion's.
        rule = lake.proxy.add(Call(lambda _request: process.send_signal(signal.SIGINT if nth % 2 else signal.SIGKILL)),
                              nth=nth)
        result = finish(process, 60)
        lake.proxy.clear()
        assert before <= lake.keys()
        if result.returncode == DONE and not rule.applied:
            break
        assert result.returncode in (DONE, INTERRUPTED, -signal.SIGKILL)
    lake.gc("--older-than", "0", "--delete")
    assert lake.keys() == before | {f"lake/_pg2athena/runs/{run}/commit.json"}
    assert not minio.unfinished_uploads()


def test_A_right_that_is_missing_is_named_and_the_next_time_finds_the_rest(lake, minio):
    run = lake.killed()
    everything = statement("*", [lake.bucket, f"{lake.bucket}/*"])
    for action, resource in [("PutObject", f"{lake.bucket}/*"), ("AbortMultipartUpload", f"{lake.bucket}/*"),
                             ("DeleteObject", f"{lake.bucket}/*")]:
        user = minio.user(everything, statement(action, resource, effect="Deny"))
        result = run_pg2athena("gc", lake.location, "--older-than", "0", "--delete", env=minio.environment(user))
        assert_error(result, REFUSED, f"s3:{action}")
        assert f"lake/_pg2athena/runs/{run}/plan.json" in lake.keys()
    assert lake.gc("--older-than", "0", "--delete")["status"] == "removed"
    assert lake.keys() == {f"lake/_pg2athena/runs/{run}/commit.json"}


def test_A_lake_that_is_the_whole_bucket(minio, bucket, table, proxy):
    lake = Lake(minio, proxy, bucket, table)
    lake.location = f"s3://{bucket}"
    process = start_pg2athena(*lake.arguments("--table", "t"), env=minio.environment(endpoint=proxy.endpoint))
    proxy.add(Call(lambda _request: process.kill()), **PART, nth=2)
    assert_exit(finish(process, 60), -signal.SIGKILL)
    minio.client().put_object(Bucket=bucket, Key="mine", Body=b"x")
    assert lake.gc("--older-than", "0", "--delete")["status"] == "removed"
    [commit, mine] = sorted(lake.keys())
    assert commit.endswith("/commit.json") and mine == "mine"
    assert not minio.unfinished_uploads()


def test_Trouble_in_the_middle_leaves_what_the_next_time_finds(lake, minio):
    run = lake.killed()
    lake.proxy.add(Answer(500, "InternalError"), **DELETE, nth=2, times=None)
    env = minio.environment(endpoint=lake.proxy.endpoint)
    report = lake.gc("--older-than", "0", "--delete", code=FAILED, env=env)
    assert report["status"] == "partly_removed" and report["runs"][0]["error"]
    lake.proxy.clear()
    assert lake.gc("--older-than", "0", "--delete")["status"] == "removed"
    assert lake.keys() == {f"lake/_pg2athena/runs/{run}/commit.json"}
