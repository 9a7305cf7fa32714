// Dates, timestamps and times of day, from their binary form and from their text. Numbers are date_send's,
// timestamp_send's, time_send's and timetz_send's (src/backend/utils/adt/date.c, timestamp.c).
#include "base/civil_time.h"
#include "base/postgres_time_text.h"
#include "types/decoder_parts.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

// The last timestamp that PostgreSQL has and a column can hold.
constexpr std::int64_t kLastTimestamp = std::numeric_limits<std::int64_t>::max();

// The value, or for an infinity the nearest value that there is.
ValueProblem hold(const TimeResult<Date>& date, std::int32_t& out) {
  if (!date) return ValueProblem::WrongFormat;
  out = date->days;
  if (date->finite()) return ValueProblem::None;
  out = date->state == TimeState::Infinity ? kLastPostgresDate : kFirstPostgresDate;
  return ValueProblem::Infinity;
}

// Out of range is only what is later than microseconds since 1970 reach.
ValueProblem hold(const TimeResult<Timestamp>& timestamp, std::int64_t& out) {
  if (!timestamp) {
    out = kLastTimestamp;
    return timestamp.error() == TimeError::OutOfRange ? ValueProblem::TimestampTooLate
                                                      : ValueProblem::WrongFormat;
  }
  out = timestamp->micros;
  if (timestamp->finite()) return ValueProblem::None;
  out = timestamp->state == TimeState::Infinity ? kLastTimestamp : kFirstPostgresTimestamp;
  return ValueProblem::Infinity;
}

ValueProblem hold(TimeOfDay time, std::int64_t& out) {
  out = std::min(time.micros, kMicrosPerDay - 1);
  return time.micros == kMicrosPerDay ? ValueProblem::TimeTooLate : ValueProblem::None;
}

struct DateCodec {
  using Value = std::int32_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Value)) return ValueProblem::WrongLength;
    return hold(date_from_postgres(load_be<std::int32_t>(bytes.data())), out);
  }
};

struct DateText {
  using Value = std::int32_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    return hold(parse_postgres_date(as_text(bytes)), out);
  }
};

struct TimestampCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Value)) return ValueProblem::WrongLength;
    const auto wire = load_be<std::int64_t>(bytes.data());
    // No server sends what is earlier than its first timestamp, but for -infinity.
    if (wire < kFirstPostgresTimestamp - kPostgresEpochMicros && wire != kPostgresTimestampMinusInfinity) {
      return ValueProblem::WrongFormat;
    }
    return hold(timestamp_from_postgres(wire), out);
  }
};

template <TimeResult<Timestamp> (*parse)(std::string_view)>
struct TimestampText {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const { return hold(parse(as_text(bytes)), out); }
};

// Whole milliseconds, rounded towards the past, for readers that would round up.
template <typename Codec>
struct MillisFloor {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    constexpr std::int64_t kMicrosPerMilli = 1000;
    const ValueProblem problem = Codec()(bytes, out);
    const std::int64_t finer = out % kMicrosPerMilli;
    out -= finer < 0 ? finer + kMicrosPerMilli : finer;
    return problem;
  }
};

TimeResult<TimeOfDay> time_of(Bytes bytes) {
  return bytes.size() == sizeof(std::int64_t) ? time_from_postgres(load_be<std::int64_t>(bytes.data()))
                                              : std::unexpected(TimeError::Malformed);
}

TimeResult<ZonedTimeOfDay> timetz_of(Bytes bytes) {
  if (bytes.size() != sizeof(std::int64_t) + sizeof(std::int32_t))
    return std::unexpected(TimeError::Malformed);
  return timetz_from_postgres(load_be<std::int64_t>(bytes.data()),
                              load_be<std::int32_t>(bytes.data() + sizeof(std::int64_t)));
}

struct TimeCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    const auto time = time_of(bytes);
    return time ? hold(*time, out) : ValueProblem::WrongFormat;
  }
};

// The time of day in UTC.
struct TimetzCodec {
  using Value = std::int64_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    const auto zoned = timetz_of(bytes);
    if (!zoned) return ValueProblem::WrongFormat;
    const ValueProblem problem = hold(zoned->time, out);
    out = (out - zoned->utc_offset * kMicrosPerSecond + kMicrosPerDay) % kMicrosPerDay;
    return problem;
  }
};

// What time_out and timetz_out print.
struct TimeToText {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    const auto time = time_of(bytes);
    if (!time) return ValueProblem::WrongFormat;
    out.append(as_bytes(format_postgres_time(*time).view()));
    return ValueProblem::None;
  }
};

struct TimetzToText {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    const auto zoned = timetz_of(bytes);
    if (!zoned) return ValueProblem::WrongFormat;
    out.append(as_bytes(format_postgres_timetz(*zoned).view()));
    return ValueProblem::None;
  }
};

using LocalText = TimestampText<&parse_postgres_timestamp>;
using InstantText = TimestampText<&parse_postgres_timestamptz>;

bool is_instant(const DecoderContext& context) {
  return context.type.oid == oid::kTimestamptz;
}

}  // namespace

DecoderPtr make_date_decoder(const DecoderContext& context) {
  return make_fixed<DateCodec>(context);
}
DecoderPtr make_date_text_decoder(const DecoderContext& context) {
  return make_fixed<DateText>(context);
}
DecoderPtr make_timestamp_decoder(const DecoderContext& context) {
  return make_fixed<TimestampCodec>(context);
}
DecoderPtr make_timestamp_text_decoder(const DecoderContext& context) {
  return is_instant(context) ? make_fixed<InstantText>(context) : make_fixed<LocalText>(context);
}
DecoderPtr make_timestamp_millis_floor_decoder(const DecoderContext& context) {
  return make_fixed<MillisFloor<TimestampCodec>>(context);
}
DecoderPtr make_timestamp_millis_floor_text_decoder(const DecoderContext& context) {
  return is_instant(context) ? make_fixed<MillisFloor<InstantText>>(context)
                             : make_fixed<MillisFloor<LocalText>>(context);
}
DecoderPtr make_time_decoder(const DecoderContext& context) {
  return make_fixed<TimeCodec>(context);
}
DecoderPtr make_timetz_decoder(const DecoderContext& context) {
  return make_fixed<TimetzCodec>(context);
}
DecoderPtr make_time_to_text_decoder(const DecoderContext& context) {
  return make_variable<TimeToText>(context);
}
DecoderPtr make_timetz_to_text_decoder(const DecoderContext& context) {
  return make_variable<TimetzToText>(context);
}

}  // namespace pg2athena::types
