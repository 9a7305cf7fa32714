"""What remains when something breaks between the program and its object store: the new run is visible, complete and
right, or the old one is untouched; and no unfinished upload is left, but by a kill."""
import json
import signal
import time

import pytest

from harness import oracle, s3_lake
from harness.minio import statement
from harness.program import (COMMIT_UNKNOWN, DONE, FAILED, INTERRUPTED, REFUSED, assert_error, assert_exit, export, finish,
                             run_pg2athena, start_pg2athena)
from harness.s3_faults import (Answer, BlackHole, Call, ChangeAnswer, Delay, DropAnswer, ResetAfter, Skew, TruncateAnswer)
from s3.multipart import BEGIN, PART

COMPLETE = {"method": "POST", "query": "uploadId"}
COMMIT = {"method": "PUT", "path": "/commit.json$"}
TABLE_RECORD = {"method": "PUT", "path": "/tables/public.t.json$"}
RECEIPT = {"method": "PUT", "path": "/receipts/"}


@pytest.fixture
def s3(minio, proxy, bucket, table, tmp_path):
    return Lake(minio, proxy, bucket, table, tmp_path)


class Lake:
    """A lake of the table in the bucket, reached through the proxy."""

    def __init__(self, minio, proxy, bucket, table, tmp_path):
        self.minio, self.proxy, self.bucket, self.table, self.tmp_path = minio, proxy, bucket, table, tmp_path
        self.arguments = ["run", table.url, f"s3://{bucket}/lake", "--quiet"]

    def env(self, user=None):
        return self.minio.environment(user, endpoint=self.proxy.endpoint)

    def run(self, *options, user=None, timeout=120):
        return run_pg2athena(*self.arguments, *options, env=self.env(user), timeout=timeout)

    def start(self, *options):
        return start_pg2athena(*self.arguments, *options, env=self.env())

    def published(self):
        return s3_lake.published(self.minio, self.bucket, "lake")

    def assert_whole(self):
        """The table is there with every value, and nothing is left."""
        assert len(self.published()) == 1
        fetched = s3_lake.fetch(self.minio, self.bucket, "lake", self.tmp_path / "fetched")
        assert oracle.lake_says(fetched, "public.t", "count(*), sum(i), count(DISTINCT a)") == \
            self.table.query("SELECT count(*), sum(i), count(DISTINCT a) FROM t")[0]
        self.assert_nothing_left()

    def assert_untouched(self, before=None):
        """What readers see is what they saw, and the run that failed has taken its files back."""
        assert self.published() == (before or {})
        runs = {key.split("/data/")[1].split("/")[0] for key in s3_lake.data(self.minio, self.bucket, "lake")}
        assert runs == set((before or {}).values())
        self.assert_nothing_left()

    def assert_nothing_left(self):
        assert not self.minio.unfinished_uploads()


# Each of these is survived: the run ends well.
SURVIVED = {
    "503 SlowDown in a burst": [(Answer(503, "SlowDown"), PART | {"nth": 2, "times": 6})],
    "500 for everything, for a while": [(Answer(500, "InternalError"), {"nth": 5, "times": 4})],
    "429 with a Retry-After": [(Answer(429, "TooManyRequests", headers={"Retry-After": "1"}), PART | {"nth": 2})],
    "a reset in the middle of a part": [(ResetAfter(3_000_000), PART | {"nth": 2, "times": 2})],
    "a reset of a part that had arrived": [(DropAnswer(), PART | {"nth": 3})],
    "a reset of a connection before anything": [(ResetAfter(0), {"nth": 3, "times": 2})],
    "an upload begun without an answer": [(DropAnswer(), BEGIN)],
    "a completion without an answer": [(DropAnswer(), COMPLETE)],
    "a completion that was lost": [(ResetAfter(0), COMPLETE)],
    "an error in the 200 of a completion": [(Answer(200, "InternalError"), COMPLETE | {"times": 2})],
    "an answer to a completion that is cut off": [(TruncateAnswer(40), COMPLETE)],
    "a receipt without an answer": [(DropAnswer(), RECEIPT)],
    "the decision without an answer": [(DropAnswer(), COMMIT)],
    "the decision lost on its way": [(ResetAfter(0), COMMIT | {"times": 2})],
    "an upload that another request met": [(Answer(409, "ConditionalRequestConflict"), COMPLETE | {"times": 2})],
    "a record that meets another": [(Answer(409, "ConditionalRequestConflict"), RECEIPT | {"times": 2})],
    "a table's record without an answer": [(DropAnswer(), TABLE_RECORD)],
    "a clock that is ten minutes off": [(Skew(600), {"times": None})],
    "credentials that the service calls expired once": [(Answer(400, "ExpiredToken"), PART | {"nth": 2})],
    "a deletion of the marker without an answer": [(DropAnswer(), {"method": "DELETE", "path": "/pending/"})],
    "a list that is slow": [(Delay(answer=3), {"method": "GET", "times": 2})],
}


@pytest.mark.parametrize("fault", SURVIVED)
def test_It_survives(s3, fault):
    rules = [s3.proxy.add(what, **which) for what, which in SURVIVED[fault]]
    result = s3.run()
    assert all(rule.applied for rule in rules), "the fault did happen"
    assert_exit(result, DONE)
    s3.assert_whole()


def test_It_survives_a_socket_that_stalls(s3):
    rule = s3.proxy.add(BlackHole(), **PART, nth=2)
    assert_exit(s3.run(timeout=60), DONE)
    assert rule.applied
    s3.assert_whole()


def test_It_survives_a_store_that_is_away_for_a_while(s3):
    def away(_request):
        s3.minio.kill()
        s3.minio.start()
    # With one worker: MinIO doesn't survive a kill while it puts parts together, and S3 does.
    rule = s3.proxy.add(Call(away), **PART, nth=3)
    assert_exit(s3.run("--workers", "1"), DONE)
    assert rule.applied
    s3.assert_whole()


# Each of these ends the run: kind of exit, what the message has to say.
ENDED = {
    "no right to put": (Answer(403, "AccessDenied"), PART, REFUSED, ["s3:PutObject", "hint"]),
    "no right to begin": (Answer(403, "AccessDenied"), BEGIN, REFUSED, ["s3:PutObject"]),
    "no right to list": (Answer(403, "AccessDenied"), {"method": "GET", "query": "list-type"}, REFUSED, ["s3:ListBucket"]),
    "no right to the key": (
        Answer(403, "AccessDenied", "User is not authorized to perform: kms:GenerateDataKey on resource: key"), BEGIN, REFUSED,
        ["kms:GenerateDataKey", "kms:Decrypt"]),
    "a key that is disabled": (Answer(400, "KMS.DisabledException", "arn:aws:kms:… is disabled."), BEGIN, FAILED,
                               ["KMS.DisabledException", "enable"]),
    "uploads that another request meets again and again": (Answer(409, "ConditionalRequestConflict"), COMPLETE, FAILED,
                                                           ["run again", "attempts"]),
    "a store that is full": (Answer(507, "XMinioStorageFull"), PART, FAILED, ["XMinioStorageFull", "make room"]),
    "a bucket that is gone": (Answer(404, "NoSuchBucket"), PART, REFUSED, ["NoSuchBucket"]),
    "a part that arrived otherwise": (ChangeAnswer({"x-amz-checksum-crc64nvme": "AAAAAAAAAAA="}), PART, FAILED,
                                      ["checksum", "part"]),
    "an object that became otherwise": (
        ChangeAnswer(pattern=rb"<ChecksumCRC64NVME>[^<]*", replacement=b"<ChecksumCRC64NVME>AAAAAAAAAAA="), COMPLETE, FAILED,
        ["isn't what was sent"]),
    "a receipt that can't be put": (Answer(403, "AccessDenied"), RECEIPT, REFUSED, ["s3:PutObject", "receipts"]),
}


@pytest.mark.parametrize("fault", ENDED)
def test_It_ends_with_the_reason_and_leaves_what_was_there(s3, fault):
    what, which, code, mentions = ENDED[fault]
    assert_exit(s3.run("--query", "SELECT 1 AS i", "--as", "other", "--exclude", "*.*"), DONE)
    before = s3.published()
    rule = s3.proxy.add(what, **which, times=None)
    result = s3.run("--table", "t")
    assert rule.applied
    assert_error(result, code, *mentions)
    s3.proxy.clear()
    s3.assert_untouched(before)
    assert_exit(s3.run("--table", "t"), DONE)


def test_A_decision_that_nobody_answers_for_is_unknown_and_finished_later(s3):
    # The decision takes effect, nobody says so, and it can't be read any more.
    s3.proxy.add(DropAnswer(), **COMMIT, times=None)
    s3.proxy.add(ResetAfter(0), path="/commit.json$", times=None)
    result = s3.run(timeout=300)
    assert_error(result, COMMIT_UNKNOWN, "publish")
    s3.proxy.clear()
    assert s3.published() == {}
    assert_exit(run_pg2athena("publish", f"s3://{s3.bucket}/lake", env=s3.env()), DONE)
    s3.assert_whole()


def test_A_run_that_is_decided_and_then_fails_is_rolled_forward(s3):
    s3.proxy.add(Answer(403, "AccessDenied"), **TABLE_RECORD, times=None)
    result = s3.run()
    assert result.returncode != DONE and "publish" in result.stderr, result.stderr
    assert s3.published() == {}
    s3.proxy.clear()
    assert_exit(run_pg2athena("publish", f"s3://{s3.bucket}/lake", env=s3.env()), DONE)
    s3.assert_whole()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("moment", ["begin", "part", "complete"])
def test_A_signal_leaves_nothing(s3, sent, moment):
    process = s3.start()

    def interrupt(_request):
        process.send_signal(sent)
        time.sleep(0.5)     # on a machine that is busy the little that is left of the run could be done before it is heard

    which = {"begin": BEGIN, "part": PART | {"nth": 3}, "complete": COMPLETE}[moment]
    rule = s3.proxy.add(Call(interrupt, after=moment == "begin"), **which)
    result = finish(process, 30)
    assert rule.applied
    assert_exit(result, INTERRUPTED)
    s3.assert_untouched()


def test_A_signal_while_the_store_stands_still_ends_the_run_soon(s3):
    s3.proxy.add(BlackHole(), **PART, times=None)
    process = s3.start()
    s3.proxy.wait_for(2, **PART, ended=False)
    process.send_signal(signal.SIGINT)
    assert_exit(finish(process, 10), INTERRUPTED)
    s3.assert_untouched()


@pytest.mark.parametrize("moment", ["begin", "part", "complete", "receipt", "commit", "record"])
def test_A_kill_leaves_the_run_before_and_the_next_run_works(s3, moment):
    export(s3.table, f"s3://{s3.bucket}/lake", "--query", "SELECT 1 AS i", "--as", "other", "--exclude", "*.*", env=s3.env())
    before = s3.published()
    process = s3.start("--table", "t")
    which = {"begin": BEGIN, "part": PART | {"nth": 3}, "complete": COMPLETE, "receipt": RECEIPT, "commit": COMMIT,
             "record": TABLE_RECORD}[moment]
    s3.proxy.add(Call(lambda _request: process.kill(), after=moment in ("begin", "complete", "commit")), **which)
    assert_exit(finish(process, 60), -signal.SIGKILL)
    s3.proxy.clear()
    assert {name: run for name, run in s3.published().items() if name in before} == before
    assert_exit(s3.run("--table", "t"), DONE)
    runs = s3.published()
    assert runs["other"] == before["other"]
    fetched = s3_lake.fetch(s3.minio, s3.bucket, "lake", s3.tmp_path / "fetched")
    assert oracle.lake_says(fetched, "public.t", "count(*), sum(i)") == s3.table.query("SELECT count(*), sum(i) FROM t")[0]


def test_One_key_that_is_denied_ends_the_run_and_names_it(s3):
    user = s3.minio.user(statement("*", [s3.bucket, f"{s3.bucket}/*"]),
                         statement("PutObject", f"{s3.bucket}/lake/_pg2athena/tables/*", effect="Deny"))
    result = s3.run(user=user)
    assert result.returncode != DONE
    assert "s3:PutObject" in result.stderr and "tables/public.t.json" in result.stderr
    assert s3.published() == {}


def test_No_right_to_abort_is_said(s3):
    user = s3.minio.user(statement("*", [s3.bucket, f"{s3.bucket}/*"]),
                         statement("AbortMultipartUpload", f"{s3.bucket}/*", effect="Deny"))
    s3.proxy.add(Answer(400, "InvalidRequest"), **PART, nth=2)
    result = s3.run("--table", "t", user=user)
    assert_exit(result, FAILED)
    assert "s3:AbortMultipartUpload" in result.stderr and "unfinished upload" in result.stderr, result.stderr


def test_Two_runs_at_once_one_wins_and_the_other_says_so(s3):
    # The advisory lock is of one database; by another the second run isn't seen early, and the record is the fence.
    def other_run(_request):
        s3.proxy.rules.clear()
        with_other = run_pg2athena("run", "--query", "SELECT 2 AS i", "--as", "one", "--exclude", "*.*", "--quiet",
                                   s3.table.url.replace(s3.table.url.rsplit("/", 1)[1], "postgres"),
                                   f"s3://{s3.bucket}/lake", env=s3.minio.environment())
        assert_exit(with_other, DONE)
    s3.proxy.add(Call(other_run), method="PUT", path="/commit.json$")
    result = s3.run("--query", "SELECT 1 AS i", "--as", "one", "--exclude", "*.*")
    assert_error(result, FAILED, "published this table first")
    [key] = [key for key in s3_lake.keys(s3.minio, s3.bucket, "lake/_pg2athena/tables/")]
    assert json.loads(s3_lake.read(s3.minio, s3.bucket, key))["rows"] == 1
    fetched = s3_lake.fetch(s3.minio, s3.bucket, "lake", s3.tmp_path / "fetched")
    assert oracle.lake_says(fetched, "one", "sum(i)") == (2,)
    s3.assert_nothing_left()


def test_Credentials_that_end_in_the_middle_are_renewed(s3, tmp_path):
    # A process that gives out credentials for a few seconds each: the run asks it again.
    script, count = tmp_path / "credentials", tmp_path / "count"
    script.write_text(f"""#!/bin/sh
echo x >> {count}
printf '{{"Version": 1, "AccessKeyId": "{s3.minio.root.access_key}", "SecretAccessKey": "{s3.minio.root.secret_key}",'
printf '"Expiration": "%s"}}' "$(date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ)"
""")
    script.chmod(0o755)
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = {script}\n")
    env = {name: value for name, value in s3.env().items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}
    s3.proxy.bytes_per_second = 4 << 20   # ten seconds or so
    assert_exit(run_pg2athena(*s3.arguments, env={**env, "AWS_CONFIG_FILE": str(config)}), DONE)
    assert len(count.read_text().splitlines()) > 1
    s3.proxy.clear()
    s3.assert_whole()
