"""SIGKILL at a random moment, a hundred times: readers see the old run or the new one, whole; `publish` finishes what was
decided; the next run needs no hand work; `gc` removes all that is left.

The seed in a test's name says when: `pytest -k "seed 17"`. PG2ATHENA_RANDOM_SEED=1000 begins with another one, and
PG2ATHENA_KILLS=5000 takes more.
"""
import json
import os
import pathlib
import random
import time

import duckdb
import pytest

from harness import lake as layout
from harness import oracle
from harness.program import DONE, assert_exit, export, run_pg2athena, start_pg2athena

FIRST = int(os.environ.get("PG2ATHENA_RANDOM_SEED", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("PG2ATHENA_KILLS", "100")))
TABLES = [f"t{number}" for number in range(5)]
ROWS = 500


class Lake:
    """One that is exported and killed again and again. Every row of every table has the same version."""

    def __init__(self, database, folder: pathlib.Path):
        self.database = database
        self.folder = folder
        self.version = 0
        for table in TABLES:
            database.execute(f"CREATE TABLE {table} WITH (fillfactor = 40) AS SELECT i AS id, 0 AS version, md5(i::text) AS filler"
                             f" FROM generate_series(1, {ROWS}) AS i")
        export(database, folder)
        began = time.monotonic()
        export(database, folder)
        self.seconds_of_a_run = time.monotonic() - began

    def change(self) -> int:
        """A new version of all rows, in one transaction."""
        self.version += 1
        self.database.execute(";".join(f"UPDATE {table} SET version = {self.version}" for table in TABLES))
        return self.version

    def versions(self) -> dict[str, int]:
        """For each table, what a reader sees; it is whole."""
        query = " UNION ALL ".join(f"SELECT '{table}', count(*), min(version), max(version), count(DISTINCT id)"
                                   f" FROM read_parquet('{self.folder}/public.{table}/latest/*.parquet')" for table in TABLES)
        with duckdb.connect() as connection:
            seen = connection.execute(query).fetchall()
        for table, rows, lowest, highest, ids in seen:
            assert rows == ids == ROWS and lowest == highest, f"{table}: {rows} rows, {ids} ids, versions {lowest} to {highest}"
        return {table: lowest for table, _, lowest, *_ in seen}

    def verdicts(self) -> dict[str, str | None]:
        """Of each run that has a record: what its commit.json says."""
        found = {}
        for run in (self.folder / "_pg2athena/runs").iterdir():
            commit = run / "commit.json"
            found[run.name] = json.loads(commit.read_text())["verdict"] if commit.exists() else None
        return found

    def runs_with_data(self) -> set[str]:
        return {file.parent.name for file in layout.parquet_files(self.folder)}


@pytest.fixture(scope="module")
def killed_lake(cluster, tmp_path_factory):
    with cluster.database("killed") as database:
        yield Lake(database, tmp_path_factory.mktemp("killed") / "lake")


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed {seed}")
def test_Killed_at_a_random_moment(killed_lake, seed):
    lake = killed_lake
    if set(lake.versions().values()) != {lake.version}:     # the seed before failed
        export(lake.database, lake.folder)
    old, new = lake.version, lake.change()

    process = start_pg2athena("run", lake.database.url, lake.folder)
    time.sleep(lake.seconds_of_a_run * random.Random(seed).uniform(0, 1.1))
    process.kill()
    process.communicate()

    assert set(lake.versions().values()) <= {old, new}
    # Table by table while it switches; whole again once the decided run is rolled forward.
    assert_exit(run_pg2athena("publish", lake.folder), DONE)
    assert set(lake.versions().values()) in ({old}, {new})

    export(lake.database, lake.folder)
    assert set(lake.versions().values()) == {new}

    assert_exit(run_pg2athena("gc", lake.folder, "--older-than", "0", "--delete"), DONE)
    assert not layout.leftovers(lake.folder)
    verdicts = lake.verdicts()
    undecided = [run for run in lake.runs_with_data() if verdicts.get(run) in (None, "abandon")]
    assert not undecided, f"gc left data of runs that were never decided: {undecided}; verdicts {verdicts}"
    assert set(lake.versions().values()) == {new}


def test_After_all_that_every_value_is_right(killed_lake):
    export(killed_lake.database, killed_lake.folder)
    for table in TABLES:
        oracle.assert_arrived(killed_lake.database, killed_lake.folder, "public", table)
