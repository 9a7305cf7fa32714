"""`pg2athena gc` in an object store, and runs that were published and replaced."""
import json
import signal

import pytest

from harness import oracle, s3_lake
from harness.minio import statement
from harness.old_runs import is_of, to_go, told
from harness.program import (DONE, FAILED, INTERRUPTED, REFUSED, assert_error, assert_exit, finish, run_pg2athena,
                             start_pg2athena)
from harness.s3_faults import Answer, Call

DELETE = {"method": "DELETE"}
NOW = ("--delete", "--keep-for", "0")


@pytest.fixture
def shop(database):
    database.execute("CREATE TABLE a AS SELECT i AS id FROM generate_series(1, 100) AS i; CREATE TABLE b AS TABLE a")
    return database


@pytest.fixture
def lake(minio, proxy, bucket, shop):
    return Lake(minio, proxy, bucket, shop)


class Lake:
    """s3://BUCKET/lake, reached past the proxy, or through it."""

    def __init__(self, minio, proxy, bucket, shop):
        self.minio, self.proxy, self.bucket, self.shop = minio, proxy, bucket, shop
        self.location = f"s3://{bucket}/lake"
        self.through = minio.environment(endpoint=proxy.endpoint)

    def run(self, *tables, env=None):
        options = [option for table in tables for option in ("--table", table)]
        return run_pg2athena("run", self.shop.url, self.location, "--quiet", *options, env=env or self.minio.environment())

    def published(self, *tables) -> str:
        """The id of a run that did."""
        before = self.runs()
        assert_exit(self.run(*tables), DONE)
        [run] = self.runs() - before
        return run

    def runs(self) -> set[str]:
        return {key.split("/")[2] for key in self.objects() if key.startswith("_pg2athena/runs/")}

    def objects(self) -> dict[str, tuple]:
        """All that is in the bucket below the lake, by its path there; and what tells whether it changed."""
        pages = self.minio.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {entry["Key"].removeprefix("lake/"): (entry["ETag"], entry["LastModified"])
                for page in pages for entry in page.get("Contents", [])}

    def gc(self, *options, code=DONE, env=None) -> dict:
        result = run_pg2athena("gc", self.location, "--output", "json", *options, env=env or self.minio.environment())
        return json.loads(assert_exit(result, code).stdout)

    def shown(self, tmp_path) -> None:
        """Readers see what PostgreSQL has."""
        fetched = s3_lake.fetch(self.minio, self.bucket, "lake", tmp_path / "fetched")
        for table in s3_lake.published(self.minio, self.bucket, "lake"):
            oracle.assert_arrived(self.shop, fetched, *table.split("."))


def going_of(*runs) -> set[tuple[str, str]]:
    return {(run, part) for run in runs for part in ("public.a", "public.b", "")}


def test_Exactly_what_was_replaced_goes(lake, minio, tmp_path):
    whole, half, now = lake.published("a", "b"), lake.published("a", "b"), lake.published("a")
    foreign = [f"public.a/data/{whole}/_SUCCESS", f"public.a/data/{whole}/part-0.parquet", "notes.txt",
               f"somebody/data/{whole}/0-0-0.parquet", f"public.a/data/{whole}0/0-0-0.parquet",
               f"_pg2athena/runs/{whole}/receipts/notes.txt", f"public.a/data/{whole}/", f"_pg2athena/runs/{whole}/"]
    for key in foreign:
        minio.client().put_object(Bucket=lake.bucket, Key=f"lake/{key}", Body=b"somebody's" if key[-1] != "/" else b"")
    minio.client().put_object(Bucket=lake.bucket, Key=f"lake2/public.a/data/{whole}/0-0-0.parquet", Body=b"another lake's")
    before = lake.objects()

    young = lake.gc("--delete")
    assert young["status"] == "nothing_to_remove" and lake.objects() == before
    assert told(young) == {(whole, "public.a"): "young", (whole, "public.b"): "young", (half, "public.a"): "young",
                           (half, "public.b"): "shown", (now, "public.a"): "shown"}

    going = going_of(whole) | {(half, "public.a")}
    assert to_go(lake.gc("--keep-for", "0")) == going
    assert lake.objects() == before, "looking changes nothing"
    removed = lake.gc(*NOW)
    assert removed["status"] == "removed" and removed["removed"] == removed["found"]
    expected = {key: was for key, was in before.items() if not is_of(key, going) or key in foreign}
    assert lake.objects() == expected
    assert removed["removed"]["objects"] == len(before) - len(expected)
    assert f"_pg2athena/runs/{whole}/commit.json" in expected and f"_pg2athena/runs/{whole}/published.json" in expected
    lake.shown(tmp_path)
    lake.published("a", "b")


def test_It_may_be_ended_anywhere_and_the_next_one_goes_on(lake, minio):
    going = going_of(lake.published("a", "b"), lake.published("a", "b"))
    lake.published("a", "b")
    before = lake.objects()
    expected = {key: was for key, was in before.items() if not is_of(key, going)}
    for nth in range(1, 80, 3):
        process = start_pg2athena("gc", lake.location, *NOW, "--quiet", env=lake.through)
        # Whichever request it is: the search's, a look at a folder, a deletion.
        rule = lake.proxy.add(Call(lambda _request: process.send_signal(signal.SIGINT if nth % 2 else signal.SIGKILL)), nth=nth)
        result = finish(process, 60)
        lake.proxy.clear()
        assert expected.items() <= lake.objects().items()
        if result.returncode == DONE and not rule.applied:
            break
        assert result.returncode in (DONE, INTERRUPTED, -signal.SIGKILL)
    lake.gc(*NOW)
    assert lake.objects() == expected


def test_Two_at_once_do_what_one_does(lake):
    going = going_of(*(lake.published("a", "b") for _ in range(3)))
    lake.published("a", "b")
    before = lake.objects()
    env = lake.minio.environment()
    processes = [start_pg2athena("gc", lake.location, *NOW, env=env) for _ in range(2)]
    for process in processes:
        assert_exit(finish(process, 60), DONE)
    assert lake.objects() == {key: was for key, was in before.items() if not is_of(key, going)}


def test_What_a_run_is_just_replacing_is_kept(lake):
    first = lake.published("a", "b")
    reports = []
    # Between the first table's record and the second's, and before the run is finished.
    lake.proxy.add(Call(lambda _request: reports.append(lake.gc(*NOW))), method="PUT", path="/tables/public.b.json$")
    lake.proxy.add(Call(lambda _request: reports.append(lake.gc(*NOW))), method="PUT", path="/published.json$")
    assert_exit(lake.run("a", "b", env=lake.through), DONE)
    assert [report["status"] for report in reports] == ["nothing_to_remove"] * 2
    assert told(reports[1]) == {(first, "public.a"): "not_finished", (first, "public.b"): "not_finished"}
    assert to_go(lake.gc("--keep-for", "0")) == going_of(first)


def test_A_run_that_publishes_while_old_ones_go_is_whole(lake, tmp_path):
    for _ in range(2):
        last = lake.published("a", "b")
    ran = []
    lake.proxy.add(Call(lambda _request: ran.append(lake.published("a", "b"))), **DELETE)
    report = lake.gc(*NOW, env=lake.through)
    assert report["status"] == "removed" and len(ran) == 1
    # What it has just replaced is for the next time.
    assert to_go(lake.gc("--keep-for", "0")) == going_of(last)
    lake.shown(tmp_path)


def test_One_key_that_may_not_be_removed_stays_with_its_runs_records(lake, minio):
    first, second = lake.published("a", "b"), lake.published("a", "b")
    lake.published("a", "b")
    before = lake.objects()
    kept = f"public.a/data/{first}/0-0-0.parquet"
    user = minio.user(statement("*", [lake.bucket, f"{lake.bucket}/*"]),
                      statement("DeleteObject", f"{lake.bucket}/lake/{kept}", effect="Deny"))
    result = run_pg2athena("gc", lake.location, *NOW, "--output", "json", env=minio.environment(user))
    assert_error(result, REFUSED, "s3:DeleteObject", first)
    report = json.loads(result.stdout)
    assert report["status"] == "partly_removed"
    assert [run["run_id"] for run in report["published_runs"] if run["error"]] == [first]
    of_first = {(first, "public.b")}
    assert lake.objects() == {key: was for key, was in before.items() if not is_of(key, of_first | going_of(second))}
    assert to_go(lake.gc("--keep-for", "0")) == {(first, "public.a"), (first, "")}
    assert lake.gc(*NOW)["status"] == "removed"
    assert lake.objects() == {key: was for key, was in before.items() if not is_of(key, going_of(first, second))}


def test_Trouble_in_the_middle_leaves_what_the_next_time_finds(lake):
    going = going_of(lake.published("a", "b"), lake.published("a", "b"))
    lake.published("a", "b")
    before = lake.objects()
    lake.proxy.add(Answer(500, "InternalError"), **DELETE, nth=3, times=None)
    report = lake.gc(*NOW, code=FAILED, env=lake.through)
    assert report["status"] == "partly_removed" and 0 < report["removed"]["objects"] < report["found"]["objects"]
    lake.proxy.clear()
    assert lake.gc(*NOW)["status"] == "removed"
    assert lake.objects() == {key: was for key, was in before.items() if not is_of(key, going)}


def test_Of_what_is_gone_nothing_is_asked_again(lake):
    """However many runs there were: their decisions aren't read, once their data is gone."""
    for _ in range(4):
        last = lake.published("a", "b")
    lake.gc(*NOW)
    assert to_go(lake.gc("--keep-for", "0", env=lake.through)) == set()
    read = [request.path for request in lake.proxy.seen(method="GET", path="/commit.json$")]
    assert [path.split("/")[-2] for path in read] == [last]
