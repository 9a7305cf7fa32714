"""Which relations a run takes: --table, --schema, --exclude, --query."""
import pyarrow.parquet
import pytest

from harness import oracle
from harness.lake import files, published
from harness.program import FAILED, REFUSED, USAGE, assert_error, export, run_pg2athena

SEVERAL = """
    CREATE SCHEMA sales; CREATE SCHEMA "Audit";
    CREATE TABLE public.orders AS SELECT 1 AS a; CREATE TABLE public.order_items AS SELECT 2 AS a;
    CREATE TABLE public."Orders" AS SELECT 3 AS a; CREATE TABLE sales.orders AS SELECT 4 AS a;
    CREATE TABLE "Audit".log AS SELECT 5 AS a; CREATE VIEW public.totals AS SELECT count(*) AS n FROM public.orders"""


@pytest.mark.parametrize("options, expected", [
    (["--table", "public.orders"], {"public.orders"}),
    (["--table", "PUBLIC.Order_Items"], {"public.order_items"}),             # unquoted: folded, as in SQL
    (["--table", "orders"], {"public.orders"}),                              # unqualified: by the search_path
    (["--table", "public.order*"], {"public.orders", "public.order_items"}),
    (["--table", "public.order?"], {"public.orders"}),
    (["--table", "*.orders"], {"public.orders", "sales.orders"}),
    (["--table", "public.orders", "--table", "sales.*"], {"public.orders", "sales.orders"}),
    (["--table", '"Audit".*'], {"audit.log"}),
    (["--schema", "sales"], {"sales.orders"}),
    (["--schema", '"Audit"'], {"audit.log"}),
    (["--schema", "s*", "--table", "public.totals"], {"sales.orders", "public.totals"}),
    (["--table", "public.*", "--exclude", "public.order*", "--exclude", 'public."Orders"'], {"public.totals"}),
    (["--exclude", "public.*"], {"sales.orders", "audit.log"}),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_Patterns_select_as_in_psql(database, lake, options, expected):
    database.execute(SEVERAL)
    export(database, lake, *options)
    assert set(published(lake)) == expected


def test_A_capital_in_quotes_is_a_capital(database, lake):
    database.execute(SEVERAL)
    export(database, lake, "--table", 'public."Orders"')
    oracle.assert_same(database, lake, "public.orders", 'SELECT * FROM public."Orders"')


def test_A_run_of_some_tables_leaves_the_others_as_they_are(database, lake):
    database.execute(SEVERAL + '; DROP TABLE public."Orders"')
    export(database, lake)
    before = published(lake)
    export(database, lake, "--table", "sales.orders")
    after = published(lake)
    assert after.pop("sales.orders") > before.pop("sales.orders"), "run ids sort by time"
    assert after == before


def test_Queries_become_tables_under_the_names_given(database, lake):
    database.execute("CREATE TABLE t AS SELECT i, i % 7 AS k, i * 1.10::numeric(10,2) AS v"
                     " FROM generate_series(1, 1000) AS i")
    by_key = ("SELECT k, count(*) AS n, sum(v)::numeric(20,2) AS total, max(i) FILTER (WHERE i < 0) AS none"
              " FROM t GROUP BY k")
    # With what would break out of a naive wrapping: a trailing comment, a semicolon, a percent sign, a dollar.
    odd = "SELECT '100%s $1 \"x\"' AS text -- the end"
    export(database, lake, "--query", by_key, "--as", "by_key", "--query", odd, "--as", "odd")
    assert set(published(lake)) == {"by_key", "odd"}
    assert oracle.assert_same(database, lake, "by_key", by_key) == 7
    assert oracle.assert_same(database, lake, "odd", odd + "\n") == 1


def test_A_query_sees_the_roles_search_path(database, lake):
    database.execute("CREATE SCHEMA hidden; CREATE TABLE hidden.t AS SELECT 42 AS a; CREATE ROLE pathfinder LOGIN;"
                     " ALTER ROLE pathfinder SET search_path = hidden; GRANT USAGE ON SCHEMA hidden TO pathfinder;"
                     " GRANT SELECT ON hidden.t TO pathfinder")
    try:
        result = run_pg2athena("run", "--query", "SELECT a FROM t", "--as", "answer", database.url_as("pathfinder"), lake)
        assert result.returncode == 0, result.stderr
        assert oracle.assert_same(database, lake, "answer", "SELECT a FROM hidden.t") == 1
    finally:
        database.execute("DROP OWNED BY pathfinder; DROP ROLE pathfinder")


@pytest.mark.parametrize("query", [
    "DELETE FROM t", "SELECT 1 AS a; DROP TABLE t", "SELECT a FROM t FOR UPDATE",
    "WITH gone AS (DELETE FROM t RETURNING a) SELECT * FROM gone",
])
def test_A_query_that_would_write_changes_nothing(database, lake, query):
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    result = run_pg2athena("run", "--query", query, "--as", "q", database.url, lake)
    assert result.returncode in (FAILED, REFUSED), result
    assert database.value("SELECT count(*) FROM t") == 1
    assert not published(lake)


def test_Query_without_As_is_a_usage_error(database, lake):
    assert_error(run_pg2athena("run", "--query", "SELECT 1 AS a", database.url, lake), USAGE, "--as")


@pytest.mark.parametrize("codec, arrow_name", [("zstd", "ZSTD"), ("snappy", "SNAPPY"), ("none", "UNCOMPRESSED")])
def test_Every_codec_is_read_back(database, lake, codec, arrow_name):
    database.execute("CREATE TABLE t AS SELECT i, 'text ' || i % 100 AS s FROM generate_series(1, 50000) AS i")
    export(database, lake, "--compression", codec)
    column = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).metadata.row_group(0).column(1)
    assert column.compression == arrow_name
    assert oracle.assert_arrived(database, lake, "public", "t") == 50_000
