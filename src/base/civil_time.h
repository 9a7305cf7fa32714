// Days and microseconds: PostgreSQL counts from 2000-01-01, Parquet and the lake from 1970-01-01. All dates
// are proleptic Gregorian, as in PostgreSQL.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace pg2athena {

// 1970-01-01 to 2000-01-01 (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE in PostgreSQL's datatype/timestamp.h).
inline constexpr std::int32_t kPostgresEpochDays = 10957;
inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
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

// ISO 8601 texts of days and microseconds since 1970, as PostgreSQL prints them with DateStyle ISO, but with
// the astronomical year for BC ("0000-12-31" is 1 BC): "2026-01-31", "2026-01-31 03:00:00.125".
std::string format_date(std::int32_t days);
std::string format_timestamp(std::int64_t micros);

}  // namespace pg2athena
