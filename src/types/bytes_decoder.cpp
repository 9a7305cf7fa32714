// Values of varying length that travel as their own bytes, with or without something in front, and uuid.
#include "base/utf8.h"
#include "types/decoders.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

struct BytesCodec {
  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    out.append(bytes);
    return ValueProblem::None;
  }
};

struct TextCodec {
  bool check_utf8 = false;

  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    if (check_utf8 && !is_utf8(bytes)) return ValueProblem::InvalidUtf8;
    out.append(bytes);
    return ValueProblem::None;
  }
};

// jsonb_send: a version byte, 1, before the text that jsonb_out prints.
struct JsonbCodec {
  TextCodec text;

  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    if (bytes.empty() || bytes[0] != std::byte{1}) return ValueProblem::WrongFormat;
    return text(bytes.subspan(1), out);
  }
};

// uuid_send: 16 bytes; uuid_out: 8-4-4-4-12 lower-case hexadecimal digits.
struct UuidCodec {
  static constexpr std::size_t kWireBytes = 16;
  static constexpr std::size_t kTextBytes = 36;

  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (bytes.size() != kWireBytes) return ValueProblem::WrongLength;
    std::byte* to = out.extend(kTextBytes);
    for (std::size_t i = 0; i < kWireBytes; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = std::byte{'-'};
      const auto value = std::to_integer<unsigned>(bytes[i]);
      *to++ = static_cast<std::byte>(kDigits[value >> 4U]);
      *to++ = static_cast<std::byte>(kDigits[value & 0xFU]);
    }
    return ValueProblem::None;
  }
};

}  // namespace

DecoderPtr make_text_decoder(DecoderOptions options) {
  return std::make_unique<VariableDecoder<TextCodec>>(TextCodec{options.check_utf8});
}

DecoderPtr make_binary_decoder() {
  return std::make_unique<VariableDecoder<BytesCodec>>();
}

DecoderPtr make_jsonb_decoder(DecoderOptions options) {
  return std::make_unique<VariableDecoder<JsonbCodec>>(JsonbCodec{{options.check_utf8}});
}

DecoderPtr make_uuid_decoder() {
  return std::make_unique<VariableDecoder<UuidCodec>>();
}

}  // namespace pg2athena::types
