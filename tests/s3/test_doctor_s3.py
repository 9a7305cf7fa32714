"""`pg2athena doctor` about a lake in an object store: each right, the key, conditions, the clock, the way there."""
import json
import time

import pytest

from harness import s3_lake
from harness.certificates import Authority
from harness.loopback import free_port
from harness.minio import KMS_KEY, Credentials, statement
from harness.program import DONE, FAILED, assert_exit, run_pg2athena
from harness.s3_faults import Answer, ChangeAnswer, Skew

SECONDS = 10
ALL = ["ListBucket", "ListBucketMultipartUploads", "GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload"]


@pytest.fixture
def table(database):
    database.execute("CREATE TABLE t AS SELECT 1 AS i")
    return database


@pytest.fixture
def doctor(table, minio, bucket, tmp_path):
    """Runs it on s3://BUCKET/lake with `target`'s settings; gives the checks of the lake by their names."""
    def run(target=None, env=None, code=DONE, location=None) -> dict[str, dict]:
        job = s3_lake.job(tmp_path, table, location or f"s3://{bucket}/lake", target)
        begin = time.monotonic()
        result = run_pg2athena("doctor", "--config", job, "--output", "json", env=env or minio.environment())
        took = time.monotonic() - begin
        assert_exit(result, code)
        assert took < SECONDS, f"it took {took:.1f} s"
        return {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    return run


def failed(checks: dict) -> set[str]:
    return {name for name, check in checks.items() if check["verdict"] == "failed"}


@pytest.fixture
def nothing_left(minio, bucket):
    yield
    assert s3_lake.keys(minio, bucket) == []
    assert not minio.unfinished_uploads()


def test_All_is_well(doctor, nothing_left):
    checks = doctor({"encryption": {"kms_key": KMS_KEY}, "tags": {"team": "data"}})
    assert not failed(checks)
    assert {"credentials", "list", "read, absent", "put", "clock", "encryption", "tags", "read", "conditional put", "multipart",
            "conditional end", "list uploads", "abort", "delete"} <= set(checks)
    assert checks["encryption"]["finding"].startswith("aws:kms with ") and KMS_KEY in checks["encryption"]["finding"]
    assert "AWS_ACCESS_KEY_ID" in checks["credentials"]["finding"] or "environment" in checks["credentials"]["finding"]


# Without the right: the checks that fail, whatever else is tried.
MISSING = {
    "ListBucket": {"list"},
    "ListBucketMultipartUploads": {"list uploads"},
    "GetObject": {"read, absent", "read"},
    "PutObject": {"put", "multipart"},
    "DeleteObject": {"delete"},
    "AbortMultipartUpload": {"abort"},
}


@pytest.mark.parametrize("right", MISSING)
def test_A_right_that_is_missing_is_named_and_the_rest_is_tried(doctor, minio, bucket, right):
    user = minio.user(statement([other for other in ALL if other != right], [bucket, f"{bucket}/lake/*"]))
    checks = doctor(env=minio.environment(user), code=FAILED)
    assert MISSING[right] <= failed(checks) <= MISSING[right] | {"read, absent"}, checks
    for name in MISSING[right]:
        assert f"s3:{right}" in checks[name]["hint"], checks[name]
    minio.forget_uploads()


def test_A_missing_bucket(doctor):
    checks = doctor(location="s3://no-such-bucket/lake", code=FAILED)
    assert failed(checks) == {"list"} and "NoSuchBucket" in json.dumps(checks["list"]["error"])


def test_A_key_that_is_not_there(doctor, nothing_left):
    checks = doctor({"encryption": {"kms_key": "no-such-key"}}, code=FAILED)
    assert {"put", "multipart"} == failed(checks) and "KMS key" in checks["put"]["hint"]


def test_A_key_that_is_disabled(doctor, minio, proxy):
    # As S3 says it; MinIO's own key can't be disabled.
    proxy.add(Answer(400, "KMS.DisabledException", "the key is disabled"), method="PUT", path="/doctor/", times=None)
    checks = doctor({"encryption": {"kms_key": KMS_KEY}}, env=minio.environment(endpoint=proxy.endpoint), code=FAILED)
    assert "put" in failed(checks) and "enable the KMS key" in checks["put"]["hint"]


def test_An_ACL_that_the_bucket_does_not_take(doctor, minio, proxy):
    # As S3 says it of buckets whose owner owns all (the default since 2023).
    proxy.add(Answer(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"), method="PUT", path="/doctor/",
              times=None)
    checks = doctor({"acl": "bucket-owner-full-control"}, env=minio.environment(endpoint=proxy.endpoint), code=FAILED)
    assert "put" in failed(checks) and "ACLs" in checks["put"]["finding"]


def test_A_store_that_ignores_conditions_is_called_unsafe(doctor, minio, proxy):
    # It takes the second put, as if there were no condition.
    proxy.add(Answer(200, headers={"ETag": '"1"'}, body=b""), method="PUT", path="/doctor/", nth=2)
    checks = doctor(env=minio.environment(endpoint=proxy.endpoint), code=FAILED)
    assert failed(checks) == {"conditional put"}
    assert "If-None-Match" in checks["conditional put"]["finding"] and "don't use this store" in checks["conditional put"]["hint"]


def test_A_store_that_ignores_encryption(doctor, minio, proxy):
    proxy.add(ChangeAnswer(headers={"x-amz-server-side-encryption": None}), method="PUT", path="/doctor/", nth=1)
    checks = doctor({"encryption": {"kms_key": KMS_KEY}}, env=minio.environment(endpoint=proxy.endpoint), code=FAILED)
    assert "encryption" in failed(checks)


def test_Wrong_credentials(doctor, minio):
    checks = doctor(env=minio.environment(Credentials(minio.root.access_key, "wrong")), code=FAILED)
    assert failed(checks) == {"list"} and "secret access key" in checks["list"]["hint"]


def test_No_credentials(doctor, minio):
    env = {name: value for name, value in minio.environment().items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}
    checks = doctor(env=env, code=FAILED)
    assert failed(checks) == {"credentials"}


def test_An_authority_that_is_not_trusted(doctor, minio, tmp_path):
    checks = doctor(env={**minio.environment(), "AWS_CA_BUNDLE": str(Authority(tmp_path).file)}, code=FAILED)
    assert failed(checks) == {"list"} and "certificate" in checks["list"]["finding"]


@pytest.mark.parametrize("endpoint", ["https://localhost:{port}", "https://no-such-host.invalid"])
def test_A_wrong_endpoint_is_said_soon(doctor, minio, endpoint):
    checks = doctor(env=minio.environment(endpoint=endpoint.format(port=free_port())), code=FAILED)
    assert failed(checks) == {"list"}


def test_A_clock_that_is_off_is_a_warning(doctor, minio, proxy):
    proxy.add(Skew(600), times=None)
    checks = doctor(env=minio.environment(endpoint=proxy.endpoint))
    assert checks["clock"]["verdict"] == "warning" and "clock" in checks["clock"]["hint"]


def test_For_people_what_to_do_stands_below_what_failed(table, minio, bucket):
    user = minio.user(statement([right for right in ALL if right != "PutObject"], [bucket, f"{bucket}/lake/*"]))
    result = run_pg2athena("doctor", table.url, f"s3://{bucket}/lake", env=minio.environment(user))
    assert_exit(result, FAILED)
    lines = result.stdout.splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("FAILED  put "))
    below = "\n".join(lines[at:at + 4])
    assert "→ the credentials' user or role needs the IAM action s3:PutObject" in below, result.stdout
    assert "checks failed" in lines[-1]
