"""Does the proxy before the store pass things on as they are, and does it break them as it was told? boto3 is the client."""
import concurrent.futures
import contextlib
import email.utils
import hashlib
import os
import socket
import time

import botocore.handlers
import pytest
from botocore.exceptions import (ClientError, ConnectionClosedError, EndpointConnectionError, IncompleteReadError,
                                 ReadTimeoutError, ResponseStreamingError, SSLError)

from harness.checksums import crc64nvme
from harness.minio import KMS_KEY, Minio, statement
from harness.s3_proxy import (Answer, BlackHole, Call, ChangeAnswer, Delay, DropAnswer, ResetAfter, S3Proxy, Skew,
                              TruncateAnswer)
from s3.multipart import SMALLEST_PART, Upload

BODY = os.urandom(1 << 20)
# How boto3 says that a connection was lost. Python takes a reset under TLS for an end that came without a word.
LOST = (ConnectionClosedError, EndpointConnectionError, SSLError)


@pytest.fixture
def client(minio, proxy):
    """That knows the store by its proxy only."""
    return minio.client(endpoint=proxy.endpoint)


@pytest.fixture
def put(client, bucket):
    def put(key: str = "k", body: bytes = BODY, **options) -> dict:
        return client.put_object(Bucket=bucket, Key=key, Body=body, **options)
    return put


@pytest.fixture
def is_there(minio, bucket):
    """Has the store an object? Asked without the proxy."""
    def is_there(key: str = "k") -> bool:
        return "Contents" in minio.client().list_objects_v2(Bucket=bucket, Prefix=key)
    return is_there


# What is passed on, and noted

def test_Requests_and_answers_pass_as_they_are(put, proxy, client, bucket):
    key = "t/dt=2026-01-31/a b+c/\u00e9%2F~.parquet"
    put(key, ServerSideEncryption="aws:kms", SSEKMSKeyId=KMS_KEY)
    assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY
    assert client.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(BODY)
    assert [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket, Prefix="t/")["Contents"]] == [key]
    client.delete_object(Bucket=bucket, Key=key)
    assert [request.method for request in proxy.requests] == ["PUT", "GET", "HEAD", "GET", "DELETE"]
    assert [request.status for request in proxy.requests] == [200, 200, 200, 200, 204]
    assert all(request.forwarded and request.fault is None for request in proxy.requests)


def test_A_request_is_noted(put, proxy, client, bucket):
    put("small", b"text")
    put("empty", b"")
    put("big", Metadata={"attempt": "7"})
    client.list_objects_v2(Bucket=bucket, Prefix="a/b", MaxKeys=7)
    small, empty, big, listing = proxy.requests
    assert (small.number, small.body, small.size) == (1, b"text", 4)
    assert (empty.body, empty.size, empty.sha256, empty.forwarded) == (b"", 0, hashlib.sha256().hexdigest(), True)
    assert (big.path, big.query, big.size) == (f"/{bucket}/big", {}, len(BODY))
    assert (big.sha256, big.body) == (hashlib.sha256(BODY).hexdigest(), None)
    assert big.headers["x-amz-meta-attempt"] == "7"
    assert big.headers["host"] == f"localhost:{proxy.port}"
    assert big.answer_headers["etag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    assert listing.target.startswith(f"/{bucket}?list-type=2&")
    assert (listing.query["prefix"], listing.query["max-keys"]) == ("a/b", "7")
    assert b"<KeyCount>0</KeyCount>" in listing.answer_body
    assert small.began <= small.ended <= big.began <= big.ended
    assert {request.connection for request in proxy.requests} == {1}


def test_Bodies_in_chunks_pass(minio, proxy, bucket):
    """As boto3 sends them unless it is told not to: of no length that its head knows, with a checksum at their end."""
    client = minio.client(endpoint=proxy.endpoint, request_checksum_calculation="when_supported")
    client.put_object(Bucket=bucket, Key="k", Body=b"text")
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"text"
    assert proxy.requests[0].headers["content-encoding"] == "aws-chunked"


def test_Several_clients_work_at_once(minio, proxy, bucket):
    data = os.urandom(SMALLEST_PART)

    def upload(number: int) -> None:
        Upload(minio.client(endpoint=proxy.endpoint), bucket, f"k{number}").begin().send(data).send(data[:1000]).complete()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(upload, range(6)))
    parts = proxy.seen(method="PUT", query="partNumber")
    assert sorted(part.size for part in parts) == [1000] * 6 + [len(data)] * 6
    assert {part.sha256 for part in parts if part.size > 1000} == {hashlib.sha256(data).hexdigest()}
    assert len(proxy.seen(method="PUT", query="partNumber=2")) == 6
    assert 2 <= proxy.most_at_once(query="partNumber") <= 6
    assert proxy.connections == 6


def test_A_refusal_in_the_middle_of_a_body_arrives(minio, proxy, bucket):
    """By one who doesn't ask first whether the body is wanted."""
    stranger = minio.client(minio.user(statement("GetObject", bucket)), endpoint=proxy.endpoint)
    stranger.meta.events.unregister("before-call.s3", botocore.handlers.add_expect_header)
    with pytest.raises(ClientError) as caught:
        stranger.put_object(Bucket=bucket, Key="k", Body=BODY * 8)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_It_waits_for_what_a_test_is_about(put, proxy):
    proxy.add(Delay(answer=1))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        done = pool.submit(put, "slow")
        assert proxy.wait_for(method="PUT", ended=False)[0].ended == 0
        assert proxy.wait_for(method="PUT")[0].ended > 0
        done.result()
    with pytest.raises(AssertionError, match="2 requests .* didn't come within 0.1 s, but:\nPUT /"):
        proxy.wait_for(2, method="PUT", timeout=0.1)


def test_Its_end_ends_what_waits(minio, bucket):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with S3Proxy(minio) as proxy:
            proxy.add(BlackHole())
            waiting = pool.submit(minio.client(endpoint=proxy.endpoint).list_objects_v2, Bucket=bucket)
            proxy.wait_for(ended=False)
        begin = time.monotonic()
        with pytest.raises(LOST):
            waiting.result()
        assert time.monotonic() - begin < 5


# Which requests

def test_A_rule_is_for_the_requests_that_match(put, proxy, client, bucket):
    rule = proxy.add(Answer(503, "SlowDown"), method="PUT", path=r"/b[0-9]$", nth=2, times=2)

    def outcome(key: str) -> int:
        with contextlib.suppress(ClientError):
            return put(key, b"")["ResponseMetadata"]["HTTPStatusCode"]
        return 503
    assert [outcome(key) for key in ["b1", "a", "b2", "a", "b3", "b4"]] == [200, 200, 503, 200, 503, 200]
    assert (rule.seen, rule.applied) == (4, 2)
    client.head_object(Bucket=bucket, Key="b1")


def test_A_rule_can_be_for_a_kind_of_request(minio, proxy, client, bucket):
    proxy.add(Answer(500, "InternalError"), query="uploads")
    proxy.add(Answer(503, "SlowDown"), query="partNumber=2", times=None)
    with pytest.raises(ClientError, match="InternalError"):
        Upload(client, bucket, "k").begin()
    upload = Upload(client, bucket, "k").begin().send(b"1" * SMALLEST_PART)
    for _ in range(3):
        with pytest.raises(ClientError, match="SlowDown"):
            upload.send(b"2")
    proxy.clear()
    upload.send(b"2").complete()


def test_Of_two_rules_the_first_acts_and_both_count(put, proxy):
    first = proxy.add(Answer(503, "SlowDown"), method="PUT")
    second = proxy.add(Answer(500, "InternalError"), method="PUT", nth=2)
    for code in ["SlowDown", "InternalError"]:
        with pytest.raises(ClientError, match=code):
            put()
    put()
    assert (first.seen, first.applied, second.seen, second.applied) == (3, 1, 3, 1)


# Faults

@pytest.mark.parametrize("status, code", [(503, "SlowDown"), (500, "InternalError"), (403, "AccessDenied"),
                                          (409, "ConditionalRequestConflict"), (412, "PreconditionFailed")])
def test_An_error_is_answered_in_the_stores_place(put, proxy, is_there, status, code):
    proxy.add(Answer(status, code, headers={"Retry-After": "1"}))
    with pytest.raises(ClientError) as caught:
        put()
    response = caught.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (status, code)
    assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
    request = proxy.requests[0]
    assert (request.size, request.forwarded, request.status) == (len(BODY), False, status)
    assert not is_there()
    put()   # over the same connection
    assert proxy.connections == 1


def test_An_error_for_HEAD_has_no_body(proxy, client, bucket):
    proxy.add(Answer(403, "AccessDenied"))
    with pytest.raises(ClientError) as caught:
        client.head_object(Bucket=bucket, Key="k")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_Complete_may_answer_200_with_an_error(proxy, client, bucket, is_there):
    proxy.add(Answer(200, "InternalError"), method="POST", query="uploadId")
    upload = Upload(client, bucket, "k").begin().send(b"all")
    with pytest.raises(ClientError, match="InternalError"):   # boto3 knows of it
        upload.complete()
    assert proxy.requests[-1].status == 200
    assert not is_there()


@pytest.mark.parametrize("size, reaches_store", [(0, False), (100_000, True)])
def test_A_connection_is_reset_in_the_body(put, proxy, is_there, size, reaches_store):
    proxy.add(ResetAfter(size))
    with pytest.raises(LOST):
        put()
    assert not is_there()
    assert proxy.wait_for()[0].forwarded is False
    put()
    assert proxy.connections == 2


def test_It_is_RST_and_not_the_end_of_a_connection(minio, proxy):
    proxy.add(ResetAfter(), method="GET")
    with socket.create_connection(("127.0.0.1", proxy.port)) as plain:
        beneath = plain.dup()
        with beneath, minio.authority.client().wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                while beneath.recv(10000):   # what belongs to the handshake
                    pass


def test_A_black_hole_takes_all_and_says_nothing(minio, proxy, bucket, is_there):
    client = minio.client(endpoint=proxy.endpoint, read_timeout=1)
    proxy.add(BlackHole(), path="lost")
    proxy.add(BlackHole(forward=True), path="stored")
    for key in ("lost", "stored"):
        with pytest.raises(ReadTimeoutError):
            client.put_object(Bucket=bucket, Key=key, Body=BODY)
    assert [request.size for request in proxy.seen(method="PUT")] == [len(BODY)] * 2
    assert (is_there("lost"), is_there("stored")) == (False, True)


def test_An_answer_is_lost_after_the_effect(put, proxy, is_there):
    proxy.add(DropAnswer(), method="PUT")
    with pytest.raises(LOST):
        put(IfNoneMatch="*")
    request = proxy.wait_for()[0]
    assert (request.forwarded, request.status) == (True, 200)
    assert is_there()
    with pytest.raises(ClientError, match="PreconditionFailed"):
        put(IfNoneMatch="*")


def test_Things_take_longer(put, proxy):
    proxy.add(Delay(request=0.4, answer=0.3))
    begin = time.monotonic()
    put()
    assert time.monotonic() - begin >= 0.7
    assert proxy.requests[0].ended - proxy.requests[0].began >= 0.7


def test_All_connections_together_are_slow(minio, proxy, bucket):
    proxy.bytes_per_second = 4 << 20

    def transfer(number: int) -> None:
        client = minio.client(endpoint=proxy.endpoint)
        client.put_object(Bucket=bucket, Key=f"k{number}", Body=BODY)
        client.get_object(Bucket=bucket, Key=f"k{number}")["Body"].read()
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(transfer, range(4)))
    assert 1.9 < time.monotonic() - begin < 6   # 8 MiB


def test_An_answer_is_cut_off(put, proxy, client, bucket):
    put()
    proxy.add(TruncateAnswer(1000), method="GET")
    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        client.get_object(Bucket=bucket, Key="k")["Body"].read()
    assert proxy.wait_for(method="GET")[0].answer_headers["content-length"] == str(len(BODY))


def test_The_checksum_in_an_answer_is_another(put, proxy, client, bucket):
    other = crc64nvme(b"other")
    proxy.add(ChangeAnswer({"X-Amz-Checksum-CRC64NVME": other, "ETag": None}), method="PUT", path="/k$")
    answered = put(ChecksumCRC64NVME=crc64nvme(BODY))
    assert answered["ChecksumCRC64NVME"] == other
    assert "ETag" not in answered
    proxy.add(ChangeAnswer(pattern=rb"<ChecksumCRC64NVME>[^<]*", replacement=b"<ChecksumCRC64NVME>" + other.encode()),
              method="POST", query="uploadId")
    assert Upload(client, bucket, "u").begin().send(b"all").complete()["ChecksumCRC64NVME"] == other
    proxy.add(ChangeAnswer({"x-amz-checksum-crc64nvme": other}), method="HEAD")
    assert client.head_object(Bucket=bucket, Key="u", ChecksumMode="ENABLED")["ChecksumCRC64NVME"] == other
    assert client.head_object(Bucket=bucket, Key="u", ChecksumMode="ENABLED")["ChecksumCRC64NVME"] == crc64nvme(b"all")


def answer_date(response: dict) -> float:
    """Seconds from now to the Date of an answer."""
    return email.utils.parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp() - time.time()


def test_One_who_refuses_for_the_time_says_what_it_is(put, proxy):
    proxy.add(Answer(403, "RequestTimeTooSkewed", skew=3600))
    with pytest.raises(ClientError, match="RequestTimeTooSkewed") as caught:
        put()
    assert 3590 < answer_date(caught.value.response) < 3610


def test_The_clock_of_the_store_is_ahead_of_ours(put, proxy, set_boto3_clock):
    proxy.add(Skew(600), times=None)
    with pytest.raises(ClientError, match="RequestTimeTooSkewed") as caught:
        put()
    ahead = answer_date(caught.value.response)
    assert 590 < ahead < 610
    # Who signs with the store's time is served.
    set_boto3_clock(ahead)
    assert 590 < answer_date(put()) < 610
    assert [request.forwarded for request in proxy.requests] == [False, True]


def test_Something_happens_at_a_moment(put, proxy, is_there):
    calls = []
    proxy.add(Call(lambda request: calls.append((request.size, request.forwarded, is_there()))))
    proxy.add(Call(lambda request: calls.append((request.size, request.forwarded, is_there())), after=True), nth=2)
    put()
    put()
    assert calls == [(len(BODY), False, False), (len(BODY), True, True)]


def test_Connections_are_refused(put, proxy):
    proxy.refuses = True
    with pytest.raises(LOST):
        put()
    proxy.clear()
    put()


def test_A_store_that_is_not_there_resets(authority):
    with Minio(authority) as minio, S3Proxy(minio) as proxy:
        minio.create_bucket("lake")
        client = minio.client(endpoint=proxy.endpoint)
        client.head_bucket(Bucket="lake")
        minio.kill()
        for _ in range(2):
            with pytest.raises(LOST):
                client.head_bucket(Bucket="lake")
        minio.start()
        client.head_bucket(Bucket="lake")
