"""The Pagila sample database: views, partitions, enums, domains, arrays, tsvector, an unpopulated materialized view."""
import pytest

from harness import oracle
from harness.lake import published
from harness.paths import pagila
from harness.program import DONE, assert_exit, export, run_pg2athena
from harness.verification import assert_verifies

# Leaves of a partitioned table arrive with it, as one table of the lake.
EXPECTED_RELATIONS = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
    ORDER BY 1"""


@pytest.fixture(scope="module")
def pagila_database(cluster):
    file = pagila()
    with cluster.database("pagila") as database:
        database.run_file(file)
        database.execute("ANALYZE")
        # The dump ends with an empty search_path for its own session only; this one is for what comes after.
        yield database


def test_An_unpopulated_materialized_view_is_skipped_with_a_warning(pagila_database, lake):
    assert not pagila_database.value("SELECT relispopulated FROM pg_class WHERE relname = 'rental_by_category'")
    plan = assert_exit(run_pg2athena("plan", pagila_database.url, lake), DONE)
    said = plan.stdout + plan.stderr
    assert "rental_by_category" in said and "populated" in said, said
    assert not lake.exists() or not published(lake), "plan writes nothing"

    export(pagila_database, lake)
    assert "public.rental_by_category" not in published(lake)
    assert "public.film" in published(lake)


def test_Every_table_and_view_arrives_with_every_value(pagila_database, lake):
    pagila_database.execute("REFRESH MATERIALIZED VIEW public.rental_by_category")
    export(pagila_database, lake)
    relations = [name for name, in pagila_database.query(EXPECTED_RELATIONS)]
    assert set(published(lake)) == {f"public.{name}" for name in relations}
    for name in relations:
        oracle.assert_arrived(pagila_database, lake, "public", name)
    assert_verifies(lake)


def test_A_partition_is_exported_alone_when_it_is_named(pagila_database, lake):
    export(pagila_database, lake, "--table", "public.payment_p2022_03")
    assert set(published(lake)) == {"public.payment_p2022_03"}
    assert oracle.assert_arrived(pagila_database, lake, "public", "payment_p2022_03") > 0
