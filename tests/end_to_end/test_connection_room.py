"""A run takes a share of the connections that are free, and no more; without room for it, it says so before it begins."""
import contextlib
import json
import os

import pyarrow.parquet
import pytest

from harness import oracle
from harness.cluster import Cluster
from harness.lake import files
from harness.program import DONE, REFUSED, USAGE, assert_error, assert_exit, run_pg2athena


@pytest.fixture(scope="module")
def small():
    """A server of 20 connections, 3 of them for superusers."""
    cluster = Cluster("--set", "max_connections=20", "--set", "superuser_reserved_connections=3")
    yield cluster
    cluster.stop()


@pytest.fixture
def shop(small):
    """A database with ten tables, and the URL of a role that owns them."""
    role = f"etl_{os.getpid()}"
    with small.database() as database:
        database.execute(f"CREATE ROLE {role} LOGIN")
        database.execute("".join(f"CREATE TABLE t{i} AS SELECT {i} AS id; ALTER TABLE t{i} OWNER TO {role};" for i in range(10)))
        yield database, database.url_as(role), role
        database.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@contextlib.contextmanager
def clients(database, count: int):
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(contextlib.closing(database.connect()))
        yield


def plan(url, *arguments) -> dict:
    return json.loads(assert_exit(run_pg2athena("plan", "--output", "json", *arguments, url), DONE).stdout)


def test_Workers_are_as_many_as_fit_and_the_plan_says_why(shop, lake):
    database, url, _ = shop
    with clients(database, 5):
        # 17 for us all, 5 are others': half of 12 is 6, and two of them keep.
        planned = plan(url, "--workers", "8")
        assert planned["workers"] == 4
        warning, = planned["warnings"]
        assert "4 workers instead of 8" in warning and "20 connections, 6 are used and 3 reserved" in warning
        assert "--connection-share" in warning
        assert plan(url, "--workers", "8", "--connection-share", "100")["workers"] == 8
        assert plan(url, "--workers", "4")["warnings"] == []
        assert_exit(run_pg2athena("run", "--workers", "8", url, lake), DONE)
        for i in range(10):
            oracle.assert_arrived(database, lake, "public", f"t{i}")


def test_Without_room_for_one_worker_it_is_refused_with_the_numbers(shop, lake):
    database, url, _ = shop
    with clients(database, 13):
        assert_error(run_pg2athena("run", url, lake), REFUSED, "no room", "14 are used and 3 reserved", "--connection-share")
        assert_exit(run_pg2athena("run", "--connection-share", "100", "--workers", "1", url, lake), DONE)


def test_A_roles_own_limit_may_be_used_whole(shop, lake):
    database, url, role = shop
    database.execute(f"ALTER ROLE {role} CONNECTION LIMIT 4")
    assert plan(url, "--workers", "8")["workers"] == 2
    assert_exit(run_pg2athena("run", "--workers", "8", url, lake), DONE)
    database.execute(f"ALTER ROLE {role} CONNECTION LIMIT 2")
    assert_error(run_pg2athena("run", url, lake), REFUSED, "the role may have 2, and has 1", "CONNECTION LIMIT 3")


def test_A_databases_limit_is_shared(shop):
    database, url, _ = shop
    name = database.value("SELECT current_database()")
    database.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 10')
    assert plan(url, "--workers", "8")["workers"] == 3
    assert plan(database.url, "--workers", "8")["workers"] == 8, "it doesn't hold for superusers"


def test_init_and_doctor_work_where_a_run_has_no_room(shop):
    database, url, _ = shop
    with clients(database, 13):
        assert "public.t3" in assert_exit(run_pg2athena("init", url), DONE).stdout
        checks = json.loads(run_pg2athena("doctor", "--output", "json", url).stdout)["checks"]
        assert {check["name"]: check["verdict"] for check in checks}["connections"] == "failed"


def test_A_share_of_nothing_is_a_mistake(database, lake):
    assert_error(run_pg2athena("run", "--connection-share", "0", database.url, lake), USAGE, "--connection-share")


def test_A_connection_takes_one_process_of_the_server(shop, lake):
    database, url, role = shop
    database.execute("CREATE TABLE big AS SELECT i AS id, repeat('x', 100) AS x FROM generate_series(1, 50000) AS i; ANALYZE big")
    # What calls it is allowed in parallel workers, and costs seem to say that it is best there.
    database.execute("CREATE FUNCTION process() RETURNS integer LANGUAGE plpgsql PARALLEL SAFE"
                     " AS 'BEGIN RETURN pg_catalog.pg_backend_pid(); END';"
                     f" GRANT SELECT ON big TO {role}")
    for setting in ["parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0",
                    "max_parallel_workers_per_gather = 4"]:
        database.execute(f"ALTER ROLE {role} SET {setting}")
    count = "SELECT public.process() AS process, count(*) AS n FROM public.big GROUP BY 1"
    with contextlib.closing(database.connect(role)) as connection, connection.cursor() as cursor:
        cursor.execute(count)
        assert len(cursor.fetchall()) > 1, "the server takes several by itself"
    assert_exit(run_pg2athena("run", "--query", count, "--as", "counted", url, lake), DONE)
    row, = pyarrow.parquet.read_table(files(lake, "counted")[0]).to_pylist()
    assert row["n"] == 50000
