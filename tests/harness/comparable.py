"""A column of PostgreSQL's texts and a column of Arrow's values, each made into keys that are equal for equal values.

A key is the text that PostgreSQL prints (of a float: of the number that it means); of a list, a map or a struct it is a
tuple of keys. What a text has to be read as follows from the type that the reader found in the file: whether that is the
right type is asked by other tests.
"""
from collections.abc import Callable, Sequence

import pyarrow as pa

from harness import container_text
from harness.postgres_text import (date_text, decimal_text, float_key, interval_parts, time_micros, timestamp_micros,
                                   timestamp_text)

RANGE_FIELDS = ["lower", "upper", "lower_inc", "upper_inc", "empty"]
INTERVAL_FIELDS = ["months", "days", "micros"]


def text_keys(texts: Sequence[str | None], kind: pa.DataType, delimiter: str = ",") -> Sequence:
    """A column of PostgreSQL's texts, comparable with the `arrow_keys` of a column of the type `kind`.

    `delimiter` stands between the elements where it is an array: pg_type.typdelim, which is a comma but for box.
    """
    read = text_reader(kind, delimiter)
    return texts if read is None else [None if text is None else read(text) for text in texts]


def text_reader(kind: pa.DataType, delimiter: str = ",") -> Callable | None:
    """What makes the key of a text; None where the text itself is the key."""
    if pa.types.is_floating(kind):
        return lambda text: float_key(text, kind.bit_width)
    if pa.types.is_decimal(kind):
        return lambda text: decimal_text(text, kind.scale)
    if pa.types.is_time64(kind):
        return lambda text: str(time_micros(text))
    if pa.types.is_int64(kind):
        return lambda text: text if text.lstrip("-").isdecimal() else str(timestamp_micros(text))
    if pa.types.is_map(kind):
        return container_text.hstore_pairs
    if pa.types.is_struct(kind):
        return struct_reader(kind)
    if pa.types.is_list(kind):
        return list_reader(kind, delimiter)
    return None


def read_parts(parts: Sequence, readers: Sequence) -> tuple:
    return tuple(part if part is None or read is None else read(part) for part, read in zip(parts, readers, strict=True))


def struct_reader(kind: pa.StructType) -> Callable:
    names = [field.name for field in kind.fields]
    readers = [text_reader(field.type) for field in kind.fields]
    if names == RANGE_FIELDS:
        return lambda text: range_key(container_text.range_parts(text), readers)

    def read(text: str) -> tuple:
        if names == INTERVAL_FIELDS and text.startswith("P"):
            return tuple(map(str, interval_parts(text)))
        return read_parts(container_text.record_fields(text), readers)
    return read


def range_key(parts: tuple, readers: Sequence) -> tuple:
    lower, upper, *flags = parts
    return read_parts((lower, upper), readers[:2]) + tuple("t" if flag else "f" for flag in flags)


def list_reader(kind: pa.ListType, delimiter: str) -> Callable:
    element = kind.value_type
    read_element = text_reader(element)
    is_range = pa.types.is_struct(element) and [field.name for field in element.fields] == RANGE_FIELDS

    def read(text: str) -> tuple:
        if is_range and text[1:2] in ("[", "("):   # a multirange; in an array such a range would have quotes
            readers = [text_reader(field.type) for field in element.fields]
            return tuple(range_key(parts, readers) for parts in container_text.multirange_parts(text))
        if text.startswith("[") and pa.types.is_floating(element):   # pgvector
            elements = tuple(text[1:-1].split(","))
        else:
            elements = container_text.array_elements(text, delimiter)
        return read_parts(elements, [read_element] * len(elements))
    return read


def arrow_keys(column: pa.Array | pa.ChunkedArray) -> list:
    """The values of a column as PostgreSQL would print them; comparable with `text_keys`."""
    kind = column.type
    if pa.types.is_nested(kind):
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        return [key for chunk in chunks for key in nested_keys(chunk)]
    if pa.types.is_date32(kind):
        return each(column.cast(pa.int32()), date_text)
    if pa.types.is_timestamp(kind):
        assert kind.unit == "us", f"timestamps have to be in microseconds, these are {kind}"
        assert kind.tz in (None, "UTC"), f"unexpected time zone in {kind}"
        return each(column.cast(pa.int64()), timestamp_text if kind.tz is None else lambda v: timestamp_text(v, "+00"))
    if pa.types.is_time64(kind):
        assert kind.unit == "us", f"times have to be in microseconds, these are {kind}"
        return each(column.cast(pa.int64()), str)
    if pa.types.is_boolean(kind):
        return each(column, lambda value: "t" if value else "f")
    if pa.types.is_signed_integer(kind):
        return each(column, str)
    if pa.types.is_floating(kind):
        return each(column, lambda value: float_key(value, kind.bit_width))
    if pa.types.is_decimal(kind):
        return each(column, lambda value: format(value, "f"))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.to_pylist()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return each(column, lambda value: "\\x" + value.hex())
    raise AssertionError(f"a column of the unexpected type {kind}")


def each(column, function) -> list:
    return [None if value is None else function(value) for value in column.to_pylist()]


def nested_keys(array: pa.Array) -> list:
    valid = array.is_valid().to_pylist()
    if pa.types.is_struct(array.type):
        # flatten() minds the array's own offset and NULLs, field() doesn't.
        rows = zip(*map(arrow_keys, array.flatten()))
        return [row if is_valid else None for row, is_valid in zip(rows, valid)]
    starts = array.offsets.to_pylist()
    if pa.types.is_map(array.type):
        elements = list(zip(arrow_keys(array.keys), arrow_keys(array.items)))
        order = lambda pairs: tuple(sorted(pairs))   # a map has no order
    elif pa.types.is_list(array.type):
        elements = arrow_keys(array.values)
        order = tuple
    else:
        raise AssertionError(f"a column of the unexpected type {array.type}")
    return [order(elements[start:end]) if is_valid else None
            for start, end, is_valid in zip(starts, starts[1:], valid)]
