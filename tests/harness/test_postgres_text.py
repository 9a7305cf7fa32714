"""The oracle's own rendering agrees with PostgreSQL's: a judge has to be judged first."""
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


TIMES = ["00:00:00", "23:59:59.999999", "24:00:00", "12:34:56.5", "00:00:00.000001"]
ZONED_TIMES = ["00:00:00+00", "23:59:59.999999-12:30", "00:30:00+15:59:59", "12:00:00-15:59", "01:02:03.4+05:30"]


def test_Times_are_counted_as_PostgreSQL_counts_them(database):
    for text in TIMES:
        counted = database.value("SELECT (extract(epoch FROM %s::time) * 1000000)::bigint", (text,))
        assert postgres_text.time_micros(text) == counted, text
    for text in ZONED_TIMES:
        counted = database.value("SELECT (extract(epoch FROM (t AT TIME ZONE 'UTC')::time) * 1000000)::bigint"
                                 " FROM (SELECT %s::timetz) AS v (t)", (text,))
        assert postgres_text.time_micros(database.value("SELECT %s::timetz::text", (text,))) == counted, text


def test_Timestamps_are_counted_as_they_are_printed():
    for micros in (0, -1, 1, 253_402_300_800_000_000, 9_223_372_036_854_775_807, -210_866_803_200_000_000,
                   -62_135_596_800_000_001, *range(-9 * 10 ** 16, 9 * 10 ** 18, 7 * 10 ** 16 + 123_456_789)):
        assert postgres_text.timestamp_micros(postgres_text.timestamp_text(micros)) == micros
        assert postgres_text.timestamp_micros(postgres_text.timestamp_text(micros, "+00")) == micros


INTERVALS = ["0", "1 year 2 months 3 days 04:05:06.789", "-1 year +2 days", "1 month -1 day -00:00:00.000001",
             "178000000 years", "-178000000 years", "-00:00:01", "2147483647 hours", "-2147483647 days -59 minutes",
             "-1 hour 59 minutes 59.5 seconds", "23 hours -59.999999 seconds"]


def test_Intervals_are_taken_apart_as_PostgreSQL_has_them(database):
    for text in INTERVALS:
        printed, months, days, micros = database.query(
            "SELECT i::text, extract(year FROM i) * 12 + extract(month FROM i), extract(day FROM i),"
            " extract(hour FROM i) * 3600000000 + extract(minute FROM i) * 60000000 + extract(microsecond FROM i)"
            " FROM (SELECT %s::interval) AS v (i)", (text,))[0]
        assert postgres_text.interval_parts(printed) == (months, days, micros), printed


@pytest.mark.parametrize("amount", ["0", "1234.5", "-1234567.89", "0.01", "-0.01", "92233720368547758.07",
                                    "-92233720368547758.08"])
def test_Money_is_a_number_with_the_digits_of_its_locale(database, amount):
    printed, number = database.query("SELECT m::text, m::numeric::text FROM (SELECT %s::numeric::money) AS v (m)",
                                     (amount,))[0]
    assert postgres_text.decimal_text(printed, 2) == number


@pytest.mark.parametrize("text, scale, number", [
    ("1.5", 3, "1.500"), ("-0.50", 1, "-0.5"), ("0.00", 2, "0.00"), ("-0", 1, "0.0"), ("100", 0, "100"), ("1.25", 1, "1.25"),
    ("NaN", 2, "NaN"), ("Infinity", 2, "Infinity"), ("(1.234,50 \u20ac)", 2, "-1234.50"), ("\u00a51,234", 0, "1234"),
])
def test_A_number_gets_the_digits_of_its_column_and_loses_none(text, scale, number):
    assert postgres_text.decimal_text(text, scale) == number
