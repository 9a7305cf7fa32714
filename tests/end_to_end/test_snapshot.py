"""One snapshot for everything: what the lake shows was true at one moment, whatever went on meanwhile."""
import contextlib
import threading
import time

import psycopg2
import pytest

from harness import lake as layout
from harness import oracle
from harness.program import DONE, export, finish, start_pg2athena
from harness.slow_query import slow_query, wait_until_read

ACCOUNTS = 20_000
WRITERS = 3

# Shifts one unit between two accounts of the two tables, and makes rows move: HOT and other updates, deletes, inserts.
TRANSFER = """
WITH taken AS (UPDATE checking SET balance = balance - 1, note = repeat('x', %(n)s %% 50) WHERE id = %(a)s RETURNING 1)
UPDATE saving SET balance = balance + 1 WHERE id = %(b)s AND EXISTS (SELECT FROM taken)"""
MOVE = """
WITH gone AS (DELETE FROM saving WHERE id = %(a)s RETURNING id, balance)
INSERT INTO saving SELECT id, balance FROM gone"""


class Writers:
    """Threads that move money until they are stopped; each transaction keeps the sum over both tables."""

    def __init__(self, database):
        self._stop = threading.Event()
        self.transactions = 0
        self._threads = [threading.Thread(target=self._write, args=(database, number)) for number in range(WRITERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, database, number):
        # Every writer has its own accounts, so that they don't wait for each other.
        with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
            n = number
            while not self._stop.is_set():
                n += WRITERS
                a, b = (n * prime % ACCOUNTS // WRITERS * WRITERS + number for prime in (7919, 104729))
                cursor.execute(MOVE if n % 4 == 0 else TRANSFER, {"a": a, "b": b, "n": n})
                self.transactions += 1


def test_Money_that_moves_between_two_tables_is_never_lost_or_doubled(database, lake):
    database.execute(f"""
        CREATE TABLE checking (id integer PRIMARY KEY, balance integer NOT NULL, note text);
        CREATE TABLE saving (id integer PRIMARY KEY, balance integer NOT NULL);
        INSERT INTO checking SELECT i, 100, '' FROM generate_series(0, {ACCOUNTS} + {WRITERS}) AS i;
        INSERT INTO saving SELECT i, 100 FROM generate_series(0, {ACCOUNTS} + {WRITERS}) AS i""")
    money = database.value("SELECT (SELECT sum(balance) FROM checking) + (SELECT sum(balance) FROM saving)")
    accounts = database.value("SELECT count(*) FROM checking")
    with Writers(database) as writers:
        for _ in range(5):
            before = writers.transactions
            export(database, lake, "--workers", "2")
            assert writers.transactions > before, "nothing moved meanwhile: the test tests nothing"
            seen = 0
            for table in ("checking", "saving"):
                count, distinct, balance = oracle.lake_says(
                    lake, f"public.{table}", "count(*), count(DISTINCT id), sum(balance)")
                assert (count, distinct) == (accounts, accounts), table
                seen += balance
            assert seen == money


@pytest.fixture
def busy_export(database, lake):
    """A run that is reading two relations: a large table, and a query that keeps it open for some seconds."""
    database.execute("""
        CREATE TABLE part (id integer NOT NULL, kind integer NOT NULL, name text) PARTITION BY LIST (kind);
        CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
        INSERT INTO part SELECT i, 1, 'old' FROM generate_series(1, 50000) AS i;
        CREATE TABLE part_2 (id integer NOT NULL, kind integer NOT NULL, name text);
        INSERT INTO part_2 SELECT i, 2, 'attached' FROM generate_series(1, 1000) AS i""")
    process = start_pg2athena("run", "--table", "part", "--query", slow_query(seconds=3), "--as", "slow", "--workers", "1",
                              database.url, lake)
    wait_until_read(database, process)
    yield process
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_A_partition_attached_meanwhile_is_there_whole_or_not_at_all(database, lake, busy_export):
    database.execute("ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES IN (2)")
    result = finish(busy_export, timeout=60)
    assert result.returncode == DONE, result.stderr
    # It was attached after the snapshot: its rows don't belong to this run.
    assert oracle.assert_same(database, lake, "public.part", "SELECT * FROM part WHERE kind = 1") == 50_000


@pytest.mark.parametrize("statement", [
    "ALTER TABLE part ALTER name TYPE varchar(20)",
    "ALTER TABLE part ALTER id TYPE bigint",
    "ALTER TABLE part ADD extra integer DEFAULT 7",
    "ALTER TABLE part DROP name",
    "ALTER TABLE part DETACH PARTITION part_1",
    "TRUNCATE part",
    "DROP TABLE part",
])
def test_A_change_that_waits_meanwhile_does_not_change_the_rows(database, lake, busy_export, statement):
    with contextlib.closing(database.connect()) as ours, ours.cursor() as cursor:
        expected = oracle.postgres_says(database, "SELECT * FROM part")

        def change():
            with contextlib.suppress(psycopg2.Error):
                cursor.execute(statement)

        changer = threading.Thread(target=change)
        changer.start()
        time.sleep(0.3)  # time enough to queue for its lock
        result = finish(busy_export, timeout=90)
        changer.join(timeout=60)
        assert not changer.is_alive(), f"{statement} still waits after the run has ended"
    if result.returncode == DONE:
        oracle.assert_files_hold(expected, layout.files(lake, "public.part"))
    else:
        assert result.returncode == 1 and "part" in result.stderr, result.stderr
        assert not layout.published(lake)


def test_A_composite_type_that_changes_while_it_is_read_does_not_mix_up_its_attributes(database, lake):
    # Nothing locks the type, and what is sent has the same oids in the same number before and after.
    database.execute("CREATE TYPE pair AS (n integer, m integer); CREATE TABLE t (id integer, p pair[]);"
                     "INSERT INTO t SELECT i, ARRAY[ROW(i, -i)::pair] FROM generate_series(1, 1500) AS i")
    slow = "SELECT id, p FROM t WHERE pg_sleep(0.002) IS NOT NULL"
    process = start_pg2athena("run", "--query", slow, "--as", "q", "--workers", "1", database.url, lake)
    wait_until_read(database, process)
    database.execute("ALTER TYPE pair DROP ATTRIBUTE n, ADD ATTRIBUTE o integer")
    result = finish(process, timeout=60)
    assert result.returncode == DONE and "composite type was changed" in result.stderr, result.stderr
    assert oracle.assert_same(database, lake, "q", "SELECT * FROM t") == 1500
