"""What is wrong with the target is said in under ten seconds, with what to do."""
import time

import pytest

from harness import s3_lake
from harness.certificates import Authority
from harness.loopback import free_port
from harness.minio import Credentials, Minio, statement
from harness.program import DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit, export, run_pg2athena
from harness.s3_faults import Answer, Skew

SECONDS = 10


@pytest.fixture
def table(database):
    database.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) AS i")
    return database


def assert_refused(table, location, env, code, *mentions):
    begin = time.monotonic()
    result = run_pg2athena("run", table.url, location, env=env)
    took = time.monotonic() - begin
    assert_error(result, code, *mentions)
    assert took < SECONDS, f"it took {took:.1f} s to say so"


def test_A_missing_bucket(table, minio):
    assert_refused(table, "s3://no-such-bucket/lake", minio.environment(), REFUSED, "NoSuchBucket", "no-such-bucket")


@pytest.mark.parametrize("credentials,mentions", [
    (Credentials("nobody", "x"), ["InvalidAccessKeyId", "access key"]),
    (Credentials(Minio.root.access_key, "wrong"), ["SignatureDoesNotMatch", "secret access key"]),
    (Credentials(Minio.root.access_key, Minio.root.secret_key, "no-token"), ["token"]),
], ids=["unknown key", "wrong secret", "wrong token"])
def test_Wrong_credentials(table, minio, bucket, credentials, mentions):
    assert_refused(table, f"s3://{bucket}/lake", minio.environment(credentials), FAILED, *mentions)


def test_No_credentials_lists_what_was_tried(table, minio, bucket):
    env = {name: value for name, value in minio.environment().items() if not name.startswith(("AWS_ACCESS", "AWS_SECRET"))}
    assert_refused(table, f"s3://{bucket}/lake", env, FAILED, "no AWS credentials", "AWS_ACCESS_KEY_ID isn't set",
                   "profile", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS", "AWS_EC2_METADATA_DISABLED")


def test_An_authority_that_is_not_trusted(table, minio, bucket, tmp_path):
    env = {**minio.environment(), "AWS_CA_BUNDLE": str(Authority(tmp_path).file)}
    assert_refused(table, f"s3://{bucket}/lake", env, FAILED, "certificate", "ca.pem has to have")


def test_A_certificate_for_another_name(table, minio, bucket):
    # A name of loopback (RFC 6761) that the certificate doesn't have.
    env = minio.environment(endpoint=f"https://other.localhost:{minio.port}")
    assert_refused(table, f"s3://{bucket}/lake", env, FAILED, "other.localhost", "certificate")


def test_A_port_where_nobody_listens(table, minio, bucket):
    env = minio.environment(endpoint=f"https://localhost:{free_port()}")
    assert_refused(table, f"s3://{bucket}/lake", env, FAILED, "localhost", "refuses the connection")


def test_A_host_that_does_not_exist(table, minio, bucket):
    env = minio.environment(endpoint="https://no-such-host.invalid")
    assert_refused(table, f"s3://{bucket}/lake", env, FAILED, "no-such-host.invalid")


def test_An_endpoint_that_is_no_URL(table, minio, bucket):
    assert_refused(table, f"s3://{bucket}/lake", minio.environment(endpoint="localhost:9000"), USAGE, "AWS_ENDPOINT_URL_S3")


def test_An_endpoint_that_is_no_S3(table, minio, bucket, proxy):
    proxy.add(Answer(200, body=b"<html>Welcome</html>"), times=None)
    assert_refused(table, f"s3://{bucket}/lake", minio.environment(endpoint=proxy.endpoint), FAILED, "isn't S3's", "endpoint")


def test_A_clock_that_is_an_hour_off(table, minio, bucket, proxy):
    # S3's time is taken once; here that doesn't help, as MinIO itself has the true time.
    proxy.add(Skew(3600), times=None)
    assert_refused(table, f"s3://{bucket}/lake", minio.environment(endpoint=proxy.endpoint), FAILED, "clock")


def test_The_buckets_region_is_found_and_a_wrong_one_that_was_named_refused(table, authority, tmp_path):
    with Minio(authority, region="eu-west-1") as minio:
        minio.create_bucket("lake")
        env = {**minio.environment(), "AWS_REGION": "us-east-1"}
        export(table, "s3://lake/shop", env=env)
        job = s3_lake.job(tmp_path, table, "s3://lake/shop", {"region": "us-east-2"})
        begin = time.monotonic()
        assert_error(run_pg2athena("run", "--config", job, env=env), FAILED, "eu-west-1")
        assert time.monotonic() - begin < SECONDS


RIGHTS = ["ListBucket", "PutObject", "GetObject"]


@pytest.mark.parametrize("right", RIGHTS)
def test_A_right_that_is_missing_is_named(table, minio, bucket, right):
    user = minio.user(statement([other for other in RIGHTS if other != right], [bucket, f"{bucket}/lake/*"]))
    assert_refused(table, f"s3://{bucket}/lake", minio.environment(user), REFUSED, f"s3:{right}")


def test_A_key_that_is_not_there(table, minio, bucket, tmp_path):
    job = s3_lake.job(tmp_path, table, f"s3://{bucket}/lake", {"encryption": {"kms_key": "no-such-key"}})
    result = run_pg2athena("run", "--config", job, env=minio.environment())
    assert result.returncode != DONE and "check the KMS key" in result.stderr, result.stderr


def test_A_role_that_can_not_be_assumed(table, minio, bucket, tmp_path):
    job = s3_lake.job(tmp_path, table, f"s3://{bucket}/lake", {"role_arn": "arn:aws:iam::123456789012:role/lake"})
    env = {**minio.environment(), "AWS_ENDPOINT_URL_STS": f"https://localhost:{free_port()}"}
    assert_error(run_pg2athena("run", "--config", job, env=env), FAILED, "arn:aws:iam::123456789012:role/lake")


def test_A_role_is_assumed_for_the_lake(table, minio, bucket, tmp_path, proxy):
    job = s3_lake.job(tmp_path, table, f"s3://{bucket}/lake", {
        "role_arn": "arn:aws:iam::123456789012:role/lake", "external_id": "shop-4711", "role_session_name": "nightly"})
    # MinIO gives a role's credentials to its users, whatever the role's name.
    env = {**minio.environment(), "AWS_ENDPOINT_URL_STS": proxy.endpoint}
    result = run_pg2athena("run", "--config", job, env=env)
    assert_exit(result, DONE)
    [asked] = proxy.seen(method="POST")
    assert b"ExternalId=shop-4711" in asked.body and b"RoleSessionName=nightly" in asked.body


def test_Plain_http_to_another_endpoint_is_signed(table, minio, bucket):
    assert_refused(table, f"s3://{bucket}/lake", minio.environment(endpoint=minio.endpoint.replace("https", "http")), FAILED, "http")
