#include "base/time_text_reader.h"

#include <limits>

#include "base/int128.h"

namespace pg2athena {
namespace {

constexpr int kFractionDigits = 6;
constexpr std::size_t kMostYearDigits = 7;

}  // namespace

bool TimeTextReader::digit(int& out) {
  const char c = front();
  if (c < '0' || c > '9') return false;
  out = c - '0';
  rest_.remove_prefix(1);
  return true;
}

unsigned TimeTextReader::two_digits() {
  int tens = 0;
  int ones = 0;
  require(digit(tens) && digit(ones));
  return static_cast<unsigned>(10 * tens + ones);
}

std::int64_t TimeTextReader::year_digits(std::size_t least) {
  const bool padded = front() == '0';
  std::int64_t year = 0;
  std::size_t count = 0;
  for (int next = 0; count < kMostYearDigits && digit(next); ++count) year = 10 * year + next;
  require(count == least || (count > least && !padded));
  return year;
}

void TimeTextReader::month_and_day(CivilDate& date) {
  expect('-');
  date.month = two_digits();
  expect('-');
  date.day = two_digits();
}

std::int64_t TimeTextReader::clock(Fraction fraction) {
  const unsigned hour = two_digits();
  expect(':');
  const unsigned minute = two_digits();
  expect(':');
  const unsigned second = two_digits();
  // A leap second, 60, is no time that PostgreSQL could hold.
  require(hour <= 24 && minute < 60 && second < 60);
  std::int64_t micros = (hour * 3600 + minute * 60 + second) * kMicrosPerSecond;
  if (take('.')) micros += fraction == Fraction::Iso8601 ? iso8601_fraction() : postgres_fraction();
  require(micros <= kMicrosPerDay);
  return micros;
}

std::int64_t TimeTextReader::iso8601_fraction() {
  std::int64_t micros = 0;
  int count = 0;
  bool lost = false;
  for (int next = 0; digit(next); ++count) {
    if (count < kFractionDigits) {
      micros = 10 * micros + next;
    } else {
      lost |= next != 0;
    }
  }
  if (lost && !problem_) problem_ = TimeError::TooPrecise;
  require(count > 0);
  for (; count < kFractionDigits; ++count) micros *= 10;
  return micros;
}

std::int64_t TimeTextReader::postgres_fraction() {
  std::int64_t micros = 0;
  int count = 0;
  int last = 0;
  for (; count < kFractionDigits && digit(last); ++count) micros = 10 * micros + last;
  require(last != 0);
  for (; count < kFractionDigits; ++count) micros *= 10;
  return micros;
}

std::int64_t TimeTextReader::days_of(const CivilDate& date) {
  const bool exists = date.month >= 1 && date.month <= 12 && date.day >= 1 &&
                      date.day <= days_in_month(date.year, date.month);
  require(exists);
  return exists ? days_from_civil(date) : 0;
}

TimeResult<Date> TimeTextReader::finish_date(const CivilDate& date, std::int32_t first, std::int32_t last) {
  const std::int64_t days = days_of(date);
  if ((days < first || days > last) && !problem_) problem_ = TimeError::OutOfRange;
  return finish(Date::of_days(static_cast<std::int32_t>(days)));
}

TimeResult<Timestamp> TimeTextReader::finish_timestamp(const CivilDate& date, std::int64_t micros_of_day,
                                                       std::int64_t utc_offset, std::int64_t first) {
  // Seven digits of years are more microseconds than 64 bits hold.
  const Int128 micros =
      Int128{days_of(date)} * kMicrosPerDay + micros_of_day - Int128{utc_offset} * kMicrosPerSecond;
  const bool in_range = micros >= first && micros <= std::numeric_limits<std::int64_t>::max();
  if (!in_range && !problem_) problem_ = TimeError::OutOfRange;
  return finish(Timestamp::of_micros(in_range ? static_cast<std::int64_t>(micros) : 0));
}

}  // namespace pg2athena
