// Composites, ranges and intervals become structs.
#include <vector>

#include "base/civil_time.h"
#include "types/decoder_parts.h"
#include "types/text_form.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

Decoded failure(std::size_t index, ValueProblem problem) {
  return std::unexpected(DecodeFailure{index, problem});
}

// The values of a struct's fields, taken out of a block of structs: a column of them for each field.
class FieldValues {
 public:
  explicit FieldValues(std::size_t fields) : fields_(fields) {}

  void clear() {
    for (auto& field : fields_) field.clear();
    texts_.clear();
  }
  void add(std::size_t field, WireValue value) { fields_[field].push_back(value); }
  // Instead of add(): a value for each field, one struct after the other.
  TextValues& texts() { return texts_; }
  // When all texts are there.
  void deal_texts() {
    std::size_t field = 0;
    texts_.for_each([&](WireValue value) {
      fields_[field].push_back(value);
      field = field + 1 == fields_.size() ? 0 : field + 1;
    });
  }
  std::size_t count() const { return fields_.size(); }
  std::span<const WireValue> of(std::size_t field) const { return fields_[field]; }

 private:
  std::vector<std::vector<WireValue>> fields_;
  TextValues texts_;
};

// record_send's form (src/backend/utils/adt/rowtypes.c): int32 count, for each attribute its type's oid and
// the value behind its length. Attributes that were dropped are left out.
class RecordWire {
 public:
  explicit RecordWire(const PgType& type) {
    for (const PgAttribute& attribute : type.attributes) oids_.push_back(sent_oid(attribute.type));
  }

  bool take(Bytes bytes, FieldValues& out) const {
    if (bytes.size() < sizeof(std::int32_t)) return false;
    if (load_be<std::uint32_t>(bytes.data()) != oids_.size()) return false;
    bytes = bytes.subspan(sizeof(std::int32_t));
    for (std::size_t i = 0; i < oids_.size(); ++i) {
      if (bytes.size() < sizeof(Oid) || load_be<Oid>(bytes.data()) != oids_[i]) return false;
      bytes = bytes.subspan(sizeof(Oid));
      const auto value = take_value(bytes);
      if (!value) return false;
      out.add(i, *value);
    }
    return bytes.empty();
  }
  void take_null(FieldValues& out) const {
    for (std::size_t i = 0; i < oids_.size(); ++i) out.add(i, WireValue::null());
  }

 private:
  std::vector<Oid> oids_;
};

class RecordText {
 public:
  explicit RecordText(const PgType& type) : attributes_(type.attributes.size()) {}

  bool take(Bytes bytes, FieldValues& out) const { return take_record_text(bytes, attributes_, out.texts()); }
  void take_null(FieldValues& out) const {
    for (std::size_t i = 0; i < attributes_; ++i) out.texts().add_null();
  }

 private:
  std::size_t attributes_;
};

template <typename Form>
class CompositeDecoder final : public CopyDecoder {
 public:
  explicit CompositeDecoder(const DecoderContext& context)
      : form_(context.type), values_(context.type.attributes.size()) {
    for (std::size_t i = 0; i < values_.count(); ++i) decoders_.push_back(make_part_decoder(context, i));
  }

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    values_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null();
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
      if (is_null) {
        form_.take_null(values_);
      } else if (!form_.take(values[i].bytes(), values_)) {
        return failure(i, ValueProblem::WrongFormat);
      }
    }
    values_.deal_texts();
    for (std::size_t field = 0; field < decoders_.size(); ++field) {
      const auto decoded = decoders_[field]->decode(values_.of(field), out.children[field]);
      if (!decoded) return decoded;  // its index is the struct's
    }
    out.length += values.size();
    return {};
  }

 private:
  Form form_;
  FieldValues values_;
  std::vector<DecoderPtr> decoders_;
};

// range_send's form (src/backend/utils/adt/rangetypes.c): flags, then the bounds that there are, each behind
// its length.
struct RangeWire {
  static bool take(Bytes bytes, RangeFlags& flags, FieldValues& out) {
    constexpr unsigned kKnown = RangeFlags::kEmpty | RangeFlags::kLowerInclusive |
                                RangeFlags::kUpperInclusive | RangeFlags::kLowerInfinite |
                                RangeFlags::kUpperInfinite;
    if (bytes.empty()) return false;
    flags.bits = std::to_integer<unsigned>(bytes[0]);
    bytes = bytes.subspan(1);
    if ((flags.bits & ~kKnown) != 0) return false;
    for (const auto& [field, is_there] :
         {std::pair{0U, flags.has_lower()}, std::pair{1U, flags.has_upper()}}) {
      const auto value = is_there ? take_value(bytes) : WireValue::null();
      if (!value || value->is_null() == is_there) return false;
      out.add(field, *value);
    }
    return bytes.empty();
  }
  static void take_null(FieldValues& out) {
    out.add(0, WireValue::null());
    out.add(1, WireValue::null());
  }
};

struct RangeText {
  static bool take(Bytes bytes, RangeFlags& flags, FieldValues& out) {
    return take_range_text(bytes, flags, out.texts());
  }
  static void take_null(FieldValues& out) {
    out.texts().add_null();
    out.texts().add_null();
  }
};

// Children: lower, upper, lower_inc, upper_inc, empty.
template <typename Form>
class RangeDecoder final : public CopyDecoder {
 public:
  explicit RangeDecoder(const DecoderContext& context)
      : values_(kBounds), bound_(make_part_decoder(context)) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    values_.clear();
    flags_.assign(values.size(), RangeFlags());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].is_null()) {
        Form::take_null(values_);
      } else if (!Form::take(values[i].bytes(), flags_[i], values_)) {
        return failure(i, ValueProblem::WrongFormat);
      }
    }
    values_.deal_texts();
    for (std::size_t bound = 0; bound < kBounds; ++bound) {
      const auto decoded = bound_->decode(values_.of(bound), out.children[bound]);
      if (!decoded) return decoded;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_null = values[i].is_null() || lost_a_bound(out, i);
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
    }
    append_flags(RangeFlags::kLowerInclusive, out.children[kBounds]);
    append_flags(RangeFlags::kUpperInclusive, out.children[kBounds + 1]);
    append_flags(RangeFlags::kEmpty, out.children[kBounds + 2]);
    out.length += values.size();
    return {};
  }

 private:
  static constexpr std::size_t kBounds = 2;

  // A bound that became NULL because the column can't hold it: a range without it would be another one, with
  // no bound there, so all of the range is NULL.
  bool lost_a_bound(const columnar::Column& out, std::size_t i) const {
    const auto lost = [&](std::size_t bound) {
      return !values_.of(bound)[i].is_null() && out.children[bound].is_null(out.length + i);
    };
    return lost(0) || lost(1);
  }

  void append_flags(unsigned flag, columnar::Column& child) const {
    std::byte* slot = child.values.extend(flags_.size());
    for (const RangeFlags& flags : flags_) *slot++ = std::byte{flags.has(flag)};
    child.length += flags_.size();
  }

  FieldValues values_;
  DecoderPtr bound_;
  std::vector<RangeFlags> flags_;
};

// interval_send (src/backend/utils/adt/timestamp.c): int64 microseconds, int32 days, int32 months. Children:
// months, days, micros.
class IntervalDecoder final : public CopyDecoder {
 public:
  explicit IntervalDecoder(ValuePolicy policy) : policy_(policy) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    for (std::size_t i = 0; i < values.size(); ++i) {
      Interval interval;
      bool is_null = values[i].is_null();
      const ValueProblem problem = is_null ? ValueProblem::None : interval.take(values[i].bytes());
      if (problem != ValueProblem::None) {
        // There is no interval that is nearest to infinity.
        if (policy_.settle(problem, out) != ValuePolicy::Outcome::Null) return failure(i, problem);
        is_null = true;
      }
      if (!append_validity(out, is_null)) return failure(i, ValueProblem::NullInRequired);
      append(out.children[0], interval.months);
      append(out.children[1], interval.days);
      append(out.children[2], interval.micros);
    }
    out.length += values.size();
    return {};
  }

 private:
  struct Interval {
    std::int64_t micros = 0;
    std::int32_t days = 0;
    std::int32_t months = 0;

    // PostgreSQL 17 and later have infinite intervals: INTERVAL_NOBEGIN and INTERVAL_NOEND in
    // src/include/datatype/timestamp.h, all fields at their least or their most.
    ValueProblem take(Bytes bytes) {
      if (bytes.size() != sizeof micros + sizeof days + sizeof months) return ValueProblem::WrongLength;
      micros = load_be<std::int64_t>(bytes.data());
      days = load_be<std::int32_t>(bytes.data() + sizeof micros);
      months = load_be<std::int32_t>(bytes.data() + sizeof micros + sizeof days);
      using Fields = std::numeric_limits<std::int32_t>;
      using Micros = std::numeric_limits<std::int64_t>;
      const bool most = micros == Micros::max() && days == Fields::max() && months == Fields::max();
      const bool least = micros == Micros::min() && days == Fields::min() && months == Fields::min();
      return most || least ? ValueProblem::Infinity : ValueProblem::None;
    }
  };

  template <typename Number>
  static void append(columnar::Column& child, Number number) {
    std::memcpy(child.values.extend(sizeof number), &number, sizeof number);
    ++child.length;
  }

  ValuePolicy policy_;
};

}  // namespace

DecoderPtr make_composite_decoder(const DecoderContext& context) {
  return std::make_unique<CompositeDecoder<RecordWire>>(context);
}
DecoderPtr make_composite_text_decoder(const DecoderContext& context) {
  return std::make_unique<CompositeDecoder<RecordText>>(context);
}
DecoderPtr make_range_decoder(const DecoderContext& context) {
  return std::make_unique<RangeDecoder<RangeWire>>(context);
}
DecoderPtr make_range_text_decoder(const DecoderContext& context) {
  return std::make_unique<RangeDecoder<RangeText>>(context);
}
DecoderPtr make_interval_decoder(const DecoderContext& context) {
  return std::make_unique<IntervalDecoder>(value_policy(context));
}

}  // namespace pg2athena::types
