// Values of varying length that travel as their own bytes, with or without something in front, and uuid.
#include "base/utf8.h"
#include "types/decoder_parts.h"

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
  bool trim = false;  // blanks at the end, which char(n) pads its values with

  ValueProblem operator()(Bytes bytes, ByteBuffer& out) const {
    if (trim) {
      while (!bytes.empty() && bytes.back() == std::byte{' '}) bytes = bytes.first(bytes.size() - 1);
    }
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

DecoderPtr make_text_decoder(const DecoderContext& context) {
  return make_variable(context,
                       TextCodec{.check_utf8 = context.options.check_utf8, .trim = context.mapping.trim});
}

DecoderPtr make_binary_decoder(const DecoderContext& context) {
  return make_variable<BytesCodec>(context);
}

DecoderPtr make_jsonb_decoder(const DecoderContext& context) {
  return make_variable(context, JsonbCodec{{.check_utf8 = context.options.check_utf8}});
}

DecoderPtr make_uuid_decoder(const DecoderContext& context) {
  return make_variable<UuidCodec>(context);
}

}  // namespace pg2athena::types
