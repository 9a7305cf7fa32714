"""The types of a Parquet file's columns in one line each, as the plan and tests/types/cases.toml spell them."""
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet

LOGICAL = {pa.string(): " STRING", pa.date32(): " DATE", pa.int16(): " INT(16, signed)"}


def spelled_types(file) -> dict[str, str]:
    """Column → physical and logical type, and NOT NULL where something inside of it can't be."""
    parquet = pyarrow.parquet.ParquetFile(file)
    leaves = iter([parquet.schema.column(i) for i in range(len(parquet.schema))])
    return {field.name: spelled(field.type, leaves) for field in parquet.schema_arrow}


def spelled(kind: pa.DataType, leaves: Iterator) -> str:
    if pa.types.is_struct(kind):
        return f"group {{{', '.join(f'{field.name} {part(field, leaves)}' for field in kind.fields)}}}"
    if pa.types.is_map(kind):
        return f"MAP<{spelled(kind.key_type, leaves)}, {part(kind.item_field, leaves)}>"
    if pa.types.is_list(kind):
        return f"LIST<{part(kind.value_field, leaves)}>"
    leaf = next(leaves)
    physical = leaf.physical_type
    if physical == "FIXED_LEN_BYTE_ARRAY":
        physical += f"({leaf.length})"
    return physical + logical(kind, leaf)


def part(field: pa.Field, leaves: Iterator) -> str:
    return spelled(field.type, leaves) + ("" if field.nullable else " NOT NULL")


def logical(kind: pa.DataType, leaf) -> str:
    if pa.types.is_decimal(kind):
        return f" DECIMAL({kind.precision},{kind.scale})"
    # pyarrow's own time has no zone: the file's says whether it is in UTC.
    utc = ", UTC" if "isAdjustedToUTC=true" in str(leaf.logical_type) else ""
    if kind == pa.timestamp("us", "UTC" if utc else None):
        return f" TIMESTAMP(MICROS{utc})"
    if kind == pa.time64("us"):
        return f" TIME(MICROS{utc})"
    if kind in LOGICAL:
        return LOGICAL[kind]
    physical = {pa.bool_(): "BOOLEAN", pa.int32(): "INT32", pa.int64(): "INT64", pa.float32(): "FLOAT",
                pa.float64(): "DOUBLE", pa.binary(): "BYTE_ARRAY"}
    return "" if physical.get(kind) == leaf.physical_type else f" that pyarrow takes for {kind}"
