"""Values as PostgreSQL prints them: reading its COPY text, and printing Arrow values the same way.

Written from PostgreSQL's documentation and independently of the program's own conversions, so that a mistake would
have to be made twice. The session that is compared with prints ISO dates, UTC and shortest-precise floats.
"""
import functools
import re
import struct
from collections.abc import Sequence

import pyarrow as pa

MICROSECONDS_A_DAY = 24 * 60 * 60 * 1_000_000
COPY_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
COPY_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def copy_rows(text: str) -> list[list[str | None]]:
    """The rows of COPY's text format; None for NULL. (Not splitlines(): values may hold other line separators.)"""
    return [[copy_value(field) for field in line.split("\t")] for line in text.split("\n")[:-1]]


def copy_value(field: str) -> str | None:
    if "\\" not in field:
        return field
    if field == r"\N":
        return None
    return COPY_ESCAPE.sub(lambda match: COPY_ESCAPES.get(match.group(1), match.group(1)), field)


def array_elements(text: str) -> tuple[str | None, ...]:
    """The elements of a one-dimensional array literal such as {a,"b c",NULL}."""
    assert text[0] == "{" and text[-1] == "}", f"not a one-dimensional array literal: {text[:60]!r}"
    elements, position, end = [], 1, len(text) - 1
    while position < end:
        if text[position] == '"':
            element, position = [], position + 1
            while text[position] != '"':
                if text[position] == "\\":
                    position += 1
                element.append(text[position])
                position += 1
            elements.append("".join(element))
            position += 1
        else:
            comma = text.find(",", position, end)
            stop = end if comma < 0 else comma
            elements.append(None if text[position:stop] == "NULL" else text[position:stop])
            position = stop
        position += 1  # the comma
    return tuple(elements)


@functools.lru_cache(maxsize=100_000)
def civil(days: int) -> tuple[int, int, int]:
    """Year (astronomical: 0 is 1 BC), month and day of a day counted from 1970-01-01, proleptic Gregorian."""
    # The Julian day arithmetic of Fliegel and Van Flandern (CACM 11/10, 1968), with floor division.
    a = days + 2440588 + 32044
    b = (4 * a + 3) // 146097
    c = a - 146097 * b // 4
    d = (4 * c + 3) // 1461
    e = c - 1461 * d // 4
    m = (5 * e + 2) // 153
    return 100 * b + d - 4800 + m // 10, m + 3 - 12 * (m // 10), e - (153 * m + 2) // 5 + 1


def date_text(days: int) -> str:
    year, month, day = civil(days)
    return f"{year:04}-{month:02}-{day:02}" if year > 0 else f"{1 - year:04}-{month:02}-{day:02} BC"


def timestamp_text(microseconds: int, zone: str = "") -> str:
    days, time = divmod(microseconds, MICROSECONDS_A_DAY)
    seconds, fraction = divmod(time, 1_000_000)
    date, before_christ, _ = date_text(days).partition(" BC")
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if fraction:
        clock += f".{fraction:06}".rstrip("0")
    return f"{date} {clock}{zone}{before_christ}"


def float_key(text_or_number, bits: int) -> str:
    """The same for texts and numbers that mean the same float: its bits, but one NaN."""
    number = float(text_or_number)
    if number != number:
        return "NaN"
    return repr(struct.unpack("<f", struct.pack("<f", number))[0] if bits == 32 else number)


def text_keys(texts: Sequence[str | None], arrow_type: pa.DataType) -> Sequence:
    """A column of PostgreSQL's texts, made comparable with the `arrow_keys` of a column of this type.

    Texts stay as they are but for floats, which are compared as numbers, and for what is a list on the other side.
    """
    if pa.types.is_floating(arrow_type):
        return [None if text is None else float_key(text, arrow_type.bit_width) for text in texts]
    if pa.types.is_list(arrow_type):
        return [None if text is None else tuple(text_keys(array_elements(text), arrow_type.value_type)) for text in texts]
    return texts


def arrow_keys(column: pa.Array | pa.ChunkedArray) -> list:
    """The values of a column as PostgreSQL would print them; comparable with `text_keys`."""
    kind = column.type
    if pa.types.is_date32(kind):
        return each(column.cast(pa.int32()), date_text)
    if pa.types.is_timestamp(kind):
        assert kind.unit == "us", f"timestamps have to be in microseconds, these are {kind}"
        assert kind.tz in (None, "UTC"), f"unexpected time zone in {kind}"
        return each(column.cast(pa.int64()), timestamp_text if kind.tz is None else lambda v: timestamp_text(v, "+00"))
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
    if pa.types.is_list(kind):
        return list_keys(column)
    raise AssertionError(f"a column of the unexpected type {kind}")


def each(column, function) -> list:
    return [None if value is None else function(value) for value in column.to_pylist()]


def list_keys(column) -> list:
    keys = []
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        elements = arrow_keys(chunk.values)
        keys += [tuple(elements[start:end]) if valid else None for start, end, valid in
                 zip(chunk.offsets.to_pylist(), chunk.offsets.to_pylist()[1:], chunk.is_valid().to_pylist())]
    return keys
