"""`pg2athena doctor` about PostgreSQL and a local folder: what a run needs is tried, and what is missing named."""
import json
import os
import time

import pytest

from harness.loopback import free_port
from harness.program import DONE, FAILED, USAGE, assert_error, assert_exit, export, run_pg2athena


def doctor(*arguments, code=DONE, **options) -> dict[str, dict]:
    """The checks, by their names."""
    result = assert_exit(run_pg2athena("doctor", "--output", "json", *arguments, **options), code)
    document = json.loads(result.stdout)
    assert document["command"] == "doctor" and document["exit_code"] == code
    assert document["status"] == "not_ready" if code == FAILED else document["status"] in ("ready", "warnings")
    return {check["name"]: check for check in document["checks"]}


def verdicts(checks: dict) -> dict[str, str]:
    return {name: check["verdict"] for name, check in checks.items()}


@pytest.fixture
def shop(database):
    database.execute("CREATE TABLE orders (id integer, total numeric)")
    return database


@pytest.fixture
def stranger(shop):
    """A role that may log in and nothing else."""
    name = f"stranger_{os.getpid()}"
    shop.execute(f"CREATE ROLE {name} LOGIN")
    yield name
    shop.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_All_is_well(shop, lake):
    assert verdicts(doctor(shop.url, lake)) == {
        "login": "ok", "server": "ok", "TLS": "ok", "connections": "ok", "tables": "ok", "space": "ok", "folder": "ok"}
    assert not lake.exists(), "a look makes nothing"
    export(shop, lake)
    before = sorted(lake.rglob("*"))
    checks = doctor(shop.url, lake)
    assert {"put", "conditional put", "delete"} <= {name for name, check in checks.items() if check["verdict"] == "ok"}
    assert sorted(lake.rglob("*")) == before, "and leaves nothing"


def test_For_people_there_is_a_line_for_each_check(shop, lake):
    result = assert_exit(run_pg2athena("doctor", shop.url, lake), DONE)
    lines = result.stdout.splitlines()
    assert any(line.startswith("ok      server           PostgreSQL ") for line in lines), result.stdout
    assert any(line.startswith("ok      tables           1 table can be read") for line in lines), result.stdout
    assert lines[-1].startswith("All ") and lines[-1].endswith(" checks are ok.")


def test_A_right_that_is_missing_is_a_GRANT_to_copy(shop, lake, stranger):
    url = shop.url_as(stranger)
    shop.execute("CREATE TABLE items (id integer)")
    checks = doctor(url, lake, code=FAILED)
    assert verdicts(checks)["tables"] == "failed" and verdicts(checks)["folder"] == "ok", "it goes on"
    grants = checks["tables"]["hint"].split(" — ")[0]
    assert f'GRANT SELECT ON public.orders TO "{stranger}";' in grants
    shop.execute(grants)
    assert verdicts(doctor(url, lake))["tables"] == "ok"


def test_A_schema_that_is_closed_is_opened_by_the_same_GRANTs(shop, lake, stranger):
    shop.execute('CREATE SCHEMA "Audit"; CREATE TABLE "Audit".customers (id integer); CREATE TABLE "Audit".more (id integer);'
                 f'GRANT SELECT ON orders, "Audit".more TO {stranger}')
    url = shop.url_as(stranger)
    check = doctor(url, lake, code=FAILED)["tables"]
    assert 'no SELECT right on "Audit".customers, and no USAGE right on schema "Audit"' in check["finding"]
    grants = check["hint"].split(" — ")[0]
    assert grants.count("GRANT USAGE ON SCHEMA") == 1
    shop.execute(f'GRANT SELECT ON "Audit".customers TO {stranger}')
    assert doctor(url, lake, code=FAILED)["tables"]["finding"].endswith('has no USAGE right on schema "Audit"')
    shop.execute(grants)
    assert verdicts(doctor(url, lake))["tables"] == "ok"


def test_Partitions_in_a_schema_that_is_closed_are_read_through_the_table(shop, lake, stranger):
    shop.execute("CREATE SCHEMA parts; CREATE TABLE sales (id integer) PARTITION BY RANGE (id);"
                 "CREATE TABLE parts.sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (10); INSERT INTO sales VALUES (1);"
                 f"GRANT SELECT ON orders, sales, parts.sales_1 TO {stranger}")
    result = assert_exit(run_pg2athena("run", "--table", "sales", shop.url_as(stranger), lake), DONE)
    assert "public.sales" in result.stdout


def test_A_column_that_is_missing_is_granted_alone(shop, lake, stranger):
    shop.execute(f"GRANT SELECT (id) ON orders TO {stranger}")
    hint = doctor(shop.url_as(stranger), lake, code=FAILED)["tables"]["hint"]
    assert f'GRANT SELECT ("total") ON public.orders TO "{stranger}";' in hint


def test_Row_security_that_would_hide_rows(shop, lake, stranger):
    shop.execute(f"GRANT SELECT ON orders TO {stranger}; ALTER TABLE orders ENABLE ROW LEVEL SECURITY")
    check = doctor(shop.url_as(stranger), lake, code=FAILED)["tables"]
    assert "row security" in check["finding"] and "BYPASSRLS" in check["hint"]


def test_A_table_that_is_not_there(shop, tmp_path, lake):
    job = tmp_path / "job.yaml"
    job.write_text(f"source: {{url: {shop.url}}}\ntarget: {{location: {lake}}}\ntables: [ordres]\n")
    check = doctor("--config", job, code=FAILED)["tables"]
    assert "ordres" in check["finding"] and "orders" in check["hint"]


def test_A_server_that_is_not_there(lake):
    begin = time.monotonic()
    checks = doctor(f"postgresql://localhost:{free_port()}/shop", lake, code=FAILED)
    assert time.monotonic() - begin < 10
    assert verdicts(checks) == {"login": "failed", "space": "ok", "folder": "ok"}, "the target is looked at all the same"


def test_A_folder_that_can_not_be_written(shop, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    check = doctor(shop.url, file, code=FAILED)["folder"]
    assert str(file) in check["finding"]


def test_Without_a_target_only_the_source_is_looked_at(shop):
    assert "tables" in doctor(shop.url) and "folder" not in doctor(shop.url)


def test_Without_a_source_it_is_a_mistake():
    assert_error(run_pg2athena("doctor"), USAGE, "SOURCE is missing")
