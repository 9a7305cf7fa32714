// Booleans, integers, floating point, money: values of one width on the wire. Each codec names the send
// function whose form it reads (src/backend/utils/adt).
#include <bit>

#include "base/int128.h"
#include "types/decoder_parts.h"

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

// cash_send: the smallest unit of the currency, which is the decimal's unscaled value.
struct MoneyCodec {
  using Value = Int128;
  ValueProblem operator()(Bytes bytes, Value& out) const {
    if (bytes.size() != sizeof(std::int64_t)) return ValueProblem::WrongLength;
    out = load_be<std::int64_t>(bytes.data());
    return ValueProblem::None;
  }
};

}  // namespace

DecoderPtr make_boolean_decoder(const DecoderContext& context) {
  return make_fixed<BooleanCodec>(context);
}
DecoderPtr make_int16_decoder(const DecoderContext& context) {
  return make_fixed<NumberCodec<std::int16_t, std::int32_t>>(context);
}
DecoderPtr make_int32_decoder(const DecoderContext& context) {
  return make_fixed<NumberCodec<std::int32_t, std::int32_t>>(context);
}
DecoderPtr make_int64_decoder(const DecoderContext& context) {
  return make_fixed<NumberCodec<std::int64_t, std::int64_t>>(context);
}
DecoderPtr make_oid_decoder(const DecoderContext& context) {
  return make_fixed<NumberCodec<std::uint32_t, std::int64_t>>(context);
}
DecoderPtr make_float32_decoder(const DecoderContext& context) {
  return make_fixed<NumberCodec<std::uint32_t, float>>(context);
}
DecoderPtr make_float64_decoder(const DecoderContext& context) {
  return make_fixed<NumberCodec<std::uint64_t, double>>(context);
}
DecoderPtr make_money_decoder(const DecoderContext& context) {
  return make_fixed<MoneyCodec>(context);
}

}  // namespace pg2athena::types
