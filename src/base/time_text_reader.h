// Reads the texts of times: what iso8601.cpp and postgres_time_text.cpp have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/civil_time.h"

namespace pg2athena {

// Reads a text from its front. Once something isn't as it should be it stays so: whoever reads asks finish()
// at the end, and not after each step. Numbers are then any, of as many digits as they may have.
class TimeTextReader {
 public:
  explicit TimeTextReader(std::string_view text) : rest_(text) {}

  char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void expect(char c) { require(take(c)); }
  void require(bool condition) {
    if (!condition) problem_ = TimeError::Malformed;
  }

  // Exactly two digits.
  unsigned two_digits();
  // As many digits as there are: `least` or more, and then the first isn't 0; 7 at most, which is one more
  // than a timestamp's year has and as many as a date's.
  std::int64_t year_digits(std::size_t least);
  // "-01-31". That the month has the day is for finish_…() to see, when the year is known.
  void month_and_day(CivilDate& date);
  // "03:00:00" to microseconds, and what stands behind in the fraction's form of ISO 8601 (one digit or more;
  // TooPrecise) or of PostgreSQL (1 … 6 digits, the last of which isn't 0).
  enum class Fraction : std::uint8_t { Iso8601, Postgres };
  std::int64_t clock(Fraction fraction);

  // What has been read, if all of it was as it should be and nothing is left. Malformed goes before others.
  template <typename T>
  TimeResult<T> finish(const T& value) const {
    if (!rest_.empty()) return std::unexpected(TimeError::Malformed);
    if (problem_) return std::unexpected(*problem_);
    return value;
  }
  // A date from day `first` to day `last` since 1970. Malformed for one that doesn't exist.
  TimeResult<Date> finish_date(const CivilDate& date, std::int32_t first, std::int32_t last);
  // A day and a time, from a clock that is so many seconds ahead of UTC; not before `first`.
  TimeResult<Timestamp> finish_timestamp(const CivilDate& date, std::int64_t micros_of_day,
                                         std::int64_t utc_offset, std::int64_t first);

 private:
  bool digit(int& out);
  std::int64_t iso8601_fraction();
  std::int64_t postgres_fraction();
  std::int64_t days_of(const CivilDate& date);

  std::string_view rest_;
  std::optional<TimeError> problem_;
};

}  // namespace pg2athena
