"""The SQL for Athena of a lake, as a parser that isn't ours reads it."""
import pytest
import sqlglot
from sqlglot import expressions

from harness import lake as layout
from harness.program import DONE, REFUSED, USAGE, assert_error, assert_exit, export, run_pg2athena

LOCATION = "s3://acme-lake/shop"


@pytest.fixture
def shop(database):
    database.execute("""
        CREATE TABLE orders (id integer NOT NULL, total numeric(12,2), "Net Price" numeric, tags text[], at timestamptz);
        COMMENT ON COLUMN orders.total IS 'with tax';
        CREATE VIEW cheap AS SELECT id FROM orders WHERE total < 10""")
    return database


def ddl(lake, *options) -> str:
    result = assert_exit(run_pg2athena("ddl", lake, "--location", LOCATION, *options), DONE)
    assert result.stderr == ""
    return result.stdout


def parse(sql: str) -> list[expressions.Create]:
    """The statements as a parser of Athena's SQL that isn't ours reads them."""
    statements = [statement for statement in sqlglot.parse(sql, dialect="athena") if statement is not None]
    assert all(isinstance(statement, expressions.Create) for statement in statements), sql
    return statements


def columns_of(statement: expressions.Create) -> dict[str, tuple[str, str | None]]:
    """Name → type and comment."""
    columns = {}
    for column in statement.this.expressions:
        comment = column.find(expressions.CommentColumnConstraint)
        columns[column.name] = (column.kind.sql("hive").lower().replace(" ", ""), comment and comment.this.name)
    return columns


def test_The_DDL_of_a_lake_has_its_tables_with_types_and_the_data_of_the_current_run(shop, lake):
    export(shop, lake)
    export(shop, lake)
    statements = {statement.this.this.name: statement for statement in parse(ddl(lake, "--database", "sales"))}
    assert set(statements) == {"orders", "cheap"}
    orders = statements["orders"]
    assert orders.this.this.db == "sales"
    assert columns_of(orders) == {
        "id": ("int", None), "total": ("decimal(12,2)", "with tax"), "net_price": ("string", None),
        "tags": ("array<string>", None), "at": ("timestamp", None)}
    run = layout.published(lake)["public.orders"]
    location = orders.find(expressions.LocationProperty).this.name
    assert location == f"{LOCATION}/public.orders/data/{run}/"
    # What the location names is there after a copy of the folder.
    assert list((lake / location.removeprefix(LOCATION + "/")).glob("*.parquet")) == [
        file.resolve() for file in layout.files(lake, "public.orders")]


ODD_COMMENTS = ["it's", "it''s", 'say "x"', "back\\slash", "\\'", "C:\\new\\table", "a; DROP TABLE b; --", "`tick`",
                "100% of it", "Größe 日本語 🐘", "/* not */ -- a comment", "$1 {} %s", "\\u0041"]


def test_Comments_of_every_kind_arrive_as_they_are(database, lake):
    columns = {f"c{i}": comment for i, comment in enumerate(ODD_COMMENTS)}
    database.execute(f"CREATE TABLE t ({', '.join(f'{name} integer' for name in columns)})")
    for name, comment in columns.items():
        database.execute(f"COMMENT ON COLUMN t.{name} IS %s", (comment,))
    export(database, lake)
    [statement] = parse(ddl(lake))
    assert columns_of(statement) == {name: ("int", comment) for name, comment in columns.items()}


def test_A_comment_becomes_one_line_of_at_most_255_bytes(database, lake):
    database.execute("CREATE TABLE t (a integer, b integer)")
    database.execute("COMMENT ON COLUMN t.a IS %s", ("two\nlines\tand a tab",))
    database.execute("COMMENT ON COLUMN t.b IS %s", ("ß" * 200,))
    export(database, lake)
    sql = ddl(lake)
    [statement] = parse(sql)
    assert columns_of(statement) == {"a": ("int", "two lines and a tab"), "b": ("int", "ß" * 127)}
    assert "-- warning: the comment of `b` is cut from 400 to 254 bytes" in sql


def test_Odd_names_are_names_of_Athena(database, lake):
    database.execute('CREATE SCHEMA "Größe"; CREATE TABLE "Größe"."Order Items" ("select" integer, "1st" integer, "_x" date)')
    export(database, lake)
    [statement] = parse(ddl(lake))
    assert statement.this.this.name == "order_items"
    assert set(columns_of(statement)) == {"select", "1st", "_x"}
    assert statement.find(expressions.LocationProperty).this.name.startswith(f"{LOCATION}/gr__e.order_items/data/")


def test_Tables_are_chosen_by_patterns_and_missing_ones_are_refused(shop, lake):
    shop.execute("CREATE SCHEMA audit; CREATE TABLE audit.orders AS SELECT 1 AS a")
    export(shop, lake)
    assert_error(run_pg2athena("ddl", lake, "--location", LOCATION), REFUSED, "audit.orders", "public.orders", "--table")
    assert [s.this.this.name for s in parse(ddl(lake, "--table", "public.*"))] == ["cheap", "orders"]
    assert [s.this.this.name for s in parse(ddl(lake, "--table", "audit.orders"))] == ["orders"]
    assert_error(run_pg2athena("ddl", lake, "--location", LOCATION, "--table", "public.ordres"), REFUSED,
                 "public.ordres", "did you mean", "public.orders")


def test_A_lake_without_tables_or_no_lake_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert_error(run_pg2athena("ddl", tmp_path / "empty", "--location", LOCATION), REFUSED, "is no lake")
    assert_error(run_pg2athena("ddl", tmp_path / "nothing", "--location", LOCATION), REFUSED, "nothing")
    assert not list((tmp_path / "empty").iterdir()) and not (tmp_path / "nothing").exists()


def test_Without_a_location_it_is_said_first_whether_there_is_a_lake(shop, lake, tmp_path):
    (tmp_path / "empty").mkdir()
    assert_error(run_pg2athena("ddl", tmp_path / "empty"), REFUSED, "is no lake")
    assert_error(run_pg2athena("ddl", tmp_path / "nothing"), REFUSED, "nothing")
    export(shop, lake)
    assert_error(run_pg2athena("ddl", lake), USAGE, "--location is missing")


@pytest.mark.parametrize("options", [
    ["--location", "acme-lake/shop"], ["--location", "s3a://acme-lake/shop"], ["--location", "s3://"], ["--location", "https://s3.amazonaws.com/acme-lake"],
    ["--location", "s3://acme-lake//shop"], ["--location", LOCATION, "--database", "a.b"],
], ids=" ".join)
def test_A_location_that_is_none_is_a_usage_error(tmp_path, options):
    result = run_pg2athena("ddl", tmp_path, *options)
    assert_error(result, USAGE)
    assert "hint: " in result.stderr and result.stdout == ""
