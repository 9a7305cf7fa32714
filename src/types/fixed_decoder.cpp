// Booleans, integers, floating point, dates and timestamps: values of one width on the wire. Each codec names
// the send function whose form it reads (src/backend/utils/adt).
#include <bit>

#include "base/civil_time.h"
#include "types/decoders.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

// boolsend: one byte, 0 or 1.
struct BooleanCodec {
  using Value = std::uint8_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != 1) return ValueProblem::WrongLength;
    out = bytes[0] != std::byte{0} ? 1 : 0;
    return ValueProblem::None;
  }
};

// int2send, int4send, int8send, oidsend, float4send, float8send: big-endian. Wire is the integer that
// travels, Held the number that the column holds.
template <typename Wire, typename Held>
struct NumberCodec {
  using Value = Held;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Wire)) return ValueProblem::WrongLength;
    const Wire wire = load_be<Wire>(bytes.data());
    if constexpr (std::is_floating_point_v<Held>) {
      out = std::bit_cast<Held>(wire);
    } else {
      out = wire;
    }
    return ValueProblem::None;
  }
};

// date_send: days since 2000-01-01. PostgreSQL's last date, 5874897-12-31, fits as days since 1970 too.
struct DateCodec {
  using Value = std::int32_t;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(Value)) return ValueProblem::WrongLength;
    const auto days = load_be<std::int32_t>(bytes.data());
    if (days == kPostgresDateInfinity || days == kPostgresDateMinusInfinity) return ValueProblem::Infinity;
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
    if (micros == kPostgresTimestampInfinity || micros == kPostgresTimestampMinusInfinity) {
      return ValueProblem::Infinity;
    }
    if (micros > kLastUnixTimestampInPostgresMicros) return ValueProblem::TimestampTooLate;
    out = micros + kPostgresEpochMicros;
    return ValueProblem::None;
  }
};

template <typename Codec>
DecoderPtr make() {
  return std::make_unique<FixedDecoder<Codec>>();
}

}  // namespace

DecoderPtr make_boolean_decoder() {
  return make<BooleanCodec>();
}
DecoderPtr make_int16_decoder() {
  return make<NumberCodec<std::int16_t, std::int32_t>>();
}
DecoderPtr make_int32_decoder() {
  return make<NumberCodec<std::int32_t, std::int32_t>>();
}
DecoderPtr make_int64_decoder() {
  return make<NumberCodec<std::int64_t, std::int64_t>>();
}
DecoderPtr make_oid_decoder() {
  return make<NumberCodec<std::uint32_t, std::int64_t>>();
}
DecoderPtr make_float32_decoder() {
  return make<NumberCodec<std::uint32_t, float>>();
}
DecoderPtr make_float64_decoder() {
  return make<NumberCodec<std::uint64_t, double>>();
}
DecoderPtr make_date_decoder() {
  return make<DateCodec>();
}
DecoderPtr make_timestamp_decoder() {
  return make<TimestampCodec>();
}

}  // namespace pg2athena::types
