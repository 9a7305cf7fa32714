"""Many tiny tables beside a large one in one run: all arrive, within the memory; and a server whose lock table has no room
for so many is not filled up."""
import contextlib
import re

import pytest

from harness import oracle
from harness.cluster import Cluster
from harness.lake import published
from harness.memory import MIB, peak_memory
from harness.program import REFUSED, assert_error, run_pg2athena

TABLES = 1000


def make_tables(database, count: int) -> None:
    # Some to a transaction: each holds its locks until the end, and the default lock table is small.
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        for first in range(0, count, 500):
            cursor.execute("DO $$ BEGIN FOR t IN %s..%s LOOP"
                           "  EXECUTE format('CREATE TABLE t%%s AS SELECT %%s AS t, i FROM generate_series(1, %%s %%%% 4) i', t, t, t);"
                           " END LOOP; END $$", (first, min(first + 500, count) - 1))


@pytest.fixture(scope="module")
def roomy():
    """A cluster with room for the locks of some thousand tables."""
    cluster = Cluster("--set", "max_locks_per_transaction=512")
    yield cluster
    cluster.stop()


def test_Many_tiny_tables_and_a_large_one_all_arrive(roomy, lake):
    with roomy.database() as database:
        make_tables(database, TABLES)
        database.execute("CREATE TABLE large AS SELECT i, md5(i::text) AS a FROM generate_series(1, 1000000) AS i")
        arguments = ["run", database.url, lake, "--workers", "2", "--quiet", "--memory"]
        refused = run_pg2athena(*arguments, "32MiB")
        assert_error(refused, REFUSED, "32MiB can't hold this plan")
        enough = int(re.search(r"--memory (\d+)MiB would do", refused.stderr).group(1))
        assert peak_memory(*arguments, f"{enough}MiB", timeout=60) < enough * MIB
        assert len(published(lake)) == TABLES + 1
        # An empty one, and the others: where their rows say that they are from.
        for table in (0, 1, 2, 3, TABLES - 1):
            assert oracle.assert_arrived(database, lake, "public", f"t{table}") == table % 4
        assert oracle.lake_says(lake, "public.large", "count(*), sum(i)") == (1_000_000, 500_000_500_000)
        rows = sum(oracle.lake_says(lake, f"public.t{table}", "count(*)")[0] for table in range(0, TABLES, 10))
        assert rows == sum(table % 4 for table in range(0, TABLES, 10))


def test_More_tables_than_the_lock_table_has_room_for_are_refused_with_both_numbers(lake):
    cluster = Cluster("--set", "max_locks_per_transaction=10", "--set", "max_connections=20")
    try:
        with cluster.database() as database:
            for first in range(0, 100, 25):
                database.execute("".join(f"CREATE TABLE t{t} (i int);" for t in range(first, first + 25)))
            result = run_pg2athena("run", database.url, lake, "--quiet")
            # Of 10 × 20 three quarters, less what others hold; a lock on the table and one on its name in the lake.
            assert_error(result, REFUSED, "the run needs 200 locks", "max_locks_per_transaction", "--schema")
            room = int(re.search(r"has room for (\d+)", result.stderr).group(1))
            assert 100 < room <= 150
            assert not published(lake)
            # What there is room for goes.
            some = ["--table", "t1*"]
            assert run_pg2athena("run", database.url, lake, "--quiet", *some).returncode == 0
            assert len(published(lake)) == 11
    finally:
        cluster.stop()
