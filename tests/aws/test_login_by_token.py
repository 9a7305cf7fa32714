"""The program logs in by tokens for Amazon RDS (src/login/token_login.h), to a server that asks for them."""
import pathlib
import urllib.parse

import pytest

from aws.token_server import refusal, token_server
from harness.lake import published
from harness.program import DONE, FAILED, USAGE, assert_error, assert_exit, run_pg2athena

HOST = "shop.abc123.eu-west-1.rds.amazonaws.com"


@pytest.fixture
def shop(database):
    database.execute("CREATE TABLE a AS SELECT 1 AS i; CREATE TABLE b AS SELECT 2 AS i")
    return database


@pytest.fixture
def env(tmp_path) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_SESSION_TOKEN": "session/+=",
            "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}


def behind(database) -> tuple[str, int]:
    url = urllib.parse.urlsplit(database.url)
    return url.hostname, url.port


def source(server, database, host: str = HOST, options: str = "", user: str = "postgres") -> str:
    """The tests' server by a name of RDS, as by a tunnel."""
    name = urllib.parse.urlsplit(database.url).path
    return f"postgresql://{user}@{host}:{server.port}{name}?hostaddr=127.0.0.1{options}"


def run(folder: pathlib.Path, env, url: str, more: str = "", command: str = "run"):
    file = folder / "job.yaml"
    file.write_text(f"source: {{auth: iam, url: '{url}'}}\ntarget: {{location: lake}}\n{more}", encoding="utf-8")
    result = run_pg2athena(command, "--config", file, "--log-format", "json", "--output", "json", env=env)
    assert "X-Amz-Signature" not in result.stdout + result.stderr and "hunter2" not in result.stdout + result.stderr
    return run_pg2athena(command, "--config", file, env=env) if result.returncode else result


def parameters(token: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(token.split("?")[1], strict_parsing=True))


def test_Each_connection_has_a_token_of_its_own_over_TLS(shop, tmp_path, env, authority):
    with token_server(behind(shop), authority.server(f"DNS:{HOST}")) as server:
        assert_exit(run(tmp_path, env, source(server, shop, options=f"&sslrootcert={authority.file}"),
                        "limits: {workers: 2}\n"), DONE)
    assert set(published(tmp_path / "lake")) == {"public.a", "public.b"}
    assert len(server.tokens) in (3, 4), "of the keeper and two workers, and of the spare keeper where the run lasts long enough"
    for token in server.tokens:
        assert token.startswith(f"{HOST}:{server.port}/?Action=connect&DBUser=postgres&")
        assert parameters(token)["X-Amz-Security-Token"] == "session/+="
        assert "/eu-west-1/rds-db/" in parameters(token)["X-Amz-Credential"], "the region that the host's name says"
        assert parameters(token)["X-Amz-Expires"] == "900"


def test_A_name_that_says_no_region_has_the_configurations(shop, tmp_path, env, authority):
    with token_server(behind(shop), authority.server("DNS:db.internal")) as server:
        url = source(server, shop, "db.internal", f"&sslrootcert={authority.file}")
        assert_error(run(tmp_path, env, url, command="plan"), USAGE, "db.internal", "aws.region")
        assert_exit(run(tmp_path, env, url, "aws: {region: us-east-2}\n", "plan"), DONE)
        assert "/us-east-2/rds-db/" in parameters(server.tokens[-1])["X-Amz-Credential"]


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_A_token_never_travels_in_the_clear(shop, tmp_path, env, mode):
    with token_server(behind(shop)) as server:
        assert_error(run(tmp_path, env, source(server, shop, options=f"&sslmode={mode}")), USAGE, "TLS", f"sslmode={mode}")
        assert not server.tokens
        assert_error(run(tmp_path, env, source(server, shop)), FAILED, "SSL")
        assert not server.tokens


@pytest.mark.parametrize("no", [refusal("28000", 'PAM authentication failed for user "postgres"'),
                                refusal("28P01", 'password authentication failed for user "postgres"')],
                         ids=["PAM", "password"])
def test_A_refusal_says_what_the_server_and_the_credentials_need(shop, tmp_path, env, authority, no):
    with token_server(behind(shop), authority.server(f"DNS:{HOST}"), lambda token: no) as server:
        result = run(tmp_path, env, source(server, shop, options=f"&sslrootcert={authority.file}"))
        assert_error(result, FAILED, "authentication failed", "rds_iam", "rds-db:connect", "eu-west-1", "environment")
        assert len(server.tokens) == 2, "one in each of the two runs: a refusal isn't tried again"


@pytest.mark.parametrize("url,mention", [
    ("postgresql://etl@/shop?host=/tmp", "name of one host"), ("postgresql://etl@a,b/shop", "name of one host"),
    ("postgresql://db.internal/shop", "a user"),
])
def test_What_no_token_can_be_made_for(tmp_path, env, url, mention):
    assert_error(run(tmp_path, env, url, "aws: {region: us-east-2}\n"), USAGE, mention)


def test_Without_credentials_that_is_said(shop, tmp_path, env):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        del env[name]
    with token_server(behind(shop)) as server:
        assert_error(run(tmp_path, env, source(server, shop)), FAILED, "credentials")
