"""Row security: what psql shows a role is exported as that, or the run is refused; never more, and never silently less."""
import contextlib
import itertools
import json
import os

import pytest

from harness import lake as layout
from harness import oracle
from harness.cluster import Database
from harness.program import DONE, REFUSED, assert_error, assert_exit, finish, run_pg2athena, start_pg2athena
from harness.slow_query import wait_until

APPLY = ("--row-security", "apply")
NUMBERS = itertools.count(1)


@pytest.fixture
def reader(database):
    """A role that owns nothing and may read everything there will be; its name."""
    name = f"reader_{os.getpid()}_{next(NUMBERS)}"
    database.execute(f"CREATE ROLE {name} LOGIN; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name}")
    yield name
    database.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


class As:
    """A database as one role sees it: the oracle's left side."""

    def __init__(self, database: Database, role: str):
        self._database, self._role, self.url = database, role, database.url_as(role)

    def connect(self):
        return self._database.connect(user=self._role)


def policy(table: str, condition: str = "tenant = 1") -> str:
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON {table} USING ({condition});"


def assert_refused(url, lake, *arguments, mentions=("row security",)) -> None:
    before = layout.published(lake)
    for command in (("plan", *arguments, url), ("run", *arguments, url, lake)):
        assert_error(run_pg2athena(*command), REFUSED, *mentions)
    assert layout.published(lake) == before


def assert_as_psql(database, role, lake, *tables: str, arguments=APPLY) -> None:
    assert_exit(run_pg2athena("run", *arguments, database.url_as(role), lake), DONE)
    for table in tables:
        oracle.assert_same(As(database, role), lake, f"public.{table}", f"SELECT * FROM {table}")


def plan(url, *arguments) -> dict:
    return json.loads(assert_exit(run_pg2athena("plan", "--output", "json", *arguments, url), DONE).stdout)


PARTITIONED = """
    CREATE TABLE whole (id integer, tenant integer) PARTITION BY RANGE (id);
    CREATE TABLE branch PARTITION OF whole FOR VALUES FROM (0) TO (600) PARTITION BY RANGE (id);
    CREATE TABLE leaf_1 PARTITION OF branch FOR VALUES FROM (0) TO (300);
    CREATE TABLE leaf_2 PARTITION OF branch FOR VALUES FROM (300) TO (600);
    CREATE TABLE leaf_3 PARTITION OF whole DEFAULT;
    INSERT INTO whole SELECT i, i % 3 FROM generate_series(1, 1000) AS i;"""
INHERITED = """
    CREATE TABLE whole (id integer, tenant integer);
    CREATE TABLE leaf_1 () INHERITS (whole);
    CREATE TABLE leaf_2 (extra text) INHERITS (leaf_1);
    INSERT INTO whole SELECT i, i % 3 FROM generate_series(1, 100) AS i;
    INSERT INTO leaf_1 SELECT i, i % 3 FROM generate_series(101, 200) AS i;
    INSERT INTO leaf_2 SELECT i, i % 3, 'x' FROM generate_series(201, 300) AS i;"""


def test_A_policy_on_the_table_is_refused_or_applied(database, reader, lake):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 1000) AS i;" + policy("t"))
    assert_refused(database.url_as(reader), lake, mentions=("row security", "public.t", "BYPASSRLS", "apply"))
    assert_as_psql(database, reader, lake, "t")
    table, = plan(database.url_as(reader), *APPLY)["tables"]
    assert table["row_security"] and table["notes"] == [f"row security: the rows that {reader} may see"]


def test_A_large_table_is_read_by_ranges_of_blocks_under_its_policy_too(database, reader, lake):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant, repeat('x', 1000) AS pad"
                     " FROM generate_series(1, 100000) AS i;" + policy("t"))
    table, = plan(database.url_as(reader), *APPLY, "--workers", "1")["tables"]
    assert len(table["shards"]) > 1
    assert_as_psql(database, reader, lake, "t")
    # Each range is found by its blocks, and doesn't go through the whole table: the operators of tid are leakproof.
    with contextlib.closing(database.connect(user=reader)) as connection, connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT * FROM t WHERE ctid >= '(10,0)' AND ctid < '(20,0)'")
        assert any("Tid Range Scan" in line for line, in cursor.fetchall())


@pytest.mark.parametrize("schema", [PARTITIONED, INHERITED], ids=["partitions", "children"])
def test_A_policy_on_the_parent_alone(database, reader, lake, schema):
    database.execute(schema + policy("whole"))
    url = database.url_as(reader)
    assert_refused(url, lake, "--table", "whole")
    # psql would show all of the part's rows; those that the policy keeps from the role are not for the lake.
    for arguments in ((), APPLY):
        for part in ("leaf_1", "leaf_2"):
            assert_refused(url, lake, "--table", part, *arguments, mentions=("row security", part, "apply"))
    assert_as_psql(database, reader, lake, "whole", arguments=("--table", "whole", *APPLY))
    table, = plan(url, "--table", "whole", *APPLY)["tables"]
    assert [shard["source"] for shard in table["shards"]] == ["public.whole"]
    assert oracle.lake_says(lake, "public.whole", "count(*), min(tenant), max(tenant)")[1:] == (1, 1)


@pytest.mark.parametrize("schema", [PARTITIONED, INHERITED], ids=["partitions", "children"])
@pytest.mark.parametrize("arguments", [(), APPLY], ids=["refuse", "apply"])
def test_A_policy_on_a_part_alone_does_not_hold_for_the_table(database, reader, lake, schema, arguments):
    database.execute(schema + policy("leaf_1"))
    url = database.url_as(reader)
    assert_as_psql(database, reader, lake, "whole", arguments=("--table", "whole", *arguments))
    rows = database.value("SELECT count(*) FROM whole")
    assert oracle.lake_says(lake, "public.whole", "count(*)") == (rows,)
    table, = plan(url, "--table", "whole", *arguments)["tables"]
    assert not table["row_security"] and "row security" in table["notes"][0]


def test_A_policy_on_a_part_holds_for_the_part(database, reader, lake):
    database.execute(PARTITIONED + policy("leaf_1"))
    assert_refused(database.url_as(reader), lake, "--table", "leaf_1")
    assert_as_psql(database, reader, lake, "leaf_1", arguments=("--table", "leaf_1", *APPLY))


def test_A_policy_on_a_branch_holds_for_the_branch_alone(database, reader, lake):
    database.execute(PARTITIONED + policy("branch"))
    assert_as_psql(database, reader, lake, "whole", arguments=("--table", "whole"))
    assert oracle.lake_says(lake, "public.whole", "count(*)") == (1000,)
    assert_refused(database.url_as(reader), lake, "--table", "leaf_1")
    assert_as_psql(database, reader, lake, "branch", arguments=("--table", "branch", *APPLY))


def test_For_owner_superuser_and_BYPASSRLS_it_is_not_in_force(database, reader, lake):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 100) AS i;" + policy("t"))

    def exports_all(url):
        assert_exit(run_pg2athena("run", url, lake), DONE)
        assert oracle.lake_says(lake, "public.t", "count(*)") == (100,)

    exports_all(database.url)
    database.execute(f"ALTER ROLE {reader} BYPASSRLS")
    exports_all(database.url_as(reader))
    database.execute(f"ALTER ROLE {reader} NOBYPASSRLS; ALTER TABLE t OWNER TO {reader}")
    exports_all(database.url_as(reader))


def test_Forced_on_the_owner_it_is_in_force(database, reader, lake):
    database.execute(f"CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 100) AS i;{policy('t')}"
                     f"ALTER TABLE t OWNER TO {reader}; ALTER TABLE t FORCE ROW LEVEL SECURITY")
    assert_refused(database.url_as(reader), lake)
    assert_as_psql(database, reader, lake, "t")


def test_Without_a_policy_that_lets_anything_through_there_are_no_rows(database, reader, lake):
    database.execute("CREATE TABLE t AS SELECT 1 AS id; ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    assert_refused(database.url_as(reader), lake)
    assert_as_psql(database, reader, lake, "t")
    assert oracle.lake_says(lake, "public.t", "count(*)") == (0,)


def test_A_condition_of_the_operators_holds_beside_the_policy(database, reader, lake, tmp_path):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 1000) AS i;"
                     "CREATE TABLE tenants AS SELECT 1 AS tenant;"
                     + policy("t", "tenant IN (SELECT s.tenant FROM tenants AS s)"))
    job = tmp_path / "job.yaml"
    job.write_text(f"source: {{url: {database.url_as(reader)}, row_security: apply}}\ntarget: {{location: {lake}}}\n"
                   "tables: [{name: public.t, where: id > 500}]\n")
    assert_exit(run_pg2athena("run", "--config", job), DONE)
    assert oracle.assert_same(As(database, reader), lake, "public.t", "SELECT * FROM t WHERE id > 500") == 167


@pytest.mark.parametrize("owner", ["invoker", "definer"])
def test_Under_views_and_queries_it_is_refused_or_applied_too(database, reader, lake, owner):
    if database.value("SHOW server_version_num") < "150000":
        pytest.skip("security_invoker is new in 15")
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 1000) AS i;" + policy("t")
                     + f"CREATE VIEW v WITH (security_invoker = {str(owner == 'invoker').lower()}) AS SELECT * FROM t")
    url = database.url_as(reader)
    assert_refused(url, lake, "--query", "SELECT * FROM t", "--as", "q", mentions=("row-level security", "apply"))
    if owner == "invoker":
        assert_refused(url, lake, "--table", "v", mentions=("row-level security", "BYPASSRLS", "apply"))
    # The definer's view shows all rows, since its owner sees them: as in psql.
    assert_as_psql(database, reader, lake, "v", arguments=("--table", "v", *APPLY))
    rows = 333 if owner == "invoker" else 1000
    assert abs(oracle.lake_says(lake, "public.v", "count(*)")[0] - rows) <= 1
    assert_exit(run_pg2athena("run", *APPLY, "--query", "SELECT * FROM t", "--as", "q", url, lake), DONE)
    assert oracle.assert_same(As(database, reader), lake, "q", "SELECT * FROM t") in (333, 334)


# What changes between the plan and the reading ------------------------------------------------------------------------

@pytest.fixture
def between(database, reader, lake, tmp_path):
    """Starts a run of `table` that reads something slow first; gives back when it is in the middle of that."""
    database.execute("CREATE TABLE slow AS SELECT i AS id, repeat('x', 4000) AS pad FROM generate_series(1, 1000) AS i")
    started = []

    def start(table: str, row_security: str):
        job = tmp_path / "job.yaml"
        job.write_text(f"source: {{url: {database.url_as(reader)}, row_security: {row_security}}}\n"
                       f"target: {{location: {lake}}}\nlimits: {{workers: 1}}\n"
                       f"tables: [{{name: public.slow, where: pg_sleep(0.003) IS NOT NULL}}, public.{table}]\n")
        process = start_pg2athena("run", "--config", job)
        started.append(process)
        wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                          " AND state = 'active' AND query LIKE 'COPY (SELECT%pg_sleep%'"
                                          " AND pid <> pg_backend_pid()") == 1, "the run to read")
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("row_security", ["refuse", "apply"])
@pytest.mark.parametrize("schema", [PARTITIONED, INHERITED], ids=["partitions", "children"])
def test_A_policy_made_above_a_part_after_the_plan_is_an_error(database, reader, lake, between, schema, row_security):
    database.execute(schema)
    process = between("leaf_1", row_security)
    database.execute(policy("whole"))
    result = finish(process, timeout=60)
    assert_error(result, REFUSED, "row security", "leaf_1")
    assert "a table that this is a part of after the run was planned" in result.stderr, "it was noticed when it was read"
    assert not layout.published(lake)


@pytest.mark.parametrize("row_security", ["refuse", "apply"])
def test_A_policy_made_on_a_branch_after_the_plan_changes_no_rows(database, reader, lake, between, row_security):
    database.execute(PARTITIONED)
    process = between("whole", row_security)
    database.execute(policy("branch"))
    result = assert_exit(finish(process, timeout=60), DONE)
    assert "row security came into force" in result.stderr, "the run started over"
    assert oracle.assert_same(As(database, reader), lake, "public.whole", "SELECT * FROM whole") == 1000


@pytest.mark.parametrize("row_security", ["refuse", "apply"])
def test_A_policy_on_the_table_itself_waits_for_the_run(database, reader, lake, between, row_security):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 100) AS i")
    process = between("t", row_security)
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            cursor.execute(policy("t"))
    assert_exit(finish(process, timeout=60), DONE)
    assert oracle.lake_says(lake, "public.t", "count(*)") == (100,)


def test_A_role_that_loses_BYPASSRLS_after_the_plan_is_an_error(database, reader, lake, between):
    database.execute(f"CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 100) AS i;{policy('t')}"
                     f"ALTER ROLE {reader} BYPASSRLS")
    process = between("t", "refuse")
    database.execute(f"ALTER ROLE {reader} NOBYPASSRLS")
    assert_error(finish(process, timeout=60), REFUSED, "row security", "public.t")
    assert not layout.published(lake)


def test_A_role_that_gains_BYPASSRLS_after_the_plan_gets_all_rows_or_none(database, reader, lake, between):
    database.execute("CREATE TABLE t AS SELECT i AS id, i % 3 AS tenant FROM generate_series(1, 100) AS i;" + policy("t"))
    process = between("t", "apply")
    database.execute(f"ALTER ROLE {reader} BYPASSRLS")
    result = assert_exit(finish(process, timeout=60), DONE)
    assert "went out of force" in result.stderr, "the run started over"
    assert oracle.lake_says(lake, "public.t", "count(*)") == (100,)
