"""PgBouncer between us and the server: session mode works, the others are refused, whatever the pool is like."""
import itertools
import json
import os
import signal

import psycopg2
import pytest

from harness import lake as layout
from harness import oracle
from harness.loopback import in_turns
from harness.pgbouncer import PROGRAM, pgbouncer
from harness.program import (DONE, FAILED, INTERRUPTED, REFUSED, assert_error, assert_exit, export, finish,
                             run_pg2athena, start_pg2athena)
from harness.slow_query import backends_reading_it, slow_query, wait_until_read

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no pgbouncer here: scripts/install-packages test")

# What a session of ours would leave behind in a server connection that is handed on.
SETTINGS = "SELECT name, setting FROM pg_settings WHERE name IN ('search_path', 'row_security', 'TimeZone', 'jit') ORDER BY 1"


def ask(pooled, sql: str) -> list[tuple]:
    """As another client of the pool. (Database.query sends `options`, which PgBouncer refuses.)"""
    connection = psycopg2.connect(pooled.url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        connection.close()


@pytest.fixture
def tables(database):
    database.execute("""
        CREATE TABLE t AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 5000) AS i;
        CREATE TABLE u AS SELECT i AS id FROM generate_series(1, 100) AS i;
        CREATE TABLE whole (id integer, part integer) PARTITION BY LIST (part);
        CREATE TABLE leaf_1 PARTITION OF whole FOR VALUES IN (1);
        CREATE TABLE leaf_2 PARTITION OF whole FOR VALUES IN (2);
        INSERT INTO whole SELECT i, i % 2 + 1 FROM generate_series(1, 1000) AS i""")
    return database


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("settings", [{}, {"server_round_robin": 1}, {"default_pool_size": 5}], ids=str)
def test_Session_mode_works(tables, lake, workers, settings):
    with pgbouncer(tables, "session", **settings) as pooled:
        for _ in range(2):  # and again with the same server connections
            export(pooled, lake, "--workers", str(workers))
            for table in ("t", "u", "whole"):
                oracle.assert_arrived(tables, lake, "public", table)
        plan = json.loads(assert_exit(run_pg2athena("plan", "--output", "json", pooled.url), DONE).stdout)
        assert len(plan["tables"]) == 3


def test_In_session_mode_a_stop_cancels_the_query_on_the_server(tables, lake):
    with pgbouncer(tables, "session") as pooled:
        process = start_pg2athena("run", "--query", slow_query(60), "--as", "slow", pooled.url, lake)
        wait_until_read(tables, process)
        process.send_signal(signal.SIGINT)
        assert_exit(finish(process, timeout=10), INTERRUPTED)
        assert not backends_reading_it(tables)
        assert not layout.published(lake)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("settings", [
    {}, {"server_round_robin": 1}, {"default_pool_size": 1}, {"default_pool_size": 2, "server_round_robin": 1},
    {"min_pool_size": 5}, {"min_pool_size": 5, "server_round_robin": 1},
    {"server_reset_query_always": 1}, {"server_reset_query": ""}], ids=str)
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_Other_modes_are_refused_and_leave_nothing_behind(tables, lake, mode, settings, workers):
    with pgbouncer(tables, mode, **settings) as pooled:
        before = ask(pooled, SETTINGS)
        for _ in range(2):
            result = run_pg2athena("run", "--workers", str(workers), pooled.url, lake)
            assert_error(result, REFUSED, f"pooler in {mode} mode", "pool_mode=session", "the server itself")
            assert not layout.published(lake)
        for _ in range(6):
            assert ask(pooled, SETTINGS) == before, "another client of the pool has our settings"
        assert tables.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


@pytest.mark.parametrize("mode", ["session", "transaction", "statement"])
def test_The_doctor_tells_of_the_pooler(tables, mode):
    with pgbouncer(tables, mode) as pooled:
        result = run_pg2athena("doctor", "--output", "json", pooled.url)
        check = {check["name"]: check for check in json.loads(result.stdout)["checks"]}["pooler"]
        assert check["verdict"] == ("ok" if mode == "session" else "failed")
        assert ("keeps sessions" if mode == "session" else f"{mode} mode") in check["finding"]


def test_A_transaction_pool_that_others_use_is_refused_as_well(tables, lake):
    with pgbouncer(tables, "transaction", default_pool_size=4) as pooled:
        busy = [psycopg2.connect(pooled.url) for _ in range(2)]
        for connection in busy:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")  # and stays in its transaction
        try:
            assert_error(run_pg2athena("run", pooled.url, lake), REFUSED, "pooler in transaction mode")
        finally:
            for connection in busy:
                connection.close()


def test_A_transaction_pool_that_is_spread_over_two_poolers_is_refused_as_well(tables, lake):
    with pgbouncer(tables, "transaction") as one, pgbouncer(tables, "transaction") as other:
        with in_turns(itertools.cycle([one.url, other.url])) as url:
            assert_error(run_pg2athena("run", url, lake), REFUSED, "pooler in transaction mode")
            assert tables.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def test_A_session_pool_that_is_not_reset_is_refused_the_second_time(tables, lake):
    # The role's search_path could not be told from what the last run has set.
    with pgbouncer(tables, "session", server_reset_query="") as pooled:
        export(pooled, lake)
        assert_error(run_pg2athena("run", pooled.url, lake), REFUSED, "another connection had set", "DISCARD ALL")


def test_A_session_pool_of_one_connection_is_too_small_and_says_so(tables, lake):
    with pgbouncer(tables, "session", default_pool_size=1) as pooled:
        assert_error(run_pg2athena("run", pooled.url, lake, timeout=40), FAILED, "no further connection", "pool_size")


def test_What_the_pooler_does_not_take_at_the_login_says_what_to_leave_out(tables, lake):
    with pgbouncer(tables, "session") as pooled:
        assert_error(run_pg2athena("run", f"{pooled.url}?options=-cwork_mem%3D64MB", lake), FAILED, "startup parameter",
                     "source.search_path")


def test_An_idle_timeout_of_the_pooler_is_named(tables, lake):
    with pgbouncer(tables, "session", idle_transaction_timeout=1) as pooled:
        result = run_pg2athena("run", "--workers", "1", "--query", slow_query(4), "--as", "slow", "--table", "t", pooled.url,
                               lake)
        # The keeper's connection is ended; what was read under it stands, or the run says that it doesn't.
        if result.returncode == DONE:
            assert oracle.assert_arrived(tables, lake, "public", "t") == 5000
        else:
            assert_error(result, FAILED, "snapshot")
            assert not layout.published(lake)


def test_The_settings_of_the_role_and_its_timeouts_do_not_end_a_run(tables, lake):
    role = f"hasty_{os.getpid()}"
    tables.execute(f"""CREATE ROLE {role} LOGIN SUPERUSER;
        ALTER ROLE {role} SET statement_timeout = '200ms';
        ALTER ROLE {role} SET idle_in_transaction_session_timeout = '200ms';
        ALTER ROLE {role} SET idle_session_timeout = '200ms';
        ALTER ROLE {role} SET lock_timeout = '1ms';
        ALTER ROLE {role} SET row_security = off""")
    try:
        assert_exit(run_pg2athena("run", "--workers", "1", "--query", slow_query(1.5), "--as", "slow", "--table", "t",
                                  tables.url_as(role), lake), DONE)
        oracle.assert_arrived(tables, lake, "public", "t")
    finally:
        tables.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
