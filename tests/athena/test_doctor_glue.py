"""What `pg2athena doctor` says of Glue: the database, the rights to change, and whether the tables would be taken."""
import json

import pytest

from harness.glue import Refuse
from harness.program import DONE, FAILED, assert_exit, run_pg2athena


@pytest.fixture
def doctor(job):
    """Runs it; gives the checks by their names, warnings of the plan aside."""
    def run(code) -> dict[str, dict]:
        result = assert_exit(run_pg2athena("doctor", "--config", job.file(), "--output", "json", env=job.environment), code)
        return {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    return run


def test_The_doctor_asks_the_catalog(job, glue, doctor):
    glue.client.create_database(DatabaseInput={"Name": "shop"})
    checks = doctor(DONE)
    assert "database shop is there in us-east-1" in checks["glue"]["finding"]
    assert checks["glue tables"]["verdict"] == checks["table update"]["verdict"] == "ok"
    assert "glue:CreateTable" in checks["table update"]["finding"], "what isn't tried is said"
    assert "partition create" not in checks, "no table registers any"
    glue.add(Refuse("AccessDeniedException"), "GetTable", times=None)
    assert "glue:GetTable" in doctor(FAILED)["glue"]["hint"]


def test_The_doctor_says_that_a_run_would_make_the_database(glue, doctor):
    check = doctor(DONE)["glue"]
    assert check["verdict"] == "warning" and "no database shop" in check["finding"]
    assert "glue:CreateDatabase" in check["hint"] and "catalog.glue.database" in check["hint"]
    assert not glue.client.get_databases()["DatabaseList"], "a look makes nothing"


def test_The_doctor_knows_when_nobody_tells_whether_the_database_is_there(glue, doctor):
    glue.add(Refuse("AccessDeniedException"), "GetTables", times=None)
    check = doctor(DONE)["glue"]
    assert check["verdict"] == "ok" and "glue:GetTables" in check["finding"]


CHANGES = {"UpdateTable": "table update", "BatchCreatePartition": "partition create",
           "BatchUpdatePartition": "partition update", "BatchDeletePartition": "partition delete"}


def test_The_doctor_tries_the_rights_to_change_and_changes_nothing(job, glue, doctor):
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at", "catalog": "registered"}}]
    job.run()
    before = glue.table("shop", "orders")
    checks = doctor(DONE)
    assert {checks[name]["verdict"] for name in CHANGES.values()} == {"ok"}
    for operation, name in CHANGES.items():
        call = glue.seen(operation)[-1]
        assert "pg2athena_doctor_" in json.dumps(call.input) and call.status == 400
        glue.add(Refuse("AccessDeniedException"), operation)
        check = doctor(FAILED)[name]
        assert check["verdict"] == "failed" and f"glue:{operation}" in check["hint"]
    assert glue.table("shop", "orders") == before
    assert {table["Name"] for table in glue.client.get_tables(DatabaseName="shop")["TableList"]} == {"orders"}


def test_The_doctor_fails_no_right_that_only_Lake_Formation_knows(job, glue, doctor):
    glue.add(Refuse("AccessDeniedException", message="Insufficient Lake Formation permission(s): Required Alter"), "UpdateTable")
    check = doctor(DONE)["table update"]
    assert check["verdict"] == "warning" and "ALTER" in check["hint"]


def test_The_doctor_refuses_the_tables_that_a_plan_refuses(job, glue, doctor):
    job.run()
    job.database.execute("ALTER TABLE orders ALTER COLUMN id TYPE smallint")
    assert "id is int there and smallint now" in doctor(FAILED)["glue tables"]["finding"]
    job.database.execute("ALTER TABLE orders ALTER COLUMN id TYPE int")
    assert doctor(DONE)["glue tables"]["verdict"] == "ok"
    table = glue.table("shop", "orders")
    glue.client.update_table(DatabaseName="shop", TableInput={
        "Name": "orders", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": table["StorageDescriptor"], "Parameters": {}})
    assert "`shop`.`orders` in Glue that pg2athena didn't make" in doctor(FAILED)["glue tables"]["finding"]
