"""Signatures (src/aws/signer.h), judged by botocore from what arrived; and what happens when our clock is wrong."""
import datetime
import email.utils

import pytest
from botocore.credentials import Credentials

from aws.probe import Refused
from harness.servers import Asked, Reply, serve
from harness.signature_judge import objections

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = Credentials("ASIAEXAMPLE", "secret/with+signs=", "token/with+signs==")


def use(probe, credentials: Credentials) -> None:
    probe.environment |= {"AWS_ACCESS_KEY_ID": credentials.access_key, "AWS_SECRET_ACCESS_KEY": credentials.secret_key}
    if credentials.token:
        probe.environment["AWS_SESSION_TOKEN"] = credentials.token


def judged(probe, credentials: Credentials, service: str, region: str, target: str, *arguments: object) -> Asked:
    """Sends a signed request, has it judged, and gives it."""
    use(probe, credentials)
    with serve() as server:
        probe("signed", server.url + target, service, region, *arguments)
        found = objections(server.asked[0], server.url, credentials, service, region)
        assert not found, "\n".join(found)
        return server.asked[0]


S3_TARGETS = [
    "/",
    "/bucket",
    "/bucket/key",
    "/bucket/dt%3D2026-01-31/x.parquet",
    "/bucket/a%20b%2Bc%26d%25%3F%23.parquet",
    "/bucket/%C3%BC%E2%82%AC%F0%9F%98%80",
    "/bucket/a//b",
    "/bucket/a/./b/../c",
    "/bucket/~-._",
    "/bucket/%27%28%29%2A%21",
    "/bucket/key?uploads",
    "/bucket/key?uploads=",
    "/bucket/key?partNumber=2&uploadId=abc.DEF-_~123",
    "/bucket/?list-type=2&prefix=a%20b%2Fc%3Dd&start-after=%C3%BC&max-keys=1000",
    "/bucket/?b=2&a=1&a=0&A=3&c",
    "/bucket/?prefix=a%2Bb%252F",
]


@pytest.mark.parametrize("credentials", [KEYS, SESSION], ids=["keys", "session"])
@pytest.mark.parametrize("target", S3_TARGETS)
def test_S3_paths_and_queries(probe, target, credentials):
    judged(probe, credentials, "s3", "eu-central-1", target, "--s3")


@pytest.mark.parametrize("payload", [[], ["--unsigned"]], ids=["signed", "unsigned"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_S3_methods_bodies_and_headers(probe, method, payload):
    body = [] if method in ("GET", "HEAD", "DELETE") else ["--body", "PAR1 and more: ü"]
    asked = judged(probe, SESSION, "s3", "us-east-1", "/bucket/k%C3%A4y?x=1", "--s3", "--method", method, *payload, *body,
                   "--header", "x-amz-server-side-encryption: aws:kms", "--header", "x-amz-tagging: a=1&b=2",
                   "--header", "x-amz-meta-text:   two   blanks  ", "--header", "If-None-Match: *",
                   "--header", "Content-Type: application/vnd.apache.parquet")
    assert asked.method == method
    assert (asked.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD") == bool(payload)
    assert asked.headers["if-none-match"] == "*"


@pytest.mark.parametrize("credentials", [KEYS, SESSION], ids=["keys", "session"])
@pytest.mark.parametrize("target", ["/", "/path/with%20blank/and%2Fslash", "/?a=1&b=%20"])
@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "DELETE", "HEAD"])
def test_Other_services(probe, method, target, credentials):
    body = [] if method in ("GET", "HEAD", "DELETE") else ["--body", '{"SecretId":"ü"}']
    judged(probe, credentials, "secretsmanager", "eu-west-1", target, "--method", method, *body,
           "--header", "Content-Type: application/x-amz-json-1.1",
           "--header", "X-Amz-Target: secretsmanager.GetSecretValue")


def test_The_judge_finds_what_is_wrong(probe):
    use(probe, KEYS)
    with serve() as server:
        probe("signed", server.url + "/bucket/key", "s3", "eu-central-1", "--s3")
        asked = server.asked[0]
        assert objections(asked, server.url, KEYS, "s3", "eu-central-1") == []
        assert objections(asked, server.url, SESSION, "s3", "eu-central-1")
        assert objections(asked, server.url, KEYS, "s3", "eu-west-1")
        asked.path = "/bucket/other"
        assert objections(asked, server.url, KEYS, "s3", "eu-central-1")


def skewed_server(offset: datetime.timedelta):
    """S3 whose clock is ahead of ours by `offset`: it refuses what was signed more than 15 minutes away from it."""
    def answer(asked: Asked) -> Reply:
        now = datetime.datetime.now(datetime.UTC) + offset
        signed = datetime.datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
        date = {"Date": email.utils.format_datetime(now, usegmt=True)}
        if abs(now - signed) > datetime.timedelta(minutes=15):
            return Reply(403, "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time "
                              "and the server's time is too large.</Message></Error>", date)
        return Reply(200, "fine", date)
    return serve(answer)


@pytest.mark.parametrize("hours", [-3, 1, 24])
def test_A_wrong_clock_is_learned_from_the_answer_and_the_request_sent_again_once(probe, hours):
    use(probe, KEYS)
    with skewed_server(datetime.timedelta(hours=hours)) as server:
        assert probe("signed", server.url + "/bucket/key", "s3", "eu-central-1", "--s3")["body"] == "fine"
        assert len(server.asked) == 2
        assert objections(server.asked[1], server.url, KEYS, "s3", "eu-central-1") == []


def test_A_clock_that_can_not_be_learned_is_an_error(probe):
    use(probe, KEYS)
    body = "<Error><Code>RequestTimeTooSkewed</Code><Message>too large</Message></Error>"
    with serve(lambda asked: Reply(403, body)) as server, pytest.raises(Refused) as refused:
        probe("signed", server.url, "s3", "eu-central-1", "--s3")
    assert len(server.asked) == 1  # its Date is ours
    assert refused.value.kind == "authentication"
    assert "set this machine's clock" in refused.value.hint
