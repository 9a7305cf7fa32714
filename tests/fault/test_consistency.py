"""One snapshot for everything, while others write: money moves between two tables, rows come and go, pages fill and empty.

What the run's snapshot has is asked of PostgreSQL in that very snapshot, which a proxy keeps
open, or follows from the tables themselves: a journal of the transfers is exported with them, and so has their sum.
"""
import contextlib
import os
import random
import re
import threading

import psycopg2
import psycopg2.errors
import pytest

from harness import lake as layout
from harness import oracle
from harness.lake import receipts
from harness.postgres_faults import WORKER, Pause
from harness.postgres_proxy import PostgresProxy
from harness.program import DONE, assert_exit, export, finish, start_pg2athena
from harness.slow_query import wait_until

RUNS = int(os.environ.get("PG2ATHENA_CONSISTENCY_RUNS", "50"))
ROWS, BALANCE = 2000, 1000
TABLES = ("account_a", "account_b", "journal")
SCHEMA = """
CREATE TABLE account_a (id integer PRIMARY KEY, balance bigint NOT NULL, filler text) WITH (fillfactor = 50);
ALTER TABLE account_a ALTER filler SET STORAGE PLAIN;
CREATE TABLE account_b (LIKE account_a INCLUDING ALL) WITH (fillfactor = 50);
CREATE TABLE journal (id bigint GENERATED ALWAYS AS IDENTITY, writer integer, amount bigint, born integer, died integer);
"""
# Two rows of this size don't fit on a page of 8 KiB, so each has one for itself: 16 000 rows have 125 MiB, which is several
# shards of the least size there is (kMinShardBytes in src/pipeline/plan.cpp), and every new version is on another page.
LARGE_ROWS, LARGE_FILLER = 16_000, 4500


class Writers:
    """Sessions that do nothing but change the accounts, each transaction in such a way that all sums stay right."""

    def __init__(self, database, rows: int, count: int = 3):
        self.rows = rows
        self._connections = [database.connect(autocommit=False) for _ in range(count)]
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number, connection), daemon=True)
                         for number, connection in enumerate(self._connections)]
        self._threads.append(threading.Thread(target=self._vacuum, args=(database,), daemon=True))
        self.transactions = 0
        self.failures: list[Exception] = []

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        wait_until(lambda: self.transactions > 20 or self.failures, "the writers to write")
        return self

    def __exit__(self, *error) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
        for connection in self._connections:
            connection.close()
        assert not self.failures, self.failures

    def _write(self, number: int, connection) -> None:
        chance = random.Random(number)
        with connection.cursor() as cursor:
            while not self._stopping.is_set():
                try:
                    chance.choice([self._transfer, self._transfer, self._replace, self._roll_back])(cursor, number, chance)
                    connection.commit()
                    self.transactions += 1
                except (psycopg2.errors.DeadlockDetected, psycopg2.errors.UniqueViolation):
                    connection.rollback()
                except psycopg2.Error as failure:
                    self.failures.append(failure)
                    return

    def _vacuum(self, database) -> None:
        with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
            while not self._stopping.wait(0.3):
                cursor.execute("VACUUM account_a, account_b")

    def _ids(self, chance: random.Random, count: int) -> list[int]:
        return sorted(chance.randint(1, self.rows) for _ in range(count))

    def _transfer(self, cursor, number: int, chance: random.Random) -> None:
        """From one table into the other; rows that are gone meanwhile take no part."""
        amount, (source, target) = chance.randint(-50, 50), self._ids(chance, 2)
        cursor.execute("SELECT (SELECT count(*) FROM account_a WHERE id = %s) = 1 AND (SELECT count(*) FROM account_b WHERE id = %s) = 1",
                       (source, target))
        if not cursor.fetchone()[0]:
            return
        cursor.execute("UPDATE account_a SET balance = balance - %s WHERE id = %s", (amount, source))
        taken = cursor.rowcount
        # Also in the same page or another one: the filler makes HOT updates impossible now and then.
        cursor.execute("UPDATE account_b SET balance = balance + %s, filler = left(filler, -1) || chr(97 + id %% 26) WHERE id = %s",
                       (amount * taken, target))
        if cursor.rowcount != taken:
            cursor.connection.rollback()
            return
        cursor.execute("INSERT INTO journal (writer, amount, born, died) VALUES (%s, %s, 0, 0)", (number, amount * taken))

    def _replace(self, cursor, number: int, chance: random.Random) -> None:
        """Some rows go, with their money, and as many come elsewhere; the journal counts them."""
        table, other = chance.sample(["account_a", "account_b"], 2)
        cursor.execute(f"WITH gone AS (DELETE FROM {table} WHERE id = ANY (%s) RETURNING balance)"
                       " SELECT count(*), coalesce(sum(balance), 0)::bigint FROM gone", (self._ids(chance, 5),))
        died, money = cursor.fetchone()
        cursor.execute(f"INSERT INTO {other} SELECT nextval('ids'), 0, repeat('z', 100) FROM generate_series(1, %s)", (died,))
        cursor.execute(f"UPDATE {other} SET balance = balance + %s WHERE id = currval('ids')" if died else "SELECT %s", (money,))
        cursor.execute("INSERT INTO journal (writer, amount, born, died) VALUES (%s, 0, %s, %s)", (number, died, died))

    def _roll_back(self, cursor, number: int, chance: random.Random) -> None:
        cursor.execute("SAVEPOINT s")
        self._replace(cursor, number, chance)
        cursor.execute("ROLLBACK TO SAVEPOINT s")
        self._transfer(cursor, number, chance)
        if chance.random() < 0.5:
            cursor.connection.rollback()


def fill(database, rows: int, filler: int = 100) -> None:
    database.execute(SCHEMA)
    for table in TABLES[:2]:
        database.execute(f"INSERT INTO {table} SELECT i, {BALANCE}, repeat('x', {filler}) FROM generate_series(1, {rows}) AS i")
    database.execute(f"CREATE SEQUENCE ids START {rows + 1}")


def assert_consistent(lake, rows: int) -> None:
    """What holds in every snapshot."""
    [(count_a, sum_a, ids_a), (count_b, sum_b, ids_b)] = [
        oracle.lake_says(lake, f"public.{table}", "count(*), sum(balance), count(DISTINCT id)") for table in TABLES[:2]]
    entries, ids, born, died = oracle.lake_says(lake, "public.journal", "count(*), count(DISTINCT id), sum(born), sum(died)")
    assert sum_a + sum_b == 2 * rows * BALANCE, f"{sum_a} + {sum_b}: money was made or lost"
    assert (count_a, count_b) == (ids_a, ids_b) and count_a + count_b == 2 * rows + born - died
    assert entries == ids


def test_Fifty_runs_while_others_write_each_have_one_moment(database, lake):
    fill(database, ROWS)
    with Writers(database, ROWS) as writers:
        for _ in range(RUNS):
            before = writers.transactions
            export(database, lake, "--workers", "3")
            assert writers.transactions > before, "nobody wrote meanwhile"
            assert_consistent(lake, ROWS)


def test_Tables_of_two_moments_would_be_found_out(database, lake):
    fill(database, ROWS)
    with Writers(database, ROWS) as writers:
        export(database, lake, "--table", "account_a", "--table", "journal")
        written = writers.transactions
        wait_until(lambda: writers.transactions > written + 50, "more to be written")
        export(database, lake, "--table", "account_b")
    with pytest.raises(AssertionError):
        assert_consistent(lake, ROWS)


def test_Tables_of_several_shards_have_one_moment(database, lake):
    fill(database, LARGE_ROWS, LARGE_FILLER)
    with Writers(database, LARGE_ROWS):
        for _ in range(5):
            export(database, lake, "--workers", "3")
            assert_consistent(lake, LARGE_ROWS)
            assert all(len(receipts(lake, f"public.{table}")) > 2 for table in TABLES[:2]), "each was one shard"


def sources_in(database, snapshot: str) -> dict[str, oracle.Source]:
    """What PostgreSQL itself says in a snapshot that somebody exports."""
    with contextlib.closing(database.connect(autocommit=False)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        return {table: oracle.session_says(connection, f"SELECT * FROM {table}") for table in TABLES}


@pytest.mark.parametrize("run", range(3))
def test_Every_row_is_the_snapshots(database, lake, run):
    fill(database, ROWS)
    with PostgresProxy(database) as proxy, Writers(database, ROWS) as writers:
        pause = proxy.add(Pause(), "^COPY", role=WORKER)
        process = start_pg2athena("run", "--workers", "2", proxy.url, lake)
        pause.wait()
        snapshot = re.search(r"TRANSACTION SNAPSHOT '([^']*)'", proxy.seen("TRANSACTION SNAPSHOT")[0].text)[1]
        sources = sources_in(database, snapshot)
        written = writers.transactions
        wait_until(lambda: writers.transactions > written + 50, "more to be written")
        pause.release()
        assert_exit(finish(process, timeout=60), DONE)
        for table, source in sources.items():
            assert oracle.assert_files_hold(source, layout.files(lake, f"public.{table}")) > 0
