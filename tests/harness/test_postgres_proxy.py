"""The proxy before PostgreSQL notes what is said, lets through what it isn't told to break, and breaks what it is."""
import contextlib
import io
import signal
import subprocess
import threading
import time

import psycopg2
import pytest

from harness.postgres_faults import KEEPER, WORKER, BlackHole, Call, Pause, Reset, Slow
from harness.postgres_proxy import PostgresProxy

ROWS = "COPY (SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i) TO STDOUT"


@pytest.fixture
def proxy(database):
    with PostgresProxy(database) as proxy:
        yield proxy


@contextlib.contextmanager
def connection_to(url: str, **parameters):
    with contextlib.closing(psycopg2.connect(url, **parameters)) as connection:
        connection.autocommit = True
        yield connection


def ask(connection, sql: str, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def copied(connection, statement: str = ROWS) -> bytes:
    with connection.cursor() as cursor:
        out = io.BytesIO()
        cursor.copy_expert(statement, out)
        return out.getvalue()


def in_background(function, *arguments) -> threading.Thread:
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def test_What_is_asked_is_noted_and_goes_through_unchanged(proxy, database):
    with connection_to(proxy.url) as through, connection_to(database.url) as direct:
        assert ask(through, "SELECT %s", ("a\nü",)) == "a\nü"
        assert copied(through) == copied(direct)
        assert proxy.links[0].backend == ask(through, "SELECT pg_backend_pid()")
        assert proxy.links[0].parameters["user"] == "postgres"
    said = proxy.seen()
    assert [statement.text for statement in said] == ["SELECT 'a\nü'", ROWS, "SELECT pg_backend_pid()"]
    assert [statement.number for statement in said] == [1, 2, 3]
    assert {statement.connection for statement in said} == {1}


def test_It_says_that_it_has_no_encryption(proxy):
    with connection_to(proxy.url_with(sslmode="prefer")) as through:
        assert ask(through, "SELECT 1") == 1
    with pytest.raises(psycopg2.OperationalError, match="does not support SSL"):
        psycopg2.connect(proxy.url_with(sslmode="require"))


def test_Who_a_connection_is_follows_from_what_it_says(proxy):
    with connection_to(proxy.url) as keeper, connection_to(proxy.url) as worker, connection_to(proxy.url) as other:
        with keeper.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL lock_timeout = 30000")
        ask(other, "SELECT 'COPY '")
        ask(keeper, "SELECT 1")
        copied(worker)
        assert [link.role for link in proxy.links] == [KEEPER, WORKER, None]
        assert [statement.text for statement in proxy.seen("SELECT 1", role=KEEPER)] == ["SELECT 1"]
        assert [link.number for link in proxy.links_of(WORKER)] == [2]


def test_A_request_to_cancel_goes_through(proxy):
    # Not with psycopg2's cancel(): it lets no other thread of this process run, and the proxy's are such.
    psql = subprocess.Popen(["psql", "--no-psqlrc", "--command", "SELECT pg_sleep(30)", proxy.url], stderr=subprocess.PIPE)
    proxy.wait_for("pg_sleep")
    time.sleep(0.2)     # until the server is at it
    psql.send_signal(signal.SIGINT)
    assert b"canceling statement" in psql.communicate(timeout=10)[1]
    assert proxy.cancels == 1


def test_A_pause_holds_the_statement_that_was_meant_until_it_is_released(proxy, database):
    pause = proxy.add(Pause(), "INSERT", nth=2)
    database.execute("CREATE TABLE t (i integer)")
    with connection_to(proxy.url) as through:
        with through.cursor() as cursor:
            cursor.execute("INSERT INTO t VALUES (1)")
            held = in_background(cursor.execute, "INSERT INTO t VALUES (2)")
            assert pause.wait().text.endswith("(2)")
            time.sleep(0.2)
            assert database.value("SELECT count(*) FROM t") == 1
            pause.release()
            held.join(10)
            assert database.value("SELECT count(*) FROM t") == 2


def test_A_function_is_called_before_the_server_sees_the_statement(proxy, database):
    database.execute("CREATE TABLE t (i integer)")
    proxy.add(Call(lambda statement: database.execute("INSERT INTO t VALUES (1)")), "count")
    with connection_to(proxy.url) as through:
        assert ask(through, "SELECT count(*) FROM t") == 1


def test_A_function_that_fails_fails_the_test_and_nobody_waits_for_it(database):
    with pytest.raises(ZeroDivisionError), PostgresProxy(database) as proxy:
        proxy.add(Call(lambda statement: 1 // 0), "SELECT 1")
        with connection_to(proxy.url) as through, pytest.raises(psycopg2.OperationalError):
            ask(through, "SELECT 1")


def test_A_statement_at_which_the_connection_is_reset_never_gets_to_the_server(proxy, database):
    database.execute("CREATE TABLE t (i integer)")
    proxy.add(Reset(), "INSERT")
    with connection_to(proxy.url) as through, through.cursor() as cursor:
        with pytest.raises(psycopg2.OperationalError):
            cursor.execute("INSERT INTO t VALUES (1)")
    assert database.value("SELECT count(*) FROM t") == 0
    with connection_to(proxy.url) as again, again.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")


def test_A_reset_in_the_middle_of_a_COPY_is_noticed_by_both_ends(proxy, database):
    proxy.add(Reset(after=100_000), "^COPY")
    with connection_to(proxy.url) as through:
        out = io.BytesIO()
        with through.cursor() as cursor, pytest.raises(psycopg2.DatabaseError):
            cursor.copy_expert(ROWS.replace("20000", "2000000"), out)
        assert 50_000 < out.tell() <= 100_000
    backend = proxy.links[0].backend
    until = time.monotonic() + 10
    while database.query("SELECT FROM pg_stat_activity WHERE pid = %s", (backend,)):
        assert time.monotonic() < until, "the server didn't notice"
        time.sleep(0.05)


@pytest.mark.parametrize("after", [0, 10_000], ids=["at the statement", "in the middle"])
def test_A_black_hole_is_noticed_by_TCP_alone(proxy, after):
    proxy.add(BlackHole(after), "^COPY")
    # The first is for a client that waits, the second for one whose bytes don't arrive.
    patience = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 1, "tcp_user_timeout": 1500}
    with connection_to(proxy.url_with(**patience)) as through:
        began = time.monotonic()
        with pytest.raises(psycopg2.DatabaseError):
            copied(through)
        assert 1 < time.monotonic() - began < 10
    with connection_to(proxy.url) as other:
        assert ask(other, "SELECT 1") == 1


def test_A_black_hole_without_anyone_who_looks_lasts(proxy):
    proxy.add(BlackHole(), "SELECT 1")
    psql = subprocess.Popen(["psql", "--no-psqlrc", "--command", "SELECT 1", proxy.url_with(keepalives_idle=60)])
    proxy.wait_for("SELECT 1")
    with pytest.raises(subprocess.TimeoutExpired):
        psql.wait(2)
    psql.kill()
    psql.wait()


def test_A_slow_server_is_as_slow_as_was_said(proxy, database):
    with connection_to(proxy.url) as through:
        proxy.add(Slow(200_000), "^COPY")
        began = time.monotonic()
        got = copied(through, ROWS.replace("20000", "2000"))
        assert 0.8 < time.monotonic() - began < 3 and len(got) > 200_000


def test_A_server_that_learns_late_that_a_client_has_left(proxy, database):
    proxy.farewell_takes = 0.5
    with connection_to(proxy.url) as through:
        ask(through, "SELECT pg_try_advisory_lock(1)")
    assert not database.value("SELECT pg_try_advisory_lock(1)")
    time.sleep(1)
    assert database.value("SELECT pg_try_advisory_lock(1)")


def test_Connections_are_refused_as_long_as_was_said(proxy):
    with connection_to(proxy.url) as first:
        starting = proxy.refuse("57P03", after=1, times=2)
        with connection_to(proxy.url), pytest.raises(psycopg2.OperationalError, match="refused by the tests' proxy"):
            psycopg2.connect(proxy.url)
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(proxy.url)
        with connection_to(proxy.url) as later:
            assert ask(later, "SELECT 1") == 1
        assert starting.applied == 2
        proxy.refuse()
        with pytest.raises(psycopg2.OperationalError, match="reset|closed"):
            psycopg2.connect(proxy.url)
        assert ask(first, "SELECT 1") == 1, "who is in stays"


def test_Clearing_lets_everyone_go_on(proxy):
    pause = proxy.add(Pause())
    proxy.refuse()
    proxy.clear()
    assert proxy.seen() == []
    with connection_to(proxy.url) as through:
        assert ask(through, "SELECT 1") == 1
    assert not pause.is_reached


def test_Its_end_is_the_end_of_what_it_holds(database):
    with PostgresProxy(database) as proxy:
        proxy.add(Pause(), "SELECT 1")
        with connection_to(proxy.url) as through:
            held = in_background(lambda: pytest.raises(psycopg2.Error, ask, through, "SELECT 1"))
            proxy.wait_for("SELECT 1")
            proxy.__exit__()
            held.join(5)
            assert not held.is_alive()
