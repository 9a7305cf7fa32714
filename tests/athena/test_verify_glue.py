"""`pg2athena verify` and Glue: what somebody, or something, made of a table there is found."""
import pytest

from harness.glue import Refuse
from harness.program import DONE, FAILED, REFUSED, assert_error, assert_exit, run_pg2athena
from harness.verification import assert_verifies, verify


@pytest.fixture
def parted(job):
    """Two tables that Glue shows, of which orders is partitioned."""
    job.database.execute("CREATE TABLE customers AS SELECT 1 AS id, 'Ada' AS name")
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at"}}, {"name": "public.customers"}]
    job.run()
    return job


def change(glue, table: str, how) -> None:
    """As Athena's DDL, a crawler or a person would."""
    found = glue.table("shop", table)
    taken = {key: found[key] for key in ("Name", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor") if key in found}
    how(taken)
    glue.client.update_table(DatabaseName="shop", TableInput=taken)


def found(job, *options) -> dict[str, list[str]]:
    """What each table is found to be different in."""
    document = verify(["--config", job.file()], *options, code=4, env=job.environment)
    assert all(difference["what"] == "catalog" for table in document["tables"] for difference in table["differences"])
    return {table["name"]: [difference["found"] for difference in table["differences"]]
            for table in document["tables"] if table["differences"]}


def test_What_was_published_is_ok_and_Glue_is_only_read(parted, glue):
    glue.clear()
    assert_verifies(["--config", parted.file()], env=parted.environment)
    assert {call.operation for call in glue.calls} == {"GetTable"}
    parted.database.execute("INSERT INTO orders VALUES (4, 4, '2026-02-09', NULL); ALTER TABLE orders DROP COLUMN tags")
    parted.run()
    assert_verifies(["--config", parted.file()], env=parted.environment)


@pytest.mark.parametrize("says, how", [
    ("location s3://elsewhere/", lambda table: table["StorageDescriptor"].update(Location="s3://elsewhere/")),
    ("column 1 id bigint", lambda table: table["StorageDescriptor"]["Columns"][0].update(Type="bigint")),
    ("column 1 key int", lambda table: table["StorageDescriptor"]["Columns"][0].update(Name="key")),
    ("parameter projection.at_day.range has another value",
     lambda table: table["Parameters"].update({"projection.at_day.range": "2026-02-01,2026-02-02"})),
    ("no parameter projection.enabled", lambda table: table["Parameters"].pop("projection.enabled")),
    ("no parameter pg2athena.run_id", lambda table: table["Parameters"].pop("pg2athena.run_id")),
    ("partition key day date", lambda table: table["PartitionKeys"][0].update(Name="day")),
], ids=["location", "type", "name", "range", "projection", "run", "key"])
def test_What_somebody_made_otherwise_is_found(parted, glue, says, how):
    change(glue, "orders", how)
    assert found(parted) == {"public.orders": [says]}
    assert found(parted, "--table", "orders") == {"public.orders": [says]}


def test_Columns_in_another_order_are_found(parted, glue):
    change(glue, "customers", lambda table: table["StorageDescriptor"]["Columns"].reverse())
    assert found(parted) == {"public.customers": ["column 1 name string", "column 2 id int"]}


def test_A_column_behind_the_others_is_of_an_earlier_run_unless_those_are_removed(parted, glue):
    change(glue, "customers", lambda table: table["StorageDescriptor"]["Columns"].append({"Name": "note", "Type": "string"}))
    verify(["--config", parted.file()], env=parted.environment)
    result = run_pg2athena("verify", "--config", parted.file(dropped_columns="remove"), env=parted.environment)
    assert "column 3 note string" in result.stdout


def test_A_table_that_was_dropped_is_found(parted, glue):
    glue.client.delete_table(DatabaseName="shop", Name="customers")
    assert found(parted) == {"public.customers": ["there is no table `shop`.`customers`"]}


def test_A_run_that_Glue_was_not_told_of_yet_is_a_note(parted, glue):
    parted.database.execute("INSERT INTO orders VALUES (4, 4, '2026-02-09', NULL)")
    glue.add(Refuse("AccessDeniedException"), "UpdateTable", times=None)
    parted.run(code=REFUSED)
    glue.clear()
    document = verify(["--config", parted.file()], env=parted.environment)
    assert any("pg2athena publish" in note for table in document["tables"] for note in table["notes"])
    assert_exit(parted.publish(), DONE)
    assert_verifies(["--config", parted.file()], env=parted.environment)


def test_Without_the_configuration_Glue_is_not_asked_and_that_is_said(parted, glue):
    glue.clear()
    document = verify(f"s3://{parted.bucket}/lake", env=parted.environment)
    assert all("glue:" in table["notes"][0] and "--config" in table["notes"][0] for table in document["tables"])
    assert glue.calls == []


def test_A_right_that_is_missing_is_no_difference_and_is_named(parted, glue):
    glue.add(Refuse("AccessDeniedException"), "GetTable", times=None)
    result = run_pg2athena("verify", "--config", parted.file(), env=parted.environment)
    assert_error(result, FAILED, "glue:GetTable")
    assert verify(["--config", parted.file()], code=FAILED, env=parted.environment)["totals"]["differences"] == 0
