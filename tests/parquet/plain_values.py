"""Values in a form that can be compared whoever read them.

Dates, times and timestamps are the numbers that they are stored as; a float is its hexadecimal text, so that NaN equals
NaN and -0.0 isn't 0.0; a struct is a tuple of its fields, a list a list, a map a list of (key, value).
"""
import decimal
import math

import pyarrow as pa

# pyarrow's type of each of ours that isn't a decimal and isn't nested.
ARROW_TYPES = {
    "boolean": pa.bool_(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(),
    "float": pa.float32(), "double": pa.float64(), "date": pa.date32(),
    "timestamp": pa.timestamp("us"), "timestamp_utc": pa.timestamp("us", tz="UTC"), "time": pa.time64("us"),
    "string": pa.string(), "binary": pa.binary(),
}


def decimal_parameters(kind):
    precision, scale = kind[len("decimal("):-1].split(",")
    return int(precision), int(scale)


def arrow_field(column):
    """The field that pyarrow finds for a column of a File; the names of lists' and maps' parts are Parquet's."""
    kind, children = column["type"], [arrow_field(child) for child in column.get("children", ())]
    if kind == "list":
        arrow = pa.list_(children[0].with_name("element"))
    elif kind == "map":
        arrow = pa.map_(children[0].with_name("key"), children[1].with_name("value"))
    elif kind == "struct":
        arrow = pa.struct(children)
    elif kind.startswith("decimal"):
        arrow = pa.decimal128(*decimal_parameters(kind))
    else:
        arrow = ARROW_TYPES[kind]
    return pa.field(column["name"], arrow, nullable=column["nullable"])


def plain_float(value):
    return "nan" if math.isnan(value) else value.hex()


def from_json(column, value):
    """A value as the generator wrote it (case_json.h)."""
    if value is None:
        return None
    kind = column["type"]
    if kind == "list":
        return [from_json(column["children"][0], each) for each in value]
    if kind == "map":
        return [tuple(map(from_json, column["children"], entry)) for entry in value]
    if kind == "struct":
        return tuple(map(from_json, column["children"], value))
    if kind.startswith("decimal"):
        return decimal.Decimal(value)
    if kind in ("float", "double"):
        return plain_float(float.fromhex(value))
    if kind == "binary":
        return bytes.fromhex(value)
    return value


def _with_nulls(array, values):
    if array.null_count == 0:
        return values
    return [value if valid else None for value, valid in zip(values, array.is_valid().to_pylist())]


def _ranges(array, values):
    """What each slot of a list has of the values of all."""
    offsets = array.offsets.to_pylist()
    return _with_nulls(array, [values[begin:end] for begin, end in zip(offsets, offsets[1:])])


def from_arrow(array):
    """The values of an Arrow array, whichever reader made it."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in from_arrow(chunk)]
    kind = array.type
    if pa.types.is_map(kind):
        return _ranges(array, list(zip(from_arrow(array.keys), from_arrow(array.items))))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _ranges(array, from_arrow(array.values))
    if pa.types.is_struct(kind):
        return _with_nulls(array, list(zip(*[from_arrow(field) for field in array.flatten()])))
    if pa.types.is_date32(kind):
        return array.cast(pa.int32()).to_pylist()
    if pa.types.is_time64(kind):
        # Spark gives nanoseconds; the cast fails for what aren't whole microseconds.
        return array.cast(pa.time64("us")).cast(pa.int64()).to_pylist()
    if pa.types.is_timestamp(kind):
        assert kind.unit == "us", kind
        return array.cast(pa.int64()).to_pylist()
    if pa.types.is_floating(kind):
        return [None if value is None else plain_float(value) for value in array.to_pylist()]
    return array.to_pylist()


def assert_same(expected, found, where):
    """Two lists of values, compared so that a failure shows one difference and not a million values."""
    assert len(found) == len(expected), where
    if found == expected and list(map(type, found)) == list(map(type, expected)):
        return
    for row, (want, have) in enumerate(zip(expected, found)):
        assert (type(have), have) == (type(want), want), f"{where}, row {row}"


def leaves(column, values, path=()):
    """For each leaf of a column: its path, its type, and its slots: values, and None where there is none."""
    kind, children = column["type"], column.get("children", ())
    path += (column["name"],)
    if kind == "struct":
        for i, child in enumerate(children):
            yield from leaves(child, [None if value is None else value[i] for value in values], path)
    elif kind == "list":
        slots = [each for value in values for each in (value or [None])]
        yield from leaves({**children[0], "name": "element"}, slots, path + ("list",))
    elif kind == "map":
        slots = [each for value in values for each in (value or [(None, None)])]
        for i, name in enumerate(("key", "value")):
            yield from leaves({**children[i], "name": name}, [slot[i] for slot in slots], path + ("key_value",))
    else:
        yield ".".join(path), kind, values
