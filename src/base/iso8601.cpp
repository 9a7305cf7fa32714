#include "base/iso8601.h"

#include <limits>

#include "base/time_text_reader.h"

namespace pg2athena {
namespace {

constexpr std::int64_t kLastFourDigitYear = 9999;
constexpr int kYearDigits = 4;
constexpr int kExpandedYearDigits = 6;
constexpr std::int64_t kFirstTimestamp = std::numeric_limits<std::int64_t>::min();

bool has_four_digits(std::int64_t year) {
  return year >= 0 && year <= kLastFourDigitYear;
}

void put_date(const CivilDate& date, TimeText& out) {
  if (has_four_digits(date.year)) {
    out.put_number(static_cast<std::uint64_t>(date.year), kYearDigits);
  } else {
    out.put(date.year < 0 ? '-' : '+');
    out.put_number(static_cast<std::uint64_t>(date.year < 0 ? -date.year : date.year), kExpandedYearDigits);
  }
  out.put_month_and_day(date);
}

TimeResult<TimeText> timestamp_text(Timestamp timestamp, std::string_view zone) {
  if (!timestamp.finite()) return std::unexpected(TimeError::OutOfRange);
  TimeText text;
  const CivilTimestamp civil = civil_from_micros(timestamp.micros);
  put_date(civil.date, text);
  text.put('T');
  text.put_clock(civil.micros_of_day);
  text.put(zone);
  return text;
}

CivilDate read_date(TimeTextReader& reader) {
  CivilDate date{};
  const bool negative = reader.take('-');
  if (negative || reader.take('+')) {
    const std::int64_t year = reader.year_digits(kExpandedYearDigits);
    date.year = negative ? -year : year;
    reader.require(!has_four_digits(date.year));
  } else {
    date.year = reader.year_digits(kYearDigits);
    reader.require(has_four_digits(date.year));
  }
  reader.month_and_day(date);
  return date;
}

std::int64_t read_clock(TimeTextReader& reader) {
  const std::int64_t micros = reader.clock(TimeTextReader::Fraction::Iso8601);
  reader.require(micros < kMicrosPerDay);
  return micros;
}

// "+05:30" to seconds ahead of UTC.
std::int64_t read_offset(TimeTextReader& reader) {
  const bool negative = reader.take('-');
  if (!negative) reader.expect('+');
  const unsigned hours = reader.two_digits();
  reader.expect(':');
  const unsigned minutes = reader.two_digits();
  reader.require(hours < 24 && minutes < 60);
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return negative ? -seconds : seconds;
}

}  // namespace

TimeResult<TimeText> format_iso8601_date(Date date) {
  if (!date.finite()) return std::unexpected(TimeError::OutOfRange);
  TimeText text;
  put_date(civil_from_days(date.days), text);
  return text;
}

TimeResult<TimeText> format_iso8601_timestamp(Timestamp timestamp) {
  return timestamp_text(timestamp, "");
}

TimeResult<TimeText> format_iso8601_instant(Timestamp timestamp) {
  return timestamp_text(timestamp, "Z");
}

TimeResult<TimeText> format_rfc3339(Timestamp timestamp) {
  if (!has_four_digits(civil_from_micros(timestamp.micros).date.year)) {
    return std::unexpected(TimeError::OutOfRange);
  }
  return format_iso8601_instant(timestamp);
}

TimeResult<Date> parse_iso8601_date(std::string_view text) {
  TimeTextReader reader(text);
  const CivilDate date = read_date(reader);
  return reader.finish_date(date, std::numeric_limits<std::int32_t>::min(),
                            std::numeric_limits<std::int32_t>::max());
}

TimeResult<Timestamp> parse_iso8601_timestamp(std::string_view text) {
  TimeTextReader reader(text);
  const CivilDate date = read_date(reader);
  reader.expect('T');
  const std::int64_t micros = read_clock(reader);
  return reader.finish_timestamp(date, micros, 0, kFirstTimestamp);
}

TimeResult<Timestamp> parse_iso8601_instant(std::string_view text) {
  TimeTextReader reader(text);
  const CivilDate date = read_date(reader);
  reader.expect('T');
  const std::int64_t micros = read_clock(reader);
  std::int64_t utc_offset = 0;
  if (!reader.take('Z')) {
    const bool negative = reader.front() == '-';
    utc_offset = read_offset(reader);
    reader.require(!negative || utc_offset != 0);
  }
  return reader.finish_timestamp(date, micros, utc_offset, kFirstTimestamp);
}

TimeResult<Timestamp> parse_rfc3339(std::string_view text) {
  TimeTextReader reader(text);
  reader.require(reader.front() != '+' && reader.front() != '-');
  const CivilDate date = read_date(reader);
  if (!reader.take('t')) reader.expect('T');
  const std::int64_t micros = read_clock(reader);
  const std::int64_t utc_offset = reader.take('Z') || reader.take('z') ? 0 : read_offset(reader);
  return reader.finish_timestamp(date, micros, utc_offset, kFirstTimestamp);
}

}  // namespace pg2athena
