"""Secrets Manager (src/aws/secrets_manager.h) and what every service of JSON has in common (json_service.h): against
moto, and against servers that fail."""
import json
import uuid

import pytest

from aws.probe import Refused
from harness.servers import Reply, raw_server, serve

GOOD = Reply(200, json.dumps({"SecretString": "plain", "VersionId": "v1"}))


@pytest.fixture(autouse=True)
def keys(probe):
    probe.environment |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1"}


@pytest.fixture
def secret(moto) -> tuple:
    """Of moto's client and the name of a secret that isn't there yet."""
    return moto.client("secretsmanager"), f"test/{uuid.uuid4()}"


def test_A_secret_as_RDS_writes_it(probe, moto, secret):
    client, name = secret
    text = json.dumps({"username": "etl", "password": "ü\"\\/pass", "engine": "postgres", "host": "db.internal",
                       "port": 5432, "dbname": "shop"})
    arn = client.create_secret(Name=name, SecretString=text)["ARN"]
    probe.environment["AWS_ENDPOINT_URL"] = moto.url
    for id in (name, arn):
        found = probe("secret", id)
        assert found["text"] == text
        assert found["members"] == {"username": "etl", "password": "ü\"\\/pass", "engine": "postgres",
                                    "host": "db.internal", "port": "5432", "dbname": "shop"}


def test_A_plain_secret(probe, moto, secret):
    client, name = secret
    client.create_secret(Name=name, SecretString="p4ss word\n")
    probe.environment["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = moto.url
    found = probe("secret", name)
    assert (found["text"], "members" in found) == ("p4ss word\n", False)


def test_After_a_rotation_there_is_another_version_and_the_old_one_by_its_stage(probe, moto, secret):
    client, name = secret
    client.create_secret(Name=name, SecretString="old")
    probe.environment["AWS_ENDPOINT_URL"] = moto.url
    old = probe("secret", name)
    client.put_secret_value(SecretId=name, SecretString="new")
    new = probe("secret", name)
    assert (old["text"], new["text"]) == ("old", "new")
    assert old["version_id"] != new["version_id"]
    assert probe("secret", name, "--stage", "AWSPREVIOUS")["text"] == "old"
    assert probe("secret", name, "--stage", "AWSCURRENT")["text"] == "new"


def test_A_secret_that_is_not_there_is_not_found(probe, moto):
    probe.environment["AWS_ENDPOINT_URL"] = moto.url
    with pytest.raises(Refused) as refused:
        probe("secret", "no/such")
    assert refused.value.kind == "not_found"
    assert refused.value.message.startswith("secretsmanager refuses GetSecretValue: ResourceNotFoundException: ")
    assert refused.value.context["secret"] == "no/such"
    assert refused.value.hint == "check the name, the account and the region"


def test_A_secret_of_bytes_is_unsupported(probe, moto, secret):
    client, name = secret
    client.create_secret(Name=name, SecretBinary=b"\x00\x01")
    probe.environment["AWS_ENDPOINT_URL"] = moto.url
    with pytest.raises(Refused) as refused:
        probe("secret", name)
    assert refused.value.kind == "unsupported"


def test_A_secret_can_be_read_with_a_role_on_top(probe, moto, secret):
    """STS is moto's, too: a real answer of AssumeRole in its XML."""
    client, name = secret
    client.create_secret(Name=name, SecretString="by role")
    probe.environment |= {"AWS_ENDPOINT_URL_SECRETS_MANAGER": moto.url, "AWS_ENDPOINT_URL_STS": moto.url}
    found = probe("credentials", "--role", "arn:aws:iam::123456789012:role/lake")
    assert found["access_key_id"].startswith("ASIA")
    assert probe("secret", name, "--role", "arn:aws:iam::123456789012:role/lake")["text"] == "by role"


def answering(*replies: Reply):
    """A service that gives these answers one after the other."""
    left = list(replies)
    return serve(lambda asked: left.pop(0))


@pytest.mark.parametrize("bad", [
    Reply(400, '{"__type":"ThrottlingException","message":"Rate exceeded"}', {"Retry-After": "1"}),
    Reply(500, '{"__type":"InternalServiceError"}'),
    Reply(503, "<html>no</html>"),
    Reply(429),
], ids=["throttled", "internal", "proxy", "429"])
def test_What_passes_is_asked_again(probe, bad):
    with answering(bad, bad, GOOD) as server:
        probe.environment["AWS_ENDPOINT_URL"] = server.url
        assert probe("secret", "x")["text"] == "plain"
        assert len(server.asked) == 3


def test_A_service_that_stays_overloaded_is_an_error_within_seconds(probe):
    with serve(lambda asked: Reply(400, '{"__type":"ThrottlingException","message":"Rate exceeded"}')) as server:
        probe.environment["AWS_ENDPOINT_URL"] = server.url
        with pytest.raises(Refused) as refused:
            probe("secret", "x")
    assert refused.value.kind == "service"
    assert refused.value.message == "secretsmanager refuses GetSecretValue: ThrottlingException: Rate exceeded"
    assert refused.value.context["attempts"] == "6"


@pytest.mark.parametrize("code,kind,hint", [
    ("AccessDeniedException", "permission_denied", "needs the IAM action secretsmanager:GetSecretValue"),
    ("UnrecognizedClientException", "authentication", "the service doesn't know them"),
    ("InvalidSignatureException", "authentication", "check the secret access key"),
    ("ExpiredTokenException", "authentication", "their session has ended"),
    ("DecryptionFailure", "service", ""),
])
def test_What_does_not_pass_is_an_error_with_its_code_and_the_request(probe, code, kind, hint):
    body = json.dumps({"__type": code, "Message": "no"})
    with serve(lambda asked: Reply(400, body, {"x-amzn-RequestId": "r-1"})) as server:
        probe.environment["AWS_ENDPOINT_URL"] = server.url
        with pytest.raises(Refused) as refused:
            probe("secret", "x")
    assert refused.value.kind == kind
    assert refused.value.context == {"secret": "x", "status": "400", "code": code, "request_id": "r-1"}
    assert hint in refused.value.hint
    assert len(server.asked) == (2 if code == "ExpiredTokenException" else 1)


def test_A_connection_that_breaks_is_tried_again_and_then_an_error(probe):
    with raw_server(lambda connection: connection.close()) as port:
        probe.environment["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
        with pytest.raises(Refused) as refused:
            probe("secret", "x")
    assert refused.value.kind == "connection"
    assert refused.value.context["attempts"] == "6"


def test_A_certificate_that_is_not_trusted_is_not_tried_again(probe, authority):
    del probe.environment["AWS_CA_BUNDLE"]
    with serve(lambda asked: GOOD, tls=authority.server()) as server:
        probe.environment["AWS_ENDPOINT_URL"] = server.url
        with pytest.raises(Refused) as refused:
            probe("secret", "x")
    assert refused.value.kind == "authentication"
    assert "isn't trusted" in refused.value.message
    assert server.connections == 1


def test_Without_a_region_that_is_said(probe):
    del probe.environment["AWS_REGION"]
    with pytest.raises(Refused) as refused:
        probe("secret", "x")
    assert refused.value.kind == "invalid_argument"
    assert "AWS_REGION" in refused.value.hint
