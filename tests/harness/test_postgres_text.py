"""The oracle's own rendering agrees with PostgreSQL's: a judge has to be judged first."""
import pyarrow as pa
import pytest

from harness import postgres_text
from harness.oracle import postgres_says

ALL_DAYS = "SELECT n, date '1970-01-01' + n::int FROM unnest(%s::bigint[]) AS n"


def test_Dates_print_as_PostgreSQL_prints_them(database):
    # From 4713 BC, PostgreSQL's first, to 5874897 AD, its last; around every kind of leap year.
    days = [-2440588, -719529, -719528, -719163, -719162, -141428, -1, 0, 58, 59, 789, 790, 11016, 11017, 2932896, 2932897,
            2145042541] + list(range(-2440588, 5_000_000, 9973))
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT n, d::text FROM ({ALL_DAYS}) AS t (n, d)", (days,))
        for number, text in cursor:
            assert postgres_text.date_text(number) == text


def test_Timestamps_print_as_PostgreSQL_prints_them(database):
    day = postgres_text.MICROSECONDS_A_DAY
    micros = [0, 1, -1, 999_999, 1_000_000, -500_000, 123_400_000, day - 1, -719_528 * day - 1, -719_162 * day,
              -719_163 * day, 253_402_300_800_000_000, 9_223_371_331_199_999_999]
    for number in micros:
        days, rest = divmod(number, day)
        # In parts: PostgreSQL multiplies intervals in floating point, which is exact for small numbers only.
        text = database.value("SELECT (timestamptz 'epoch' + make_interval(days => %s, secs => %s)"
                              " + %s * interval '1 microsecond')::text", (days, *divmod(rest, 1_000_000)))
        assert postgres_text.timestamp_text(number, "+00") == text


@pytest.mark.parametrize("elements", [
    [], ["a"], ["", None, "NULL", "null"], ["a,b", "c d", '"', "\\", "{}", "\n\t"], [None], ["é", "日本"],
])
def test_Array_literals_are_read_as_PostgreSQL_wrote_them(database, elements):
    literal = database.value("SELECT %s::text[]::text", (elements,))
    assert postgres_text.array_elements(literal) == tuple(elements)


def test_COPY_text_is_read_as_PostgreSQL_wrote_it(database):
    values = ["", None, "\\N", "a\tb", "a\nb\r\n", "\\", "\x01\x0b\x0c\b", "\u2028\x85", "end\\"]
    source = postgres_says(database, "SELECT * FROM unnest(ARRAY['', NULL, '\\N', E'a\\tb', E'a\\nb\\r\\n', '\\',"
                                     " E'\\x01\\x0b\\x0c\\b', U&'\\2028\\0085', 'end\\']) AS v")
    assert [row[0] for row in source.rows] == values


@pytest.mark.parametrize("bits, text, number", [
    (64, "1e+15", 1e15), (64, "-0", -0.0), (64, "NaN", float("nan")), (64, "-Infinity", float("-inf")),
    (32, "0.1", 0.10000000149011612), (32, "3.4028235e+38", 3.4028234663852886e38), (64, "0.1", 0.1),
])
def test_Floats_are_compared_as_numbers(bits, text, number):
    assert postgres_text.float_key(text, bits) == postgres_text.float_key(number, bits)


def test_Floats_that_differ_are_different():
    assert postgres_text.float_key("0.1", 64) != postgres_text.float_key(0.10000000149011612, 64)
    assert postgres_text.float_key("0", 64) != postgres_text.float_key(-0.0, 64)


def test_Lists_become_tuples_with_their_NULLs():
    integers = pa.list_(pa.int32())
    column = pa.chunked_array([pa.array([[1, None], [], None], integers), pa.array([[2]], integers)])
    assert postgres_text.arrow_keys(column) == [("1", None), (), None, ("2",)]
