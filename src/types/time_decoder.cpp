// Dates, timestamps and times of day. Each codec names the send function whose form it reads
// (src/backend/utils/adt/date.c, timestamp.c).
#include "base/civil_time.h"
#include "types/decoder_parts.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

// The earliest and last values that PostgreSQL has, since 1970: DATETIME_MIN_JULIAN is day 0 (4714-11-24 BC),
// the last date is the day before DATE_END_JULIAN (5874898-01-01) (src/include/datatype/timestamp.h). The
// last timestamp is the last that microseconds since 1970 can have.
constexpr std::int32_t kUnixEpochJulianDay = 2440588;
constexpr std::int32_t kFirstDate = -kUnixEpochJulianDay;
constexpr std::int32_t kLastDate = 2147483494 - 1 - kUnixEpochJulianDay;
constexpr std::int64_t kFirstTimestamp = kFirstDate * kMicrosPerDay;
constexpr std::int64_t kLastTimestamp = std::numeric_limits<std::int64_t>::max();

// date_send: days since 2000-01-01. PostgreSQL's last date, 5874897-12-31, fits as days since 1970 too.
struct DateCodec {
  using Value = std::int32_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Value)) return ValueProblem::WrongLength;
    const auto days = load_be<std::int32_t>(bytes.data());
    if (days == kPostgresDateInfinity || days == kPostgresDateMinusInfinity) {
      out = days == kPostgresDateInfinity ? kLastDate : kFirstDate;
      return ValueProblem::Infinity;
    }
    if (__builtin_add_overflow(days, kPostgresEpochDays, &out)) return ValueProblem::WrongFormat;
    return ValueProblem::None;
  }
};

// timestamp_send, timestamptz_send: microseconds since 2000-01-01.
struct TimestampCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Value)) return ValueProblem::WrongLength;
    const auto micros = load_be<std::int64_t>(bytes.data());
    if (micros > kLastUnixTimestampInPostgresMicros) {
      out = kLastTimestamp;
      return micros == kPostgresTimestampInfinity ? ValueProblem::Infinity : ValueProblem::TimestampTooLate;
    }
    if (micros == kPostgresTimestampMinusInfinity) {
      out = kFirstTimestamp;
      return ValueProblem::Infinity;
    }
    out = micros + kPostgresEpochMicros;
    return ValueProblem::None;
  }
};

// Whole milliseconds, rounded towards the past, for readers that would round up.
struct TimestampMillisFloorCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    constexpr std::int64_t kMicrosPerMilli = 1000;
    const ValueProblem problem = TimestampCodec()(bytes, out);
    const std::int64_t finer = out % kMicrosPerMilli;
    out -= finer < 0 ? finer + kMicrosPerMilli : finer;
    return problem;
  }
};

// time_send: microseconds since midnight, 24:00:00 included.
struct TimeCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Value)) return ValueProblem::WrongLength;
    out = load_be<std::int64_t>(bytes.data());
    if (out < 0 || out > kMicrosPerDay) return ValueProblem::WrongFormat;
    if (out < kMicrosPerDay) return ValueProblem::None;
    out = kMicrosPerDay - 1;
    return ValueProblem::TimeTooLate;
  }
};

// timetz_send: the time, and the zone in seconds west of Greenwich. Held is the time of day in UTC.
struct TimetzCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    constexpr std::int64_t kMicrosPerSecond = 1'000'000;
    constexpr std::int64_t kZoneLimit = std::int64_t{16} * 3600;  // MAX_TZDISP_HOUR in datatype/timestamp.h
    if (bytes.size() != sizeof(Value) + sizeof(std::int32_t)) return ValueProblem::WrongLength;
    const ValueProblem problem = TimeCodec()(bytes.first(sizeof(Value)), out);
    const std::int64_t zone = load_be<std::int32_t>(bytes.data() + sizeof(Value));
    if (problem == ValueProblem::WrongFormat || zone <= -kZoneLimit || zone >= kZoneLimit) {
      return ValueProblem::WrongFormat;
    }
    out = (out + zone * kMicrosPerSecond + kMicrosPerDay) % kMicrosPerDay;
    return problem;
  }
};

template <typename Codec>
DecoderPtr make(const DecoderContext& context) {
  return std::make_unique<FixedDecoder<Codec>>(Codec(), value_policy(context));
}

}  // namespace

DecoderPtr make_date_decoder(const DecoderContext& context) {
  return make<DateCodec>(context);
}
DecoderPtr make_timestamp_decoder(const DecoderContext& context) {
  return make<TimestampCodec>(context);
}
DecoderPtr make_timestamp_millis_floor_decoder(const DecoderContext& context) {
  return make<TimestampMillisFloorCodec>(context);
}
DecoderPtr make_time_decoder(const DecoderContext& context) {
  return make<TimeCodec>(context);
}
DecoderPtr make_timetz_decoder(const DecoderContext& context) {
  return make<TimetzCodec>(context);
}

}  // namespace pg2athena::types
