"""Where credentials come from (src/aws/credentials_chain.h), each source asked of a stand-in for AWS on loopback.
What needs no server is in src/aws/credentials_chain_test.cpp."""
import hashlib
import json
import urllib.parse

import pytest
from botocore.credentials import Credentials

from aws.probe import Refused
from harness.servers import Asked, Reply, free_port, raw_server, serve
from harness.signature_judge import objections

EXPIRATION = "2099-01-01T00:00:00Z"
ROLE = "arn:aws:iam::123456789012:role/lake"


def document(key: str) -> str:
    """As containers and instances get it."""
    return json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": "secret",
                       "Token": "token", "Expiration": EXPIRATION})


def role_document(action: str, key: str) -> str:
    return (f"<{action}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><{action}Result><Credentials>"
            f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret&amp;more</SecretAccessKey>"
            f"<SessionToken>token</SessionToken><Expiration>{EXPIRATION}</Expiration></Credentials></{action}Result>"
            f"</{action}Response>")


def form(asked: Asked) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(asked.body.decode(), strict_parsing=True, keep_blank_values=True))


def sts(asked: Asked) -> Reply:
    action = form(asked)["Action"]
    return Reply(200, role_document(action, f"KEY_OF_{action}"))


def instance(asked: Asked) -> Reply:
    """IMDSv2: a token first, then the role's name, then its credentials."""
    if asked.path == "/latest/api/token":
        return Reply(200 if asked.method == "PUT" else 405, "imds-token")
    if asked.headers.get("x-aws-ec2-metadata-token") != "imds-token":
        return Reply(401)
    if asked.path.rstrip("/") == "/latest/meta-data/iam/security-credentials":
        return Reply(200, "etl-role")
    if asked.path == "/latest/meta-data/iam/security-credentials/etl-role":
        return Reply(200, document("KEY_OF_INSTANCE"))
    return Reply(404)


def use_keys(probe, key: str = "KEY_OF_ENVIRONMENT") -> None:
    probe.environment |= {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "secret"}


def test_The_environment(probe):
    use_keys(probe)
    probe.environment["AWS_SESSION_TOKEN"] = "token"
    assert probe("credentials") == {"access_key_id": "KEY_OF_ENVIRONMENT", "secret_access_key": "secret",
                                    "session_token": "token", "source": "environment"}


def test_Keys_of_a_profile(probe):
    probe.write(".aws/credentials", "[default]\naws_access_key_id = KEY_OF_FILE\naws_secret_access_key = secret\n")
    found = probe("credentials")
    assert (found["access_key_id"], found["source"]) == ("KEY_OF_FILE", "profile default")


def test_A_command_of_a_profile(probe):
    script = probe.write("command.sh", "#!/bin/sh\necho 'a warning' >&2\ncat <<'X'\n" + json.dumps(
        {"Version": 1, "AccessKeyId": "KEY_OF_COMMAND", "SecretAccessKey": "secret", "SessionToken": "token",
         "Expiration": EXPIRATION}) + "\nX\n")
    probe.write(".aws/config", f"[profile etl]\ncredential_process = sh {script} --for etl\n")
    found = probe("credentials", "--profile", "etl")
    assert (found["access_key_id"], found["expiration"]) == ("KEY_OF_COMMAND", "2099-01-01T00:00:00.000Z")


@pytest.mark.parametrize("script", ["exit 3", "echo nonsense", "echo '{\"Version\":1}'"])
def test_A_command_that_gives_none_is_said(probe, script):
    probe.write(".aws/config", f"[default]\ncredential_process = sh {probe.write('command.sh', script)}\n")
    with pytest.raises(Refused) as refused:
        probe("credentials")
    assert "profile: the credential_process of the AWS profile default gave none" in refused.value.message
    assert "run the command by hand" in refused.value.hint


def test_A_role_of_a_profile_with_external_id_is_asked_for_over_TLS_and_signed(probe, authority):
    probe.write(".aws/config", f"""
[profile base]
aws_access_key_id = BASE
aws_secret_access_key = secret
[profile lake]
role_arn = {ROLE}
source_profile = base
external_id = of/the partner
role_session_name = nightly
region = eu-central-1
""")
    with serve(sts, tls=authority.server()) as server:
        probe.environment["AWS_ENDPOINT_URL_STS"] = server.url
        found = probe("credentials", "--profile", "lake")
        assert found == {"access_key_id": "KEY_OF_AssumeRole", "secret_access_key": "secret&more", "session_token": "token",
                         "expiration": "2099-01-01T00:00:00.000Z",
                         "source": f"profile lake, role {ROLE} from profile base"}
        asked = server.asked[0]
        assert objections(asked, server.url, Credentials("BASE", "secret"), "sts", "eu-central-1") == []
    assert form(asked) == {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": ROLE, "RoleSessionName": "nightly",
                           "DurationSeconds": "3600", "ExternalId": "of/the partner"}


def test_A_role_on_top_of_any_source(probe):
    use_keys(probe)
    with serve(sts) as server:
        found = probe("credentials", "--role", ROLE, "--external-id", "x", "--session-name", "n", "--sts", server.url,
                      "--region", "eu-west-1")
        assert (found["access_key_id"], found["source"]) == ("KEY_OF_AssumeRole", f"environment, role {ROLE}")
        asked = server.asked[0]
        assert objections(asked, server.url, Credentials("KEY_OF_ENVIRONMENT", "secret"), "sts", "eu-west-1") == []
    assert form(asked)["ExternalId"] == "x"


def test_The_endpoint_of_another_S3_is_not_taken_for_STS(probe):
    use_keys(probe)
    with serve() as minio:
        probe.environment["AWS_ENDPOINT_URL"] = minio.url
        probe.environment["https_proxy"] = f"http://127.0.0.1:{free_port()}"  # so that nothing leaves this machine
        with pytest.raises(Refused) as refused:
            probe("credentials", "--role", ROLE, "--region", "eu-west-1", patience=30)
        assert "https://sts.eu-west-1.amazonaws.com" in refused.value.message
        assert not minio.asked


def test_A_role_that_is_refused_says_who_was_refused_what(probe):
    use_keys(probe)
    body = (f"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/etl is "
            f"not authorized to perform: sts:AssumeRole on resource: {ROLE}</Message></Error><RequestId>r-1</RequestId>"
            "</ErrorResponse>")
    with serve(lambda asked: Reply(403, body)) as server, pytest.raises(Refused) as refused:
        probe("credentials", "--role", ROLE, "--sts", server.url, "--region", "eu-west-1")
    assert refused.value.kind == "permission_denied"
    assert "not authorized to perform: sts:AssumeRole" in refused.value.message
    assert "trust policy" in refused.value.hint
    assert "r-1" in refused.value.description


def test_A_web_identity_is_exchanged_without_a_signature(probe):
    probe.environment |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(probe.write("token", "ey.J+h/=\n")), "AWS_ROLE_ARN": ROLE,
                          "AWS_ROLE_SESSION_NAME": "pod-1", "AWS_REGION": "eu-central-1"}
    with serve(sts) as server:
        probe.environment["AWS_ENDPOINT_URL_STS"] = server.url
        found = probe("credentials")
    assert (found["access_key_id"], found["source"]) == ("KEY_OF_AssumeRoleWithWebIdentity", f"web identity, role {ROLE}")
    assert "authorization" not in server.asked[0].headers
    assert form(server.asked[0]) == {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": ROLE,
                                     "RoleSessionName": "pod-1", "DurationSeconds": "3600", "WebIdentityToken": "ey.J+h/="}


@pytest.mark.parametrize("authorization", ["variable", "file", "none"])
def test_A_container_asks_its_agent(probe, authorization):
    if authorization == "variable":
        probe.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "Basic abc"
    if authorization == "file":
        probe.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(probe.write("token", "Basic abc"))
    with serve(lambda asked: Reply(200, document("KEY_OF_CONTAINER"))) as server:
        probe.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url + "/v1/credentials?x=1"
        found = probe("credentials")
    assert found == {"access_key_id": "KEY_OF_CONTAINER", "secret_access_key": "secret", "session_token": "token",
                     "expiration": "2099-01-01T00:00:00.000Z", "source": "container"}
    assert server.asked[0].path == "/v1/credentials?x=1"
    assert server.asked[0].headers.get("authorization") == (None if authorization == "none" else "Basic abc")


def test_A_container_asks_its_agent_over_TLS(probe, authority):
    with serve(lambda asked: Reply(200, document("KEY_OF_CONTAINER")), tls=authority.server()) as server:
        probe.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url + "/v1"
        assert probe("credentials")["access_key_id"] == "KEY_OF_CONTAINER"


def test_A_container_whose_agent_refuses_is_an_error_and_the_instance_is_not_asked(probe):
    del probe.environment["AWS_EC2_METADATA_DISABLED"]
    with serve(lambda asked: Reply(403, "no")) as server, serve(instance) as metadata:
        probe.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url + "/v1"
        probe.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url
        with pytest.raises(Refused) as refused:
            probe("credentials")
        assert f"container: the container's agent at {server.url}/v1 gave none: " in refused.value.message
        assert not metadata.asked


def test_A_container_must_not_be_sent_elsewhere(probe):
    """The address may only be one of this machine or of AWS's agents: the token would go there."""
    probe.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://192.0.2.1/v1"
    with pytest.raises(Refused) as refused:
        probe("credentials")
    assert "container: the container's agent at http://192.0.2.1/v1 gave none" in refused.value.message


def test_An_instance_asks_its_metadata_by_version_2(probe):
    del probe.environment["AWS_EC2_METADATA_DISABLED"]
    with serve(instance) as server:
        probe.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url
        found = probe("credentials")
    assert (found["access_key_id"], found["source"]) == ("KEY_OF_INSTANCE", "instance metadata")
    assert server.asked[0].method == "PUT"


def test_An_instance_without_version_2_is_refused(probe):
    del probe.environment["AWS_EC2_METADATA_DISABLED"]
    with serve(lambda asked: Reply(404) if asked.path == "/latest/api/token" else instance(asked)) as server:
        probe.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url
        with pytest.raises(Refused) as refused:
            probe("credentials")
    assert "instance metadata: the instance's metadata service gave none" in refused.value.message


def test_A_role_of_a_profile_may_be_assumed_by_the_instance(probe):
    probe.write(".aws/config", f"[profile lake]\nrole_arn = {ROLE}\ncredential_source = Ec2InstanceMetadata\n"
                               "region = eu-central-1\n")
    with serve(instance) as metadata, serve(sts) as server:
        probe.environment |= {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url, "AWS_ENDPOINT_URL_STS": server.url}
        assert probe("credentials", "--profile", "lake")["access_key_id"] == "KEY_OF_AssumeRole"
        assert "Credential=KEY_OF_INSTANCE/" in server.asked[0].headers["authorization"]


@pytest.mark.parametrize("session", [True, False], ids=["sso_session", "legacy"])
def test_A_login_by_SSO(probe, authority, session):
    start = "https://corp.awsapps.com/start"
    if session:
        probe.write(".aws/config", "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Etl x\n"
                                   f"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = {start}\n")
    else:
        probe.write(".aws/config", "[profile dev]\nsso_account_id = 123456789012\nsso_role_name = Etl x\n"
                                   f"sso_region = eu-west-1\nsso_start_url = {start}\n")
    name = hashlib.sha1(("corp" if session else start).encode()).hexdigest()
    probe.write(f".aws/sso/cache/{name}.json", json.dumps({"accessToken": "bearer", "expiresAt": EXPIRATION}))

    def portal(asked: Asked) -> Reply:
        if asked.headers.get("x-amz-sso_bearer_token") != "bearer":
            return Reply(401)
        return Reply(200, json.dumps({"roleCredentials": {"accessKeyId": "KEY_OF_SSO", "secretAccessKey": "secret",
                                                          "sessionToken": "token", "expiration": 4070908800000}}))
    with serve(portal, tls=authority.server()) as server:
        probe.environment["AWS_ENDPOINT_URL_SSO"] = server.url
        probe.environment["AWS_PROFILE"] = "dev"
        found = probe("credentials")
    assert found == {"access_key_id": "KEY_OF_SSO", "secret_access_key": "secret", "session_token": "token",
                     "expiration": "2099-01-01T00:00:00.000Z", "source": "profile dev"}
    assert server.asked[0].path == "/federation/credentials?account_id=123456789012&role_name=Etl%20x"


def test_Nothing_set_up_lists_every_source(probe):
    with pytest.raises(Refused) as refused:
        probe("credentials")
    assert refused.value.kind == "authentication"
    config = probe.home / ".aws/config"
    assert refused.value.message == (
        f'no AWS credentials: environment: AWS_ACCESS_KEY_ID isn\'t set; profile: no profile "default" in {config} and '
        f"{probe.home / '.aws/credentials'}; web identity: AWS_WEB_IDENTITY_TOKEN_FILE isn't set; container: neither "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set; instance metadata: "
        "AWS_EC2_METADATA_DISABLED is true")


def test_A_metadata_service_that_is_silent_is_given_up_in_seconds(probe):
    del probe.environment["AWS_EC2_METADATA_DISABLED"]
    with raw_server(lambda connection: None) as port:
        probe.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = f"http://127.0.0.1:{port}"
        with pytest.raises(Refused) as refused:
            probe("credentials")
    assert "instance metadata: " in refused.value.message


def test_A_stop_ends_the_wait_for_a_metadata_service(probe):
    del probe.environment["AWS_EC2_METADATA_DISABLED"]
    with raw_server(lambda connection: None) as port:
        probe.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = f"http://127.0.0.1:{port}"
        with pytest.raises(Refused) as refused:
            probe("credentials", "--cancel-after-ms", 300)
    assert refused.value.kind == "interrupted"


def test_A_secret_is_never_in_a_message(probe):
    use_keys(probe)
    probe.environment["AWS_SECRET_ACCESS_KEY"] = "VERY-SECRET"
    probe.environment["AWS_SESSION_TOKEN"] = "VERY-SECRET"
    with serve(lambda asked: Reply(403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>")
               ) as server, pytest.raises(Refused) as refused:
        probe("credentials", "--role", ROLE, "--sts", server.url, "--region", "eu-west-1")
    assert "VERY-SECRET" not in refused.value.description + refused.value.hint
