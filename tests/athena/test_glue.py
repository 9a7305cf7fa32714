"""The lake's tables in AWS Glue's Data Catalog: what Athena would find there, run after run, and when things break."""
import json
import signal
import threading

import pytest

from harness import s3_lake
from harness.glue import Lose, Meanwhile, Refuse
from harness.program import (COMMIT_UNKNOWN, DONE, REFUSED, USAGE, assert_error, assert_exit, finish, run_pg2athena,
                             start_pg2athena)


def test_Database_and_table_are_made_and_lead_to_the_files(job, glue):
    job.run()
    table = glue.table("shop", "orders")
    assert glue.columns("shop", "orders") == {"id": "int", "total": "decimal(12,2)", "at": "timestamp",
                                              "tags": "array<string>"}
    assert table["StorageDescriptor"]["Columns"][1]["Comment"] == "without VAT"
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["PartitionKeys"] == []
    assert table["StorageDescriptor"]["InputFormat"].endswith("MapredParquetInputFormat")
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    assert {"classification": "parquet", "EXTERNAL": "TRUE", "recordCount": "3",
            "pg2athena.table": "public.orders"}.items() <= table["Parameters"].items()
    assert job.rows("orders", "id") == [1, 2, 3]


def test_The_next_run_is_one_call_for_each_table(job, glue):
    job.database.execute("CREATE TABLE customers AS SELECT 1 AS id")
    job.run()
    glue.clear()
    job.database.execute("INSERT INTO orders VALUES (4)")
    job.run()
    assert job.rows("orders", "id") == [1, 2, 3, 4]
    assert sorted(call.input["TableInput"]["Name"] for call in glue.seen("UpdateTable")) == ["customers", "orders"]
    assert not glue.seen("CreateTable")
    assert all(call.input["VersionId"] and call.input["SkipArchive"] for call in glue.seen("UpdateTable"))


def test_Columns_that_come_go_and_grow_are_followed(job, glue):
    job.run()
    job.database.execute("ALTER TABLE orders DROP COLUMN total, ALTER COLUMN id TYPE bigint, ADD COLUMN note text")
    job.run()
    assert list(glue.columns("shop", "orders").items()) == [
        ("id", "bigint"), ("at", "timestamp"), ("tags", "array<string>"), ("note", "string"), ("total", "decimal(12,2)")]
    job.run(dropped_columns="remove")
    assert "total" not in glue.columns("shop", "orders")


def test_A_type_that_queries_would_fail_on_is_refused_before_anything_is_read(job, glue):
    job.run()
    before = glue.run_id("shop", "orders")
    job.database.execute("ALTER TABLE orders ALTER COLUMN total TYPE double precision, ALTER COLUMN id TYPE smallint")
    for command in ("plan", "run"):
        job.refused(command, REFUSED, "id is int there and smallint now", "total is decimal(12,2) there and double now",
                    "DROP TABLE `shop`.`orders`")
    assert glue.run_id("shop", "orders") == before
    assert job.runs() == [before]


def test_The_comment_is_the_table_s_description_until_somebody_writes_another(job, glue):
    job.database.execute("COMMENT ON TABLE orders IS E'who\\nbought\\x01what \uffff'; COMMENT ON COLUMN orders.id IS 'a\ufffeb'")
    job.run()
    table = glue.table("shop", "orders")
    assert table["Description"] == "who\nbought what \ufffd"
    assert table["StorageDescriptor"]["Columns"][0]["Comment"] == "a\ufffdb"
    job.database.execute("COMMENT ON TABLE orders IS 'x'")
    job.run()
    assert glue.table("shop", "orders")["Description"] == "x"
    job.database.execute("COMMENT ON TABLE orders IS NULL")
    job.run()
    assert "Description" not in glue.table("shop", "orders")
    job.database.execute("COMMENT ON TABLE orders IS '" + "é" * 2000 + "'")
    job.run()
    assert glue.table("shop", "orders")["Description"] == "é" * 1024
    table = glue.table("shop", "orders")
    kept = {key: table[key] for key in ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")}
    glue.client.update_table(DatabaseName="shop", TableInput={**kept, "Description": "by hand"})
    job.run()
    assert glue.table("shop", "orders")["Description"] == "by hand"


def test_Glue_says_of_which_snapshot_a_table_is(job, glue):
    job.run()
    parameters = glue.table("shop", "orders")["Parameters"]
    plan = json.loads(s3_lake.read(job.minio, job.bucket, f"lake/_pg2athena/runs/{max(job.runs())}/plan.json"))
    assert parameters["pg2athena.snapshot_lsn"] == plan["snapshot"]["lsn"]
    assert parameters["compressionType"] == "none"


def test_What_the_plan_asks_changes_nothing(job, glue):
    assert_exit(run_pg2athena("plan", "--config", job.file(), env=job.environment), DONE)
    assert {call.operation for call in glue.calls} == {"GetTable"}


def test_A_table_of_others_is_taken_over_only_where_that_is_wanted(job, glue):
    glue.client.create_database(DatabaseInput={"Name": "shop"})
    glue.client.create_table(DatabaseName="shop", TableInput={
        "Name": "orders", "TableType": "EXTERNAL_TABLE", "Owner": "finance", "Parameters": {"team": "bi"},
        "StorageDescriptor": {"Location": "s3://elsewhere/", "Columns": [{"Name": "id", "Type": "int"}]}})
    job.refused("run", REFUSED, "pg2athena didn't make", "catalog.glue.adopt")
    assert glue.table("shop", "orders")["StorageDescriptor"]["Location"] == "s3://elsewhere/"
    assert job.runs() == []
    job.run(adopt=True)
    assert job.rows("orders", "id") == [1, 2, 3]
    table = glue.table("shop", "orders")
    assert (table["Owner"], table["Parameters"]["team"]) == ("finance", "bi")
    job.run()   # now it is ours


def test_A_view_of_Athena_is_left_alone(job, glue):
    glue.client.create_database(DatabaseInput={"Name": "shop"})
    glue.client.create_table(DatabaseName="shop", TableInput={"Name": "orders", "TableType": "VIRTUAL_VIEW"})
    job.refused("run", REFUSED, "is a view", adopt=True)


def test_Two_tables_that_would_be_one_in_Glue_are_refused(job, glue):
    job.database.execute("CREATE SCHEMA archive; CREATE TABLE archive.orders (id int)")
    job.refused("run", REFUSED, "public.orders", "archive.orders", "`as:`")
    job.tables = ["public.orders"]
    job.run()
    job.tables = ["archive.orders"]
    job.refused("run", REFUSED, "public.orders of this lake already", adopt=True)
    job.tables = ["public.orders", {"name": "archive.orders", "as": "orders_archive"}]
    job.run()
    assert glue.table("shop", "orders_archive")


@pytest.mark.parametrize("of", ["day", "month", "year"])
def test_Partitions_are_projected_into_the_folders_that_there_are(job, glue, of):
    job.tables = [{"name": "public.orders", "partition_by": {of: "at"}}]
    job.run()
    table = glue.table("shop", "orders")
    parameters = table["Parameters"]
    column = f"at_{of}"
    assert table["PartitionKeys"] == [{"Name": column, "Type": {"day": "date", "month": "string", "year": "int"}[of]}]
    assert parameters["projection.enabled"] == "true"
    rule = {"day": "range", "month": "values", "year": "range"}[of]
    assert parameters[f"projection.{column}.{rule}"] == {"day": "2026-02-01,2026-02-03", "month": "2026-02",
                                                         "year": "2026,2026"}[of]
    # Each value, put into the template, is a folder.
    template = parameters["storage.location.template"].removeprefix(f"s3://{job.bucket}/")
    values = {"day": ["2026-02-01", "2026-02-02", "2026-02-03"], "month": ["2026-02"], "year": ["2026"]}[of]
    for value in values:
        assert s3_lake.keys(job.minio, job.bucket, template.replace(f"${{{column}}}", value))
    assert len(job.rows("orders", "id")) == 3


def test_Texts_are_projected_as_a_list(job, glue):
    job.database.execute("CREATE TABLE c AS SELECT * FROM (VALUES ('DE', 1), ('Österreich', 2), ('DE', 3)) AS v (country, i)")
    job.tables = [{"name": "public.c", "partition_by": {"value": "country"}}]
    job.run()
    assert glue.table("shop", "c")["Parameters"]["projection.country_value.values"] == "DE,Österreich"


@pytest.mark.parametrize("value, mention", [("NULL", "NULL"), ("''", "NULL"), ("'a,b'", "a,b"), ("'a/b'", "a/b"),
                                            ("'$0-10'", "$0-10"), ("E'a\\u3000'", "a\u3000")])
def test_What_a_projection_would_leave_out_is_never_lost_silently(job, glue, value, mention):
    job.database.execute(f"CREATE TABLE c AS SELECT * FROM (VALUES ('DE', 1), ({value}, 2)) AS v (country, i)")
    job.tables = [{"name": "public.c", "partition_by": {"value": "country"}}]
    job.refused("run", REFUSED, mention, "country")
    assert glue.table("shop", "c") is None
    assert len(glue.seen("GetTable")) == 1, "it was found while it was read, not before the decision"
    assert s3_lake.data(job.minio, job.bucket, "lake") == []


def test_What_can_t_be_projected_is_in_the_default_s_partition(job, glue):
    job.database.execute("CREATE TABLE c AS SELECT * FROM (VALUES ('DE', 1), (NULL, 2), ('', 3), ('a,b', 4), ('a/b', 5), ('$0', 6),"
                         " (' x', 7), ('unknown', 8)) AS v (country, i)")
    job.tables = [{"name": "public.c", "partition_by": {"value": "country", "default": "unknown"}}]
    job.run()
    assert glue.table("shop", "c")["Parameters"]["projection.country_value.values"] == "DE,unknown"
    keys = s3_lake.data(job.minio, job.bucket, "lake")
    assert {key.split("/")[-2] for key in keys} == {"country_value=DE", "country_value=unknown"}
    assert job.rows("c", "i") == [1, 2, 3, 4, 5, 6, 7, 8]


def test_Days_of_another_calendar_may_be_in_the_default_s_partition(job, glue):
    job.database.execute("INSERT INTO orders VALUES (4, 1, '1582-10-14 12:00+00'), (5, 1, NULL), (6, 1, '0044-03-15 BC')")
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at", "default": "2026-01-01"}}]
    job.run()
    assert glue.table("shop", "orders")["Parameters"]["projection.at_day.range"] == "2026-01-01,2026-02-03"


def test_A_default_that_can_t_be_projected_is_refused_by_the_plan(job, glue):
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at", "default": "1500-01-01"}}]
    for command in ("plan", "run"):
        job.refused(command, REFUSED, "no place for the default 1500-01-01", "calendar")
    assert job.runs() == []


def test_The_plan_warns_of_a_partition_column_that_may_be_NULL(job):
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at"}}]
    warning = "at may be NULL, and the catalog has no partition for that"

    def plan():
        return assert_exit(run_pg2athena("plan", "--config", job.file(), env=job.environment), DONE).stdout
    assert warning in " ".join(plan().split())
    job.database.execute("ALTER TABLE orders ALTER at SET NOT NULL")
    assert warning not in " ".join(plan().split())


@pytest.mark.parametrize("column, by, far, near", [("at", "day", "1970-01-01", "2026-01-01"), ("number", "value", "0", "999999")])
def test_The_plan_warns_of_a_default_that_lies_far_from_the_values(job, column, by, far, near):
    """A run would be refused when the table was read: it looks for all that lie between."""
    job.database.execute("ALTER TABLE orders ADD COLUMN number int; UPDATE orders SET number = 1000000 + id;"
                         "INSERT INTO orders VALUES (9); ANALYZE orders")
    warning = f"the default {far} of partition_by lies far from the values"

    def plan(**partition_by):
        job.tables = [{"name": "public.orders", "partition_by": partition_by}]
        return " ".join(assert_exit(run_pg2athena("plan", "--config", job.file(), env=job.environment), DONE).stdout.split())
    assert warning in plan(**{by: column, "default": far})
    job.refused("run", REFUSED, "lie so far apart")
    assert "far from" not in plan(**{by: column, "default": near})
    assert "far from" not in plan(**{by: column, "default": far, "catalog": "registered"})
    job.run()


def test_Days_that_a_projection_counts_by_another_calendar_are_refused(job, glue):
    job.database.execute("INSERT INTO orders VALUES (4, 1, '1582-10-14 12:00+00')")
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at"}}]
    job.refused("run", REFUSED, "1582-10-14", "calendar")
    assert glue.table("shop", "orders") is None


def test_An_empty_partitioned_table_is_empty(job, glue):
    job.database.execute("DELETE FROM orders")
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at"}}]
    job.run()
    parameters = glue.table("shop", "orders")["Parameters"]
    folder = parameters["storage.location.template"].replace("${at_day}", "1970-01-01").removeprefix(f"s3://{job.bucket}/")
    assert parameters["projection.at_day.range"] == "1970-01-01,1970-01-02"
    assert s3_lake.keys(job.minio, job.bucket, folder) == []


def test_Injected_partitions_are_not_listed(job, glue):
    job.database.execute("CREATE TABLE c AS SELECT i AS id, i % 3 AS n, (ARRAY['a,b', 'x', NULL])[1 + i % 3] AS name"
                         " FROM generate_series(1, 6) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": "name", "catalog": "injected", "default": "none"}}]
    job.run()
    table = glue.table("shop", "c")
    assert {name: value for name, value in table["Parameters"].items() if name.startswith("projection")} == {
        "projection.enabled": "true", "projection.name_value.type": "injected"}
    assert table["Parameters"]["storage.location.template"].endswith("/name_value=${name_value}/")
    assert {key.split("/")[-2] for key in s3_lake.data(job.minio, job.bucket, "lake")} == {
        "name_value=a,b", "name_value=x", "name_value=none"}
    # Athena injects into texts only.
    job.tables = [{"name": "public.c", "as": "numbers", "partition_by": {"value": "n"}}]
    job.run(partitions="injected")
    assert glue.table("shop", "numbers")["PartitionKeys"] == [{"Name": "n_value", "Type": "string"}]


@pytest.mark.parametrize("value, mention", [("NULL", "can't name NULL"), ("'a/b'", "a/b"), ("'$0'", "$0"), ("' a'", "blanks")])
def test_What_a_query_could_not_inject_is_refused(job, glue, value, mention):
    job.database.execute(f"CREATE TABLE c AS SELECT {value} AS name")
    job.tables = [{"name": "public.c", "partition_by": {"value": "name"}}]
    job.refused("run", REFUSED, mention, "default", partitions="injected")
    assert glue.table("shop", "c") is None


# Faults

@pytest.mark.parametrize("fault, operation, times", [
    (Refuse("ThrottlingException"), "UpdateTable", 3),
    (Refuse("ConcurrentModificationException"), "UpdateTable", 3),
    (Refuse("InternalServiceException", 500), "GetTable", 2),
    (Lose(after_effect=True), "UpdateTable", 1),
    (Lose(after_effect=False), "UpdateTable", 1),
    (Lose(after_effect=True), "CreateTable", 1),
    (Lose(after_effect=False), "CreateTable", 1),
    (Lose(after_effect=True), "CreateDatabase", 1),
])
def test_What_passes_is_waited_out(job, glue, fault, operation, times):
    if operation != "CreateTable" and operation != "CreateDatabase":
        job.run()
    rule = glue.add(fault, operation, times=times)
    job.run()
    assert rule.seen > times, "it never came again"
    assert job.rows("orders", "id") == [1, 2, 3]
    assert glue.run_id("shop", "orders") == max(job.runs())


def test_Who_changed_the_table_meanwhile_keeps_what_was_changed(job, glue):
    job.run()

    def comment():
        table = glue.table("shop", "orders")
        kept = {key: table[key] for key in ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")}
        glue.client.update_table(DatabaseName="shop", TableInput={**kept, "Description": "for the board"})
    glue.add(Meanwhile(comment), "UpdateTable")
    job.run()
    assert glue.table("shop", "orders")["Description"] == "for the board"
    assert glue.run_id("shop", "orders") == max(job.runs())


def test_A_table_dropped_meanwhile_is_made_again(job, glue):
    job.run()
    glue.add(Meanwhile(lambda: glue.client.delete_table(DatabaseName="shop", Name="orders")), "UpdateTable")
    job.run()
    assert job.rows("orders", "id") == [1, 2, 3]


def test_Without_a_right_the_table_stays_as_it_was_and_publish_goes_on(job, glue):
    job.run()
    before = glue.run_id("shop", "orders")
    glue.add(Refuse("AccessDeniedException", message="not authorized to perform: glue:UpdateTable"), "UpdateTable", times=None)
    result = run_pg2athena("run", "--config", job.file(), env=job.environment)
    assert_error(result, REFUSED, "glue:UpdateTable", "pg2athena publish")
    assert result.stderr.count("error: ") == 1 and "ERROR" not in result.stderr, "it is said once"
    assert f"table public.orders, run_id {max(job.runs())}" in result.stderr.replace("where: ", "")
    assert glue.run_id("shop", "orders") == before
    assert job.rows("orders", "id") == [1, 2, 3], "the files of the run that Glue shows are there"
    glue.clear()
    # Who doesn't name the catalog finishes nothing.
    without = run_pg2athena("publish", f"s3://{job.bucket}/lake", env=job.environment)
    assert_error(without, USAGE, "Glue's database shop", "catalog.glue.database")
    assert glue.run_id("shop", "orders") == before
    assert_exit(job.publish(), DONE)
    assert glue.run_id("shop", "orders") == max(job.runs())


def test_A_run_that_could_not_show_its_tables_ends_as_failed_in_the_JSON_log(job, glue):
    job.run()
    glue.add(Refuse("AccessDeniedException", message="not authorized to perform: glue:UpdateTable"), "UpdateTable", times=None)
    for options in ([], ["--quiet"]):
        result = run_pg2athena("run", "--config", job.file(), "--log-format", "json", *options, env=job.environment)
        assert_exit(result, REFUSED)
        events = [json.loads(line) for line in result.stderr.splitlines()]
        run = max(job.runs())
        last = events[-1]
        assert (last["event"], last["level"], last["kind"]) == ("failed", "error", "permission_denied")
        assert (last["table"], last["run_id"]) == ("public.orders", run)
        assert [event["event"] for event in events if event["level"] == "error"] == ["failed"]
        assert options or "table_not_published" in [event["event"] for event in events]
    # publish names the run of each error.
    published = run_pg2athena("publish", "--config", job.file(), env=job.environment)
    assert published.returncode == REFUSED and f"run_id {run}" in published.stderr


def test_The_DDL_takes_its_database_from_the_configuration(job):
    job.run()
    said = assert_exit(run_pg2athena("ddl", "--config", job.file(), env=job.environment), DONE).stdout
    assert "CREATE EXTERNAL TABLE `shop`.`orders`" in said
    said = assert_exit(run_pg2athena("ddl", "--config", job.file(), "--database", "other", env=job.environment), DONE).stdout
    assert "CREATE EXTERNAL TABLE `other`.`orders`" in said


def test_Without_the_right_to_look_nothing_is_read(job, glue):
    glue.add(Refuse("AccessDeniedException"), "GetTable", times=None)
    job.refused("run", REFUSED, "glue:GetTable")
    assert job.runs() == []


def test_A_run_that_was_read_is_not_given_up_because_Glue_can_t_be_asked(job, glue):
    job.run()
    # The look for the plan goes well; then there is none any more.
    glue.add(Refuse("AccessDeniedException"), "GetTable", nth=2, times=None)
    result = run_pg2athena("run", "--config", job.file(), env=job.environment)
    assert_error(result, REFUSED, "pg2athena publish")
    glue.clear()
    assert_exit(job.publish(), DONE)
    assert glue.run_id("shop", "orders") == max(job.runs())
    assert len(job.runs()) == 2


def test_A_run_that_leaves_the_catalog_behind_says_so(job, glue):
    job.run()
    before = glue.run_id("shop", "orders")
    file = s3_lake.job(job.folder, job.database, f"s3://{job.bucket}/lake")
    result = assert_exit(run_pg2athena("run", "--config", file, env=job.environment), DONE)
    assert "public.orders was published to the catalog glue::us-east-1:shop" in result.stderr and before in result.stderr


def test_When_nobody_knows_that_is_said_and_nothing_is_removed(job, glue):
    job.run()
    glue.add(Lose(), "UpdateTable", times=None)
    # The looks for the plan, before the decision and before the update go well; the one behind it doesn't.
    glue.add(Lose(), "GetTable", nth=4, times=None)
    result = run_pg2athena("run", "--config", job.file(), env=job.environment)
    assert_error(result, COMMIT_UNKNOWN, "nobody knows whether Glue shows the run", "pg2athena publish")
    glue.clear()
    assert len(job.rows("orders", "id")) == 3
    assert_exit(job.publish(), DONE)
    assert glue.run_id("shop", "orders") == max(job.runs())


@pytest.mark.parametrize("in_its_place", [True, False])
def test_A_run_killed_while_it_tells_Glue_is_shown_by_the_next(job, glue, in_its_place):
    job.run()
    before = glue.run_id("shop", "orders")
    job.database.execute("INSERT INTO orders VALUES (4)")
    process = start_pg2athena("run", "--config", job.file(), env=job.environment)
    glue.add(Meanwhile(process.kill, in_its_place), "UpdateTable")
    assert finish(process, 60).returncode == -signal.SIGKILL
    killed = max(job.runs())
    assert glue.run_id("shop", "orders") == (before if in_its_place else killed)
    assert job.rows("orders", "id") == ([1, 2, 3] if in_its_place else [1, 2, 3, 4])
    assert_exit(job.publish(), DONE)
    assert glue.run_id("shop", "orders") == killed
    assert job.rows("orders", "id") == [1, 2, 3, 4]


def test_Two_runs_at_once_leave_one_of_them_whole(job, glue):
    job.run()
    processes = [start_pg2athena("run", "--config", job.file(), env=job.environment) for _ in range(2)]
    codes = [finish(process, 60).returncode for process in processes]
    assert DONE in codes
    assert job.rows("orders", "id") == [1, 2, 3]
    shown = s3_lake.published(job.minio, job.bucket, "lake")["public.orders"]
    assert glue.run_id("shop", "orders") == shown


def test_A_reader_in_a_loop_never_sees_half_a_run(job, glue):
    job.database.execute("CREATE TABLE counter AS SELECT 0 AS run, i FROM generate_series(1, 100) AS i")
    job.tables = ["public.counter"]
    job.run()
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            seen.append(job.rows("counter", "run"))
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for run in range(1, 11):
            job.database.execute(f"UPDATE counter SET run = {run}")
            job.run()
    finally:
        stop.set()
        reader.join()
    assert len(seen) > 10
    assert all(len(values) == 100 and len(set(values)) == 1 for values in seen)
    assert [values[0] for values in seen] == sorted(values[0] for values in seen)


def test_A_plan_holds_no_lock_while_it_asks_Glue(job, glue):
    def alter():
        job.database.execute("SET lock_timeout = '10s'; ALTER TABLE orders ADD COLUMN note text")
    glue.add(Meanwhile(alter), "GetTable")
    assert_exit(run_pg2athena("plan", "--config", job.file(), env=job.environment), DONE)
    assert "note" in [name for name, in job.database.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0")]
