"""The program logs in by a secret of Secrets Manager (src/login): a PostgreSQL that wants passwords, and moto."""
import contextlib
import json
import pathlib
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest

from harness.servers import Asked, Reply, free_port, raw_server, serve
from harness.cluster import Cluster, Database
from harness.lake import published
from harness.program import (DONE, FAILED, INTERRUPTED, REFUSED, USAGE, assert_error, assert_exit, finish, run_pg2athena,
                             start_pg2athena)
from harness.slow_query import wait_until

PATIENCE = 10


@pytest.fixture(scope="module")
def guarded():
    """A cluster that asks for passwords."""
    cluster = Cluster("--auth", "scram-sha-256")
    yield cluster
    cluster.stop()


class Role:
    """A role with a password in a database of its own, with four tables; and a secret that says so."""

    def __init__(self, database: Database, client):
        self.database = database
        self.client = client
        self.name = f"reader_{uuid.uuid4().hex[:8]}"
        self.passwords: list[str] = []
        self.secret = f"test/{uuid.uuid4()}"
        self.database.execute(f"CREATE ROLE {self.name} LOGIN")
        for table in "abcd":
            self.database.execute(f"CREATE TABLE {table} AS SELECT i FROM generate_series(1, 100) AS i;"
                                  f"GRANT SELECT ON {table} TO {self.name}")
        self.change_password()

    def change_password(self) -> str:
        self.passwords.append(f"hunter2'\"\\ü {uuid.uuid4().hex}")
        self.database.execute(f"ALTER ROLE {self.name} PASSWORD %s", (self.passwords[-1],))
        return self.passwords[-1]

    def as_rds(self, **changes) -> str:
        url = urllib.parse.urlsplit(self.database.url)
        members = {"username": self.name, "password": self.passwords[-1], "engine": "postgres", "host": url.hostname,
                   "port": url.port, "dbname": url.path[1:], **changes}
        return json.dumps({name: value for name, value in members.items() if value is not None})

    def store(self, text: str | bytes) -> dict:
        """Creates the secret; gives what Secrets Manager says of it."""
        kind = "SecretBinary" if isinstance(text, bytes) else "SecretString"
        return self.client.create_secret(Name=self.secret, **{kind: text})

    @property
    def url(self) -> str:
        return self.database.url_as(self.name)


@pytest.fixture
def role(guarded, moto):
    with guarded.database() as database:
        role = Role(database, moto.client("secretsmanager"))
        try:
            yield role
        finally:
            database.execute(f"DROP OWNED BY {role.name}; DROP ROLE {role.name}")


class Job:
    """A configuration, and what becomes of it; whatever is said or written, no password may be in it."""

    def __init__(self, folder: pathlib.Path, role: Role, endpoint: str):
        self.folder, self.role = folder, role
        self.env = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1",
                    "AWS_ENDPOINT_URL": endpoint, "AWS_CA_BUNDLE": "", "AWS_EC2_METADATA_DISABLED": "true",
                    "HOME": str(folder)}
        self.lake = folder / "lake"

    def command(self, command: str, source: str, more: str = "", options=()) -> list:
        file = self.folder / "job.yaml"
        file.write_text(f"source: {source}\ntarget: {{location: lake}}\n{more}", encoding="utf-8")
        return [command, "--config", file, *options]

    def __call__(self, command: str, source: str, more: str = "", options=()):
        return self.checked(run_pg2athena(*self.command(command, source, more, options), env=self.env))

    def checked(self, result):
        texts = [result.stdout, result.stderr]
        texts += [file.read_bytes().decode("latin-1") for file in self.lake.rglob("*") if file.is_file()]
        for password in self.role.passwords:
            for text in texts:
                assert password not in text and "hunter2" not in text, f"the password is shown: {text[:2000]}"
        return result

    def runs(self, source: str, more: str = "") -> None:
        """Run and plan succeed."""
        assert_exit(self("plan", source, more), DONE)
        assert_exit(self("run", source, more, ["--log-format", "json"]), DONE)
        assert set(published(self.lake)) == {f"public.{table}" for table in "abcd"}


@pytest.fixture
def job(tmp_path, role, moto) -> Job:
    return Job(tmp_path, role, moto.url)


def test_The_doctor_tells_the_secret_from_the_server(job, role):
    def checks(code, source):
        result = assert_exit(job("doctor", source, options=["--output", "json"]), code)
        return {check["name"]: check for check in json.loads(result.stdout)["checks"]}

    absent = checks(FAILED, f"{{secret: {role.secret}}}")
    assert absent["secret"]["verdict"] == "failed" and "login" not in absent
    role.store(role.as_rds())
    found = checks(DONE, f"{{secret: {role.secret}}}")
    assert role.secret in found["secret"]["finding"] and found["login"]["verdict"] == "ok"
    role.change_password()
    assert checks(FAILED, f"{{secret: {role.secret}}}")["login"]["verdict"] == "failed"


@contextlib.contextmanager
def front_of(moto, instead=lambda asked: None):
    """A server that passes requests on to moto, unless `instead` has an answer; .asked has them all."""

    def answer(asked: Asked) -> Reply:
        if reply := instead(asked):
            return reply
        headers = {name: value for name, value in asked.headers.items() if name not in ("host", "content-length")}
        request = urllib.request.Request(moto.url + asked.path, asked.body, headers, method=asked.method)
        try:
            with urllib.request.urlopen(request) as response:
                return Reply(response.status, response.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), {"x-amzn-errortype": error.headers.get("x-amzn-errortype", "")})

    with serve(answer) as server:
        yield server


# What a secret may be -----------------------------------------------------------------------------------------------

def test_A_secret_as_RDS_writes_it_needs_no_URL(job, role):
    role.store(role.as_rds())
    job.runs(f"{{secret: {role.secret}}}")


def test_An_ARN_says_its_region(job, role):
    arn = role.store(role.as_rds())["ARN"]
    del job.env["AWS_REGION"]
    job.runs(f"{{secret: '{arn}'}}")
    assert_error(job("plan", f"{{secret: {role.secret}}}"), USAGE, role.secret, "aws.region")


def test_What_the_URL_says_wins_but_for_the_login(job, role):
    role.store(role.as_rds(host="nowhere.invalid", port=1, dbname="none"))
    job.runs(f"{{secret: {role.secret}, url: '{role.database.url_as('somebody_else')}'}}")


def test_The_database_alone_can_be_the_URLs(job, role):
    role.store(role.as_rds(dbname=None))
    job.runs(f"{{secret: {role.secret}, url: 'postgresql:///{urllib.parse.urlsplit(role.url).path[1:]}'}}")


def test_Plain_text_is_the_password(job, role):
    role.store(role.passwords[-1] + "\n")
    job.runs(f"{{secret: {role.secret}, url: '{role.url}'}}")
    job.runs(f"{{password: 'secret:{role.secret}', url: '{role.url}'}}")


@pytest.mark.parametrize("member,reference", [("password", ""), ("password", "#password"), ("pw", "#pw")])
def test_A_member_is_the_password(job, role, member, reference):
    role.store(json.dumps({"username": "somebody_else", member: role.passwords[-1]}))
    job.runs(f"{{password: 'secret:{role.secret}{reference}', url: '{role.url}'}}")


def test_A_stage_is_the_version_that_is_read(job, role):
    role.store(role.as_rds())
    role.client.put_secret_value(SecretId=role.secret, SecretString=role.as_rds(password="hunter2, the next one"))
    job.runs(f"{{secret: {role.secret}, secret_version_stage: AWSPREVIOUS}}")
    assert_error(job("plan", f"{{secret: {role.secret}}}"), FAILED, "password authentication failed")


def test_Profile_region_and_authorities_are_the_configurations(job, role, authority, moto):
    role.store(role.as_rds())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        del job.env[name]
    folder = job.folder / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text("[etl]\naws_access_key_id = key-of-etl\naws_secret_access_key = s\n")
    (job.folder / "ca.pem").write_bytes(authority.file.read_bytes())
    with front_of(moto) as server:
        server.tls = authority.server()
        job.env["AWS_ENDPOINT_URL"] = server.url
        more = "aws: {profile: etl, region: eu-central-1, ca_file: ca.pem}\n"
        job.runs(f"{{secret: {role.secret}}}", more)
        assert all("Credential=key-of-etl/" in asked.headers["authorization"] for asked in server.asked)
        assert all("/eu-central-1/secretsmanager/" in asked.headers["authorization"] for asked in server.asked)
        assert_error(job("plan", f"{{secret: {role.secret}}}", more.replace(", ca_file: ca.pem", "")), FAILED,
                     "isn't trusted", "aws.ca_file")


# A rotation ---------------------------------------------------------------------------------------------------------

def rotate(role: Role) -> str:
    role.change_password()
    return role.client.put_secret_value(SecretId=role.secret, SecretString=role.as_rds())["VersionId"]


def log_events(result, name: str) -> list[dict]:
    events = [json.loads(line) for line in result.stderr.splitlines()]
    return [event for event in events if event["event"] == name]


def test_A_rotation_between_the_plan_and_the_workers_costs_one_reading(job, role, moto):
    first = role.store(role.as_rds())["VersionId"]
    with front_of(moto) as server:
        job.env["AWS_ENDPOINT_URL"] = server.url
        with role.database.connect(autocommit=False) as holder, holder.cursor() as cursor:
            cursor.execute("LOCK TABLE a IN ACCESS EXCLUSIVE MODE")
            process = start_pg2athena(*job.command("run", f"{{secret: {role.secret}}}", "limits: {workers: 4}\n",
                                                   ["--log-format", "json"]), env=job.env)
            wait_until(lambda: role.database.value("SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND"
                                                   " wait_event_type = 'Lock'", (role.name,)) == 1, "the plan")
            second = rotate(role)
            holder.rollback()
        result = job.checked(assert_exit(finish(process, 60), DONE))
        assert len(server.asked) == 2
    assert set(published(job.lake)) == {f"public.{table}" for table in "abcd"}
    read = log_events(result, "secret_read")
    assert [(event["secret"], event["secret_version"]) for event in read] == [(role.secret, first), (role.secret, second)]


def test_A_secret_that_is_rotated_to_another_user(job, role, moto):
    """Secrets Manager's strategy of alternating users."""
    role.store(role.as_rds(password="hunter2 of yesterday"))
    other = f"{role.name}_clone"
    role.database.execute(f"CREATE ROLE {other} LOGIN PASSWORD 'hunter2 of the clone' IN ROLE {role.name}")
    try:
        def rotated(asked: Asked) -> None:
            if len(server.asked) == 2:
                role.client.put_secret_value(SecretId=role.secret,
                                             SecretString=role.as_rds(username=other, password="hunter2 of the clone"))

        with front_of(moto, rotated) as server:
            job.env["AWS_ENDPOINT_URL"] = server.url
            assert_exit(job("plan", f"{{secret: {role.secret}}}"), DONE)
            assert len(server.asked) == 2
    finally:
        role.database.execute(f"DROP ROLE {other}")


def test_A_wrong_password_is_said_with_the_secret_and_its_version(job, role, moto):
    version = role.store(role.as_rds(password="hunter2 of somebody else"))["VersionId"]
    with front_of(moto) as server:
        job.env["AWS_ENDPOINT_URL"] = server.url
        begin = time.monotonic()
        result = job("run", f"{{secret: {role.secret}}}")
        assert time.monotonic() - begin < PATIENCE
        assert_error(result, FAILED, "password authentication failed", role.secret, version, "AWSCURRENT", "ALTER ROLE")
        assert len(server.asked) == 2, "read once more, and not for ever"
        as_json = job("run", f"{{secret: {role.secret}}}", "", ["--log-format", "json", "--output", "json"])
    assert json.loads(as_json.stdout)["error"]["context"]["secret_version"] == version


def test_That_it_can_not_be_read_again_is_the_cause(job, role, moto):
    role.store(role.as_rds(password="hunter2 of yesterday"))
    denied = Reply(400, '{"__type": "AccessDeniedException", "Message": "no longer"}')
    with front_of(moto, lambda asked: denied if len(server.asked) > 1 else None) as server:
        job.env["AWS_ENDPOINT_URL"] = server.url
        assert_error(job("plan", f"{{secret: {role.secret}}}"), FAILED, "password authentication failed", "no longer")


# What goes wrong ----------------------------------------------------------------------------------------------------

def service_says(job: Job, code: str, message: str):
    """A Secrets Manager that refuses."""
    reply = Reply(400, json.dumps({"__type": code, "Message": message}), {"x-amzn-RequestId": "r-1"})
    with serve(lambda asked: reply) as server:
        job.env["AWS_ENDPOINT_URL"] = server.url
        begin = time.monotonic()
        result = job("run", "{secret: prod/shop}")
        assert time.monotonic() - begin < PATIENCE
    assert not job.lake.exists() or not published(job.lake)
    return result


@pytest.mark.parametrize("code,message,exit_code,mentions", [
    ("AccessDeniedException", "User: arn:aws:iam::1:user/etl is not authorized to perform: secretsmanager:GetSecretValue",
     REFUSED, ["secretsmanager:GetSecretValue", "user/etl"]),
    ("AccessDeniedException", "Access to KMS is not allowed", REFUSED, ["kms:Decrypt"]),
    ("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text", FAILED, ["kms:Decrypt"]),
    ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", REFUSED, ["region eu-central-1"]),
    ("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: X", REFUSED,
     ["list-secret-version-ids"]),
    ("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.",
     FAILED, ["restore-secret"]),
    ("UnrecognizedClientException", "The security token included in the request is invalid.", FAILED, ["access key"]),
])
def test_What_Secrets_Manager_refuses_is_said_with_what_to_do(job, code, message, exit_code, mentions):
    assert_error(service_says(job, code, message), exit_code, "prod/shop", code, "r-1", *mentions)


def test_A_secret_that_is_not_there(job):
    assert_error(job("run", "{secret: no/such/secret}"), REFUSED, "no/such/secret", "ResourceNotFoundException",
                 "eu-central-1")


def test_A_secret_that_waits_for_its_deletion(job, role):
    role.store(role.as_rds())
    role.client.delete_secret(SecretId=role.secret, RecoveryWindowInDays=7)
    assert_error(job("run", f"{{secret: {role.secret}}}"), FAILED, role.secret, "restore-secret")


@pytest.mark.parametrize("text,exit_code,mentions", [
    (b"hunter2", REFUSED, ["bytes"]),
    ('{"pasword": "hunter2", "username": "etl"}', REFUSED, ["no member password", "pasword, username"]),
    ('{"username": "etl", "password": "hunter2"}', USAGE, ["no host", "source.url"]),
    ('{"username": "etl", "password": "hunter2", "host": "db", "dbname": "x", "engine": "mysql"}', USAGE, ["mysql"]),
    ("hunter2", USAGE, ["plain text", "source.url"]),
    ('{"username": "etl", "password": "hunter2", "host": "db"', USAGE, ["plain text"]),
], ids=["bytes", "no password", "no host", "engine", "plain", "broken JSON"])
def test_A_secret_that_is_none_for_a_login(job, role, text, exit_code, mentions):
    version = role.store(text)["VersionId"]
    result = job("run", f"{{secret: {role.secret}}}")
    assert_error(result, exit_code, role.secret, *mentions)
    assert isinstance(text, bytes) or version in result.stderr


def test_Without_a_network_that_is_said_within_seconds(job, role):
    job.env["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{free_port()}"
    begin = time.monotonic()
    assert_error(job("run", "{secret: prod/shop}"), FAILED, "prod/shop", "refuses the connection")
    assert time.monotonic() - begin < 30


def test_It_can_be_interrupted_while_a_secret_is_waited_for(job):
    asked = threading.Event()

    def never(connection) -> None:
        connection.recv(1)
        asked.set()

    with raw_server(never) as port:
        job.env["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
        process = start_pg2athena(*job.command("run", "{secret: prod/shop}"), env=job.env)
        assert asked.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        assert_exit(finish(process, 5), INTERRUPTED)


def test_Without_credentials_or_a_region_that_is_said(job, role):
    keys = {name: job.env.pop(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    assert_error(job("run", "{secret: prod/shop}"), FAILED, "credentials")
    job.env |= keys
    del job.env["AWS_REGION"]
    assert_error(job("run", "{secret: prod/shop}"), USAGE, "region", "aws.region")
