"""A run gets over what it can get over: lost connections of workers, one of the two that keep its snapshot, a server that
doesn't let anyone in for a while. And it says so in its receipts.

What it can't get over, and what it may also fail of, is in `test_connection_lost.py`.
"""
import contextlib
import signal
import threading
import time

import psycopg2.errors
import pytest

from harness import oracle
from harness.aftermath import Aftermath
from harness.lake import receipts
from harness.postgres_faults import KEEPER, SPARE, WORKER, BlackHole, Call, Pause, Reset
from harness.program import (INTERRUPTED, REFUSED, assert_error, assert_exit, export, finish, run_pg2athena,
                             start_pg2athena)
from harness.slow_query import wait_until

WORKERS = ["^LOCK", "to_regclass", "^SELECT .* FROM ONLY", "^SET LOCAL enable", "^COPY"]
MIDDLE = 50_000     # bytes: of the table `t` a quarter
IMPATIENT = {"keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2, "tcp_user_timeout": 2000}
TABLES = ("t", "u", "v", "w")


@pytest.fixture
def aftermath(table, lake):
    """With a run before."""
    export(table, lake)
    table.execute("INSERT INTO t VALUES (0, 'new')")
    return Aftermath(table, lake)


@pytest.fixture
def four_tables(table, lake):
    for name in TABLES[1:]:
        table.execute(f"CREATE TABLE {name} AS TABLE t")
    return Aftermath(table, lake, TABLES)


def run_through(proxy, lake, *options, **parameters):
    return run_pg2athena("run", *options, proxy.url_with(**parameters), lake, timeout=90)


def attempts(lake, table: str = "t") -> list[int]:
    return [receipt["attempt"] for receipt in receipts(lake, f"public.{table}")]


def losing(proxy, *roles: str) -> Call:
    """The moment when the connections of these roles are lost."""
    def lose(_):
        for role in roles:
            proxy.wait_for("pg_export_snapshot", role=role)
        lost = [link for role in roles for link in proxy.links_of(role)]
        assert {link.role for link in lost} == set(roles), f"there is no connection of each role {roles}: see postgres_faults.ROLES"
        for link in lost:
            link.end(abruptly=True)
    return Call(lose)


# Workers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", WORKERS)
@pytest.mark.parametrize("fault", [Reset(), BlackHole()], ids=["reset", "black hole"])
def test_A_worker_that_is_lost_is_replaced_at(aftermath, lake, proxy, fault, statement):
    proxy.add(fault, statement, role=WORKER)
    aftermath.assert_right(run_through(proxy, lake, **IMPATIENT))
    assert attempts(lake) == [1]


@pytest.mark.parametrize("fault", [Reset(1), Reset(MIDDLE), BlackHole(MIDDLE)], ids=str)
def test_A_shard_whose_connection_is_lost_in_the_middle_is_read_again_from_its_begin(aftermath, lake, proxy, fault):
    proxy.add(fault, "^COPY", role=WORKER)
    aftermath.assert_right(run_through(proxy, lake, **IMPATIENT))
    assert attempts(lake) == [1]
    assert len(proxy.seen("^COPY", role=WORKER)) == 2


# How many bytes the server answers: a CommandComplete with "LOCK TABLE", four with "SET", and ReadyForQuery.
ANSWERS = {"^LOCK": 16 + 6, "^SET LOCAL enable": 4 * 9 + 6}


@pytest.mark.parametrize("statement", ANSWERS)
def test_A_worker_whose_next_statement_stays_unacknowledged_does_not_wait_for_TCP_to_give_up(aftermath, lake, proxy, statement):
    """Linux sends no keepalive probes while bytes are on their way (tcp_keepalive_timer in net/ipv4/tcp_timer.c): nothing but
    TCP_USER_TIMEOUT, or a clock of the program's own, ends that wait before the quarter of an hour that it takes otherwise."""
    proxy.add(BlackHole(ANSWERS[statement]), statement, role=WORKER)
    aftermath.assert_right(run_through(proxy, lake, keepalives_idle=1, keepalives_interval=1, keepalives_count=2))
    assert attempts(lake) == [1]


def test_A_connection_that_is_lost_between_two_shards_costs_neither(four_tables, lake, proxy):
    proxy.add(Reset(), "^ROLLBACK", role=WORKER)
    four_tables.assert_right(run_through(proxy, lake, "--workers", "1"))


def test_What_was_changed_meanwhile_is_not_seen_by_the_second_attempt(aftermath, table, lake, proxy):
    before = oracle.postgres_says(table, "SELECT * FROM t")

    def change(_):
        table.execute("UPDATE t SET name = 'later' WHERE id % 2 = 0; DELETE FROM t WHERE id % 7 = 0")

    proxy.add(Reset(MIDDLE), "^COPY", role=WORKER)
    proxy.add(Call(change), "^COPY", role=WORKER, nth=2)
    result = run_through(proxy, lake)
    assert result.returncode == 0, result.stderr
    oracle.assert_files_hold(before, sorted((lake / "public.t/latest").glob("*.parquet")))


def test_Every_workers_backend_terminated_twice(four_tables, table, lake, proxy):
    def terminate(statement):
        table.execute("SELECT pg_terminate_backend(%s)", (proxy.links[statement.connection - 1].backend,))

    proxy.add(Call(terminate), "^COPY", role=WORKER, times=4)
    four_tables.assert_right(run_through(proxy, lake, "--workers", "2"))
    # Of each shard one attempt more for each of its COPYs that were in vain.
    assert sum(sum(attempts(lake, name)) for name in TABLES) == 4


def test_A_worker_that_is_lost_again_and_again_is_the_runs_end(aftermath, lake, proxy):
    proxy.add(Reset(MIDDLE), "^COPY", role=WORKER, times=None)
    result = run_through(proxy, lake)
    proxy.clear()
    aftermath.assert_failed(result, "connection", "public.t")


# The snapshot -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [KEEPER, SPARE])
def test_One_of_the_two_that_keep_the_snapshot_is_enough(four_tables, lake, proxy, lost):
    proxy.add(losing(proxy, lost), "^COPY", role=WORKER)
    four_tables.assert_right(run_through(proxy, lake, "--workers", "1"))


@pytest.mark.parametrize("lost", [KEEPER, SPARE])
def test_A_worker_comes_back_to_a_snapshot_that_the_other_one_keeps(four_tables, lake, proxy, lost):
    proxy.add(losing(proxy, lost), "^COPY", role=WORKER)
    proxy.add(Reset(MIDDLE), "^COPY", role=WORKER, nth=2)
    four_tables.assert_right(run_through(proxy, lake, "--workers", "1"))
    assert sum(sum(attempts(lake, name)) for name in TABLES) == 1


@pytest.mark.parametrize("lost", [KEEPER, SPARE])
def test_One_that_keeps_the_snapshot_and_can_not_be_reached_is_no_loss(four_tables, lake, proxy, lost):
    def silence(_):
        proxy.wait_for("pg_export_snapshot", role=lost)
        for link in proxy.links_of(lost):
            link.fall_silent()

    proxy.add(Call(silence), "^COPY", role=WORKER)
    four_tables.assert_right(run_through(proxy, lake, "--workers", "1", **IMPATIENT))
    assert any(link.is_silent.is_set() for link in proxy.links)


def test_With_both_gone_the_snapshot_is_gone(four_tables, table, lake, proxy):
    export(table, lake)
    aftermath = Aftermath(table, lake, TABLES)
    proxy.add(losing(proxy, KEEPER, SPARE), "^COPY", role=WORKER)
    # The worker's own transaction would see it to the end.
    pause = proxy.add(Pause(), "^COPY", role=WORKER, nth=2)
    process = start_pg2athena("run", "--workers", "1", proxy.url, lake)
    result = finish(process, timeout=60)
    pause.release()
    aftermath.assert_failed(result, "snapshot")


def test_The_locks_and_the_claim_do_not_go_with_the_keeper(four_tables, table, lake, proxy):
    lose = losing(proxy, KEEPER)
    proxy.add(lose, "^COPY", role=WORKER)
    pause = proxy.add(Pause(), "^COPY", role=WORKER, nth=2)
    process = start_pg2athena("run", "--workers", "1", proxy.url, lake)
    pause.wait()
    for name in TABLES:
        with contextlib.closing(table.connect()) as other, other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                cursor.execute(f"TRUNCATE {name}")
    wait_until(lambda: table.query("SELECT FROM pg_locks WHERE locktype = 'advisory'"), "the claim to be renewed")
    assert_error(run_pg2athena("run", "--table", "t", table.url, lake), REFUSED, "another run")
    pause.release()
    four_tables.assert_right(finish(process, timeout=60))


def test_A_keeper_that_is_lost_before_the_spare_is_ready(four_tables, lake, proxy):
    proxy.add(Call(lambda _: [link.end(abruptly=True) for link in proxy.links_of(KEEPER)]), "^LOCK", role=SPARE)
    four_tables.assert_right_or_failed(run_through(proxy, lake), "snapshot")


def test_Without_a_spare_the_run_goes_on_and_says_so(four_tables, lake, proxy):
    proxy.add(Reset(), "lock_timeout", role=SPARE, times=None)
    result = run_through(proxy, lake)
    four_tables.assert_right(result)
    assert "no second connection" in result.stderr


# A server that is busy, or just coming up ---------------------------------------------------------------------------

BUSY = {"too many connections": "53300", "starting up or shutting down": "57P03"}
REFUSALS = {**BUSY, "reset": None}


@pytest.mark.parametrize("sqlstate", BUSY.values(), ids=BUSY.keys())
def test_A_server_that_lets_nobody_in_at_first_is_waited_for(aftermath, lake, proxy, sqlstate):
    refusal = proxy.refuse(sqlstate)
    process = start_pg2athena("run", proxy.url, lake)
    wait_until(lambda: refusal.applied >= 2 or process.poll() is not None, "the run to try again")
    proxy.clear()
    aftermath.assert_right(finish(process, timeout=60))


@pytest.mark.parametrize("sqlstate", REFUSALS.values(), ids=REFUSALS.keys())
def test_A_server_that_does_not_let_a_worker_back_in_at_once_is_waited_for(aftermath, lake, proxy, sqlstate):
    def lose_and_refuse(statement):
        refusal = proxy.refuse(sqlstate)
        threading.Timer(2, lambda: proxy.refusals.remove(refusal)).start()
        proxy.links[statement.connection - 1].end(abruptly=True)

    proxy.add(Call(lose_and_refuse), "^COPY", role=WORKER)
    aftermath.assert_right(run_through(proxy, lake))
    assert attempts(lake) >= [1]


def test_A_server_that_lets_nobody_in_is_waited_for_as_long_as_was_said(aftermath, lake, proxy):
    refusal = proxy.refuse("57P03")
    began = time.monotonic()
    result = run_through(proxy, lake, "--retry-for", "2s")
    assert 1.5 < time.monotonic() - began < 10 and refusal.applied > 2
    proxy.clear()
    aftermath.assert_failed(result, "refused by the tests' proxy")


def test_Who_is_told_never_to_wait_does_not(aftermath, lake, proxy):
    refusal = proxy.refuse("57P03")
    result = run_through(proxy, lake, "--retry-for", "never")
    assert refusal.applied == 1
    proxy.clear()
    aftermath.assert_failed(result, "refused by the tests' proxy")


def test_A_signal_ends_the_waiting(aftermath, lake, proxy):
    refusal = proxy.refuse("57P03")
    process = start_pg2athena("run", proxy.url, lake)
    wait_until(lambda: refusal.applied >= 3, "the run to wait")
    process.send_signal(signal.SIGINT)
    assert_exit(finish(process, timeout=5), INTERRUPTED)


def test_A_password_that_is_refused_is_not_tried_again(aftermath, lake, proxy):
    refusal = proxy.refuse("28P01")
    result = run_through(proxy, lake)
    assert refusal.applied == 1
    proxy.clear()
    aftermath.assert_failed(result, "refused by the tests' proxy")
