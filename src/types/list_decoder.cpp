// Arrays of one dimension and multiranges become lists.
#include <limits>
#include <type_traits>
#include <vector>

#include "types/array_wire.h"
#include "types/decoder_parts.h"
#include "types/text_form.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;
using Step = ArrayText::Step;

// array_send's form, an element at a time.
class ArrayWire {
 public:
  explicit ArrayWire(Oid element) : element_(element) {}

  ValueProblem begin(Bytes bytes) {
    if (bytes.size() < kArrayHeaderBytes) return ValueProblem::WrongLength;
    const auto dimensions = load_be<std::int32_t>(bytes.data());
    if (load_be<Oid>(bytes.data() + 8) != element_) return ValueProblem::WrongFormat;
    rest_ = bytes.subspan(kArrayHeaderBytes);
    left_ = 0;
    if (dimensions == 0) return rest_.empty() ? ValueProblem::None : ValueProblem::WrongLength;
    if (dimensions < 0) return ValueProblem::WrongFormat;
    if (dimensions > 1) return ValueProblem::ArrayDimensions;
    if (rest_.size() < kArrayDimensionBytes) return ValueProblem::WrongLength;
    left_ = load_be<std::int32_t>(rest_.data());
    if (left_ < 0) return ValueProblem::WrongLength;
    if (load_be<std::int32_t>(rest_.data() + 4) != 1) return ValueProblem::ArrayLowerBound;
    rest_ = rest_.subspan(kArrayDimensionBytes);
    return ValueProblem::None;
  }

  Step next(std::vector<WireValue>& out) {
    if (left_ == 0) return rest_.empty() ? Step::End : Step::Broken;
    const auto value = take_value(rest_);
    if (!value) return Step::Broken;
    out.push_back(*value);
    --left_;
    return Step::Value;
  }

 private:
  Oid element_;
  Bytes rest_;
  std::int32_t left_ = 0;
};

// multirange_send's form (src/backend/utils/adt/multirangetypes.c): int32 count, the ranges behind their
// lengths.
class MultirangeWire {
 public:
  ValueProblem begin(Bytes bytes) {
    if (bytes.size() < sizeof left_) return ValueProblem::WrongLength;
    left_ = load_be<std::uint32_t>(bytes.data());
    rest_ = bytes.subspan(sizeof left_);
    return ValueProblem::None;
  }

  Step next(std::vector<WireValue>& out) {
    if (left_ == 0) return rest_.empty() ? Step::End : Step::Broken;
    const auto value = take_value(rest_);
    if (!value || value->is_null()) return Step::Broken;
    out.push_back(*value);
    --left_;
    return Step::Value;
  }

 private:
  Bytes rest_;
  std::uint32_t left_ = 0;
};

// Form takes a value apart: ArrayWire, MultirangeWire; from text ArrayText, MultirangeText.
template <typename Form>
class ListDecoder final : public CopyDecoder {
 public:
  ListDecoder(Form form, ValuePolicy policy, DecoderPtr element_decoder)
      : form_(std::move(form)), policy_(policy), element_decoder_(std::move(element_decoder)) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    first_offset_ = out.offsets.size();
    clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      bool is_null = values[i].is_null();
      if (!is_null) {
        const ValueProblem problem = form_.begin(values[i].bytes());
        is_null = problem != ValueProblem::None;
        if (is_null && policy_.settle(problem, out) != ValuePolicy::Outcome::Null) {
          return std::unexpected(DecodeFailure{i, problem});
        }
      }
      if (!append_validity(out, is_null)) {
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      }
      if (!is_null) {
        if (const auto appended = append_elements(i, out); !appended) return appended;
      }
      out.offsets.push_back(static_cast<std::uint32_t>(out.children[0].length + pending_));
    }
    if (const auto decoded = decode_elements(out); !decoded) return decoded;
    out.length += values.size();
    return {};
  }

 private:
  static constexpr bool kFromText = std::is_same_v<Form, ArrayText> || std::is_same_v<Form, MultirangeText>;
  // Elements are decoded when there are this many, or that many bytes of them, or at the block's end: where
  // the elements of an array stand would take more memory than a large array of small elements itself.
  static constexpr std::size_t kElements = std::size_t{8} * 1024;
  static constexpr std::size_t kTextBytes = std::size_t{256} * 1024;

  Decoded append_elements(std::size_t index, columnar::Column& out) {
    while (true) {
      const Step step = take_element();
      if (step == Step::End) return {};
      if (step == Step::Broken) return std::unexpected(DecodeFailure{index, ValueProblem::WrongFormat});
      if (++pending_ == kElements || texts_.size_bytes() > kTextBytes) {
        if (const auto decoded = decode_elements(out); !decoded) return decoded;
      }
    }
  }

  Step take_element() {
    if constexpr (kFromText) {
      return form_.next(texts_);
    } else {
      return form_.next(elements_);
    }
  }

  Decoded decode_elements(columnar::Column& out) {
    columnar::Column& child = out.children[0];
    if constexpr (kFromText) texts_.for_each([&](WireValue value) { elements_.push_back(value); });
    if (const auto decoded = element_decoder_->decode(elements_, child); !decoded) {
      // The failed element's array: the first whose end lies behind it, or the one that has no end yet.
      const std::size_t element = child.length + decoded.error().index;
      std::size_t array = 0;
      while (first_offset_ + array < out.offsets.size() && out.offsets[first_offset_ + array] <= element) {
        ++array;
      }
      return std::unexpected(DecodeFailure{array, decoded.error().problem});
    }
    clear();
    if (child.length > std::numeric_limits<std::uint32_t>::max()) {
      return std::unexpected(DecodeFailure{0, ValueProblem::TooLarge});
    }
    return {};
  }

  void clear() {
    elements_.clear();
    texts_.clear();
    pending_ = 0;
  }

  Form form_;
  ValuePolicy policy_;
  DecoderPtr element_decoder_;
  std::size_t first_offset_ = 0;     // of the block, in the column's offsets
  std::size_t pending_ = 0;          // elements that aren't decoded yet
  std::vector<WireValue> elements_;  // where they are
  TextValues texts_;                 // and what holds them, when they were taken out of text
};

template <typename Form>
DecoderPtr make(const DecoderContext& context, Form form) {
  return std::make_unique<ListDecoder<Form>>(std::move(form), value_policy(context),
                                             make_part_decoder(context));
}

}  // namespace

DecoderPtr make_array_decoder(const DecoderContext& context) {
  return make(context, ArrayWire(sent_oid(context.type.element[0])));
}

DecoderPtr make_array_text_decoder(const DecoderContext& context) {
  return make(context, ArrayText(context.type.element[0].delimiter));
}

DecoderPtr make_multirange_decoder(const DecoderContext& context) {
  return make(context, MultirangeWire());
}

DecoderPtr make_multirange_text_decoder(const DecoderContext& context) {
  return make(context, MultirangeText());
}

}  // namespace pg2athena::types
