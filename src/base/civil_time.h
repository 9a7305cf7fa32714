// Dates, timestamps and times of day. PostgreSQL counts from 2000-01-01, Parquet and the lake from
// 1970-01-01. All dates are proleptic Gregorian, as in PostgreSQL, and years are astronomical: 0 is 1 BC, -43
// is 44 BC. Their texts: iso8601.h, postgres_time_text.h.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>

namespace pg2athena {

// 1970-01-01 to 2000-01-01 (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE in PostgreSQL's datatype/timestamp.h).
inline constexpr std::int32_t kPostgresEpochDays = 10957;
inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
inline constexpr std::int64_t kPostgresEpochMicros = kPostgresEpochDays * kMicrosPerDay;

// PostgreSQL's infinities on the wire (DATEVAL_NOBEGIN …, DT_NOBEGIN … in utils/date.h and
// datatype/timestamp.h).
inline constexpr std::int32_t kPostgresDateInfinity = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t kPostgresDateMinusInfinity = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t kPostgresTimestampInfinity = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kPostgresTimestampMinusInfinity = std::numeric_limits<std::int64_t>::min();

// The largest PostgreSQL timestamp whose microseconds since 1970 fit into 64 bits: 294247-01-10
// 04:00:54.775807.
inline constexpr std::int64_t kLastUnixTimestampInPostgresMicros =
    std::numeric_limits<std::int64_t>::max() - kPostgresEpochMicros;

// PostgreSQL's first date and timestamp, 4714-11-24 BC, which is Julian day 0 (its manual says 4713 BC, which
// is that day's Julian year), and its last date, 5874897-12-31: DATETIME_MIN_JULIAN, DATE_END_JULIAN in
// datatype/timestamp.h. Days since 1970.
inline constexpr std::int32_t kFirstPostgresDate = -2'440'588;
inline constexpr std::int32_t kLastPostgresDate = 2'147'483'493 - 2'440'588;
inline constexpr std::int64_t kFirstPostgresTimestamp = kFirstPostgresDate * kMicrosPerDay;

enum class TimeError : std::uint8_t {
  Malformed,   // not the text of a time in the form that was asked for: Feb 30 too
  OutOfRange,  // a time that the type, or the form asked for, doesn't reach
  TooPrecise,  // digits other than zero behind the microsecond
};
std::string_view to_string(TimeError error);

template <typename T>
using TimeResult = std::expected<T, TimeError>;

// A day of a proleptic Gregorian year. Valid are months of 1 … 12 and days of 1 … days_in_month().
struct CivilDate {
  std::int64_t year;  // astronomical
  unsigned month;
  unsigned day;

  bool operator==(const CivilDate&) const = default;
};

// Rounded toward minus infinity, for a positive divisor.
constexpr std::int64_t floor_division(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

unsigned days_in_month(std::int64_t year, unsigned month);
// A valid date to days since 1970-01-01 and back, for all that an int32 of days holds (years -5877641 …
// 5881580) and well beyond: years within ±10^15.
std::int64_t days_from_civil(const CivilDate& date);
CivilDate civil_from_days(std::int64_t days);

// The day of microseconds since 1970-01-01 00:00, and those since its midnight: 0 … kMicrosPerDay - 1.
struct CivilTimestamp {
  CivilDate date;
  std::int64_t micros_of_day;
};
CivilTimestamp civil_from_micros(std::int64_t micros);

// In the order of time.
enum class TimeState : std::int8_t { MinusInfinity = -1, Finite = 0, Infinity = 1 };

// Days since 1970-01-01, or an infinity; an infinity's days are 0.
struct Date {
  TimeState state = TimeState::Finite;
  std::int32_t days = 0;

  static constexpr Date of_days(std::int32_t days) { return {.state = TimeState::Finite, .days = days}; }
  static constexpr Date infinity() { return {.state = TimeState::Infinity}; }
  static constexpr Date minus_infinity() { return {.state = TimeState::MinusInfinity}; }
  constexpr bool finite() const { return state == TimeState::Finite; }
  auto operator<=>(const Date&) const = default;
};

// Microseconds since 1970-01-01 00:00, or an infinity; an infinity's microseconds are 0. Of a timestamptz
// they are in UTC, of a timestamp in no time zone.
struct Timestamp {
  TimeState state = TimeState::Finite;
  std::int64_t micros = 0;

  static constexpr Timestamp of_micros(std::int64_t micros) {
    return {.state = TimeState::Finite, .micros = micros};
  }
  static constexpr Timestamp infinity() { return {.state = TimeState::Infinity}; }
  static constexpr Timestamp minus_infinity() { return {.state = TimeState::MinusInfinity}; }
  constexpr bool finite() const { return state == TimeState::Finite; }
  auto operator<=>(const Timestamp&) const = default;
};

// Microseconds since midnight: 0 … 24:00:00, which PostgreSQL has as a time of its own.
struct TimeOfDay {
  std::int64_t micros = 0;

  auto operator<=>(const TimeOfDay&) const = default;
};

// A timetz: a time and its zone's seconds ahead of UTC (east is positive; on the wire it is west).
struct ZonedTimeOfDay {
  TimeOfDay time;
  std::int32_t utc_offset = 0;

  bool operator==(const ZonedTimeOfDay&) const = default;
};

// PostgreSQL's numbers to ours and back: date_send, timestamp_send, time_send, timetz_send
// (src/backend/utils/adt). OutOfRange for numbers that no server sends, and for timestamps that microseconds
// since 1970 don't reach; the other way, for what PostgreSQL's range hasn't.
constexpr TimeResult<Date> date_from_postgres(std::int32_t wire);
constexpr TimeResult<std::int32_t> date_to_postgres(Date date);
constexpr TimeResult<Timestamp> timestamp_from_postgres(std::int64_t wire);
constexpr TimeResult<std::int64_t> timestamp_to_postgres(Timestamp timestamp);
constexpr TimeResult<TimeOfDay> time_from_postgres(std::int64_t wire);
constexpr TimeResult<ZonedTimeOfDay> timetz_from_postgres(std::int64_t wire, std::int32_t seconds_west);

// For receipts: days and microseconds since 1970 as PostgreSQL prints them with DateStyle ISO, but with the
// astronomical year for BC ("0000-12-31" is 1 BC): "2026-01-31", "2026-01-31 03:00:00.125".
std::string format_date(std::int32_t days);
std::string format_timestamp(std::int64_t micros);

constexpr TimeResult<Date> date_from_postgres(std::int32_t wire) {
  if (wire == kPostgresDateInfinity) return Date::infinity();
  if (wire == kPostgresDateMinusInfinity) return Date::minus_infinity();
  if (wire < kFirstPostgresDate - kPostgresEpochDays || wire > kLastPostgresDate - kPostgresEpochDays) {
    return std::unexpected(TimeError::OutOfRange);
  }
  return Date::of_days(wire + kPostgresEpochDays);
}

constexpr TimeResult<std::int32_t> date_to_postgres(Date date) {
  if (date.state == TimeState::Infinity) return kPostgresDateInfinity;
  if (date.state == TimeState::MinusInfinity) return kPostgresDateMinusInfinity;
  if (date.days < kFirstPostgresDate || date.days > kLastPostgresDate) {
    return std::unexpected(TimeError::OutOfRange);
  }
  return date.days - kPostgresEpochDays;
}

constexpr TimeResult<Timestamp> timestamp_from_postgres(std::int64_t wire) {
  if (wire == kPostgresTimestampInfinity) return Timestamp::infinity();
  if (wire == kPostgresTimestampMinusInfinity) return Timestamp::minus_infinity();
  if (wire < kFirstPostgresTimestamp - kPostgresEpochMicros || wire > kLastUnixTimestampInPostgresMicros) {
    return std::unexpected(TimeError::OutOfRange);
  }
  return Timestamp::of_micros(wire + kPostgresEpochMicros);
}

constexpr TimeResult<std::int64_t> timestamp_to_postgres(Timestamp timestamp) {
  if (timestamp.state == TimeState::Infinity) return kPostgresTimestampInfinity;
  if (timestamp.state == TimeState::MinusInfinity) return kPostgresTimestampMinusInfinity;
  if (timestamp.micros < kFirstPostgresTimestamp) return std::unexpected(TimeError::OutOfRange);
  return timestamp.micros - kPostgresEpochMicros;
}

constexpr TimeResult<TimeOfDay> time_from_postgres(std::int64_t wire) {
  if (wire < 0 || wire > kMicrosPerDay) return std::unexpected(TimeError::OutOfRange);
  return TimeOfDay{.micros = wire};
}

constexpr TimeResult<ZonedTimeOfDay> timetz_from_postgres(std::int64_t wire, std::int32_t seconds_west) {
  // timetz_recv's TZDISP_LIMIT, 16 hours (datatype/timestamp.h).
  constexpr std::int32_t kTooFar = 16 * 3600;
  if (wire < 0 || wire > kMicrosPerDay || seconds_west <= -kTooFar || seconds_west >= kTooFar) {
    return std::unexpected(TimeError::OutOfRange);
  }
  return ZonedTimeOfDay{.time = {.micros = wire}, .utc_offset = -seconds_west};
}

}  // namespace pg2athena
