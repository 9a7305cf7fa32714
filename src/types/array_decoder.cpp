// Arrays. array_send (src/backend/utils/adt/arrayfuncs.c): int32 dimensions, int32 flags, the element's oid,
// for each dimension int32 length and int32 lower bound, then the elements, each behind its length.
#include <limits>
#include <vector>

#include "types/decoders.h"

namespace pg2athena::types {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kDimensionBytes = 8;

class ArrayDecoder final : public CopyDecoder {
 public:
  ArrayDecoder(Oid element, DecoderPtr element_decoder)
      : element_(element), element_decoder_(std::move(element_decoder)) {}

  std::expected<void, DecodeFailure> decode(std::span<const WireValue> values,
                                            columnar::Column& out) override {
    columnar::Column& child = out.children[0];
    const std::size_t first_offset = out.offsets.size();
    elements_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null))
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      if (!is_null) {
        if (const ValueProblem problem = split(values[i].bytes()); problem != ValueProblem::None) {
          return std::unexpected(DecodeFailure{i, problem});
        }
      }
      out.offsets.push_back(static_cast<std::uint32_t>(child.length + elements_.size()));
    }
    if (const auto decoded = element_decoder_->decode(elements_, child); !decoded) {
      // The failed element's array: the first whose end lies behind it.
      const std::size_t element = child.length + decoded.error().index;
      std::size_t array = 0;
      while (out.offsets[first_offset + array] <= element) ++array;
      return std::unexpected(DecodeFailure{array, decoded.error().problem});
    }
    out.length += values.size();
    return {};
  }

 private:
  // Appends the elements of one array to elements_.
  ValueProblem split(std::span<const std::byte> bytes) {
    if (bytes.size() < kHeaderBytes) return ValueProblem::WrongLength;
    const auto dimensions = load_be<std::int32_t>(bytes.data());
    if (load_be<Oid>(bytes.data() + 8) != element_) return ValueProblem::WrongFormat;
    if (dimensions == 0) return bytes.size() == kHeaderBytes ? ValueProblem::None : ValueProblem::WrongLength;
    if (dimensions < 0) return ValueProblem::WrongFormat;
    if (dimensions > 1) return ValueProblem::ArrayDimensions;
    if (bytes.size() < kHeaderBytes + kDimensionBytes) return ValueProblem::WrongLength;
    const auto count = load_be<std::int32_t>(bytes.data() + kHeaderBytes);
    if (load_be<std::int32_t>(bytes.data() + kHeaderBytes + 4) != 1) return ValueProblem::ArrayLowerBound;
    return split_elements(bytes.subspan(kHeaderBytes + kDimensionBytes), count);
  }

  ValueProblem split_elements(std::span<const std::byte> rest, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) {
      if (rest.size() < sizeof(std::int32_t)) return ValueProblem::WrongLength;
      const WireValue element(rest.data());
      const std::size_t length = element.is_null() ? 0 : static_cast<std::size_t>(element.length());
      if (element.length() < -1 || rest.size() - sizeof(std::int32_t) < length)
        return ValueProblem::WrongLength;
      elements_.push_back(element);
      rest = rest.subspan(sizeof(std::int32_t) + length);
    }
    return rest.empty() && count >= 0 ? ValueProblem::None : ValueProblem::WrongLength;
  }

  Oid element_;
  DecoderPtr element_decoder_;
  std::vector<WireValue> elements_;  // of all arrays of the block; reused
};

}  // namespace

DecoderPtr make_array_decoder(Oid element, DecoderPtr element_decoder) {
  return std::make_unique<ArrayDecoder>(element, std::move(element_decoder));
}

}  // namespace pg2athena::types
