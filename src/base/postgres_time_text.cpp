#include "base/postgres_time_text.h"

#include <optional>

#include "base/time_text_reader.h"

namespace pg2athena {
namespace {

constexpr std::string_view kInfinity = "infinity";
constexpr std::string_view kMinusInfinity = "-infinity";
constexpr std::string_view kBeforeChrist = " BC";
constexpr int kYearDigits = 4;

std::optional<TimeState> infinity_of(std::string_view text) {
  if (text == kInfinity) return TimeState::Infinity;
  if (text == kMinusInfinity) return TimeState::MinusInfinity;
  return std::nullopt;
}

void put_infinity(TimeState state, TimeText& out) {
  out.put(state == TimeState::Infinity ? kInfinity : kMinusInfinity);
}

// The year is that of an era, which put_era() adds at the text's end.
void put_date(const CivilDate& date, TimeText& out) {
  out.put_number(static_cast<std::uint64_t>(date.year > 0 ? date.year : 1 - date.year), kYearDigits);
  out.put_month_and_day(date);
}

void put_era(const CivilDate& date, TimeText& out) {
  if (date.year <= 0) out.put(kBeforeChrist);
}

TimeText timestamp_text(Timestamp timestamp, std::string_view zone) {
  TimeText text;
  if (!timestamp.finite()) {
    put_infinity(timestamp.state, text);
    return text;
  }
  const CivilTimestamp civil = civil_from_micros(timestamp.micros);
  put_date(civil.date, text);
  text.put(' ');
  text.put_clock(civil.micros_of_day);
  text.put(zone);
  put_era(civil.date, text);
  return text;
}

void put_zone(std::int64_t utc_offset, TimeText& out) {
  out.put(utc_offset < 0 ? '-' : '+');
  const auto seconds = static_cast<std::uint64_t>(utc_offset < 0 ? -utc_offset : utc_offset);
  out.put_number(seconds / 3600, 2);
  if (seconds % 3600 == 0) return;
  out.put(':');
  out.put_number(seconds / 60 % 60, 2);
  if (seconds % 60 == 0) return;
  out.put(':');
  out.put_number(seconds % 60, 2);
}

// The year of an era, which read_era() turns into the astronomical one.
CivilDate read_date(TimeTextReader& reader) {
  CivilDate date{};
  date.year = reader.year_digits(kYearDigits);
  reader.require(date.year > 0);
  reader.month_and_day(date);
  return date;
}

void read_era(TimeTextReader& reader, CivilDate& date) {
  if (reader.take(kBeforeChrist)) date.year = 1 - date.year;
}

// No timestamp is at 24:00:00: PostgreSQL prints the next day.
std::int64_t read_clock_of_day(TimeTextReader& reader) {
  const std::int64_t micros = reader.clock(TimeTextReader::Fraction::Postgres);
  reader.require(micros < kMicrosPerDay);
  return micros;
}

// Seconds ahead of UTC.
std::int32_t read_zone(TimeTextReader& reader) {
  const bool negative = reader.take('-');
  if (!negative) reader.expect('+');
  const unsigned hours = reader.two_digits();
  unsigned minutes = 0;
  unsigned seconds = 0;
  if (reader.take(':')) {
    minutes = reader.two_digits();
    if (reader.take(':')) {
      seconds = reader.two_digits();
      reader.require(seconds != 0);
    } else {
      reader.require(minutes != 0);
    }
  }
  // MAX_TZDISP_HOUR in datatype/timestamp.h.
  reader.require(hours <= 15 && minutes < 60 && seconds < 60);
  const auto offset = static_cast<std::int32_t>(hours * 3600 + minutes * 60 + seconds);
  reader.require(!negative || offset != 0);
  return negative ? -offset : offset;
}

}  // namespace

TimeText format_postgres_date(Date date) {
  TimeText text;
  if (!date.finite()) {
    put_infinity(date.state, text);
    return text;
  }
  const CivilDate civil = civil_from_days(date.days);
  put_date(civil, text);
  put_era(civil, text);
  return text;
}

TimeText format_postgres_timestamp(Timestamp timestamp) {
  return timestamp_text(timestamp, "");
}

TimeText format_postgres_timestamptz(Timestamp timestamp) {
  return timestamp_text(timestamp, "+00");
}

TimeText format_postgres_time(TimeOfDay time) {
  TimeText text;
  text.put_clock(time.micros);
  return text;
}

TimeText format_postgres_timetz(ZonedTimeOfDay time) {
  TimeText text;
  text.put_clock(time.time.micros);
  put_zone(time.utc_offset, text);
  return text;
}

TimeResult<Date> parse_postgres_date(std::string_view text) {
  if (const auto infinity = infinity_of(text)) return Date{.state = *infinity};
  TimeTextReader reader(text);
  CivilDate date = read_date(reader);
  read_era(reader, date);
  return reader.finish_date(date, kFirstPostgresDate, kLastPostgresDate);
}

TimeResult<Timestamp> parse_postgres_timestamp(std::string_view text) {
  if (const auto infinity = infinity_of(text)) return Timestamp{.state = *infinity};
  TimeTextReader reader(text);
  CivilDate date = read_date(reader);
  reader.expect(' ');
  const std::int64_t micros = read_clock_of_day(reader);
  read_era(reader, date);
  return reader.finish_timestamp(date, micros, 0, kFirstPostgresTimestamp);
}

TimeResult<Timestamp> parse_postgres_timestamptz(std::string_view text) {
  if (const auto infinity = infinity_of(text)) return Timestamp{.state = *infinity};
  TimeTextReader reader(text);
  CivilDate date = read_date(reader);
  reader.expect(' ');
  const std::int64_t micros = read_clock_of_day(reader);
  const std::int32_t utc_offset = read_zone(reader);
  read_era(reader, date);
  return reader.finish_timestamp(date, micros, utc_offset, kFirstPostgresTimestamp);
}

TimeResult<TimeOfDay> parse_postgres_time(std::string_view text) {
  TimeTextReader reader(text);
  const std::int64_t micros = reader.clock(TimeTextReader::Fraction::Postgres);
  return reader.finish(TimeOfDay{.micros = micros});
}

TimeResult<ZonedTimeOfDay> parse_postgres_timetz(std::string_view text) {
  TimeTextReader reader(text);
  const std::int64_t micros = reader.clock(TimeTextReader::Fraction::Postgres);
  const std::int32_t utc_offset = read_zone(reader);
  return reader.finish(ZonedTimeOfDay{.time = {.micros = micros}, .utc_offset = utc_offset});
}

}  // namespace pg2athena
