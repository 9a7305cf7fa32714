"""Taking apart what PostgreSQL prints for arrays, composites, ranges, multiranges and hstore.

Written from the documentation and the output functions (array_out, record_out, range_out, multirange_out, hstore_out),
independently of the program's own parsers. Parts come out as text, unquoted; None for NULL. Each raises ValueError for
a text that isn't one of its kind: the oracle must not guess.
"""
import re

# array_out: backslash escapes, and NULL without quotes. An element can't begin with { here: a dimension more.
ARRAY_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# record_out and range_out: quotes and backslashes are doubled.
# record_out leaves brackets bare, range_out doesn't.
RECORD_FIELD = re.compile(r'"((?:[^"\\]|""|\\.)*)"|([^",()\\]*)', re.DOTALL)
RANGE_BOUND = re.compile(r'"((?:[^"\\]|""|\\.)*)"|([^",()\[\]\\]*)', re.DOTALL)
BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
DOUBLED = re.compile(r'"(")|\\(.)', re.DOTALL)
HSTORE_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)', re.DOTALL)


def array_elements(text: str, delimiter: str = ",") -> tuple[str | None, ...]:
    """The elements of a one-dimensional array with the lower bound 1: {a,"b c",NULL}."""
    if not (text[:1] == "{" and text[-1:] == "}") or text[1:2] == "{":
        raise ValueError(f"not a one-dimensional array: {text[:60]!r}")
    elements, position, end = [], 1, len(text) - 1
    while position < end:
        quoted = ARRAY_QUOTED.match(text, position, end) if text[position] == '"' else None
        if quoted:
            elements.append(BACKSLASH.sub(r"\1", quoted.group(1)))
            position = quoted.end()
        else:
            stop = text.find(delimiter, position, end)
            bare = text[position:end if stop < 0 else stop]
            if bare == "" or any(c in bare for c in '"{}\\'):
                raise ValueError(f"an array has a bare element that has to be quoted: {bare[:60]!r}")
            elements.append(None if bare == "NULL" else bare)
            position += len(bare)
        if position < end and text[position] != delimiter:
            raise ValueError(f"no delimiter at {position} in {text[:60]!r}")
        position += 1
    return tuple(elements)


def record_fields(text: str) -> tuple[str | None, ...]:
    """The fields of a composite value: (1,"two, too",). What is empty is NULL; the empty string has quotes."""
    fields, position = [], 1
    if not (text[:1] == "(" and text[-1:] == ")"):
        raise ValueError(f"not a composite value: {text[:60]!r}")
    while True:
        field, position = part_at(RECORD_FIELD, text, position)
        fields.append(field)
        if position == len(text) - 1:
            return tuple(fields)
        if text[position] != ",":
            raise ValueError(f"no comma at {position} in {text[:60]!r}")
        position += 1


def part_at(form: re.Pattern, text: str, position: int) -> tuple[str | None, int]:
    """A field of a composite or a bound of a range, and where it ends; None when there is nothing."""
    part = form.match(text, position)
    if part.group(1) is not None:
        return DOUBLED.sub(lambda match: match.group(1) or match.group(2), part.group(1)), part.end()
    return part.group(2) or None, part.end()


def range_parts(text: str) -> tuple[str | None, str | None, bool, bool, bool]:
    """lower, upper, lower_inc, upper_inc, empty."""
    if text == "empty":
        return None, None, False, False, True
    parts, end = range_from(text, 0)
    if end != len(text):
        raise ValueError(f"more than a range: {text[:60]!r}")
    return parts


def range_from(text: str, position: int) -> tuple[tuple, int]:
    opening = text[position]
    lower, comma = part_at(RANGE_BOUND, text, position + 1)
    upper, end = part_at(RANGE_BOUND, text, comma + 1)
    if opening not in "[(" or text[comma] != "," or text[end:end + 1] not in ("]", ")"):
        raise ValueError(f"not a range at {position}: {text[:60]!r}")
    return (lower, upper, opening == "[", text[end] == "]", False), end + 1


def multirange_parts(text: str) -> tuple[tuple, ...]:
    """The ranges of {[1,3),[5,9)}, each as `range_parts` gives it. (An array of ranges quotes each: no multirange.)"""
    if not (text[:1] == "{" and text[-1:] == "}"):
        raise ValueError(f"not a multirange: {text[:60]!r}")
    ranges, position = [], 1
    while position < len(text) - 1:
        parts, position = range_from(text, position)
        ranges.append(parts)
        if text[position] not in ",}":
            raise ValueError(f"no comma at {position} in {text[:60]!r}")
        position += 1
    return tuple(ranges)


def hstore_pairs(text: str) -> tuple[tuple[str, str | None], ...]:
    """The pairs of "a"=>"1", "b"=>NULL in the order of their keys."""
    pairs, position = [], 0
    while position < len(text):
        pair = HSTORE_PAIR.match(text, position)
        if not pair:
            raise ValueError(f"not an hstore at {position}: {text[:60]!r}")
        key, value = pair.groups()
        pairs.append((BACKSLASH.sub(r"\1", key), None if value is None else BACKSLASH.sub(r"\1", value)))
        position = pair.end()
        if position < len(text):
            if text[position:position + 2] != ", ":
                raise ValueError(f"no comma at {position} in {text[:60]!r}")
            position += 2
    return tuple(sorted(pairs))
