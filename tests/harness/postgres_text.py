"""Single values as PostgreSQL prints them: reading them, and printing others the same way.

Written from PostgreSQL's documentation and independently of the program's own conversions, so that a mistake would
have to be made twice. The session that is compared with prints ISO dates, UTC and shortest-precise floats.
"""
import functools
import re
import struct

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


TIMESTAMP = re.compile(r"(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)?(?:\+00)?( BC)?")
TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?")
ISO_INTERVAL = re.compile(r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?"
                          r"(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(\.\d+)?S)?)?")
MONEY_SIGN = re.compile(r"[-(]")


def microseconds(fraction: str | None) -> int:
    """Of .5: half a million."""
    return int((fraction or ".")[1:].ljust(6, "0"))


def days_since_1970(year: int, month: int, day: int) -> int:
    """The inverse of `civil`, by the same arithmetic."""
    a = (14 - month) // 12
    y, m = year + 4800 - a, month + 12 * a - 3
    return day + (153 * m + 2) // 5 + 365 * y + y // 4 - y // 100 + y // 400 - 32045 - 2440588


def timestamp_micros(text: str) -> int:
    """Microseconds since 1970 of a timestamp, or of a timestamptz printed in UTC."""
    match = TIMESTAMP.fullmatch(text)
    if not match:
        raise ValueError(f"not a timestamp in UTC: {text!r}")
    year, month, day, hour, minute, second, fraction, before_christ = match.groups()
    days = days_since_1970(1 - int(year) if before_christ else int(year), int(month), int(day))
    return (((days * 24 + int(hour)) * 60 + int(minute)) * 60 + int(second)) * 1_000_000 + microseconds(fraction)


def time_micros(text: str) -> int:
    """Microseconds since midnight: of a time as it stands, of a timetz in UTC, which may be of another day."""
    match = TIME.fullmatch(text)
    if not match:
        raise ValueError(f"not a time: {text!r}")
    hour, minute, second, fraction, sign, *zone = match.groups()
    micros = ((int(hour) * 60 + int(minute)) * 60 + int(second)) * 1_000_000 + microseconds(fraction)
    if sign is None:
        return micros
    zone_hour, zone_minute, zone_second = (int(part or 0) for part in zone)
    east = ((zone_hour * 60 + zone_minute) * 60 + zone_second) * 1_000_000 * (1 if sign == "+" else -1)
    return (micros - east) % MICROSECONDS_A_DAY


def interval_parts(text: str) -> tuple[int, int, int]:
    """Months, days and microseconds of an interval in the style iso_8601."""
    match = ISO_INTERVAL.fullmatch(text)
    if not match:
        raise ValueError(f"not an interval in the style iso_8601: {text!r}")
    years, months, days, hours, minutes, sign, seconds, fraction = match.groups()
    micros = (int(seconds or 0) * 1_000_000 + microseconds(fraction)) * (-1 if sign else 1)
    micros += (int(hours or 0) * 60 + int(minutes or 0)) * 60_000_000
    return int(years or 0) * 12 + int(months or 0), int(days or 0), micros


def decimal_text(text: str, scale: int) -> str:
    """A number with as many digits behind the point as a decimal of this scale; as it was when it isn't one of those.

    Money counts as a number: whatever stands between its digits, the last `scale` are behind the point.
    """
    whole, point, fraction = text.removeprefix("-").partition(".")
    sign = "-" if text.startswith("-") else ""
    if not (whole + fraction).isdecimal():
        if not any(c in "0123456789" for c in text):
            return text
        digits = "".join(c for c in text if c in "0123456789")
        whole, fraction = digits[:len(digits) - scale], digits[len(digits) - scale:]
        sign = "-" if MONEY_SIGN.search(text) else ""
    elif len(fraction.rstrip("0")) > scale:
        return text
    whole = whole.lstrip("0") or "0"
    fraction = fraction[:scale].ljust(scale, "0")
    if not (whole + fraction).strip("0"):
        sign = ""
    return sign + whole + ("." + fraction if scale else "")
