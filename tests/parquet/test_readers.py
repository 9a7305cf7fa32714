"""Files that our Parquet writer makes, read by pyarrow and DuckDB: every value, the metadata, and what filters find.

The files come from the program parquet_generate_files (generate_files.cpp), which PG2ATHENA_PARQUET_FILES names;
build/release/tests/parquet_generate_files otherwise.
"""
import datetime
import decimal
import json
import math
import os
import pathlib
import subprocess

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("PG2ATHENA_PARQUET_FILES", ROOT / "build/release/tests/parquet_generate_files"))

EPOCH_DATE = datetime.date(1970, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)

# pyarrow's type, physical type, logical type and legacy type of each of ours.
ARROW_TYPES = {
    "boolean": pa.bool_(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(),
    "float": pa.float32(), "double": pa.float64(), "date": pa.date32(),
    "timestamp": pa.timestamp("us"), "timestamp_utc": pa.timestamp("us", tz="UTC"), "time": pa.time64("us"),
    "string": pa.string(), "binary": pa.binary(),
}
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


def decimal_parameters(name):
    precision, scale = name[len("decimal("):-1].split(",")
    return int(precision), int(scale)


def arrow_type(name):
    if name.startswith("list<"):
        return pa.list_(arrow_type(name[len("list<"):-1]))
    if name.startswith("decimal"):
        return pa.decimal128(*decimal_parameters(name))
    return ARROW_TYPES[name]


def without_lists(kind):
    """How deep the lists are, and the type in them; how pyarrow calls their elements doesn't matter."""
    depth = 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    return depth, kind


def physical_type(name):
    """Physical, logical and legacy type of a leaf."""
    while name.startswith("list<"):
        name = name[len("list<"):-1]
    if name.startswith("decimal"):
        precision, _ = decimal_parameters(name)
        physical = "INT32" if precision <= 9 else "INT64" if precision <= 18 else "FIXED_LEN_BYTE_ARRAY"
        return physical, "DECIMAL", "DECIMAL"
    return PHYSICAL_TYPES[name]


def comparable(value):
    """A float as something that can be compared: NaN equals NaN, -0.0 isn't 0.0."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    if isinstance(value, list):
        return [comparable(element) for element in value]
    return value


def decode(kind, value):
    """The Python value of a value in JSON."""
    if value is None:
        return None
    if kind.startswith("list<"):
        element = kind[len("list<"):-1]
        return [decode(element, each) for each in value]
    if kind.startswith("decimal"):
        return decimal.Decimal(value)
    if kind in ("float", "double"):
        return float.fromhex(value)
    if kind == "binary":
        return bytes.fromhex(value)
    if kind == "date":
        return EPOCH_DATE + datetime.timedelta(days=value)
    if kind in ("timestamp", "timestamp_utc"):
        return EPOCH + value * MICROSECOND
    if kind == "time":
        return (EPOCH + value * MICROSECOND).time()
    return value


class File:
    def __init__(self, path):
        self.path = path
        description = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        self.columns = description["columns"]
        self.codec = description["codec"]
        self.rows = description["rows"]
        self.bytes = description["bytes"]
        self.row_groups = description["row_groups"]
        self.summaries = description["summaries"]
        self._values = None

    def values(self, index):
        """The expected values of a column."""
        if self._values is None:
            with open(self.path.with_suffix(".jsonl"), encoding="utf-8") as lines:
                self._values = [json.loads(line) for line in lines]
        kind = self.columns[index]["type"]
        return [decode(kind, row[index]) for row in self._values]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} isn't there: scripts/build release parquet_generate_files")
    made = tmp_path_factory.mktemp("parquet")
    subprocess.run([PROGRAM, made], check=True)
    return made


NAMES = [
    "all_null", "codec_none", "codec_snappy", "codec_zstd_19", "decimals", "dictionary_fallback", "empty_lists",
    "every_type_nullable", "every_type_required", "extremes", "floats", "lists_in_small_pages",
    "lists_nullable_of_nullable", "lists_nullable_of_required", "lists_required_of_nullable",
    "lists_required_of_required", "long_lists", "long_strings", "many_row_groups", "nested_lists", "no_dictionaries",
    "no_rows", "null_before_dictionary", "null_patterns", "null_patterns_in_odd_batches", "one_row",
    "pages_of_19999_rows", "pages_of_20000_rows", "pages_of_20001_rows", "pages_of_40000_rows", "runs_and_widths",
    "small_pages_1", "small_pages_7", "small_pages_8", "small_pages_9", "small_pages_64", "small_pages_65",
    "small_pages_by_bytes", "sorted_row_groups", "string_bounds", "string_lengths",
]


@pytest.fixture(scope="session", params=NAMES)
def file(request, folder):
    return File(folder / f"{request.param}.parquet")


def test_each_generated_file_is_in_the_list(folder):
    assert sorted(path.stem for path in folder.glob("*.parquet")) == sorted(NAMES)


def assert_same(expected, found, where):
    """Two lists of values, compared so that a failure shows one difference and not a million values."""
    assert len(found) == len(expected), where
    for row, (want, have) in enumerate(zip(expected, found)):
        if want != have or isinstance(want, (float, list)):
            assert comparable(want) == comparable(have), f"{where}, row {row}"


def test_pyarrow_reads_every_value(file):
    table = pq.read_table(file.path, page_checksum_verification=True)
    table.validate(full=True)
    assert table.num_rows == file.rows
    for i, column in enumerate(file.columns):
        data = table.column(i)
        if column["type"] == "timestamp_utc":
            data = data.cast(pa.timestamp("us"))
        elif column["type"] == "list<timestamp_utc>":
            data = data.cast(pa.list_(pa.timestamp("us")))
        assert_same(file.values(i), data.to_pylist(), column["name"])


# Types that DuckDB hands to Python as numbers, because its own conversions need other packages or know no such year.
DUCKDB_NUMBERS = {
    "date": "CAST(date_diff('day', DATE '1970-01-01', {}) AS INTEGER)",
    "timestamp": "epoch_us({})",
    "timestamp_utc": "epoch_us({})",
    "time": "epoch_us({})",
}


def duckdb_expression(column):
    name, kind = f'"{column["name"]}"', column["type"]
    if kind in DUCKDB_NUMBERS:
        return DUCKDB_NUMBERS[kind].format(name)
    if kind.startswith("list<") and kind[5:-1] in DUCKDB_NUMBERS:
        return f"list_transform({name}, lambda x: {DUCKDB_NUMBERS[kind[5:-1]].format('x')})"
    return name


def duckdb_expected(kind, value):
    if isinstance(value, list):
        return [duckdb_expected(kind[5:-1], each) for each in value]
    if value is not None:
        if kind == "date":
            return (value - EPOCH_DATE).days
        if kind in ("timestamp", "timestamp_utc"):
            return (value - EPOCH) // MICROSECOND
        if kind == "time":
            return (datetime.datetime.combine(EPOCH_DATE, value) - EPOCH) // MICROSECOND
    return value


def test_duckdb_reads_every_value(file):
    expressions = ", ".join(duckdb_expression(column) for column in file.columns)
    rows = duckdb.sql(f"SELECT {expressions} FROM read_parquet('{file.path}')").fetchall()
    for i, column in enumerate(file.columns):
        expected = [duckdb_expected(column["type"], value) for value in file.values(i)]
        assert_same(expected, [row[i] for row in rows], column["name"])


def test_the_schema_has_each_column_in_its_type(file):
    parquet = pq.ParquetFile(file.path)
    for i, column in enumerate(file.columns):
        field = parquet.schema_arrow.field(i)
        assert field.name == column["name"]
        assert without_lists(field.type) == without_lists(arrow_type(column["type"])), column
        assert field.nullable == column["nullable"]
        leaf = parquet.schema.column(i)
        physical, logical, _ = physical_type(column["type"])
        assert (leaf.physical_type, leaf.logical_type.type) == (physical, logical), column
        if "timestamp" in column["type"]:
            adjusted = "isAdjustedToUTC=true" if "utc" in column["type"] else "isAdjustedToUTC=false"
            assert adjusted in str(leaf.logical_type)
            assert "microseconds" in str(leaf.logical_type)


def test_the_schema_has_the_legacy_types_too(file):
    """As DuckDB shows them; pyarrow leaves them out where they are ambiguous."""
    rows = duckdb.sql(f"SELECT type, converted_type, scale, precision FROM parquet_schema('{file.path}')").fetchall()
    leaves = [row for row in rows if row[0] is not None]
    for column, (physical, legacy, scale, precision) in zip(file.columns, leaves, strict=True):
        expected = physical_type(column["type"])
        assert physical == expected[0], column
        assert legacy == (None if expected[2] == "NONE" else expected[2]), column
        if expected[1] == "DECIMAL":
            name = column["type"].replace("list<", "").rstrip(">")
            assert (precision, scale) == decimal_parameters(name), column


def test_the_metadata_adds_up(file):
    parquet = pq.ParquetFile(file.path)
    metadata = parquet.metadata
    assert metadata.num_rows == file.rows
    assert metadata.num_row_groups == file.row_groups
    assert file.path.stat().st_size == file.bytes
    assert metadata.created_by.startswith("pg2athena version ")
    assert metadata.metadata == {b"source.table": f"public.{file.path.stem}".encode(), b"empty": b""}
    if file.rows == 0:
        assert metadata.num_row_groups == 0
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
            assert first == at
            at += chunk.total_compressed_size
            assert chunk.has_dictionary_page == ("RLE_DICTIONARY" in chunk.encodings)
            assert set(chunk.encodings) <= {"PLAIN", "RLE", "RLE_DICTIONARY"}


def flat(values):
    """What a leaf has of a column: its values, and None for each place where there is none."""
    for value in values:
        if isinstance(value, list):
            if value:
                yield from flat(value)
            else:
                yield None
        else:
            yield value


def in_order(values):
    """Values as statistics order them: text by its UTF-8 bytes, floats without NaN."""
    if values and isinstance(values[0], str):
        return [value.encode() for value in values]
    return [value for value in values if value == value]


def as_bound(kind, value):
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    return value


def test_statistics_enclose_the_values(file):
    metadata = pq.ParquetFile(file.path).metadata
    exact = dict(((g, i), (low, high)) for g, i, low, high in duckdb.sql(
        f"SELECT row_group_id, column_id, min_is_exact, max_is_exact FROM parquet_metadata('{file.path}')").fetchall())
    for i, column in enumerate(file.columns):
        values, at = file.values(i), 0
        kind = column["type"].replace("list<", "").replace(">", "")
        for g in range(metadata.num_row_groups):
            rows = metadata.row_group(g).num_rows
            slots = list(flat(values[at:at + rows]))
            at += rows
            statistics = metadata.row_group(g).column(i).statistics
            present = [value for value in slots if value is not None]
            where = f"{column['name']}, row group {g}"
            assert metadata.row_group(g).column(i).num_values == len(slots), where
            assert statistics.null_count == len(slots) - len(present), where
            if statistics.distinct_count is not None:
                assert statistics.distinct_count == len({comparable(value) for value in present}) or kind in (
                    "float", "double"), where
            ordered = in_order(present)
            if not ordered:
                assert not statistics.has_min_max, where
                continue
            if kind not in ("string", "binary"):
                assert statistics.has_min_max, where
            if not statistics.has_min_max:
                continue  # a string for which there is no upper bound
            low, high = as_bound(kind, statistics.min), as_bound(kind, statistics.max)
            assert low <= min(ordered), where
            assert high >= max(ordered), where
            if kind in ("string", "binary"):
                assert len(low) <= 64 and len(high) <= 64, where
                assert exact[g, i] == (low == min(ordered), high == max(ordered)), where
            else:
                assert (low, high) == (min(ordered), max(ordered)), where
                assert exact[g, i] == (True, True), where


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
    for i, column in enumerate(file.columns):
        assert counts[column["name"]] == sum(1 for value in file.values(i) if value is not None and value != value)


def test_the_writers_summary_is_true(file):
    for i, summary in enumerate(file.summaries):
        slots = list(flat(file.values(i)))
        present = [value for value in slots if value is not None]
        assert summary["values"] == len(present), summary
        assert summary["nulls"] == len(slots) - len(present), summary
        kind = file.columns[i]["type"].replace("list<", "").replace(">", "")
        ordered = in_order(present)
        if kind in ("string", "binary") or not ordered:
            assert "min" not in summary and "max" not in summary
        elif kind.startswith("decimal") or kind in ("int16", "int32", "int64"):
            assert decimal.Decimal(summary["min"]) == min(ordered), summary
            assert decimal.Decimal(summary["max"]) == max(ordered), summary
        elif kind == "date":
            assert (summary["min"], summary["max"]) == (min(ordered).isoformat(), max(ordered).isoformat())
        elif kind == "double":
            assert (float(summary["min"]), float(summary["max"])) == (min(ordered), max(ordered))
        elif kind == "boolean":
            assert (summary["min"], summary["max"]) == (str(min(ordered)).lower(), str(max(ordered)).lower())


# Filters: a row must not get lost because statistics or a dictionary say that it can't be there.

FILTERED = ["decimals", "dictionary_fallback", "every_type_nullable", "extremes", "floats", "many_row_groups",
            "null_patterns", "runs_and_widths", "small_pages_by_bytes", "sorted_row_groups", "string_bounds",
            "string_lengths"]


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
        values = file.values(i)
        kind = arrow_type(column["type"])
        zone = datetime.timezone.utc if column["type"] == "timestamp_utc" else None
        for probe in probes(values):
            constant = pa.scalar(probe.replace(tzinfo=zone) if zone else probe, type=kind)
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
        return f"DATE '{value.isoformat()}'"
    if kind == "timestamp":
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if kind == "timestamp_utc":
        return f"TIMESTAMPTZ '{value.isoformat(sep=' ')}+00'"
    if kind == "time":
        return f"TIME '{value.isoformat()}'"
    return str(value)


@pytest.mark.parametrize("name", FILTERED)
def test_duckdb_filters_find_every_row(name, folder):
    file = File(folder / f"{name}.parquet")
    for i, column in enumerate(file.columns):
        if column["type"] == "boolean":
            continue
        values = file.values(i)
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


def test_a_damaged_page_is_noticed(folder, tmp_path):
    """The checksums are where readers look for them, and of what they check."""
    good = (folder / "codec_none.parquet").read_bytes()
    damaged = bytearray(good)
    damaged[2000] ^= 1
    path = tmp_path / "damaged.parquet"
    path.write_bytes(damaged)
    with pytest.raises(OSError, match="CRC|checksum"):
        pq.read_table(path, page_checksum_verification=True)
