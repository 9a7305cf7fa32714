// The texts that PostgreSQL prints for values that contain others, taken apart: arrays, composites, ranges
// and multiranges. What they contain is copied out, without its quotes, into the form that values have on the
// wire: a decoder can't tell it from a value that travelled alone. Strict: what the output functions don't
// print breaks the form.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "types/copy_decoder.h"

namespace pg2athena::types {

// Values behind one another, each behind its length, as in a COPY.
class TextValues {
 public:
  std::size_t size_bytes() const { return bytes_.size(); }
  std::size_t count() const { return count_; }
  void clear() {
    bytes_.clear();
    count_ = 0;
  }

  void add_null();
  void add(std::string_view text);
  // A value in pieces: begin, what it consists of, end.
  void begin();
  void append(char c) { bytes_.push_back(static_cast<std::byte>(c)); }
  void append(std::string_view text) { bytes_.append(as_bytes(text)); }
  void end();

  // Calls visit(WireValue) for each value. The values stand where they are until something is added.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      const WireValue value(bytes_.data() + at);
      visit(value);
      at += sizeof(std::int32_t) + (value.is_null() ? 0 : static_cast<std::size_t>(value.length()));
    }
  }

 private:
  ByteBuffer bytes_;
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
};

// array_out (src/backend/utils/adt/arrayfuncs.c): {a,"b c",NULL}, in front of it [0:1]= where a lower bound
// isn't 1.
class ArrayText {
 public:
  explicit ArrayText(char delimiter) : delimiter_(delimiter) {}

  // ArrayDimensions and ArrayLowerBound for what can't be a list.
  ValueProblem begin(std::span<const std::byte> text);
  enum class Step : std::uint8_t { Value, End, Broken };
  // The next element, added to `out`.
  Step next(TextValues& out);

 private:
  char delimiter_;
  std::string_view rest_;  // with the closing brace
  bool first_ = true;
};

// record_out (src/backend/utils/adt/rowtypes.c): (1,"a b",). Adds a value for each of `attributes`; false
// where the text isn't a record of so many, after which `out` has some of them.
bool take_record_text(std::span<const std::byte> text, std::size_t attributes, TextValues& out);

// range_send's flags (src/include/utils/rangetypes.h).
struct RangeFlags {
  static constexpr unsigned kEmpty = 0x01, kLowerInclusive = 0x02, kUpperInclusive = 0x04,
                            kLowerInfinite = 0x08, kUpperInfinite = 0x10;
  unsigned bits = 0;

  bool has(unsigned flag) const { return (bits & flag) != 0; }
  bool has_lower() const { return !has(kEmpty | kLowerInfinite); }
  bool has_upper() const { return !has(kEmpty | kUpperInfinite); }
};

// range_out (src/backend/utils/adt/rangetypes.c): [1,10), empty, (,"a b"]. Adds two values, lower and upper,
// NULL where there is none.
bool take_range_text(std::span<const std::byte> text, RangeFlags& flags, TextValues& out);

// multirange_out (src/backend/utils/adt/multirangetypes.c): {[1,3),[5,9)}.
class MultirangeText {
 public:
  ValueProblem begin(std::span<const std::byte> text);
  // The next range's text, added to `out`.
  ArrayText::Step next(TextValues& out);

 private:
  std::string_view rest_;
  bool first_ = true;
};

// hstore_out (contrib/hstore/hstore_io.c): "a"=>"1", "b"=>NULL. Adds each key and behind it its value.
bool take_hstore_text(std::span<const std::byte> text, TextValues& out);

}  // namespace pg2athena::types
