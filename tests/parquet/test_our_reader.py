"""Files that pyarrow makes, read by our Parquet reader: every value, whatever the encoding, the codec, the pages.

The reader is the program parquet_read_file (read_file.cpp), which PG2ATHENA_PARQUET_READER names;
build/release/tests/parquet_read_file otherwise.
"""
import datetime
import decimal
import json
import os
import pathlib
import random
import struct
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("PG2ATHENA_PARQUET_READER", ROOT / "build/release/tests/parquet_read_file"))

MICROSECOND = datetime.timedelta(microseconds=1)
ROWS = 3000


def read(*paths, batch_rows=1000):
    """What our reader says of each file."""
    command = [PROGRAM, "--batch-rows", str(batch_rows), *map(str, paths)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def shown(value, kind):
    """A value of pyarrow as read_file.cpp shows it."""
    if value is None:
        return None
    if pa.types.is_map(kind):
        return [[shown(key, kind.key_type), shown(item, kind.item_type)] for key, item in value]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [shown(element, kind.value_type) for element in value]
    if pa.types.is_struct(kind):
        return [shown(value[field.name], field.type) for field in kind]
    if pa.types.is_float32(kind):
        return struct.pack(">f", value).hex()
    if pa.types.is_float64(kind):
        return struct.pack(">d", value).hex()
    if pa.types.is_decimal(kind):
        return format(value, "f")
    if pa.types.is_date(kind):
        return (value - datetime.date(1970, 1, 1)).days
    if pa.types.is_timestamp(kind):
        return str((value - datetime.datetime(1970, 1, 1, tzinfo=value.tzinfo)) // MICROSECOND)
    if pa.types.is_time(kind):
        return str(((value.hour * 60 + value.minute) * 60 + value.second) * 1000000 + value.microsecond)
    if pa.types.is_integer(kind) and kind.bit_width == 64:
        return str(value)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return value.hex()
    return value


def shown_rows(table):
    columns = [[shown(value, column.type) for value in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns)]


def check(tmp_path, table, batch_rows=1000, **options):
    """Writes the table by pyarrow, and compares what our reader finds with what is in the table."""
    path = tmp_path / "file.parquet"
    pq.write_table(table, path, **options)
    found = read(path, batch_rows=batch_rows)[0]
    assert "error" not in found, found["message"]
    assert [name for name, _ in found["columns"]] == table.column_names
    expected = shown_rows(table)
    assert len(found["rows"]) == len(expected)
    for i, (row, expected_row) in enumerate(zip(found["rows"], expected)):
        assert row == expected_row, f"row {i}"
    return found


def some(make, nullable, rows=ROWS, seed=1):
    chance = random.Random(seed)
    return [None if nullable and chance.random() < 0.2 else make(chance, i) for i in range(rows)]


def text(chance, _row):
    return "".join(chance.choice("ab \u00e9\u8a9e") for _ in range(chance.randrange(12)))


SCALARS = {
    "boolean": (pa.bool_(), lambda chance, _: chance.random() < 0.7),
    "int8": (pa.int8(), lambda chance, _: chance.randrange(-128, 128)),
    "uint8": (pa.uint8(), lambda chance, _: chance.randrange(256)),
    "int16": (pa.int16(), lambda chance, _: chance.randrange(-2**15, 2**15)),
    "uint16": (pa.uint16(), lambda chance, _: chance.randrange(2**16)),
    "int32": (pa.int32(), lambda chance, _: chance.randrange(-2**31, 2**31)),
    "int64": (pa.int64(), lambda chance, _: chance.randrange(-2**63, 2**63)),
    "few": (pa.int64(), lambda chance, _: chance.randrange(5)),
    "ascending": (pa.int64(), lambda chance, row: row * 1000 + chance.randrange(100)),
    "float": (pa.float32(), lambda chance, _: struct.unpack("f", struct.pack("f", chance.gauss(0, 100)))[0]),
    "double": (pa.float64(), lambda chance, _: chance.gauss(0, 1e9)),
    "decimal_9": (pa.decimal128(9, 2), lambda chance, _: decimal.Decimal(chance.randrange(-10**9 + 1, 10**9)).scaleb(-2)),
    "decimal_18": (pa.decimal128(18, 6),
                   lambda chance, _: decimal.Decimal(chance.randrange(-10**18 + 1, 10**18)).scaleb(-6)),
    "decimal_38": (pa.decimal128(38, 10),
                   lambda chance, _: decimal.Decimal(f"{chance.randrange(-10**38 + 1, 10**38)}e-10")),
    "date": (pa.date32(), lambda chance, _: datetime.date.fromordinal(chance.randrange(1, 3652059))),
    "timestamp_us": (pa.timestamp("us"), lambda chance, _: datetime.datetime(2020, 1, 1)
                     + chance.randrange(-10**15, 10**15) * MICROSECOND),
    "timestamp_ms": (pa.timestamp("ms", tz="UTC"), lambda chance, _: datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
                     + chance.randrange(-10**12, 10**12) * 1000 * MICROSECOND),
    "time_us": (pa.time64("us"), lambda chance, _: datetime.time(chance.randrange(24), 5, 6, chance.randrange(10**6))),
    "time_ms": (pa.time32("ms"), lambda chance, _: datetime.time(chance.randrange(24), 5, 6, 1000 * chance.randrange(1000))),
    "string": (pa.string(), text),
    "binary": (pa.binary(), lambda chance, _: chance.randbytes(chance.randrange(20))),
    "fixed": (pa.binary(5), lambda chance, _: chance.randbytes(5)),
}


def table_of(names, nullable, rows=ROWS):
    arrays = {}
    for name in names:
        kind, make = SCALARS[name]
        arrays[name] = pa.array(some(make, nullable, rows), kind)
    fields = [pa.field(name, array.type, nullable=nullable) for name, array in arrays.items()]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))


NESTED = {
    "list": (pa.list_(pa.int32()), lambda chance, row: some(lambda c, _: c.randrange(9), True, chance.randrange(5), row)),
    "strings": (pa.list_(pa.field("element", pa.string(), nullable=False)),
                lambda chance, row: some(text, False, chance.randrange(4), row)),
    "list_of_lists": (pa.list_(pa.list_(pa.int64())),
                      lambda chance, row: some(lambda c, i: some(lambda d, _: d.randrange(9), True, c.randrange(4), i),
                                               True, chance.randrange(4), row)),
    "struct": (pa.struct([("a", pa.int32()), ("b", pa.string())]),
               lambda chance, row: {"a": chance.choice([None, row]), "b": chance.choice([None, "x"])}),
    "struct_in_struct": (pa.struct([("a", pa.struct([("b", pa.float64()), ("c", pa.list_(pa.bool_()))])),
                                    pa.field("d", pa.int16(), nullable=False)]),
                         lambda chance, row: {"a": chance.choice([None, {"b": None, "c": [True, None]}, {"b": 1.5, "c": None}]),
                                              "d": row % 100}),
    "map": (pa.map_(pa.string(), pa.int64()),
            lambda chance, row: [(f"k{i}", chance.choice([None, i])) for i in range(chance.randrange(4))]),
    "list_of_structs": (pa.list_(pa.struct([("a", pa.int32()), ("l", pa.list_(pa.string())), ("c", pa.date32())])),
                        lambda chance, row: some(lambda c, i: {"a": c.choice([None, i]),
                                                               "l": c.choice([None, [], ["x", None], ["y"]]),
                                                               "c": None}, True, chance.randrange(4), row)),
    "map_of_maps": (pa.map_(pa.int32(), pa.map_(pa.string(), pa.list_(pa.struct([("v", pa.float32())])))),
                    lambda chance, row: [(i, chance.choice([None, [], [("a", None), ("b", [{"v": 2.5}, None])]]))
                                         for i in range(chance.randrange(3))]),
}


@pytest.mark.parametrize("nullable", [True, False], ids=["nullable", "required"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4"])
def test_every_type_in_every_codec_and_page_version(tmp_path, nullable, version, compression):
    check(tmp_path, table_of(SCALARS, nullable), data_page_version=version, compression=compression,
          use_dictionary=["string", "int64", "few", "decimal_38", "float", "fixed"])


ENCODINGS = {
    "PLAIN": [name for name in SCALARS],
    "RLE": ["boolean"],
    "DELTA_BINARY_PACKED": ["int8", "int16", "int32", "int64", "few", "ascending", "decimal_9", "decimal_18", "date",
                            "timestamp_us", "time_us", "time_ms"],
    "DELTA_LENGTH_BYTE_ARRAY": ["string", "binary"],
    "DELTA_BYTE_ARRAY": ["string", "binary", "fixed", "decimal_38"],
    "BYTE_STREAM_SPLIT": ["int32", "int64", "float", "double", "decimal_9", "decimal_38", "fixed"],
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("nullable", [True, False], ids=["nullable", "required"])
def test_every_encoding(tmp_path, encoding, version, nullable):
    names = ENCODINGS[encoding]
    # Decimals as integers, which these encodings are for.
    integers = encoding in ("DELTA_BINARY_PACKED", "PLAIN")
    check(tmp_path, table_of(names, nullable), use_dictionary=False, data_page_version=version,
          column_encoding={name: encoding for name in names}, store_decimal_as_integer=integers)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("batch_rows", [1, 7, 5000])
def test_nested_columns_of_every_kind(tmp_path, version, batch_rows):
    columns = {name: pa.array(some(make, True, 500), kind) for name, (kind, make) in NESTED.items()}
    check(tmp_path, pa.table(columns), batch_rows=batch_rows, data_page_version=version)


@pytest.mark.parametrize("page_index", [True, False])
def test_small_pages_and_several_row_groups(tmp_path, page_index):
    table = table_of(SCALARS, True)
    for name, (kind, make) in NESTED.items():
        table = table.append_column(name, pa.array(some(make, True), kind))
    found = check(tmp_path, table, batch_rows=333, data_page_size=100, write_batch_size=10, row_group_size=1100,
                  dictionary_pagesize_limit=500, write_page_index=page_index)
    assert len(found["row_groups"]) == 3
    for row_group in found["row_groups"]:
        assert not page_index or max(chunk["pages"] for chunk in row_group) > 10
        for chunk in row_group:
            assert ("pages" in chunk) == page_index
            if page_index:
                assert len(chunk["null_pages"]) == chunk["pages"]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_columns_of_NULLs_and_of_one_value(tmp_path, version, compression):
    table = pa.table({"null": pa.nulls(ROWS, pa.string()), "nulls": pa.nulls(ROWS, pa.list_(pa.int32())),
                      "same": pa.array([7] * ROWS), "empty": pa.array([[]] * ROWS, pa.list_(pa.string()))})
    check(tmp_path, table, data_page_version=version, compression=compression)


def test_a_file_without_rows(tmp_path):
    check(tmp_path, table_of(SCALARS, True).slice(0, 0))


def test_checksums_of_pages_are_verified(tmp_path):
    path = tmp_path / "file.parquet"
    table = pa.table({"text": ["some text that is unlike any other"]})
    pq.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False,
                   write_statistics=False)
    assert read(path)[0]["rows"] == [["some text that is unlike any other"]]
    path.write_bytes(path.read_bytes().replace(b"that is unlike", b"that is UNLIKE", 1))
    found = read(path)[0]
    assert found["error"] == "corrupt_input" and "checksum" in found["message"] and "text" in found["message"]


def test_legacy_lists_of_two_levels(tmp_path):
    table = pa.table({"list": pa.array([[1, 2], None, [], [3]], pa.list_(pa.int32()))})
    check(tmp_path, table, use_compliant_nested_type=False)


@pytest.mark.parametrize("kind", [pa.timestamp("ns"), pa.uint32(), pa.uint64(), pa.decimal256(50, 3), pa.float16()])
def test_what_is_not_read_is_named(tmp_path, kind):
    path = tmp_path / "file.parquet"
    pq.write_table(pa.table({"good": [1], "odd": pa.nulls(1, kind)}), path, version="2.6")
    found = read(path)[0]
    assert found["error"] == "unsupported" and "odd" in found["message"]
    pq.write_table(pa.table({"odd": pa.array([datetime.datetime(2020, 1, 1)])}), path,
                   use_deprecated_int96_timestamps=True)
    assert "INT96" in read(path)[0]["message"]
