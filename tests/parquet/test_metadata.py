"""What files say of themselves, as pyarrow and DuckDB show it: schema, metadata, statistics, encodings."""
import datetime
import decimal
import math

import duckdb
import pyarrow.parquet as pq

from parquet.generated_files import File
from parquet.metadata_checks import (EPOCH_DATE, assert_metadata_adds_up, assert_schema_is_right,
                                     assert_statistics_enclose_values, in_order, physical_type)
from parquet.plain_values import decimal_parameters


def test_the_schema_has_each_column_in_its_type(file):
    assert_schema_is_right(file)


def test_the_schema_has_the_legacy_types_too(file):
    """As DuckDB shows them; pyarrow leaves them out where they are ambiguous."""
    rows = duckdb.sql(f"SELECT type, converted_type, scale, precision FROM parquet_schema('{file.path}')").fetchall()
    leaves = [row for row in rows if row[0] is not None]
    for (path, kind, _), (physical, legacy, scale, precision) in zip(file.leaves(0, 0), leaves, strict=True):
        expected = physical_type(kind)
        assert physical == expected[0], path
        assert legacy == (None if expected[2] == "NONE" else expected[2]), path
        if expected[1] == "DECIMAL":
            assert (precision, scale) == decimal_parameters(kind), path


def legacy_groups(column):
    """The legacy type of each nested column, from the top."""
    if "children" in column:
        yield {"list": "LIST", "map": "MAP", "struct": None}[column["type"]]
        if column["type"] != "struct":
            yield None  # the entries; MAP_KEY_VALUE is not for writers of today (LogicalTypes.md, Maps)
        for child in column["children"]:
            yield from legacy_groups(child)


def test_nested_columns_have_their_legacy_types(file):
    rows = duckdb.sql(f"SELECT type, converted_type FROM parquet_schema('{file.path}')").fetchall()
    groups = [legacy for kind, legacy in rows[1:] if kind is None]
    assert groups == [legacy for column in file.columns for legacy in legacy_groups(column)]


def test_the_metadata_adds_up(file):
    assert_metadata_adds_up(file)


def test_statistics_enclose_the_values(file):
    assert_statistics_enclose_values(file)


def test_zeros_are_bounds_of_both_signs(folder):
    """ColumnOrder in parquet.thrift: a minimum of zero is written as -0.0, a maximum as +0.0."""
    group = pq.ParquetFile(folder / "floats.parquet").metadata.row_group(0)
    for i in range(group.num_columns):
        if group.column(i).path_in_schema in ("minus_zero", "plus_zero"):
            statistics = group.column(i).statistics
            assert (math.copysign(1, statistics.min), math.copysign(1, statistics.max)) == (-1, 1)


def test_NaNs_are_counted(folder):
    """ColumnOrder in parquet.thrift: "The nan_count field must be set for floating point types"."""
    file = File(folder / "floats.parquet")
    counts = dict(duckdb.sql("SELECT path_in_schema, sum(stats_nan_count) "
                             f"FROM parquet_metadata('{file.path}') GROUP BY 1").fetchall())
    for path, _, slots in file.leaves():
        assert counts[path] == slots.count("nan")


def test_the_writers_summary_is_true(file):
    for summary, (path, kind, slots) in zip(file.summaries, file.leaves(), strict=True):
        assert summary["path"] == path
        nulls = slots.count(None)
        assert (summary["values"], summary["nulls"]) == (len(slots) - nulls, nulls), summary
        ordered = in_order(kind, slots)
        if kind in ("string", "binary") or not ordered:
            assert "min" not in summary and "max" not in summary
        elif kind.startswith("decimal") or kind in ("int16", "int32", "int64"):
            assert decimal.Decimal(summary["min"]) == min(ordered), summary
            assert decimal.Decimal(summary["max"]) == max(ordered), summary
        elif kind == "date":
            low, high = (EPOCH_DATE + datetime.timedelta(days=days) for days in (min(ordered), max(ordered)))
            assert (summary["min"], summary["max"]) == (low.isoformat(), high.isoformat())
        elif kind == "double":
            assert (float(summary["min"]), float(summary["max"])) == (min(ordered), max(ordered))
        elif kind == "boolean":
            assert (summary["min"], summary["max"]) == (str(min(ordered)).lower(), str(max(ordered)).lower())


# What the writer decides, seen in what it wrote.


def encodings(folder, name, column):
    metadata = pq.ParquetFile(folder / f"{name}.parquet").metadata
    group = metadata.row_group(0)
    chunk = next(group.column(i) for i in range(group.num_columns)
                 if group.column(i).path_in_schema.split(".")[0] == column)
    return chunk.encodings, chunk.statistics.distinct_count


def test_a_dictionary_is_for_values_that_come_again(folder):
    for column in ("constant", "two", "three", "sixteen", "seventeen", "w8", "w9", "w12", "w15", "runs", "sorted"):
        found, distinct = encodings(folder, "runs_and_widths", column)
        assert "RLE_DICTIONARY" in found, column
        assert distinct is not None, column
    assert encodings(folder, "runs_and_widths", "unique") == (("PLAIN",), None)
    assert encodings(folder, "string_lengths", "unique")[0] == ("PLAIN",)


def test_a_dictionary_that_grows_too_large_is_left(folder):
    for column in ("int", "text", "decimal"):
        found, distinct = encodings(folder, "dictionary_fallback", column)
        assert {"PLAIN", "RLE_DICTIONARY"} <= set(found), column
        assert distinct is None, column
    assert "RLE_DICTIONARY" not in encodings(folder, "no_dictionaries", "int")[0]
