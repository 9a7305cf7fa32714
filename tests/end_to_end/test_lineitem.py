"""A large table: 6 million rows of 16 columns, two workers; compared by aggregates over all and by rows of a sample."""
import json

import pytest

from harness import lake as layout
from harness import oracle
from harness.paths import ROOT
from harness.program import export

ROWS = 6_000_000
NUMBERS = ["l_orderkey", "l_partkey", "l_suppkey", "l_linenumber", "l_quantity", "l_extendedprice", "l_discount", "l_tax"]
DATES = ["l_shipdate", "l_commitdate", "l_receiptdate"]
TEXTS = ["l_returnflag", "l_linestatus", "l_shipinstruct", "l_shipmode", "l_comment"]
# Counting distinct values takes PostgreSQL seconds for each column, so not of all.
COUNTED = ["l_partkey", "l_suppkey", "l_discount", "l_returnflag", "l_shipdate"]
# Four lines each: about 5 000 rows from all over the table.
SAMPLED_ORDERS = list(range(7, ROWS // 4, 1200))

# What means the same in PostgreSQL and in DuckDB, column by column.
AGGREGATES = (
    ["count(*)"]
    + [f"{f}({column})" for column in NUMBERS for f in ("count", "min", "max", "sum")]
    + [f"{f}({column})" for column in DATES for f in ("count", "min", "max")]
    + [f"sum({column} - DATE '1970-01-01')" for column in DATES]
    + [f"{f}({column})" for column in TEXTS for f in ("count", "min", "max")]
    + [f"sum(length({column}))" for column in TEXTS]
    + [f"count(DISTINCT {column})" for column in COUNTED]
)
# PostgreSQL's char(n) loses its blanks in most functions; format() gives its text whole. Both sides order by bytes.
PLAIN_LINEITEM = f"""(SELECT {', '.join(NUMBERS + DATES)},
    {', '.join(f"format('%s', {column}) COLLATE " + f'"C" AS {column}' for column in TEXTS)} FROM lineitem) AS plain"""


@pytest.fixture(scope="module")
def lineitem(cluster):
    with cluster.database("lineitem") as database:
        database.run_file(ROOT / "bench" / "sql" / "lineitem.sql", rows=ROWS)
        yield database


@pytest.fixture(scope="module")
def exported(lineitem, tmp_path_factory):
    lake = tmp_path_factory.mktemp("lineitem") / "lake"
    return lake, export(lineitem, lake, "--workers", "2", "--log-format", "json", timeout=600)


def test_Counts_sums_and_extremes_of_all_rows_are_equal(lineitem, exported):
    lake, _ = exported
    truth = lineitem.query(f"SELECT {', '.join(AGGREGATES)} FROM {PLAIN_LINEITEM}")[0]
    answer = oracle.lake_says(lake, "public.lineitem", ", ".join(AGGREGATES))
    different = [f"{aggregate}: PostgreSQL {left}, the lake by DuckDB {right}"
                 for aggregate, left, right in zip(AGGREGATES, truth, answer) if left != right]
    assert truth[0] == ROWS and not different, "\n".join(different)


def test_A_sample_of_rows_is_equal_in_every_value(lineitem, exported):
    lake, _ = exported
    source = oracle.postgres_says(lineitem, "SELECT * FROM lineitem"
                                            f" WHERE l_orderkey IN ({', '.join(map(str, SAMPLED_ORDERS))})")
    assert len(source.rows) == 4 * len(SAMPLED_ORDERS)
    oracle.assert_files_hold(source, layout.files(lake, "public.lineitem"), ("l_orderkey", SAMPLED_ORDERS))


def test_Two_workers_shared_the_work(exported):
    _, result = exported
    events = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    workers = {event["worker"] for event in events if "shard" in event and "worker" in event}
    assert len(workers) == 2, f"shards were run by the workers {workers}"
