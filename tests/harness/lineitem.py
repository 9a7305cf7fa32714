"""bench/sql/lineitem.sql in a lake: compared by aggregates over all rows, and by rows of a sample."""
import pathlib

from harness import lake as layout
from harness import oracle
from harness.paths import ROOT

SCRIPT = ROOT / "bench" / "sql" / "lineitem.sql"
NUMBERS = ["l_orderkey", "l_partkey", "l_suppkey", "l_linenumber", "l_quantity", "l_extendedprice", "l_discount", "l_tax"]
DATES = ["l_shipdate", "l_commitdate", "l_receiptdate"]
TEXTS = ["l_returnflag", "l_linestatus", "l_shipinstruct", "l_shipmode", "l_comment"]
# Counting distinct values takes PostgreSQL seconds for each column, so not of all.
COUNTED = ["l_partkey", "l_suppkey", "l_discount", "l_returnflag", "l_shipdate"]
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


def assert_aggregates_are_equal(database, lake: pathlib.Path, rows: int) -> None:
    truth = database.query(f"SELECT {', '.join(AGGREGATES)} FROM {PLAIN_LINEITEM}")[0]
    answer = oracle.lake_says(lake, "public.lineitem", ", ".join(AGGREGATES))
    different = [f"{aggregate}: PostgreSQL {left}, the lake by DuckDB {right}"
                 for aggregate, left, right in zip(AGGREGATES, truth, answer) if left != right]
    assert truth[0] == rows and not different, "\n".join(different)


def assert_a_sample_is_equal(database, lake: pathlib.Path, rows: int) -> None:
    """About 5 000 rows from all over the table: an order has four lines."""
    orders = list(range(7, rows // 4, max(1, rows // 5000)))
    source = oracle.postgres_says(database, f"SELECT * FROM lineitem WHERE l_orderkey IN ({', '.join(map(str, orders))})")
    assert len(source.rows) == 4 * len(orders)
    oracle.assert_files_hold(source, layout.files(lake, "public.lineitem"), ("l_orderkey", orders))
