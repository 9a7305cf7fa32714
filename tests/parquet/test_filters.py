"""Filters: a row must not get lost because statistics or a dictionary say that it can't be there."""
import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from parquet.generated_files import File
from parquet.metadata_checks import EPOCH, EPOCH_DATE, MICROSECOND
from parquet.plain_values import arrow_field

FILTERED = ["decimals", "dictionary_fallback", "every_type_nullable", "extremes", "floats", "many_row_groups",
            "null_patterns", "runs_and_widths", "small_pages_by_bytes", "sorted_row_groups", "string_bounds",
            "string_lengths"]


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


@pytest.mark.parametrize("name", FILTERED)
def test_pyarrow_filters_find_every_row(name, folder):
    file = File(folder / f"{name}.parquet")
    for i, column in enumerate(file.columns):
        if column["type"] == "boolean":
            continue
        values = comparable_values(file, i)
        for probe in probes(values):
            constant = pa.scalar(probe, type=arrow_field(column).type)
            for operator, matches in (("==", lambda v: v == probe), ("<=", lambda v: v <= probe),
                                      (">=", lambda v: v >= probe)):
                field = pc.field(column["name"])
                expression = {"==": field == constant, "<=": field <= constant, ">=": field >= constant}[operator]
                found = pq.read_table(file.path, columns=[column["name"]], filters=expression).num_rows
                expected = sum(1 for value in values if value is not None and matches(value))
                assert found == expected, f"{column['name']} {operator} {probe!r}"


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
    for i, column in enumerate(file.columns):
        if column["type"] == "boolean":
            continue
        values = comparable_values(file, i)
        for probe in probes(values):
            if isinstance(probe, str) and "\0" in probe:
                continue  # no literal of it in SQL
            literal = duckdb_literal(column["type"], probe)
            for operator, matches in (("=", lambda v: v == probe), ("<=", lambda v: v <= probe),
                                      (">=", lambda v: v >= probe or v != v)):  # DuckDB sorts NaN last
                query = f"""SELECT count(*) FROM read_parquet('{file.path}') WHERE "{column['name']}" {operator} {literal}"""
                found = duckdb.sql(query).fetchall()[0][0]
                expected = sum(1 for value in values if value is not None and matches(value))
                assert found == expected, f"{column['name']} {operator} {probe!r}"
