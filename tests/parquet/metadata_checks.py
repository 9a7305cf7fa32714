"""What the metadata of any file has to say, given the values."""
import datetime

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from parquet.plain_values import arrow_field, decimal_parameters

EPOCH_DATE = datetime.date(1970, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)

# Physical type, logical type and legacy type of each of ours.
PHYSICAL_TYPES = {
    "boolean": ("BOOLEAN", "NONE", "NONE"),
    "int16": ("INT32", "INT", "INT_16"),
    "int32": ("INT32", "NONE", "NONE"),
    "int64": ("INT64", "NONE", "NONE"),
    "float": ("FLOAT", "NONE", "NONE"),
    "double": ("DOUBLE", "NONE", "NONE"),
    "date": ("INT32", "DATE", "DATE"),
    "timestamp": ("INT64", "TIMESTAMP", "TIMESTAMP_MICROS"),
    "timestamp_utc": ("INT64", "TIMESTAMP", "TIMESTAMP_MICROS"),
    "time": ("INT64", "TIME", "TIME_MICROS"),
    "string": ("BYTE_ARRAY", "STRING", "UTF8"),
    "binary": ("BYTE_ARRAY", "NONE", "NONE"),
}


def physical_type(kind):
    """Physical, logical and legacy type of a leaf."""
    if kind.startswith("decimal"):
        precision, _ = decimal_parameters(kind)
        physical = "INT32" if precision <= 9 else "INT64" if precision <= 18 else "FIXED_LEN_BYTE_ARRAY"
        return physical, "DECIMAL", "DECIMAL"
    return PHYSICAL_TYPES[kind]


def assert_schema_is_right(file):
    parquet = pq.ParquetFile(file.path)
    assert parquet.schema_arrow.remove_metadata() == pa.schema([arrow_field(column) for column in file.columns])
    leaves = list(file.leaves(0, 0))
    assert len(parquet.schema) == len(leaves)
    for i, (path, kind, _) in enumerate(leaves):
        leaf = parquet.schema.column(i)
        physical, logical, _ = physical_type(kind)
        assert (leaf.path, leaf.physical_type, leaf.logical_type.type) == (path, physical, logical)
        if "timestamp" in kind:
            adjusted = "isAdjustedToUTC=true" if "utc" in kind else "isAdjustedToUTC=false"
            assert adjusted in str(leaf.logical_type)
            assert "microseconds" in str(leaf.logical_type)


def assert_metadata_adds_up(file):
    metadata = pq.ParquetFile(file.path).metadata
    assert metadata.num_rows == file.rows
    assert metadata.num_row_groups == file.row_groups
    assert file.path.stat().st_size == file.bytes
    assert metadata.created_by.startswith("pg2athena version ")
    assert metadata.metadata == {b"source.table": f"public.{file.path.stem}".encode(), b"empty": b""}
    if file.rows == 0:
        assert metadata.num_row_groups == 0
    has_bloom_filters = any(each["bloom_filter"] for each in file.options.get("columns", {}).values())
    at = 4
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        assert group.num_rows > 0
        chunks = [group.column(i) for i in range(group.num_columns)]
        assert group.total_byte_size == sum(chunk.total_uncompressed_size for chunk in chunks)
        for chunk in chunks:
            assert chunk.compression == file.codec
            assert chunk.file_offset == 0
            # Chunks stand one behind the other, dictionary first.
            first = chunk.dictionary_page_offset if chunk.has_dictionary_page else chunk.data_page_offset
            assert first == at or (first > at and has_bloom_filters), "Bloom filters stand behind a row group"
            at = first + chunk.total_compressed_size
            assert chunk.has_dictionary_page == ("RLE_DICTIONARY" in chunk.encodings)
            if file.options["profile"] == "athena" and "columns" not in file.options:
                assert set(chunk.encodings) <= {"PLAIN", "RLE", "RLE_DICTIONARY"}


def in_order(kind, slots):
    """A leaf's values as statistics order them: text by its UTF-8 bytes, floats without NaN."""
    values = [value for value in slots if value is not None]
    if kind == "string":
        return [value.encode() for value in values]
    if kind in ("float", "double"):
        return [float.fromhex(value) for value in values if value != "nan"]
    return values


def _as_bound(value):
    """What pyarrow says that a bound is, as in_order() has it."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - EPOCH) // MICROSECOND
    if isinstance(value, datetime.date):
        return (value - EPOCH_DATE).days
    if isinstance(value, datetime.time):
        return (datetime.datetime.combine(EPOCH_DATE, value) - EPOCH) // MICROSECOND
    return value


def assert_statistics_enclose_values(file):
    metadata = pq.ParquetFile(file.path).metadata
    exact = dict(((g, i), (low, high)) for g, i, low, high in duckdb.sql(
        f"SELECT row_group_id, column_id, min_is_exact, max_is_exact FROM parquet_metadata('{file.path}')").fetchall())
    at = 0
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        for i, (path, kind, slots) in enumerate(file.leaves(at, at + group.num_rows)):
            where = f"{path}, row group {g}"
            chunk, statistics = group.column(i), group.column(i).statistics
            present = [value for value in slots if value is not None]
            assert chunk.num_values == len(slots), where
            assert statistics.null_count == len(slots) - len(present), where
            if statistics.distinct_count is not None:
                assert statistics.distinct_count == len(set(present)) or kind in ("float", "double"), where
            ordered = in_order(kind, slots)
            if not ordered:
                assert not statistics.has_min_max, where
                continue
            if kind not in ("string", "binary"):
                assert statistics.has_min_max, where
            if not statistics.has_min_max:
                continue  # a string for which there is no upper bound
            low, high = _as_bound(statistics.min), _as_bound(statistics.max)
            assert low <= min(ordered), where
            assert high >= max(ordered), where
            if kind in ("string", "binary"):
                assert len(low) <= 64 and len(high) <= 64, where
                assert exact[g, i] == (low == min(ordered), high == max(ordered)), where
            else:
                assert (low, high) == (min(ordered), max(ordered)), where
                assert exact[g, i] == (True, True), where
        at += group.num_rows
