"""Does MinIO do what the tests of the S3 store take for granted of S3? And where doesn't it? boto3 asks."""
import concurrent.futures
import contextlib
import http.client
import os
import re
import socket
import ssl

import pytest
from botocore.exceptions import ClientError

from harness.certificates import Authority
from harness.checksums import crc32c, crc64nvme
from harness.minio import KMS_KEY, Credentials, Minio, NotHere, program, statement
from harness.s3_proxy import S3Proxy
from s3.multipart import SMALLEST_PART, Upload


@contextlib.contextmanager
def refused(status: int, code: str):
    with pytest.raises(ClientError) as caught:
        yield caught
    response = caught.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (status, code)


@pytest.fixture
def client(minio):
    return minio.client()


@pytest.fixture
def upload(client, bucket) -> Upload:
    """Of two parts, complete but for the word."""
    return Upload(client, bucket, "t/dt=2026-01-31/0-1-1.parquet").begin().send(os.urandom(SMALLEST_PART)).send(b"end")


# The server

def test_Only_who_trusts_our_authority_speaks_with_it(minio, tmp_path):
    for authority, name in [(Authority(tmp_path), "localhost"), (minio.authority, "elsewhere.example")]:
        with socket.create_connection(("127.0.0.1", minio.port)) as plain, pytest.raises(ssl.SSLCertVerificationError):
            authority.client().wrap_socket(plain, server_hostname=name)


def test_What_it_has_survives_a_kill(minio, bucket, client):
    client.put_object(Bucket=bucket, Key="k", Body=b"value")
    unfinished = Upload(client, bucket, "u").begin().send(b"part")
    endpoint = minio.endpoint
    minio.kill()
    assert not minio.is_running
    minio.start()
    assert minio.endpoint == endpoint
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"value"
    assert minio.upload_ids(bucket, "u") == [unfinished.id]


def test_Two_run_side_by_side_and_leave_nothing(authority):
    with Minio(authority) as one, Minio(authority) as other:
        assert one.port != other.port
        one.create_bucket("lake")
        assert other.client().list_buckets()["Buckets"] == []
        folders = [one.folder, other.folder]
    assert not any(folder.exists() for folder in folders)


def test_The_program_under_test_gets_an_environment_without_the_machines(minio, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    variables = minio.environment(Credentials("key", "secret", "token"))
    assert variables["AWS_ENDPOINT_URL_S3"] == minio.endpoint
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SESSION_TOKEN"]) == ("key", "token")
    assert "AWS_PROFILE" not in variables
    assert not os.path.exists(variables["AWS_CONFIG_FILE"])
    assert minio.environment(endpoint="https://elsewhere")["AWS_ENDPOINT_URL_S3"] == "https://elsewhere"


def test_A_program_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setenv("PG2ATHENA_MINIO", "/nowhere/minio")
    with pytest.raises(NotHere, match="/nowhere/minio is no program"):
        program()


def test_Buckets_are_hosts_too(minio, bucket, client):
    client.put_object(Bucket=bucket, Key="k", Body=b"value")
    # The resolver may not know the name, so the connection is made to localhost.
    host = f"{bucket}.s3.localhost:{minio.port}"
    url = minio.client(endpoint=minio.endpoint_of_hosts, s3={"addressing_style": "virtual"}).generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "k"})
    assert url.startswith(f"https://{host}/k?")
    connection = http.client.HTTPSConnection("localhost", minio.port, context=minio.authority.client())
    connection.request("GET", url.partition(host)[2], headers={"Host": host})
    assert connection.getresponse().read() == b"value"


# Users

def test_A_user_may_do_what_the_policy_says_and_nothing_else(minio, bucket, client):
    user = minio.client(minio.user(statement(["PutObject", "GetObject"], f"{bucket}/lake/*")))
    user.put_object(Bucket=bucket, Key="lake/k", Body=b"value")
    assert user.get_object(Bucket=bucket, Key="lake/k")["Body"].read() == b"value"
    with refused(403, "AccessDenied"):
        user.put_object(Bucket=bucket, Key="other/k", Body=b"")
    with refused(403, "AccessDenied"):
        user.create_multipart_upload(Bucket=bucket, Key="other/k")
    with refused(403, "AccessDenied"):
        user.delete_object(Bucket=bucket, Key="lake/k")
    with refused(403, "AccessDenied"):
        user.list_objects_v2(Bucket=bucket)
    upload = user.create_multipart_upload(Bucket=bucket, Key="lake/u")["UploadId"]
    with refused(403, "AccessDenied"):
        user.abort_multipart_upload(Bucket=bucket, Key="lake/u", UploadId=upload)
    assert minio.upload_ids(bucket, "lake/u") == [upload]


def test_One_key_can_be_denied(minio, bucket):
    user = minio.client(minio.user(statement("*", [bucket, f"{bucket}/*"]),
                                   statement("PutObject", f"{bucket}/secret", effect="Deny")))
    user.put_object(Bucket=bucket, Key="k", Body=b"")
    with refused(403, "AccessDenied"):
        user.put_object(Bucket=bucket, Key="secret", Body=b"")


def test_Wrong_credentials_are_refused(minio, bucket):
    root = minio.root
    for credentials, code in [(Credentials("nobody", root.secret_key), "InvalidAccessKeyId"),
                              (Credentials(root.access_key, "another"), "SignatureDoesNotMatch"),
                              (Credentials(root.access_key, root.secret_key, "no-token"), "InvalidTokenId")]:
        with refused(403, code):
            minio.client(credentials).put_object(Bucket=bucket, Key="k", Body=b"")


def test_A_missing_bucket_is_said(client):
    with refused(404, "NoSuchBucket"):
        client.put_object(Bucket="no-such-bucket", Key="k", Body=b"")
    with refused(404, "NoSuchBucket"):
        client.create_multipart_upload(Bucket="no-such-bucket", Key="k")


def test_Another_region_is_refused_and_the_right_one_said(authority):
    with Minio(authority, region="eu-west-1") as minio, S3Proxy(minio) as proxy:
        minio.create_bucket("lake")
        elsewhere = minio.client(endpoint=proxy.endpoint, region="us-east-1")
        assert elsewhere.get_bucket_location(Bucket="lake")["LocationConstraint"] == "eu-west-1"
        # boto3 learns from the refusal, and asks again.
        elsewhere.put_object(Bucket="lake", Key="k", Body=b"")
        refusal, _ = proxy.seen(method="PUT")
        assert refusal.status == 400
        assert refusal.answer_headers["x-amz-bucket-region"] == "eu-west-1"
        assert b"<Code>AuthorizationHeaderMalformed</Code>" in refusal.answer_body
        assert b"<Region>eu-west-1</Region>" in refusal.answer_body


def test_A_store_without_a_region_takes_every_one(minio, bucket):
    minio.client(region="eu-central-1").put_object(Bucket=bucket, Key="k", Body=b"")


@pytest.mark.parametrize("minutes, code", [(60, "RequestTimeTooSkewed"), (-60, "RequestTimeTooSkewed"), (14, None),
                                           (-14, None)])
def test_A_clock_may_differ_by_a_quarter_of_an_hour(client, bucket, set_boto3_clock, minutes, code):
    set_boto3_clock(60 * minutes)
    with refused(403, code) if code else contextlib.nullcontext():
        client.put_object(Bucket=bucket, Key="k", Body=b"")


# Objects in one request

def test_An_object_keeps_what_was_said_of_it(client, bucket):
    client.put_object(Bucket=bucket, Key="t/dt=1/a b\u00e9", Body=b"123456789", ChecksumCRC64NVME=crc64nvme(b"123456789"),
                      ServerSideEncryption="aws:kms", SSEKMSKeyId=KMS_KEY, ACL="bucket-owner-full-control",
                      ContentType="application/json", Metadata={"Attempt": "7"}, Tagging="team=lake")
    head = client.head_object(Bucket=bucket, Key="t/dt=1/a b\u00e9", ChecksumMode="ENABLED")
    assert (head["ContentLength"], head["ContentType"]) == (9, "application/json")
    assert (head["ChecksumCRC64NVME"], head["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", f"arn:aws:kms:{KMS_KEY}")
    assert (head["Metadata"], head["TagCount"]) == ({"attempt": "7"}, 1)
    unasked = client.head_object(Bucket=bucket, Key="t/dt=1/a b\u00e9")
    assert "ChecksumCRC64NVME" not in unasked


def test_The_key_of_the_encryption_is_on_the_wire(minio, proxy, bucket):
    minio.client(endpoint=proxy.endpoint).put_object(Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms",
                                                     SSEKMSKeyId=KMS_KEY)
    asked = proxy.seen(method="PUT")[0].headers
    assert asked["x-amz-server-side-encryption"] == "aws:kms"
    assert asked["x-amz-server-side-encryption-aws-kms-key-id"] == KMS_KEY


def test_A_key_that_there_is_not_is_refused(client, bucket):
    with refused(404, "kms:KeyNotFound"):
        client.put_object(Bucket=bucket, Key="k", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId="another-key")


def test_A_wrong_checksum_is_refused(client, bucket):
    with refused(400, "XAmzContentChecksumMismatch"):
        client.put_object(Bucket=bucket, Key="k", Body=b"value", ChecksumCRC64NVME=crc64nvme(b"other"))
    with refused(404, "404"):
        client.head_object(Bucket=bucket, Key="k")


def test_If_None_Match_keeps_an_object(client, bucket):
    client.put_object(Bucket=bucket, Key="k", Body=b"first", IfNoneMatch="*")
    with refused(412, "PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="k", Body=b"second", IfNoneMatch="*")
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"


def test_If_Match_is_compare_and_set(client, bucket):
    first = client.put_object(Bucket=bucket, Key="k", Body=b"first")["ETag"]
    client.put_object(Bucket=bucket, Key="k", Body=b"second", IfMatch=first)
    with refused(412, "PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="k", Body=b"third", IfMatch=first)
    with refused(404, "NoSuchKey"):
        client.put_object(Bucket=bucket, Key="absent", Body=b"", IfMatch=first)
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"second"


def test_Of_two_at_once_one_is_the_first(client, bucket):
    def put(i: int) -> int:
        try:
            client.put_object(Bucket=bucket, Key="k", Body=b"%d" % i, IfNoneMatch="*")
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"]
        return 200
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(put, range(8)))
    assert outcomes == [200] + [412] * 7


# Multipart uploads

def test_An_object_of_parts_has_the_checksum_of_all_of_it(minio, client, bucket, upload):
    assert minio.upload_ids(bucket, upload.key) == [upload.id]
    assert [unfinished.parts for unfinished in minio.unfinished_uploads()] == [(1, 2)]
    done = upload.complete(IfNoneMatch="*")
    assert done["ChecksumCRC64NVME"] == crc64nvme(upload.data)
    head = client.head_object(Bucket=bucket, Key=upload.key, ChecksumMode="ENABLED")
    assert (head["ChecksumCRC64NVME"], head["ChecksumType"]) == (crc64nvme(upload.data), "FULL_OBJECT")
    assert (head["ContentLength"], head["Metadata"]) == (len(upload.data), {"attempt": "7"})
    assert head["SSEKMSKeyId"] == f"arn:aws:kms:{KMS_KEY}"
    assert minio.upload_ids(bucket, upload.key) == []
    assert minio.unfinished_uploads() == []


def test_The_answer_to_Complete_has_the_checksum_but_not_its_type_in_its_body(minio, proxy, bucket):
    upload = Upload(minio.client(endpoint=proxy.endpoint), bucket, "k").begin().send(b"all")
    upload.complete()
    answered = proxy.seen(method="POST", query="uploadId")[0]
    # S3 has <ChecksumType> there.
    assert re.search(rb"<ETag>&#34;[0-9a-f]{32}-1&#34;</ETag><ChecksumCRC64NVME>[^<]+</ChecksumCRC64NVME></Complete",
                     answered.answer_body)
    assert answered.answer_headers["x-amz-checksum-crc64nvme"] == crc64nvme(b"all")
    assert answered.answer_headers["x-amz-checksum-type"] == "FULL_OBJECT"


def test_Each_part_has_to_have_the_checksum_that_the_upload_is_begun_with(client, bucket, upload):
    for wrong, code in [({}, "InvalidArgument"), ({"ChecksumCRC32C": crc32c(b"part")}, "InvalidArgument"),
                        ({"ChecksumCRC64NVME": crc64nvme(b"other")}, "XAmzContentChecksumMismatch")]:
        with refused(400, code):
            client.upload_part(**upload.address, PartNumber=3, Body=b"part", **wrong)
    # And Complete has to repeat it.
    del upload.parts[0]["ChecksumCRC64NVME"]
    with refused(400, "InvalidPart"):
        upload.complete()


def test_Complete_checks_the_checksum_of_the_object_and_not_its_size(client, bucket, upload):
    with refused(400, "XAmzContentChecksumMismatch"):
        upload.complete(ChecksumCRC64NVME=crc64nvme(b"other"))
    upload.complete(MpuObjectSize=17)   # S3 refuses this one
    assert client.head_object(Bucket=bucket, Key=upload.key)["ContentLength"] == len(upload.data)


def test_A_small_part_that_is_not_the_last_is_refused(client, bucket):
    with refused(400, "EntityTooSmall"):
        Upload(client, bucket, "k").begin().send(b"small").send(b"last").complete()


def test_Complete_keeps_an_object_with_If_None_Match(minio, client, bucket, upload):
    client.put_object(Bucket=bucket, Key=upload.key, Body=b"first")
    with refused(412, "PreconditionFailed"):
        upload.complete(IfNoneMatch="*")
    assert minio.upload_ids(bucket, upload.key) == [upload.id]   # it isn't the end of the upload
    upload.abort()
    assert minio.unfinished_uploads() == []


def test_A_second_Complete_finds_the_object_of_the_first(client, bucket, upload):
    upload.complete(IfNoneMatch="*")
    with refused(412, "PreconditionFailed"):
        upload.complete(IfNoneMatch="*")
    with refused(404, "NoSuchUpload"):
        upload.complete()


def test_An_upload_can_be_aborted_twice(client, upload):
    upload.abort()
    upload.abort()
    with refused(404, "NoSuchUpload"):
        upload.send(b"part")


def test_Uploads_are_listed_by_key_and_until_a_restart_all(authority):
    with Minio(authority) as minio:
        minio.create_bucket("lake")
        upload = Upload(minio.client(), "lake", "t/1.parquet").begin()

        def keys(**options) -> list[str]:
            listed = minio.client().list_multipart_uploads(Bucket="lake", **options)
            return [found["Key"] for found in listed.get("Uploads", [])]
        assert keys() == keys(Prefix=upload.key) == [upload.key]
        assert keys(Prefix="t/") == []   # in S3 it is there
        minio.restart()
        assert keys(Prefix=upload.key) == [upload.key]
        assert keys() == []              # likewise
        assert len(minio.unfinished_uploads()) == 1
        minio.forget_uploads()
        assert minio.unfinished_uploads() == []
