"""`pg2athena verify` and Glue: what somebody, or something, made of a table there is found."""
import json

import pytest

from harness import s3_lake
from harness.athena import Athena, Fail
from harness.glue import Partly, Refuse
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
    ("parameter projection.at_day.range has another value",
     lambda table: table["Parameters"].update({"projection.at_day.range": "2026-02-01,2026-02-02"})),
    ("no parameter projection.enabled", lambda table: table["Parameters"].pop("projection.enabled")),
    ("no parameter pg2athena.run_id", lambda table: table["Parameters"].pop("pg2athena.run_id")),
    ("partition key day date", lambda table: table["PartitionKeys"][0].update(Name="day")),
], ids=["location", "type", "range", "projection", "run", "key"])
def test_What_somebody_made_otherwise_is_found(parted, glue, says, how):
    change(glue, "orders", how)
    assert found(parted) == {"public.orders": [says]}
    assert found(parted, "--table", "orders") == {"public.orders": [says]}


def test_Registered_partitions_are_compared_with_the_run_s(job, glue):
    job.database.execute("CREATE TABLE c AS SELECT i AS id, i % 4 AS k FROM generate_series(1, 40) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": "k", "catalog": "registered"}}]
    job.run()
    glue.page = 3
    glue.clear()
    assert_verifies(["--config", job.file()], env=job.environment)
    assert {call.operation for call in glue.calls} == {"GetTable", "GetPartitions"}
    elsewhere = {"Location": "s3://elsewhere/", "Columns": []}
    glue.client.delete_partition(DatabaseName="shop", TableName="c", PartitionValues=["0"])
    glue.client.create_partition(DatabaseName="shop", TableName="c", PartitionInput={"Values": ["9"], "StorageDescriptor": elsewhere})
    for value in ("1", "2"):
        glue.client.update_partition(DatabaseName="shop", TableName="c", PartitionValueList=[value],
                                     PartitionInput={"Values": [value], "StorageDescriptor": elsewhere})
    assert found(job) == {"public.c": ["partitions that are not registered: 1",
                                       "partitions that are registered, and that the run doesn't have: 1",
                                       "partitions that lie in another place than the run's: 2"]}
    change(glue, "c", lambda table: table["Parameters"].update({"projection.enabled": "true"}))
    assert "parameter projection.enabled" in found(job)["public.c"]


def test_Columns_in_another_order_are_found(parted, glue):
    change(glue, "customers", lambda table: table["StorageDescriptor"]["Columns"].reverse())
    assert found(parted) == {"public.customers": ["columns in another order: column 1 is name"]}


def test_A_column_that_is_missing_is_one_difference_whatever_stands_behind_it(parted, glue):
    change(glue, "orders", lambda table: table["StorageDescriptor"]["Columns"].pop(0))
    assert found(parted) == {"public.orders": ["no column id"]}
    change(glue, "orders", lambda table: table["StorageDescriptor"]["Columns"].insert(0, {"Name": "key", "Type": "int"}))
    assert found(parted) == {"public.orders": ["column 1 key int", "no column id"]}


def test_A_column_behind_the_others_is_of_an_earlier_run_unless_those_are_removed(parted, glue):
    change(glue, "customers", lambda table: table["StorageDescriptor"]["Columns"].append({"Name": "note", "Type": "string"}))
    verify(["--config", parted.file()], env=parted.environment)
    result = run_pg2athena("verify", "--config", parted.file(dropped_columns="remove"), env=parted.environment)
    assert "column 3 note string" in result.stdout


def test_A_table_that_was_dropped_is_found(parted, glue):
    glue.client.delete_table(DatabaseName="shop", Name="customers")
    assert found(parted) == {"public.customers": ["there is no table `shop`.`customers`"]}


def test_A_run_that_Glue_was_not_told_of_yet_is_not_ok(parted, glue):
    parted.database.execute("INSERT INTO orders VALUES (4, 4, '2026-02-09', NULL)")
    glue.add(Refuse("AccessDeniedException"), "UpdateTable", times=None)
    parted.run(code=REFUSED)
    glue.clear()
    document = verify(["--config", parted.file()], code=FAILED, env=parted.environment)
    assert any("pg2athena publish" in note for table in document["tables"] for note in table["notes"])
    assert [(table["state"], table["finished"], table["catalog"]) for table in document["tables"]] == [
        ("unknown", False, "not_finished")] * 2
    result = assert_exit(run_pg2athena("verify", "--config", parted.file(), env=parted.environment), FAILED)
    assert "run not finished" in result.stdout and "0 of 2 tables as published, 2 of a run that isn't finished" in result.stdout
    quiet = assert_exit(run_pg2athena("verify", "--config", parted.file(), "--quiet", env=parted.environment), FAILED)
    assert quiet.stdout == "" and "pg2athena publish" in quiet.stderr
    assert_exit(parted.publish(), DONE)
    assert_verifies(["--config", parted.file()], env=parted.environment)


def test_Partitions_that_are_half_switched_are_not_ok(job, glue):
    job.database.execute("CREATE TABLE c AS SELECT i AS id, i % 4 AS k FROM generate_series(1, 40) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": "k", "catalog": "registered"}}]
    job.run()
    glue.add(Partly(2, "AccessDeniedException"), "BatchUpdatePartition")
    job.run(code=REFUSED)
    [table] = verify(["--config", job.file()], code=FAILED, env=job.environment)["tables"]
    assert (table["state"], table["finished"], table["differences"]) == ("unknown", False, [])
    assert "partitions of both" in table["notes"][0]


def run_without_catalog(job) -> None:
    job.database.execute("INSERT INTO customers VALUES (2, 'Grace')")
    file = s3_lake.job(job.folder, job.database, f"s3://{job.bucket}/lake", tables=job.tables)
    assert_exit(run_pg2athena("run", "--config", file, env=job.environment), DONE)


def test_A_run_that_went_by_the_catalog_is_a_difference_where_readers_are_led_to_the_run_before(parted, glue):
    before = parted.runs()[-1]
    run_without_catalog(parted)
    after = parted.runs()[-1]
    differences = found(parted)
    assert set(differences) == {"public.orders", "public.customers"}
    for [says] in differences.values():
        assert before in says and after in says and "run again with this configuration" in says
    parted.run()
    assert_verifies(["--config", parted.file()], env=parted.environment)


def test_A_catalog_that_a_run_went_by_and_that_does_not_know_the_table_is_a_note(parted, glue):
    run_without_catalog(parted)
    parted.tables = [{"name": "public.customers"}]
    parted.run()
    glue.client.delete_table(DatabaseName="shop", Name="orders")
    document = verify(["--config", parted.file()], env=parted.environment)
    assert {table["name"]: (table["catalog"], len(table["notes"])) for table in document["tables"]} == {
        "public.customers": ("compared", 0), "public.orders": ("not_in_catalog", 1)}
    assert document["totals"]["catalog_compared"] == 1


def test_A_database_whose_name_is_mistyped_is_said_and_not_ok(parted):
    result = run_pg2athena("verify", "--config", parted.file(database="nonexist"), env=parted.environment)
    assert_error(result, FAILED, ":nonexist", ":shop", "not one table was compared")
    assert "0 of 2 tables with Glue" in result.stdout
    document = verify(["--config", parted.file(database="nonexist")], code=FAILED, env=parted.environment)
    assert document["error"]["kind"] == "not_found"
    assert {table["catalog"] for table in document["tables"]} == {"not_in_catalog"}


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


# --athena -----------------------------------------------------------------------------------------------------------

@pytest.fixture
def athena(parted, glue):
    with Athena(glue, parted.minio) as athena:
        parted.environment |= athena.environment
        yield athena


def test_Athena_counts_what_was_published(parted, athena):
    document = verify(["--config", parted.file()], "--athena", env=parted.environment)
    assert [(table["state"], table["athena"]) for table in document["tables"]] == [("ok", "compared")] * 2
    assert sorted(call.input["QueryString"] for call in athena.seen("StartQueryExecution")) == [
        'SELECT count(*), count("id"), count("name") FROM "shop"."customers"',
        'SELECT count(*), count("id"), count("total"), count("at") FROM "shop"."orders"']


def test_Where_Athena_reads_something_else_that_is_a_difference(parted, glue, athena):
    """Glue's table leads to another run, of which Athena sees other rows."""
    before = glue.table("shop", "customers")["StorageDescriptor"]["Location"]
    parted.database.execute("INSERT INTO customers VALUES (2, NULL)")
    parted.run()
    change(glue, "customers", lambda table: table["StorageDescriptor"].update(Location=before))
    document = verify(["--config", parted.file()], "--athena", code=4, env=parted.environment)
    assert [(each["what"], each["column"], each["found"]) for table in document["tables"] for each in table["differences"]] == [
        ("catalog", None, f"location {before}"), ("athena", None, "1 rows"), ("athena", "id", "1 values that aren't NULL")]


def test_What_Athena_can_not_read_is_a_difference_without_a_value(parted, athena):
    athena.add(Fail("HIVE_BAD_DATA: Error parsing field value '271828'"))
    document = verify(["--config", parted.file()], "--athena", "--table", "customers", code=4, env=parted.environment)
    [[found]] = [table["differences"] for table in document["tables"]]
    assert found["what"] == "athena" and found["found"].startswith("HIVE_BAD_DATA (query ")
    assert "271828" not in json.dumps(document)


def test_Throttling_is_outlasted_and_a_query_that_fails_for_a_right_is_an_error(parted, athena):
    athena.add(Refuse("TooManyRequestsException"), "StartQueryExecution", times=2)
    athena.add(Refuse("ThrottlingException"), "GetQueryExecution", nth=2)
    verify(["--config", parted.file()], "--athena", "--workers", "1", env=parted.environment)
    athena.add(Fail("Insufficient permissions to execute the query"))
    result = run_pg2athena("verify", "--config", parted.file(), "--athena", env=parted.environment)
    assert_error(result, FAILED, "Insufficient permissions", "query-")
    athena.add(Refuse("AccessDeniedException"), times=None)
    assert_error(run_pg2athena("verify", "--config", parted.file(), "--athena", env=parted.environment), FAILED,
                 "athena:StartQueryExecution")


def test_Of_which_tables_Athena_was_asked_is_said_and_why_not_of_the_others(job, glue):
    job.tables = [{"name": "public.orders"}, {"name": "public.keyed", "partition_by": {"value": "k", "catalog": "injected"}}]
    job.database.execute("CREATE TABLE keyed AS SELECT 1 AS id, 2 AS k")
    job.run()
    with Athena(glue, job.minio) as athena:
        job.environment |= athena.environment
        document = verify(["--config", job.file()], "--athena", env=job.environment)
        assert {table["name"]: table["athena"] for table in document["tables"]} == {
            "public.orders": "compared", "public.keyed": "injected"}
        result = assert_exit(run_pg2athena("verify", "--config", job.file(), "--athena", env=job.environment), DONE)
        assert "2 tables with Glue; 1 of 2 tables with what Athena counts" in result.stdout
        document = verify(["--config", job.file(database="nonexist")], "--athena", code=FAILED, env=job.environment)
        assert {table["athena"] for table in document["tables"]} == {"not_in_catalog"}


def test_The_workgroup_and_the_place_of_results_are_the_configurations(parted, athena):
    file = s3_lake.job(parted.folder, parted.database, f"s3://{parted.bucket}/lake", catalog={
        "glue": {"database": "shop"}, "athena": {"workgroup": "reports", "output_location": "s3://results/x/"}})
    verify(["--config", file], "--athena", "--table", "customers", env=parted.environment)
    [call] = athena.seen("StartQueryExecution")
    assert call.input["WorkGroup"] == "reports"
    assert call.input["ResultConfiguration"] == {"OutputLocation": "s3://results/x/"}


def test_A_lake_that_Athena_knows_nothing_of_is_refused(parted):
    result = run_pg2athena("verify", f"s3://{parted.bucket}/lake", "--athena", env=parted.environment)
    assert_error(result, REFUSED, "Athena", "catalog.glue.database")
