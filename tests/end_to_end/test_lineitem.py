"""A large table: 6 million rows of 16 columns, two workers; compared by aggregates over all and by rows of a sample."""
import json

import pytest

from harness.lineitem import SCRIPT, assert_a_sample_is_equal, assert_aggregates_are_equal
from harness.program import export

ROWS = 6_000_000


@pytest.fixture(scope="module")
def lineitem(cluster):
    with cluster.database("lineitem") as database:
        database.run_file(SCRIPT, rows=ROWS)
        yield database


@pytest.fixture(scope="module")
def exported(lineitem, tmp_path_factory):
    lake = tmp_path_factory.mktemp("lineitem") / "lake"
    return lake, export(lineitem, lake, "--workers", "2", "--log-format", "json", timeout=600)


def test_Counts_sums_and_extremes_of_all_rows_are_equal(lineitem, exported):
    lake, _ = exported
    assert_aggregates_are_equal(lineitem, lake, ROWS)


def test_A_sample_of_rows_is_equal_in_every_value(lineitem, exported):
    lake, _ = exported
    assert_a_sample_is_equal(lineitem, lake, ROWS)


def test_Two_workers_shared_the_work(exported):
    _, result = exported
    events = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    workers = {event["worker"] for event in events if "shard" in event and "worker" in event}
    assert len(workers) == 2, f"shards were run by the workers {workers}"
