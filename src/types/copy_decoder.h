// From COPY's binary form to columns. A decoder is bound to one column for one shard and called once for a
// block of rows: the loop over the values is inside it, with no call and no allocation for a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "columnar/batch.h"
#include "types/type_choice.h"

namespace pg2athena::types {

// Points at a value's big-endian int32 length (-1: NULL), behind which its bytes stand. COPY's fields and the
// elements of an array have this form alike. Whoever makes one has checked that the bytes are there.
class WireValue {
 public:
  explicit WireValue(const std::byte* at) : at_(at) {}
  std::int32_t length() const { return load_be<std::int32_t>(at_); }
  bool is_null() const { return length() < 0; }
  const std::byte* data() const { return at_ + sizeof(std::int32_t); }
  // Of a value that isn't NULL.
  std::span<const std::byte> bytes() const { return {data(), static_cast<std::size_t>(length())}; }

  // A NULL of no row.
  static WireValue null();

 private:
  const std::byte* at_;
};

inline WireValue WireValue::null() {
  static constexpr std::array<std::byte, 4> kNull = {std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF},
                                                     std::byte{0xFF}};
  return WireValue(kNull.data());
}

// Why a value did not become one of the column's.
enum class ValueProblem : std::uint8_t {
  None,
  // Values that the column's type can't hold.
  NaN,
  Infinity,
  TimestampTooLate,
  TimeTooLate,
  DecimalOverflow,
  DecimalInexact,
  ArrayDimensions,
  ArrayLowerBound,
  InvalidUtf8,
  // Bytes that aren't what the plan says: the server and we disagree.
  NullInRequired,
  WrongLength,
  WrongFormat,
  TooLarge,
};

// Names the kind of value, never the value.
std::string_view to_string(ValueProblem problem);
// Whether the value is PostgreSQL's and right, and only its column can't hold it.
bool is_unrepresentable(ValueProblem problem);
// Whether there is a value that the column can hold and that is the nearest to one with this problem.
bool has_nearest(ValueProblem problem);

struct DecodeFailure {
  std::size_t index = 0;  // into the block
  ValueProblem problem = ValueProblem::None;
};

using Decoded = std::expected<void, DecodeFailure>;

class CopyDecoder {
 public:
  virtual ~CopyDecoder() = default;
  // Appends one slot to `out` for each value. After a failure the column is unusable until cleared.
  virtual Decoded decode(std::span<const WireValue> values, columnar::Column& out) = 0;
};

// How many values of a column were unrepresentable and became something else, as its policy says.
struct CoercedValues {
  std::uint64_t nulls = 0;    // became NULL
  std::uint64_t clamped = 0;  // became the nearest value that the column can hold
  bool operator==(const CoercedValues&) const = default;
};

struct DecoderOptions {
  // Set where the server does not vouch for its text: a database with the encoding SQL_ASCII.
  bool check_utf8 = false;
  // Where a column's decoder counts; must outlive it. Null: nobody wants to know.
  CoercedValues* coerced = nullptr;
};

// What a decoder does with values that its column can't hold.
class ValuePolicy {
 public:
  ValuePolicy(OnUnrepresentable policy, CoercedValues* coerced) : policy_(policy), coerced_(coerced) {}

  enum class Outcome : std::uint8_t { Failure, Null, Nearest };
  // Decides about a value with a problem, and counts.
  Outcome settle(ValueProblem problem, const columnar::Column& out) const;

 private:
  OnUnrepresentable policy_;
  CoercedValues* coerced_;
};

// Appends the validity of a slot, or says that NULL isn't allowed.
inline bool append_validity(columnar::Column& out, bool is_null) {
  if (out.nullable) out.validity.push_back(!is_null);
  out.null_count += is_null ? 1 : 0;
  return out.nullable || !is_null;
}

// A decoder of values of fixed width in the column. Codec has
//   using Value = …;                                        // as Column::values holds it
//   ValueProblem operator()(std::span<const std::byte>, Value&) const;
// With a problem that has a nearest value, the codec has set the value to that.
template <typename Codec>
class FixedDecoder final : public CopyDecoder {
 public:
  FixedDecoder(Codec codec, ValuePolicy policy) : codec_(std::move(codec)), policy_(policy) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    using Value = typename Codec::Value;
    std::byte* slot = out.values.extend(values.size() * sizeof(Value));
    for (std::size_t i = 0; i < values.size(); ++i, slot += sizeof(Value)) {
      bool is_null = values[i].is_null();
      Value value{};
      if (!is_null) {
        const ValueProblem problem = codec_(values[i].bytes(), value);
        if (problem != ValueProblem::None) [[unlikely]] {
          const auto outcome = policy_.settle(problem, out);
          if (outcome == ValuePolicy::Outcome::Failure) return std::unexpected(DecodeFailure{i, problem});
          is_null = outcome == ValuePolicy::Outcome::Null;
        }
      }
      if (!append_validity(out, is_null)) {
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      }
      std::memcpy(slot, &value, sizeof value);
    }
    out.length += values.size();
    return {};
  }

 private:
  Codec codec_;
  ValuePolicy policy_;
};

// A decoder of values of varying length. Codec has
//   ValueProblem operator()(std::span<const std::byte>, ByteBuffer& out);   // appends the value's bytes
// With a problem it has appended nothing: no such value has a nearest one.
template <typename Codec>
class VariableDecoder final : public CopyDecoder {
 public:
  VariableDecoder(Codec codec, ValuePolicy policy) : codec_(std::move(codec)), policy_(policy) {}

  Decoded decode(std::span<const WireValue> values, columnar::Column& out) override {
    std::uint32_t* offset = out.offsets.extend(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      bool is_null = values[i].is_null();
      ValueProblem problem = is_null ? ValueProblem::None : codec_(values[i].bytes(), out.values);
      if (out.values.size() > std::numeric_limits<std::uint32_t>::max()) problem = ValueProblem::TooLarge;
      if (problem != ValueProblem::None) [[unlikely]] {
        if (policy_.settle(problem, out) != ValuePolicy::Outcome::Null) {
          return std::unexpected(DecodeFailure{i, problem});
        }
        is_null = true;
      }
      if (!append_validity(out, is_null)) {
        return std::unexpected(DecodeFailure{i, ValueProblem::NullInRequired});
      }
      *offset++ = static_cast<std::uint32_t>(out.values.size());
    }
    out.length += values.size();
    return {};
  }

 private:
  Codec codec_;
  ValuePolicy policy_;
};

}  // namespace pg2athena::types
