// Arrays of one dimension become lists.
#include <limits>
#include <vector>

#include "types/array_wire.h"
#include "types/decoders.h"

namespace pg2athena::types {
namespace {

class ArrayDecoder final : public CopyDecoder {
 public:
  ArrayDecoder(Oid element, DecoderPtr element_decoder)
      : element_(element), element_decoder_(std::move(element_decoder)) {}

  std::expected<void, DecodeFailure> decode(std::span<const WireValue> values,
                                            columnar::Column& out) override {
    first_offset_ = out.offsets.size();
    elements_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null))
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      if (!is_null) {
        if (const auto appended = append(values[i].bytes(), i, out); !appended) return appended;
      }
      out.offsets.push_back(static_cast<std::uint32_t>(out.children[0].length + elements_.size()));
    }
    if (const auto decoded = decode_elements(out); !decoded) return decoded;
    out.length += values.size();
    return {};
  }

 private:
  using Decoded = std::expected<void, DecodeFailure>;

  // Elements are decoded when there are this many, or at the block's end: where the elements of an array
  // stand would take more memory than a large array of small elements itself.
  static constexpr std::size_t kElements = std::size_t{8} * 1024;

  Decoded append(std::span<const std::byte> bytes, std::size_t index, columnar::Column& out) {
    const auto failed = [&](ValueProblem problem) { return std::unexpected(DecodeFailure{index, problem}); };
    if (bytes.size() < kArrayHeaderBytes) return failed(ValueProblem::WrongLength);
    const auto dimensions = load_be<std::int32_t>(bytes.data());
    if (load_be<Oid>(bytes.data() + 8) != element_) return failed(ValueProblem::WrongFormat);
    if (dimensions == 0) {
      return bytes.size() == kArrayHeaderBytes ? Decoded() : failed(ValueProblem::WrongLength);
    }
    if (dimensions < 0) return failed(ValueProblem::WrongFormat);
    if (dimensions > 1) return failed(ValueProblem::ArrayDimensions);
    if (bytes.size() < kArrayHeaderBytes + kArrayDimensionBytes) return failed(ValueProblem::WrongLength);
    const auto count = load_be<std::int32_t>(bytes.data() + kArrayHeaderBytes);
    if (load_be<std::int32_t>(bytes.data() + kArrayHeaderBytes + 4) != 1) {
      return failed(ValueProblem::ArrayLowerBound);
    }
    return append_elements(bytes.subspan(kArrayHeaderBytes + kArrayDimensionBytes), count, index, out);
  }

  Decoded append_elements(std::span<const std::byte> rest, std::int32_t count, std::size_t index,
                          columnar::Column& out) {
    const auto failed = std::unexpected(DecodeFailure{index, ValueProblem::WrongLength});
    for (std::int32_t i = 0; i < count; ++i) {
      if (rest.size() < sizeof(std::int32_t)) return failed;
      const WireValue element(rest.data());
      const std::size_t length = element.is_null() ? 0 : static_cast<std::size_t>(element.length());
      if (element.length() < -1 || rest.size() - sizeof(std::int32_t) < length) return failed;
      elements_.push_back(element);
      rest = rest.subspan(sizeof(std::int32_t) + length);
      if (elements_.size() == kElements) {
        if (const auto decoded = decode_elements(out); !decoded) return decoded;
      }
    }
    return rest.empty() && count >= 0 ? Decoded() : failed;
  }

  Decoded decode_elements(columnar::Column& out) {
    columnar::Column& child = out.children[0];
    if (const auto decoded = element_decoder_->decode(elements_, child); !decoded) {
      // The failed element's array: the first whose end lies behind it, or the one that has no end yet.
      const std::size_t element = child.length + decoded.error().index;
      std::size_t array = 0;
      while (first_offset_ + array < out.offsets.size() && out.offsets[first_offset_ + array] <= element) {
        ++array;
      }
      return std::unexpected(DecodeFailure{array, decoded.error().problem});
    }
    elements_.clear();
    return {};
  }

  Oid element_;
  DecoderPtr element_decoder_;
  std::size_t first_offset_ = 0;     // of the block, in the column's offsets
  std::vector<WireValue> elements_;  // that aren't decoded yet
};

}  // namespace

DecoderPtr make_array_decoder(Oid element, DecoderPtr element_decoder) {
  return std::make_unique<ArrayDecoder>(element, std::move(element_decoder));
}

}  // namespace pg2athena::types
