"""Filters: a row must not get lost because statistics, a page index, a Bloom filter or a dictionary say that it can't be
there; and what can't be there isn't read."""
import datetime
import re

import datafusion
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from parquet.conftest import MODERN
from parquet.generated_files import File
from parquet.metadata_checks import EPOCH, EPOCH_DATE, MICROSECOND
from parquet.plain_values import arrow_field

FILTERED = ["decimals", "dictionary_fallback", "every_type_nullable", "extremes", "floats", "many_row_groups",
            "null_patterns", "runs_and_widths", "small_pages_by_bytes", "sorted_row_groups", "string_bounds",
            "string_lengths"]
FILTERED += MODERN


def comparable_values(file, index):
    """A column's values with floats as numbers again: here 0.0 and -0.0 are one, and NaN isn't itself."""
    values = file.values(index)
    if file.columns[index]["type"] in ("float", "double"):
        return [None if value is None else float.fromhex(value) for value in values]
    return values


def probes(values):
    """Some of the values to look for: the ends and a few between."""
    present = sorted({value for value in values if value is not None and value == value})
    step = max(1, len(present) // 4)
    return list(dict.fromkeys(present[:1] + present[::step] + present[-1:]))


def probed(file):
    """Each column with its values, and one of them to look for."""
    for i, column in enumerate(file.columns):
        if column["type"] != "boolean":
            values = comparable_values(file, i)
            for probe in probes(values):
                yield column, values, probe


def count(values, matches):
    return sum(1 for value in values if value is not None and matches(value))


@pytest.mark.parametrize("name", FILTERED)
def test_pyarrow_filters_find_every_row(name, folder):
    file = File(folder / f"{name}.parquet")
    for column, values, probe in probed(file):
        constant = pa.scalar(probe, type=arrow_field(column).type)
        field = pc.field(column["name"])
        for operator, matches, condition in (("==", lambda v: v == probe, field == constant),
                                             ("<=", lambda v: v <= probe, field <= constant),
                                             (">=", lambda v: v >= probe, field >= constant)):
            found = pq.read_table(file.path, columns=[column["name"]], filters=condition).num_rows
            assert found == count(values, matches), f"{column['name']} {operator} {probe!r}"


def duckdb_literal(kind, value):
    if kind == "string":
        return "'" + value.replace("'", "''") + "'"
    if kind == "binary":
        return "'" + "".join(f"\\x{byte:02x}" for byte in value) + "'::BLOB"
    if kind in ("float", "double"):
        return f"'{value!r}'::{kind}"
    if kind.startswith("decimal"):
        return f"'{value}'::{kind}"
    if kind == "date":
        return f"DATE '{EPOCH_DATE + datetime.timedelta(days=value)}'"
    if kind == "timestamp":
        return f"TIMESTAMP '{EPOCH + value * MICROSECOND}'"
    if kind == "timestamp_utc":
        return f"TIMESTAMPTZ '{EPOCH + value * MICROSECOND}+00'"
    if kind == "time":
        return f"TIME '{(EPOCH + value * MICROSECOND).time()}'"
    return str(value)


@pytest.mark.parametrize("name", FILTERED)
def test_duckdb_filters_find_every_row(name, folder):
    file = File(folder / f"{name}.parquet")
    for column, values, probe in probed(file):
        if isinstance(probe, str) and "\0" in probe:
            continue  # no literal of it in SQL
        literal = duckdb_literal(column["type"], probe)
        for operator, matches in (("=", lambda v: v == probe), ("<=", lambda v: v <= probe),
                                  (">=", lambda v: v >= probe or v != v)):  # DuckDB sorts NaN last
            query = f"""SELECT count(*) FROM read_parquet('{file.path}') WHERE "{column['name']}" {operator} {literal}"""
            found = duckdb.sql(query).fetchall()[0][0]
            assert found == count(values, matches), f"{column['name']} {operator} {probe!r}"


def datafusion_context(path):
    config = datafusion.SessionConfig().with_target_partitions(1)
    config = config.set("datafusion.execution.parquet.pushdown_filters", "true")
    context = datafusion.SessionContext(config)
    context.register_parquet("t", path)
    return context


@pytest.mark.parametrize("name", FILTERED)
def test_datafusion_filters_find_every_row(name, folder):
    """It is the reader that uses the page index and Bloom filters."""
    file = File(folder / f"{name}.parquet")
    table = datafusion_context(file.path).table("t")
    for column, values, probe in probed(file):
        constant = datafusion.lit(pa.scalar(probe, type=arrow_field(column).type))
        this = datafusion.col(f'"{column["name"]}"')
        for operator, matches, condition in (("=", lambda v: v == probe, this == constant),
                                             ("<=", lambda v: v <= probe, this <= constant),
                                             (">=", lambda v: v >= probe, this >= constant)):
            expected = count(values, matches)
            # DataFusion sorts NaN last, and leaves pages out by bounds that don't count NaN, as the format asks.
            nan = count(values, lambda v: v != v) if operator == ">=" else 0
            found = table.filter(condition).count()
            assert expected <= found <= expected + nan, f"{column['name']} {operator} {probe!r}"


def left(context, condition):
    """How much DataFusion left to read of what there is, by each kind of pruning: {"page_index_pages": (50, 1), …}."""
    plan = str(context.sql(f"EXPLAIN ANALYZE SELECT * FROM t WHERE {condition}").to_pylist())
    found = re.findall(r"(\w+)_pruned(?:_(\w+))?=(\d+) total → (\d+) matched", plan)
    return {f"{what} {how}".strip(): (int(total), int(matched)) for what, how, total, matched in found}


def test_the_page_index_leaves_pages_out(folder):
    context = datafusion_context(folder / "runs_and_widths_modern.parquet")
    assert left(context, "sorted = 500")["page_index_pages"] == (50, 1)


def test_Bloom_filters_leave_row_groups_out(folder):
    """For a value between the bounds that isn't there."""
    path = folder / "every_type_nullable_modern.parquet"
    column = next(c["name"] for c in File(path).columns if c["type"] == "int64")
    assert left(datafusion_context(path), f"{column} = 123456789")["row_groups bloom_filter"] == (1, 0)
    probe = f"SELECT bloom_filter_excludes FROM parquet_bloom_probe('{path}', '{column}', 123456789)"
    assert duckdb.sql(probe).fetchall() == [(True,)]
