// Values of varying length that travel as their own bytes, with or without something in front, and uuid.
#include <array>
#include <limits>

#include "base/utf8.h"
#include "types/decoders.h"

namespace pg2athena::types {
namespace {

// Drops `skip` leading bytes, whose first must be `version` when there are any.
class BytesDecoder final : public CopyDecoder {
 public:
  BytesDecoder(bool check_utf8, std::size_t skip, std::byte version)
      : check_utf8_(check_utf8), skip_(skip), version_(version) {}

  std::expected<void, DecodeFailure> decode(std::span<const WireValue> values,
                                            columnar::Column& out) override {
    std::size_t total = out.values.size();
    for (const WireValue value : values)
      total += value.is_null() ? 0 : static_cast<std::size_t>(value.length());
    if (total > std::numeric_limits<std::uint32_t>::max()) {
      return std::unexpected(DecodeFailure{values.size() - 1, ValueProblem::TooLarge});
    }
    out.values.reserve(total);
    std::uint32_t* offset = out.offsets.extend(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null))
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      if (!is_null) {
        if (const ValueProblem problem = append(values[i].bytes(), out.values);
            problem != ValueProblem::None) {
          return std::unexpected(DecodeFailure{i, problem});
        }
      }
      *offset++ = static_cast<std::uint32_t>(out.values.size());
    }
    out.length += values.size();
    return {};
  }

 private:
  ValueProblem append(std::span<const std::byte> bytes, ByteBuffer& out) const {
    if (skip_ != 0) {
      if (bytes.size() < skip_ || bytes[0] != version_) return ValueProblem::WrongFormat;
      bytes = bytes.subspan(skip_);
    }
    if (check_utf8_ && !is_utf8(bytes)) return ValueProblem::InvalidUtf8;
    out.append(bytes);
    return ValueProblem::None;
  }

  bool check_utf8_;
  std::size_t skip_;
  std::byte version_;
};

class UuidDecoder final : public CopyDecoder {
 public:
  // uuid_send: 16 bytes; uuid_out: 8-4-4-4-12 lower-case hexadecimal digits.
  static constexpr std::size_t kWireBytes = 16;
  static constexpr std::size_t kTextBytes = 36;

  std::expected<void, DecodeFailure> decode(std::span<const WireValue> values,
                                            columnar::Column& out) override {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null))
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      if (!is_null) {
        if (values[i].length() != kWireBytes)
          return std::unexpected(DecodeFailure{i, ValueProblem::WrongLength});
        print(values[i].data(), out.values.extend(kTextBytes));
      }
      out.offsets.push_back(static_cast<std::uint32_t>(out.values.size()));
    }
    out.length += values.size();
    return {};
  }

 private:
  static void print(const std::byte* from, std::byte* to) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < kWireBytes; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = std::byte{'-'};
      const auto value = std::to_integer<unsigned>(from[i]);
      *to++ = static_cast<std::byte>(kDigits[value >> 4U]);
      *to++ = static_cast<std::byte>(kDigits[value & 0xFU]);
    }
  }
};

}  // namespace

DecoderPtr make_text_decoder(DecoderOptions options) {
  return std::make_unique<BytesDecoder>(options.check_utf8, 0, std::byte{0});
}

DecoderPtr make_binary_decoder() {
  return std::make_unique<BytesDecoder>(false, 0, std::byte{0});
}

// jsonb_send: a version byte, 1, before the text that jsonb_out prints.
DecoderPtr make_jsonb_decoder(DecoderOptions options) {
  return std::make_unique<BytesDecoder>(options.check_utf8, 1, std::byte{1});
}

DecoderPtr make_uuid_decoder() {
  return std::make_unique<UuidDecoder>();
}

}  // namespace pg2athena::types
