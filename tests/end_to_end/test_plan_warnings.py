"""What `plan` says beforehand of a lake that Athena would not read well, by the server's own statistics."""
import json

import pytest

from harness.job import write_job
from harness.program import DONE, assert_exit, run_pg2athena


def warnings(database, folder, tables, target="s3://acme-lake/shop", **more) -> list[str]:
    """Nobody is asked in S3: a plan without a catalog looks at the source only."""
    file = write_job(database, folder / "lake", tables, **more)
    file.write_text(file.read_text().replace(str(folder / "lake"), target))
    return json.loads(assert_exit(run_pg2athena("plan", "--config", file, "--output", "json"), DONE).stdout)["warnings"]


DAYS = "SELECT i AS id, timestamptz '2019-01-01 00:00+00' + i * interval '6 hours' AS \"Created At\" FROM generate_series(1, {}) AS i"


@pytest.mark.parametrize("setup", [
    f'CREATE TABLE "Odd Name" AS {DAYS.format(6000)}',
    # All rows together are what an ANALYZE of the table looks at.
    f'CREATE TABLE "Odd Name" (id int, "Created At" timestamptz) PARTITION BY RANGE (id);'
    f'CREATE TABLE a PARTITION OF "Odd Name" FOR VALUES FROM (0) TO (3000);'
    f'CREATE TABLE b PARTITION OF "Odd Name" DEFAULT; INSERT INTO "Odd Name" {DAYS.format(6000)}',
], ids=["a table", "a table with partitions"])
def test_Partitions_are_counted_before_a_row_is_read(database, tmp_path, setup):
    database.execute(setup)
    tables = [{"name": 'public."Odd Name"', "partition_by": {"day": "Created At"}}]
    assert not warnings(database, tmp_path, tables), "nobody has counted yet"
    database.execute('ANALYZE "Odd Name"')
    [warning] = warnings(database, tmp_path, tables)
    assert "about 1501 partitions by created_at_day" in warning and "limits.partitions" in warning
    assert not warnings(database, tmp_path, [{"name": 'public."Odd Name"', "partition_by": {"month": "Created At"}}])
    [warning] = warnings(database, tmp_path, tables, limits={"partitions": 5000})[:1]
    assert "about 150" in warning and "files" in warning and "128 MB" in warning


def test_Values_that_are_no_day_leave_it_open(database, tmp_path):
    database.execute("CREATE TABLE t AS SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'infinity' ELSE date '2020-01-01' + i END AS day"
                     " FROM generate_series(1, 4000) AS i; ALTER TABLE t ALTER day SET STATISTICS 1; ANALYZE t")
    warnings(database, tmp_path, [{"name": "public.t", "partition_by": {"day": "day"}}])


def test_Numbers_that_become_text_are_said_where_Athena_looks(database, tmp_path):
    database.execute("CREATE TABLE t (id int, amount numeric, price numeric(12,2), \"Odd One\" numeric(60,2))")
    [warning] = warnings(database, tmp_path, [{"name": "public.t"}])
    assert warning.startswith("public.t: amount, odd_one: numeric")
    assert not warnings(database, tmp_path, [{"name": "public.t"}], target=str(tmp_path / "lake"))
    assert not warnings(database, tmp_path, [{"name": "public.t", "types": {
        "amount": {"as": "decimal(38,9)"}, "Odd One": {"as": "string"}}}])
