"""Logging in by libpq's own ways: password files, services, variables. What needs AWS: tests/aws/test_login_by_*.py."""
import json
import pathlib
import urllib.parse

import pytest

from harness.cluster import Cluster
from harness.lake import published
from harness.program import DONE, FAILED, USAGE, assert_error, assert_exit, run_pg2athena


@pytest.fixture(scope="module")
def guarded():
    """A cluster that asks for passwords."""
    cluster = Cluster("--auth", "scram-sha-256")
    yield cluster
    cluster.stop()


@pytest.fixture
def shop(guarded):
    """A database with a table, and a role `passer` whose password is hunter2."""
    with guarded.database() as database:
        database.execute("CREATE TABLE t AS SELECT 1 AS a; CREATE ROLE passer LOGIN PASSWORD 'hunter2';"
                         "GRANT SELECT ON t TO passer")
        yield database
        database.execute("DROP OWNED BY passer; DROP ROLE passer")


def write(file: pathlib.Path, text: str, mode: int = 0o600) -> pathlib.Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def service_file(file: pathlib.Path, database, **more: str) -> pathlib.Path:
    """A file with one service, `shop`: the test's database and its role."""
    url = urllib.parse.urlsplit(database.url)
    parameters = {"host": url.hostname, "port": str(url.port), "dbname": url.path[1:], "user": "passer", **more}
    return write(file, "# services\n[shop]\n" + "".join(f"{name}={value}\n" for name, value in parameters.items()))


def plan(source: str, *options: str, **env: str):
    result = run_pg2athena("plan", source, *options, env=env)
    assert "hunter2" not in result.stdout + result.stderr
    return result


# Password files -----------------------------------------------------------------------------------------------------

def test_A_password_file_is_named_by_its_variable_by_the_URL_or_is_pgpass_in_the_home_folder(shop, tmp_path):
    file = write(tmp_path / ".pgpass", "*:*:*:passer:hunter2\n")
    url = shop.url_as("passer")
    home = {"HOME": str(tmp_path / "elsewhere")}
    assert_exit(plan(url, **home, PGPASSFILE=str(file)), DONE)
    assert_exit(plan(url, HOME=str(tmp_path)), DONE)
    assert_exit(plan(f"{url}?passfile={urllib.parse.quote(str(file), safe='')}", **home), DONE)
    assert_exit(plan(url, **home, PGPASSWORD="hunter2"), DONE)
    assert_error(plan(url, **home), FAILED, "no password supplied", "PGPASSFILE")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_A_password_file_that_others_may_read_is_the_hint_when_a_password_is_missing(shop, tmp_path, mode):
    file = write(tmp_path / "passwords", "*:*:*:passer:hunter2\n", mode)
    result = plan(shop.url_as("passer"), "--log-format", "json", PGPASSFILE=str(file))
    assert_exit(result, FAILED)
    event, = (json.loads(line) for line in result.stderr.splitlines())  # libpq's own warning is no JSON
    assert f"chmod 600 {file}" in event["hint"]


def test_A_password_file_that_others_may_read_is_no_matter_when_none_is_needed(database, tmp_path):
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    file = write(tmp_path / "passwords", "*:*:*:*:hunter2\n", 0o644)
    assert plan(database.url, "--quiet", PGPASSFILE=str(file)).stderr == ""


def test_Every_connection_of_a_run_finds_the_password_file(shop, tmp_path):
    file = write(tmp_path / "passwords", "*:*:*:passer:hunter2\n")
    result = run_pg2athena("run", shop.url_as("passer"), tmp_path / "lake", env={"PGPASSFILE": str(file)})
    assert_exit(result, DONE)
    assert set(published(tmp_path / "lake")) == {"public.t"}


# Services -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("source,variables", [
    ("service=shop", {}), ("postgresql://?service=shop", {}), ("postgresql:///", {"PGSERVICE": "shop"}),
], ids=["conninfo", "URL", "variable"])
def test_A_service_says_where_and_who_and_the_password(shop, tmp_path, source, variables):
    file = service_file(tmp_path / "services", shop, password="hunter2")
    assert_exit(plan(source, PGSERVICEFILE=str(file), **variables), DONE)
    service_file(tmp_path / ".pg_service.conf", shop, password="hunter2")
    assert_exit(plan(source, HOME=str(tmp_path), **variables), DONE)


def test_A_service_in_a_configuration(shop, tmp_path):
    file = service_file(tmp_path / "services", shop, dbname="none", password="hunter2")
    name = urllib.parse.urlsplit(shop.url).path[1:]
    job = write(tmp_path / "job.yaml", f"source: {{url: 'service=shop dbname={name}'}}\ntarget: {{location: lake}}\n")
    assert_exit(run_pg2athena("run", "--config", job, env={"PGSERVICEFILE": str(file)}), DONE)
    assert set(published(tmp_path / "lake")) == {"public.t"}


def test_A_service_with_a_remote_host_is_verified_like_any_other(shop, tmp_path):
    """A host that is none of this machine's, by an address that is."""
    file = service_file(tmp_path / "services", shop, host="db.example.com", hostaddr="127.0.0.1", password="hunter2")
    result = plan("service=shop", PGSERVICEFILE=str(file))
    assert_error(result, FAILED, "SSL", "db.example.com", "as passer")
    for mode in ("prefer", "disable"):
        said = service_file(tmp_path / "services", shop, host="db.example.com", hostaddr="127.0.0.1", password="hunter2",
                            sslmode=mode)
        assert_exit(plan("service=shop", PGSERVICEFILE=str(said)), DONE)
        assert_error(plan("service=shop sslmode=verify-full", PGSERVICEFILE=str(said)), FAILED, "SSL")


def test_A_service_that_is_not_there_is_said(shop, tmp_path):
    file = service_file(tmp_path / "services", shop)
    assert_error(plan("service=none", PGSERVICEFILE=str(file)), FAILED, 'definition of service "none" not found',
                 "PGSERVICEFILE")


# What is refused ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("source", ["postgresql://passer:hunter2@localhost/shop", "service=shop password=hunter2"])
def test_A_password_in_the_source_is_refused(source):
    assert_error(plan(source), USAGE, "PGPASSFILE")
