"""What can't be done is said clearly: the exit code, what is wrong, where, and what to do."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest

from harness.cluster import Cluster
from harness.lake import published
from harness.paths import PROGRAM
from harness.program import DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit, environment, export, run_pg2athena

ROOT_USER = os.geteuid() == 0


@contextlib.contextmanager
def role(database, name: str, *statements: str):
    """A login role for one test. Roles belong to the cluster, not to the database, so it goes again."""
    database.execute(f"CREATE ROLE {name} LOGIN")
    try:
        for statement in statements:
            database.execute(statement)
        yield database.url_as(name)
    finally:
        database.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


# The command line ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, mention", [
    ([], ""),
    (["run"], "SOURCE"),
    (["run", "postgresql:///x"], "TARGET"),
    (["frobnicate"], "frobnicate"),
    (["run", "--no-such-option", "postgresql:///x", "lake"], "--no-such-option"),
    (["run", "--workers", "0", "postgresql:///x", "lake"], "workers"),
    (["run", "--workers", "many", "postgresql:///x", "lake"], "workers"),
    (["run", "--compression", "arj", "postgresql:///x", "lake"], "compression"),
    (["run", "--compression-level", "99", "postgresql:///x", "lake"], "compression-level"),
    (["run", "--log-format", "xml", "postgresql:///x", "lake"], "log-format"),
    (["run", "--query", "SELECT 1 AS a", "postgresql:///x", "lake"], "--as"),
    (["run", "--as", "name", "postgresql:///x", "lake"], "--query"),
    (["run", "postgresql://[broken", "lake"], ""),
], ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else "")
def test_A_wrong_command_line_is_a_usage_error(tmp_path, arguments, mention):
    result = run_pg2athena(*arguments, cwd=tmp_path)
    assert_exit(result, USAGE)
    assert mention.lower() in result.stderr.lower(), result.stderr
    assert result.stdout == "" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["s3a://acme-lake/x", "S3://acme-lake/x", "s3:/x", "gs://b/x", "https://b.s3.amazonaws.com/x",
                                    "file:///tmp/x"])
@pytest.mark.parametrize("words", [["run", "postgresql:///x"], ["plan", "postgresql:///x"], ["doctor", "postgresql:///x"],
                                   ["verify"], ["gc"], ["publish"], ["ddl"], ["ddl", "lake", "--location"],
                                   ["init", "postgresql:///x", "job.yaml", "--target"]], ids=" ".join)
def test_A_target_of_another_kind_is_refused_and_no_folder(tmp_path, words, target):
    assert_error(run_pg2athena(*words, target, cwd=tmp_path), USAGE, "s3://" if target[0] in "sS" else "folder", "hint: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("source", [
    "postgresql://ada:s3cr3t-word@127.0.0.1:1/shop", "postgresql://127.0.0.1:1/shop?password=s3cr3t-word",
    "host=127.0.0.1 port=1 user=ada password=s3cr3t-word dbname=shop",
])
@pytest.mark.parametrize("command", ["run", "plan"])
def test_A_password_on_the_command_line_is_refused_with_the_ways_that_work(lake, command, source):
    result = run_pg2athena(command, source, lake)
    assert_error(result, USAGE, "password", "PGPASSFILE", "PGPASSWORD")
    assert "s3cr3t-word" not in result.stdout + result.stderr
    assert not lake.exists()


# The server ---------------------------------------------------------------------------------------------------------

def test_No_server_is_an_error_that_names_it(lake):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run_pg2athena("run", f"postgresql://postgres@127.0.0.1:{port}/shop", lake)
    assert_error(result, FAILED, "127.0.0.1", str(port))
    assert not list(lake.glob("[!.]*"))


def test_No_such_database_is_refused(cluster, lake):
    assert_error(run_pg2athena("run", cluster.maintenance.url_of("no_such_db"), lake), REFUSED, "no_such_db")
    assert not list(lake.glob("[!.]*"))


@pytest.fixture(scope="module")
def guarded_cluster():
    """A cluster that asks for passwords."""
    cluster = Cluster("--auth", "scram-sha-256")
    yield cluster
    cluster.stop()


def test_A_wrong_password_is_an_error_that_does_not_show_it(guarded_cluster, lake):
    result = run_pg2athena("run", guarded_cluster.url, lake, env={"PGPASSWORD": "wr0ng-word"})
    assert_error(result, FAILED, "password", "postgres")
    assert "wr0ng-word" not in result.stdout + result.stderr


def test_A_missing_password_is_an_error_that_says_how_to_give_one(guarded_cluster, lake):
    assert_error(run_pg2athena("run", guarded_cluster.url, lake, env={"PGPASSFILE": "/dev/null"}), FAILED, "PGPASSFILE")


def test_A_password_file_and_the_environment_work(guarded_cluster, lake):
    guarded_cluster.maintenance.execute("CREATE TABLE t AS SELECT 1 AS a")
    password = guarded_cluster.passfile.read_text().strip().split(":")[-1]
    for env in ({"PGPASSFILE": str(guarded_cluster.passfile)}, {"PGPASSWORD": password}):
        export(guarded_cluster.maintenance, lake, env=env)


# What is asked for --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("options, mention", [
    (["--table", "public.no_such_table"], "no_such_table"),
    (["--table", "no_such_schema.t"], "no_such_schema"),
    (["--table", "t", "--table", "public.nope*"], "nope"),
    (["--schema", "no_such_schema"], "no_such_schema"),
    (["--query", "SELECT no_such_column FROM t", "--as", "q"], "no_such_column"),
    (["--query", "SELECT * FROM no_such_table", "--as", "q"], "no_such_table"),
    (["--query", "SELEKT 1", "--as", "q"], "syntax error"),
    (["--query", "SELECT 1 AS a, 2 AS a", "--as", "q"], "a"),
    (["--query", "SELECT 1 AS a", "--as", "Same", "--query", "SELECT 2 AS a", "--as", "same"], "same"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
@pytest.mark.parametrize("command", ["plan", "run"])
def test_What_is_not_there_is_refused_by_its_name(database, lake, command, options, mention):
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    assert_error(run_pg2athena(command, *options, database.url, lake), REFUSED, mention)
    assert not published(lake)


@pytest.mark.parametrize("pattern", ["a.b.c.d", '"unclosed', ""])
def test_A_pattern_that_is_no_name_is_a_usage_error(database, lake, pattern):
    assert_error(run_pg2athena("run", "--table", pattern, database.url, lake), USAGE, pattern)


def test_An_empty_database_is_refused(database, lake):
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, REFUSED)


# Rights -------------------------------------------------------------------------------------------------------------

def test_A_table_without_the_right_to_read_is_refused_with_the_grant(database, lake):
    database.execute("CREATE TABLE open AS SELECT 1 AS a; CREATE TABLE closed AS SELECT 2 AS a")
    with role(database, "reader_a", "GRANT SELECT ON open TO reader_a") as url:
        result = run_pg2athena("run", url, lake)
        assert_error(result, REFUSED, "closed", "GRANT SELECT ON", "reader_a")
        assert not published(lake)
        assert_exit(run_pg2athena("run", "--table", "open", url, lake), DONE)


def test_A_schema_without_the_right_to_use_it_is_refused_with_the_grant(database, lake):
    database.execute("CREATE SCHEMA back; CREATE TABLE back.t AS SELECT 1 AS a")
    with role(database, "reader_b", "GRANT SELECT ON back.t TO reader_b") as url:
        assert_error(run_pg2athena("run", "--table", "back.t", url, lake), REFUSED, "back", "usage")


def test_Rights_on_some_columns_only_are_refused_by_the_columns_lacking(database, lake):
    database.execute("CREATE TABLE person (id integer, name text, salary numeric(10,2), diagnosis text)")
    with role(database, "reader_c", "GRANT SELECT (id, name) ON person TO reader_c") as url:
        assert_error(run_pg2athena("plan", url, lake), REFUSED, "person", "salary", "diagnosis", "GRANT SELECT")
        # A query for what may be read is fine.
        assert_exit(run_pg2athena("run", "--query", "SELECT id, name FROM person", "--as", "p", url, lake), DONE)


def test_Row_security_in_force_is_refused_rather_than_followed(database, lake):
    database.execute("""
        CREATE TABLE tenant_data AS SELECT i AS id, i % 2 AS tenant FROM generate_series(1, 10) AS i;
        ALTER TABLE tenant_data ENABLE ROW LEVEL SECURITY;
        CREATE POLICY one ON tenant_data USING (tenant = 1)""")
    with role(database, "reader_d", "GRANT SELECT ON tenant_data TO reader_d") as url:
        for command in ("plan", "run"):
            assert_error(run_pg2athena(command, url, lake), REFUSED, "tenant_data", "row security")
        assert not published(lake)
    # For its owner, a superuser, it isn't in force.
    export(database, lake)


def test_Row_security_on_a_partition_alone_is_refused_where_it_would_hold(database, lake):
    database.execute("""
        CREATE TABLE whole (id integer) PARTITION BY LIST (id);
        CREATE TABLE leaf PARTITION OF whole DEFAULT;
        ALTER TABLE whole ENABLE ROW LEVEL SECURITY;
        CREATE POLICY none ON whole USING (false)""")
    with role(database, "reader_e", "GRANT SELECT ON whole, leaf TO reader_e") as url:
        assert_error(run_pg2athena("run", "--table", "leaf", url, lake), REFUSED, "row security")
        assert_error(run_pg2athena("run", "--table", "whole", url, lake), REFUSED, "row security")


# The target ---------------------------------------------------------------------------------------------------------

@pytest.fixture
def one_table(database):
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    return database


def test_A_target_that_is_a_file_is_an_error(one_table, lake):
    lake.write_text("a file")
    assert_error(run_pg2athena("run", one_table.url, lake), FAILED, str(lake))
    assert lake.read_text() == "a file"


def test_A_target_below_a_file_is_an_error(one_table, lake):
    lake.write_text("a file")
    assert_error(run_pg2athena("run", one_table.url, lake / "deeper"), FAILED, str(lake))


def test_A_target_that_may_not_be_written_is_an_error(one_table):
    # In a folder of its own: pytest's are closed to other users, and so may be the one of the program.
    with tempfile.TemporaryDirectory(prefix="p2a-test.") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        program = shutil.copy(PROGRAM, folder / "pg2athena")
        lake = folder / "lake"
        lake.mkdir(mode=0o555)
        command = [program, "run", one_table.url, lake]
        if ROOT_USER:  # root may write everywhere
            command = ["runuser", "-u", "nobody", "--", *command]
        result = subprocess.run(command, env=environment(), cwd="/", capture_output=True, text=True, check=False)
        assert_error(result, FAILED, str(lake), "permission denied")
        assert not list(lake.iterdir())


def test_A_target_that_is_missing_is_made_with_the_folders_above_it(one_table, lake):
    export(one_table, lake / "a" / "b")
    assert set(published(lake / "a" / "b")) == {"public.t"}


def test_Plan_does_not_need_a_target_and_writes_nothing(one_table, tmp_path):
    plan = assert_exit(run_pg2athena("plan", one_table.url, cwd=tmp_path), DONE)
    assert "public.t" in plan.stdout
    assert_exit(run_pg2athena("plan", one_table.url, tmp_path / "lake", cwd=tmp_path), DONE)
    assert not list(tmp_path.iterdir())


def test_Publish_of_a_folder_that_is_no_lake_is_an_error(tmp_path):
    result = run_pg2athena("publish", tmp_path / "nothing")
    assert_error(result, REFUSED, "nothing")
    assert not list(tmp_path.iterdir())
