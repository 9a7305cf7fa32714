"""The whole way without rights on Glue: a run into S3, what `pg2athena ddl` prints, run as Athena runs it, and then SELECTs."""
import re

import pytest

from harness import s3_lake
from harness.athena_sql import AthenaSql
from harness.program import DONE, REFUSED, assert_error, assert_exit, run_pg2athena


class ByHand:
    """A lake in MinIO, and a database of Glue's that only SQL tells of it."""

    def __init__(self, folder, database, minio, bucket, glue, trino):
        self.folder, self.database, self.minio, self.glue, self.trino = folder, database, minio, glue, trino
        self.lake = f"s3://{bucket}/lake"
        glue.client.create_database(DatabaseInput={"Name": "shop"})
        self.athena = AthenaSql(glue.client)

    def export(self, *tables) -> None:
        file = s3_lake.job(self.folder, self.database, self.lake, tables=list(tables))
        assert_exit(run_pg2athena("run", "--config", file, env=self.minio.environment()), DONE)
        assert not self.glue.calls

    def ddl(self, *options) -> str:
        return assert_exit(run_pg2athena("ddl", self.lake, *options, env=self.minio.environment()), DONE).stdout

    def create(self, *options) -> None:
        self.athena.run(self.ddl("--database", "shop", *options))

    def alter(self, *options, after_each=lambda: None) -> list[str]:
        """The statements that there were, by their first words."""
        self.athena.done.clear()
        self.athena.run(self.ddl("--alter", *options), after_each=after_each)
        return self.athena.done

    def select(self, what: str) -> list[list]:
        return self.trino.query(f"SELECT {what}")


@pytest.fixture
def by_hand(tmp_path, database, minio, bucket, glue, trino):
    return ByHand(tmp_path, database, minio, bucket, glue, trino)


@pytest.fixture
def orders(by_hand):
    """Three rows, of three days, exported and known to Athena."""
    by_hand.database.execute(
        "CREATE TABLE orders (id int, total numeric(12,2), at timestamptz, code text);"
        "COMMENT ON COLUMN orders.total IS E'it''s\\nwithout VAT';"
        "INSERT INTO orders SELECT i, i * 1.01, '2026-01-31'::date + i, 'c' || i FROM generate_series(1, 3) AS i")
    return by_hand


def test_A_table_that_did_not_change_moves_to_the_next_run_in_one_statement(orders):
    orders.export("public.orders")
    orders.create()
    assert orders.select("count(*), sum(id) FROM athena.shop.orders") == [[3, 6]]
    assert orders.glue.table("shop", "orders")["StorageDescriptor"]["Columns"][1]["Comment"] == "it's without VAT"
    orders.database.execute("UPDATE orders SET id = id + 10")
    orders.export("public.orders")
    sums = []
    assert orders.alter(after_each=lambda: sums.append(orders.select("sum(id) FROM athena.shop.orders")[0][0])) == [
        "SET LOCATION", "SET TBLPROPERTIES"]
    assert sums == [36, 36]
    parameters = orders.glue.table("shop", "orders")["Parameters"]
    assert parameters["pg2athena.run_id"] in orders.glue.table("shop", "orders")["StorageDescriptor"]["Location"]
    assert orders.alter("--from", parameters["pg2athena.run_id"]) == []


def test_Queries_go_on_when_columns_come_go_and_grow(orders):
    orders.export("public.orders")
    orders.create()
    orders.database.execute(
        "ALTER TABLE orders DROP COLUMN code, ALTER COLUMN id TYPE bigint, ALTER COLUMN total TYPE numeric(14,3),"
        " ADD COLUMN note text DEFAULT 'x'; UPDATE orders SET id = id + 5000000000")
    orders.export("public.orders")
    seen = []
    assert orders.alter(after_each=lambda: seen.append(
        orders.select("id, total, note, code FROM athena.shop.orders ORDER BY id LIMIT 1")[0])) == [
            "REPLACE COLUMNS", "SET LOCATION", "SET TBLPROPERTIES"]
    # The old run under the new columns, and then the new one.
    assert seen == [[1, "1.010", None, "c1"], [5000000001, "1.010", "x", None], [5000000001, "1.010", "x", None]]


def test_A_column_that_came_is_added_and_one_that_went_stays_or_goes(orders):
    orders.export("public.orders")
    orders.create()
    orders.database.execute("ALTER TABLE orders DROP COLUMN code, ADD COLUMN note text DEFAULT 'x'")
    orders.export("public.orders")
    assert orders.alter() == ["ADD COLUMNS", "SET LOCATION", "SET TBLPROPERTIES"]
    assert orders.select("id, code, note FROM athena.shop.orders ORDER BY id LIMIT 1") == [[1, None, "x"]]
    orders.database.execute("ALTER TABLE orders DROP COLUMN note")
    orders.export("public.orders")
    assert orders.alter("--dropped-columns", "remove")[0] == "REPLACE COLUMNS"
    assert list(orders.glue.columns("shop", "orders")) == ["id", "total", "at"]
    assert orders.select("count(*) FROM athena.shop.orders") == [[3]]


def test_What_becomes_of_columns_is_as_the_configuration_says_unless_the_command_does(orders):
    orders.export("public.orders")
    orders.database.execute("ALTER TABLE orders DROP COLUMN code")
    orders.export("public.orders")
    file = s3_lake.job(orders.folder, orders.database, orders.lake,
                       catalog={"glue": {"database": "shop", "dropped_columns": "remove"}})

    def sql(*options):
        return assert_exit(run_pg2athena("ddl", "--config", file, "--alter", *options, env=orders.minio.environment()), DONE).stdout
    assert "REPLACE COLUMNS" in sql() and "`code` went" in sql()
    assert "COLUMNS" not in sql("--dropped-columns", "keep")


def test_A_date_that_came_makes_the_table_anew(orders):
    orders.export("public.orders")
    orders.create()
    orders.database.execute("ALTER TABLE orders ADD COLUMN day date DEFAULT '2026-02-03'")
    orders.export("public.orders")
    assert orders.alter() == ["DROP TABLE", "CREATE"]
    assert orders.select("DISTINCT day FROM athena.shop.orders") == [["2026-02-03"]]


def test_What_readers_would_fail_on_is_refused(orders):
    orders.export("public.orders")
    orders.database.execute("ALTER TABLE orders ALTER COLUMN id TYPE text")
    orders.export("public.orders")
    result = run_pg2athena("ddl", orders.lake, "--alter", env=orders.minio.environment())
    assert_error(result, REFUSED, "id is int there and string now", "DROP TABLE")
    assert result.stdout == ""


PARTITIONED = [{"name": "public.orders", "partition_by": {"day": "at"}},
               {"name": "public.orders", "partition_by": {"value": "id"}},
               {"name": "public.orders", "partition_by": {"value": "code"}}]


@pytest.mark.parametrize("table", PARTITIONED, ids=["days", "numbers", "texts"])
def test_A_projection_moves_in_one_statement_with_new_partitions(orders, table):
    orders.export(table)
    orders.create()
    count = "count(*), min(id), max(id) FROM athena.shop.orders"
    assert orders.select(count) == [[3, 1, 3]]
    orders.database.execute("DELETE FROM orders WHERE id = 1; ALTER TABLE orders ADD COLUMN note text;"
                            " INSERT INTO orders SELECT i, i, '2026-01-31'::date + i, 'c' || i FROM generate_series(4, 9) AS i")
    orders.export(table)
    seen = []
    assert orders.alter(after_each=lambda: seen.append(orders.select(count)[0])) == [
        "ADD COLUMNS", "SET TBLPROPERTIES", "SET LOCATION"]
    assert seen == [[3, 1, 3], [8, 2, 9], [8, 2, 9]]


@pytest.mark.parametrize("table", PARTITIONED, ids=["days", "numbers", "texts"])
def test_Registered_partitions_come_move_and_go(orders, table):
    orders.export(table)
    orders.create("--partitions", "registered")
    count = "count(*), min(id), max(id), min(total) FROM athena.shop.orders"
    assert orders.select(count) == [[3, 1, 3, "1.01"]]
    orders.database.execute("DELETE FROM orders WHERE id = 1; UPDATE orders SET total = total + 100;"
                            " INSERT INTO orders SELECT i, 500, '2026-01-31'::date + i, 'c' || i FROM generate_series(4, 9) AS i")
    orders.export(table)
    counts = []
    assert orders.alter("--partitions", "registered",
                        after_each=lambda: counts.append(orders.select("count(*) FROM athena.shop.orders")[0][0])) == [
        "ADD PARTITION", "PARTITION SET LOCATION", "PARTITION SET LOCATION", "DROP PARTITION", "SET TBLPROPERTIES",
        "SET LOCATION"]
    assert orders.select(count) == [[8, 2, 9, "102.02"]]
    assert counts == [9, 9, 9, 8, 8, 8], "none is missing on the way"


def test_Registered_partitions_have_columns_that_grew(orders):
    table = PARTITIONED[0]
    orders.export(table)
    orders.create("--partitions", "registered")
    orders.database.execute("ALTER TABLE orders ALTER COLUMN id TYPE bigint; UPDATE orders SET id = id + 5000000000")
    orders.export(table)
    assert orders.alter("--partitions", "registered") == [
        "REPLACE COLUMNS", "DROP PARTITION", "ADD PARTITION", "SET TBLPROPERTIES", "SET LOCATION"]
    assert orders.select("min(id), max(id) FROM athena.shop.orders") == [[5000000001, 5000000003]]


def test_Values_that_cannot_be_projected_are_registered_and_projected_again_when_they_can(orders):
    table = PARTITIONED[2]
    orders.export(table)
    orders.create()
    orders.database.execute("UPDATE orders SET code = CASE id WHEN 1 THEN NULL WHEN 2 THEN 'a,b' ELSE E'it''s; a\\tb\\\\' END")
    orders.export(table)
    assert "-- its partitions are registered one by one: there are rows whose code is NULL" in orders.ddl("--alter")
    assert orders.alter() == ["ADD PARTITION", "SET TBLPROPERTIES", "SET LOCATION"]
    assert orders.select("id, code_value FROM athena.shop.orders ORDER BY id") == [
        [1, None], [2, "a,b"], [3, "it's; a\tb\\"]]
    orders.database.execute("UPDATE orders SET code = 'd' || id")
    orders.export(table)
    assert orders.alter() == ["SET TBLPROPERTIES", "SET LOCATION", "DROP PARTITION"]
    assert orders.select("id, code_value FROM athena.shop.orders ORDER BY id") == [[1, "d1"], [2, "d2"], [3, "d3"]]


def test_More_partitions_than_a_statement_takes_are_several(orders):
    orders.database.execute("INSERT INTO orders SELECT i, i, '2026-01-31', 'c' || i FROM generate_series(4, 250) AS i")
    table = PARTITIONED[1]
    orders.export(table)
    orders.create("--partitions", "registered")
    assert orders.athena.done == ["CREATE", "ADD PARTITION", "ADD PARTITION", "ADD PARTITION"]
    assert orders.select("count(*), sum(id) FROM athena.shop.orders") == [[250, 31375]]


def test_Without_an_earlier_run_it_says_what_to_do(orders):
    orders.export("public.orders")
    # Of its first run a table has its CREATE.
    assert orders.alter() == ["CREATE"]
    result = run_pg2athena("ddl", orders.lake, "--alter", "--from", "20260101T000000.000Z-0000000000000001",
                           env=orders.minio.environment())
    assert_error(result, REFUSED, "no record of run 20260101T000000.000Z-0000000000000001", "--from", "DROP TABLE")
    assert re.search(r"\bpg2athena\.run_id\b", result.stderr)
