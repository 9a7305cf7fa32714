"""`pg2athena gc` and AWS Glue: what its tables lead to, or may lead to, is never removed."""
import json

import pytest

from harness import s3_lake
from harness.glue import Refuse
from harness.old_runs import to_go, told
from harness.program import DONE, REFUSED, assert_error, assert_exit, run_pg2athena

ORDERS = "public.orders"
REFUSAL = Refuse("AccessDeniedException", message="not authorized to perform: glue:UpdateTable")


@pytest.fixture
def gc(job):
    """What the command says; with the catalog in its configuration, or without."""
    def gc(*options, catalog=True, code=DONE) -> dict:
        lake = ["--config", job.file()] if catalog else [f"s3://{job.bucket}/lake"]
        result = run_pg2athena("gc", *lake, "--keep-for", "0", "--output", "json", *options, env=job.environment)
        return json.loads(assert_exit(result, code).stdout)
    return gc


def ran(job) -> str:
    """The id of a run that told Glue."""
    job.run()
    return max(job.runs())


def ran_without_catalog(job) -> str:
    file = s3_lake.job(job.folder, job.database, f"s3://{job.bucket}/lake")
    assert_exit(run_pg2athena("run", "--config", file, env=job.environment), DONE)
    return max(job.runs())


def keys(job) -> list[str]:
    return s3_lake.keys(job.minio, job.bucket)


@pytest.mark.parametrize("catalog", [True, False])
def test_What_Glue_has_left_goes(job, glue, gc, catalog):
    first, second = ran(job), ran(job)
    glue.clear()
    report = gc("--delete", catalog=catalog)
    assert told(report) == {(first, ORDERS): "old", (second, ORDERS): "shown"}
    # Once to look, once before anything goes.
    assert [call.operation for call in glue.calls] == (["GetTable"] * 2 if catalog else [])
    assert job.rows("orders", "id") == [1, 2, 3]
    assert not [key for key in keys(job) if key.startswith(f"lake/{ORDERS}/data/{first}/")]


@pytest.mark.parametrize("catalog", [True, False])
def test_An_older_run_that_Glue_still_shows_is_kept(job, glue, gc, catalog):
    oldest, shown = ran(job), ran(job)
    glue.add(REFUSAL, "UpdateTable", times=None)
    for _ in range(2):
        assert_error(run_pg2athena("run", "--config", job.file(), env=job.environment), REFUSED, "glue:UpdateTable")
    assert glue.run_id("shop", "orders") == shown
    assert told(gc("--delete", catalog=catalog)) == {(oldest, ORDERS): "old", (shown, ORDERS): "not_finished"}
    assert job.rows("orders", "id") == [1, 2, 3]
    glue.clear()
    assert_exit(job.publish(), DONE)
    assert told(gc("--delete", catalog=catalog))[shown, ORDERS] == "old"
    assert job.rows("orders", "id") == [1, 2, 3]


def test_A_catalog_that_a_run_left_behind_is_asked_or_feared(job, glue, gc):
    shown, later, last = ran(job), ran_without_catalog(job), ran_without_catalog(job)
    report = gc("--delete", catalog=False)
    assert told(report) == {(shown, ORDERS): "may_be_shown", (later, ORDERS): "may_be_shown", (last, ORDERS): "shown"}
    assert report["published_runs"][0]["tables"][0]["catalog"] == "glue::us-east-1:shop"
    said = assert_exit(run_pg2athena("gc", f"s3://{job.bucket}/lake", env=job.environment), DONE).stdout
    assert "glue::us-east-1:shop may show it: kept" in said and "--config" in said
    assert told(gc("--delete")) == {(shown, ORDERS): "led_to", (later, ORDERS): "old", (last, ORDERS): "shown"}
    assert job.rows("orders", "id") == [1, 2, 3]
    # Once Glue has caught up, what it showed goes.
    job.run()
    assert to_go(gc(catalog=False)) == {(run, part) for run in (shown, last) for part in (ORDERS, "")}


@pytest.mark.parametrize("how", ["location", "template"])
def test_What_somebody_had_Glue_show_is_kept(job, glue, gc, how):
    job.tables = [{"name": "public.orders", "partition_by": {"day": "at"}}] if how == "template" else None
    first, second = ran(job), ran(job)
    table = glue.table("shop", "orders")
    if how == "location":
        table["StorageDescriptor"]["Location"] = table["StorageDescriptor"]["Location"].replace(second, first).rstrip("/")
    else:
        template = table["Parameters"]["storage.location.template"]
        table["Parameters"]["storage.location.template"] = template.replace(second, first)
    kept = {key: table[key] for key in ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")}
    glue.client.update_table(DatabaseName="shop", TableInput=kept)
    before = keys(job)
    assert told(gc("--delete")) == {(first, ORDERS): "led_to", (second, ORDERS): "shown"}
    assert keys(job) == before


def test_When_Glue_can_t_be_asked_nothing_goes(job, glue, gc):
    ran(job), ran(job)
    before = keys(job)
    # In the search, or later, when it is asked once more.
    for nth, status in [(1, "failed"), (2, "partly_removed")]:
        glue.clear()
        glue.add(Refuse("AccessDeniedException", message="not authorized to perform: glue:GetTable"), "GetTable", nth=nth,
                 times=None)
        result = run_pg2athena("gc", "--config", job.file(), "--keep-for", "0", "--delete", "--output", "json",
                               env=job.environment)
        assert_error(result, REFUSED, "glue:GetTable", "nothing of it was removed")
        assert json.loads(result.stdout)["status"] == status
        assert keys(job) == before
    glue.clear()
    assert gc("--delete")["status"] == "removed"


def test_A_table_that_was_dropped_in_Glue_holds_nothing(job, glue, gc):
    first, _ = ran(job), ran(job)
    glue.client.delete_table(DatabaseName="shop", Name="orders")
    assert to_go(gc("--delete")) == {(first, ORDERS), (first, "")}
    job.run()
    assert job.rows("orders", "id") == [1, 2, 3]
