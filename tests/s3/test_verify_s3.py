"""`pg2athena verify` of a lake in an object store: what was published is ok, damage is found, trouble is outlasted."""
import re

import pytest

from harness import s3_lake
from harness.memory import MIB, peak_memory
from harness.program import DONE, FAILED, assert_error, assert_exit, run_pg2athena
from harness.s3_faults import Answer, Call, DropAnswer, TruncateAnswer
from harness.verification import assert_verifies, differences, verify

READ = {"method": "GET", "path": r"\.parquet$"}


@pytest.fixture
def lake(minio, proxy, bucket, table):
    env = minio.environment()
    assert_exit(run_pg2athena("run", table.url, f"s3://{bucket}/lake", "--quiet", env=env), DONE)
    return Lake(minio, proxy, bucket)


class Lake:
    """s3://BUCKET/lake, of which t is some files."""

    def __init__(self, minio, proxy, bucket):
        self.minio, self.proxy, self.bucket = minio, proxy, bucket
        self.location = f"s3://{bucket}/lake"
        self.client = minio.client()
        self.env = minio.environment()
        self.by_proxy = minio.environment(endpoint=proxy.endpoint)

    def files(self) -> list[str]:
        return s3_lake.data(self.minio, self.bucket, "lake")

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content)


def test_What_was_published_is_ok(lake):
    document = assert_verifies(lake.location, env=lake.env)
    assert document["target"] == lake.location
    assert document["totals"]["rows"] == 600000


def test_Damage_is_found(lake):
    key = lake.files()[0]
    name = key.rpartition("/")[2]
    content = s3_lake.read(lake.minio, lake.bucket, key)
    flipped = bytearray(content)
    flipped[1_000_000] ^= 1
    lake.put(key, bytes(flipped))
    assert differences(lake.location, env=lake.env) == [("checksum", name, None)]
    lake.put(key, content[:-1])
    assert differences(lake.location, env=lake.env) == [("size", name, None)]
    lake.put(key, content)
    lake.put(key.rpartition("/")[0] + "/part-0000.parquet", content)
    assert differences(lake.location, env=lake.env) == [("extra", "part-0000.parquet", None)]
    lake.client.delete_object(Bucket=lake.bucket, Key=key.rpartition("/")[0] + "/part-0000.parquet")
    lake.client.delete_object(Bucket=lake.bucket, Key=key)
    assert differences(lake.location, env=lake.env) == [("missing", name, None)]


def test_Lost_answers_and_bursts_of_errors_are_outlasted(lake):
    for fault in (DropAnswer(), TruncateAnswer(100_000), Answer(503, "SlowDown"), Answer(500, "InternalError")):
        for nth in (1, 4, 9):
            lake.proxy.add(fault, **READ, nth=nth)
    verify(lake.location, "--deep", env=lake.by_proxy)


def test_An_object_that_may_not_be_read_is_no_difference_and_names_the_right(lake):
    key = lake.files()[0]
    lake.proxy.add(Answer(403, "AccessDenied"), method="GET", path=re.escape(key), times=None)
    result = run_pg2athena("verify", lake.location, env=lake.by_proxy)
    assert_error(result, FAILED, "s3:GetObject", key.rpartition("/")[2])
    document = verify(lake.location, code=FAILED, env=lake.by_proxy)
    assert document["totals"]["differences"] == 0 and len(document["tables"][0]["errors"]) == 1


def test_An_object_that_is_replaced_while_it_is_read_is_an_error_and_never_a_mixture(lake):
    key = lake.files()[0]
    content = s3_lake.read(lake.minio, lake.bucket, key)
    assert len(content) > 9 * MIB, "several windows"

    def replace(_request):
        lake.put(key, bytes(len(content)))
    lake.proxy.add(Call(replace), method="GET", path=re.escape(key), nth=2)
    document = verify(lake.location, "--workers", "1", code=FAILED, env=lake.by_proxy)
    [error] = document["tables"][0]["errors"]
    assert "took its place" in error["message"]


def test_Files_are_read_in_few_requests_and_in_little_memory(lake):
    peak = peak_memory("verify", lake.location, "--workers", "2", env=lake.by_proxy, timeout=60)
    size = sum(lake.client.head_object(Bucket=lake.bucket, Key=key)["ContentLength"] for key in lake.files())
    reads = len(lake.proxy.seen(**READ))
    assert reads <= size / (4 << 20) + 3 * len(lake.files()), "windows of 4 MiB, and the footers"
    assert peak < 100 * MIB, f"{peak / MIB} MiB"
