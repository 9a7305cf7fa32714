"""Partitions that are registered in Glue one by one: what is there after each run, in which order it comes, and what is left
when things break in the middle."""
import signal

import pytest

from harness import s3_lake
from harness.glue import Lose, Meanwhile, Partly, Refuse
from harness.program import (DONE, REFUSED, assert_error, assert_exit, finish, run_pg2athena, start_pg2athena)

ODD = ["DE", "a,b", "a/b", "$0-10", " x ", "ö%20", "__null", "O'Neil", 'q"q']


@pytest.fixture
def registered(job, glue):
    job.database.execute("CREATE TABLE c (id int, n int, country text)")
    for i, value in enumerate([*ODD, None]):
        job.database.execute("INSERT INTO c VALUES (%s, 1, %s)", (i, value))
    job.tables = [{"name": "public.c", "partition_by": {"value": "country", "catalog": "registered"}}]
    return job


def by_country(job) -> dict[str, list]:
    """As PostgreSQL has them."""
    rows = job.database.query("SELECT coalesce(nullif(country, ''), '__HIVE_DEFAULT_PARTITION__'), array_agg(id ORDER BY id)"
                              " FROM c GROUP BY 1")
    return dict(rows)


def assert_registered(job, glue):
    """Glue shows the newest run, whole, and nothing else."""
    run = max(job.runs())
    assert glue.run_id("shop", "c") == run
    assert job.partition_rows("c", "id") == by_country(job)
    columns = glue.table("shop", "c")["StorageDescriptor"]["Columns"]
    for descriptor in glue.partitions("shop", "c").values():
        assert f"/data/{run}/" in descriptor["Location"]
        assert descriptor["Columns"] == columns


CHANGE = "DELETE FROM c WHERE country = 'a,b'; INSERT INTO c VALUES (100, 1, 'new'), (101, 1, 'DE'), (102, 1, '')"


def test_Every_value_can_be_registered_NULL_too(registered, glue):
    registered.run()
    assert_registered(registered, glue)
    parameters = glue.table("shop", "c")["Parameters"]
    assert not [name for name in parameters if name.startswith(("projection.", "storage."))]


def test_Registered_partitions_are_made_moved_and_removed(registered, glue):
    registered.run()
    glue.clear()
    registered.database.execute(CHANGE)
    registered.run()
    assert_registered(registered, glue)
    changes = [call for call in glue.calls if not call.operation.startswith("Get")]
    assert [call.operation for call in changes] == ["BatchCreatePartition", "BatchUpdatePartition", "BatchDeletePartition",
                                                    "UpdateTable"]
    glue.clear()
    registered.run()
    assert [call.operation for call in glue.calls if not call.operation.startswith("Get")] == ["BatchUpdatePartition", "UpdateTable"]


def test_The_plan_says_that_such_a_table_is_switched_partition_by_partition(registered, glue):
    result = assert_exit(run_pg2athena("plan", "--config", registered.file(), env=registered.environment), DONE)
    assert "its partitions are registered one by one" in " ".join(result.stdout.split())
    assert [call.operation for call in glue.calls] == ["GetTable", "GetPartitions"]
    assert glue.calls[1].input["MaxResults"] == 1, "it is the right that is asked for"
    assert "one by one" not in registered.run().stderr, "who chose it knows it each night"


def test_Many_partitions_come_in_batches_and_pages(job, glue):
    glue.page = 30
    job.database.execute("CREATE TABLE c AS SELECT i AS id, 1 AS n, i AS country FROM generate_series(1, 230) AS i")
    job.tables = [{"name": "public.c", "partition_by": {"value": "country"}}]
    job.run(partitions="registered")
    job.database.execute("UPDATE c SET country = country + 100")
    job.run(partitions="registered")
    assert job.partition_rows("c", "id") == {str(i + 100): [i] for i in range(1, 231)}
    sizes = {operation: [len(call.input[entries]) for call in glue.seen(operation)] for operation, entries in [
        ("BatchCreatePartition", "PartitionInputList"), ("BatchUpdatePartition", "Entries"),
        ("BatchDeletePartition", "PartitionsToDelete")]}
    assert sizes == {"BatchCreatePartition": [100, 100, 30, 100], "BatchUpdatePartition": [100, 30],
                     "BatchDeletePartition": [25, 25, 25, 25]}


def test_A_registered_table_without_rows_has_no_partitions(registered, glue):
    registered.run()
    registered.database.execute("TRUNCATE c")
    registered.run()
    assert glue.partitions("shop", "c") == {}
    assert glue.run_id("shop", "c") == max(registered.runs())


def test_Columns_grow_in_the_table_before_they_do_in_its_partitions(registered, glue):
    registered.run()
    before = glue.run_id("shop", "c")
    registered.database.execute("ALTER TABLE c ALTER n TYPE bigint, ADD note text DEFAULT 'x'")
    seen = []

    def look():
        seen.append((glue.run_id("shop", "c"), glue.columns("shop", "c")["n"],
                     {descriptor["Columns"][1]["Type"] for descriptor in glue.partitions("shop", "c").values()}))
    glue.add(Meanwhile(look), "BatchUpdatePartition")
    registered.run()
    assert seen == [(before, "bigint", {"int"})]
    assert_registered(registered, glue)


def test_A_table_may_register_its_partitions_and_project_them_again(registered, glue):
    registered.database.execute("DELETE FROM c WHERE country IS NULL OR country <> 'DE'")

    def projected():
        return glue.table("shop", "c")["Parameters"].get("projection.enabled")
    seen = []
    glue.add(Meanwhile(lambda: seen.append(projected())), "BatchCreatePartition", times=None)
    glue.add(Meanwhile(lambda: seen.append(projected())), "BatchDeletePartition", times=None)
    ways = ["projection", "registered", "projection", "registered"]
    for way in ways:
        registered.tables = [{"name": "public.c", "partition_by": {"value": "country", "catalog": way}}]
        registered.run()
        assert projected() == ("true" if way == "projection" else None)
        if way == "projection":
            assert glue.partitions("shop", "c") == {}
        else:
            assert_registered(registered, glue)
    assert seen == ["true"] * 3, "Athena goes by the projection while partitions come and go"


def test_Partitions_of_a_table_that_is_taken_over_make_way(registered, glue):
    glue.client.create_database(DatabaseInput={"Name": "shop"})
    glue.client.create_table(DatabaseName="shop", TableInput={
        "Name": "c", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [{"Name": "country_value", "Type": "string"}],
        "StorageDescriptor": {"Location": "s3://elsewhere/", "Columns": [{"Name": "id", "Type": "int"}]}})
    glue.client.create_partition(DatabaseName="shop", TableName="c", PartitionInput={
        "Values": ["old"], "StorageDescriptor": {"Location": "s3://elsewhere/old/", "Columns": []}})
    registered.run(adopt=True)
    assert_registered(registered, glue)


BATCH = ["BatchCreatePartition", "BatchUpdatePartition", "BatchDeletePartition"]


@pytest.mark.parametrize("operation", [*BATCH, "GetPartitions", "UpdateTable"])
@pytest.mark.parametrize("fault, times", [(Refuse("ThrottlingException"), 2), (Refuse("ConcurrentModificationException"), 2),
                                          (Refuse("InternalServiceException", 500), 2), (Lose(after_effect=True), 1),
                                          (Lose(after_effect=False), 1)], ids=str)
def test_What_passes_is_waited_out_by_registered_partitions(registered, glue, operation, fault, times):
    if operation == "GetPartitions" and fault == Refuse("ConcurrentModificationException"):
        pytest.skip("it doesn't say so")
    registered.run()
    registered.database.execute(CHANGE)
    rule = glue.add(fault, operation, times=times)
    registered.run()
    assert rule.seen > times, "it never came again"
    assert_registered(registered, glue)


# The first is before the source is read.
def test_Without_the_right_to_look_at_partitions_nothing_is_read(registered, glue):
    glue.add(Refuse("AccessDeniedException", message="not authorized to perform: glue:GetPartitions"), "GetPartitions", times=None)
    result = run_pg2athena("run", "--config", registered.file(), env=registered.environment)
    assert_error(result, REFUSED, "glue:GetPartitions")
    assert not registered.runs() and not glue.seen("CreateTable")


# Which of a run's calls is in the middle of its switch: it looks before it reads, and before it decides, too.
def of_the_switch(operation):
    return 3 if operation == "GetPartitions" else 1


@pytest.mark.parametrize("operation", BATCH)
@pytest.mark.parametrize("code", ["InternalServiceException", "AlreadyExistsException", "EntityNotFoundException",
                                  "ConcurrentModificationException", "ThrottlingException"])
@pytest.mark.parametrize("done", [0, 1])
def test_A_batch_that_is_done_in_part_is_done_with_the_next(registered, glue, operation, code, done):
    registered.run()
    registered.database.execute(CHANGE + "; DELETE FROM c WHERE country = '$0-10'; INSERT INTO c VALUES (103, 1, 'more')")
    glue.add(Partly(done, code), operation)
    registered.run()
    assert_registered(registered, glue)


@pytest.mark.parametrize("operation", [*BATCH, "GetPartitions"])
def test_Without_a_right_on_partitions_publish_goes_on_later(registered, glue, operation):
    registered.run()
    before = glue.run_id("shop", "c")
    registered.database.execute(CHANGE)
    glue.add(Refuse("AccessDeniedException", message=f"not authorized to perform: glue:{operation}"), operation,
             of_the_switch(operation), times=None)
    result = run_pg2athena("run", "--config", registered.file(), env=registered.environment)
    assert_error(result, REFUSED, f"glue:{operation}", "pg2athena publish")
    assert glue.run_id("shop", "c") == before
    assert registered.partition_rows("c", "id"), "what is shown is there"
    glue.clear()
    assert_exit(registered.publish(), DONE)
    assert_registered(registered, glue)


@pytest.mark.parametrize("operation", [*BATCH, "GetPartitions", "UpdateTable"])
def test_A_registered_table_dropped_meanwhile_is_made_again(registered, glue, operation):
    registered.run()
    registered.database.execute(CHANGE)
    glue.add(Meanwhile(lambda: glue.client.delete_table(DatabaseName="shop", Name="c")), operation, of_the_switch(operation))
    registered.run()
    assert_registered(registered, glue)


@pytest.mark.parametrize("operation", [*BATCH, "UpdateTable"])
@pytest.mark.parametrize("in_its_place", [True, False])
def test_A_run_killed_between_the_steps_is_finished_by_publish(registered, glue, operation, in_its_place):
    registered.run()
    before = glue.run_id("shop", "c")
    registered.database.execute(CHANGE)
    process = start_pg2athena("run", "--config", registered.file(), env=registered.environment)
    glue.add(Meanwhile(process.kill, in_its_place), operation)
    assert finish(process, 60).returncode == -signal.SIGKILL
    with glue.lock:
        pass    # what was sent has had its effect
    last = operation == "UpdateTable" and not in_its_place
    assert glue.run_id("shop", "c") == (max(registered.runs()) if last else before)
    assert_exit(registered.publish(), DONE)
    assert_registered(registered, glue)


def test_Partitions_that_somebody_added_or_moved_meanwhile_are_put_right(registered, glue):
    registered.run()

    def meddle():
        glue.client.create_partition(DatabaseName="shop", TableName="c", PartitionInput={
            "Values": ["x"], "StorageDescriptor": {"Location": "s3://elsewhere/x/", "Columns": []}})
    glue.add(Meanwhile(meddle), "BatchUpdatePartition")
    registered.run()
    assert_registered(registered, glue)


def test_Two_runs_at_once_leave_one_of_them_whole_with_registered_partitions(registered, glue):
    registered.run()
    for _ in range(3):
        processes = [start_pg2athena("run", "--config", registered.file(), env=registered.environment) for _ in range(2)]
        codes = [finish(process, 60).returncode for process in processes]
        assert DONE in codes
        shown = s3_lake.published(registered.minio, registered.bucket, "lake")["public.c"]
        assert glue.run_id("shop", "c") == shown
        assert {descriptor["Location"].split("/")[6] for descriptor in glue.partitions("shop", "c").values()} == {shown}


# Whoever comes later tells Glue while the earlier one is in the middle of it.
@pytest.mark.parametrize("operation", [*BATCH, "GetPartitions", "UpdateTable"])
def test_An_older_run_is_never_left_behind_a_newer_one(registered, glue, operation):
    registered.run()
    registered.database.execute(CHANGE)
    newer = []

    def run_newer():
        # Without the lock by which the server keeps the second of them away. (The front answers one call at a time: the newer
        # run asks past it.)
        registered.database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                    " AND application_name LIKE 'pg2athena%'")
        registered.database.execute("INSERT INTO c VALUES (200, 1, 'newest'); DELETE FROM c WHERE country = 'new'")
        environment = {**registered.environment, "AWS_ENDPOINT_URL_GLUE": glue.moto.url}
        newer.append(run_pg2athena("run", "--config", registered.file(), env=environment))
    glue.add(Meanwhile(run_newer), operation, of_the_switch(operation))
    result = run_pg2athena("run", "--config", registered.file(), env=registered.environment)
    assert_exit(newer[0], DONE)
    assert_exit(result, DONE)
    assert_registered(registered, glue)
