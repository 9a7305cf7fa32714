// How the values of each physical type lie in a column, in a dictionary and in a page. These are the policies
// of value_encoder.cpp's template: what is per value happens in their loops.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/int128.h"
#include "columnar/batch.h"
#include "parquet/bytes_dictionary.h"
#include "parquet/fixed_dictionary.h"
#include "parquet/levels.h"
#include "parquet/metadata.h"
#include "parquet/plain_encoding.h"
#include "parquet/schema_mapping.h"
#include "parquet/statistics.h"
#include "parquet/validity.h"
#include "parquet/value_encoder.h"

namespace pg2athena::parquet {

// The values of a slice that aren't NULL, side by side.
struct NumberSlice {
  const std::byte* values = nullptr;
  std::size_t count = 0;
};
struct BytesSlice {
  std::span<const std::byte> data;         // of all values
  const std::uint32_t* offsets = nullptr;  // count + 1, of which the first is data's
  std::size_t count = 0;
};

// Moves the values that aren't NULL together in `scratch`. T is a value's bytes.
template <typename T>
NumberSlice without_nulls(const LeafSlots& slots, ByteBuffer& scratch) {
  const columnar::Column& column = *slots.column;
  if (slots.nulls == 0) return {column.values.data() + slots.begin * sizeof(T), slots.size()};
  scratch.resize((slots.size() - slots.nulls + 1) * sizeof(T));
  const std::size_t count =
      compact<T>(column.values.data(), slots.validity, slots.begin, slots.end, scratch.data());
  return {scratch.data(), count};
}

// What the physical types of a fixed width differ in, besides the width: bounds, NaN, PLAIN. A decimal of
// more than 18 digits is an Int128 here and `fixed_bytes` in the file.
template <typename T, typename Key>
class Numbers {
 public:
  using Slice = NumberSlice;
  using Dictionary = FixedDictionary<Key>;
  using Bounds = NumberBounds<T>;
  static constexpr bool kHasNaN = std::floating_point<T>;

  explicit Numbers(const Leaf& leaf) : type_(leaf.type), width_(kWide ? leaf.fixed_bytes : sizeof(T)) {}

  Slice slice(const LeafSlots& slots, ByteBuffer& scratch) const { return without_nulls<T>(slots, scratch); }
  std::size_t plain_bytes(const Slice& slice) const { return slice.count * width_; }

  void append_plain(const Slice& slice, ByteBuffer& out) const {
    if constexpr (kWide) {
      append_plain_decimals(slice.values, slice.count, width_, out);
    } else {
      out.append(slice.values, slice.count * sizeof(T));
    }
  }

  void append_dictionary(const Dictionary& dictionary, ByteBuffer& out) const {
    append_plain(entries(dictionary), out);
  }
  std::size_t dictionary_bytes(const Dictionary& dictionary) const { return dictionary.size() * width_; }

  // The values behind the indices, PLAIN.
  void append_looked_up(const Dictionary& dictionary, std::span<const std::uint32_t> indices,
                        ByteBuffer& out) const {
    Buffer<Key> values;
    Key* const to = values.extend(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) to[i] = dictionary.entries()[indices[i]];
    append_plain({reinterpret_cast<const std::byte*>(to), indices.size()}, out);
  }

  static void lookup(Dictionary& dictionary, const Slice& slice, std::uint32_t* indices) {
    dictionary.lookup(slice.values, slice.count, indices);
  }
  static void include(Bounds& bounds, const Slice& slice) { bounds.include(slice.values, slice.count); }
  static void include(Bounds& bounds, const Dictionary& dictionary) { include(bounds, entries(dictionary)); }

  static std::size_t count_nan(const Slice& slice)
    requires kHasNaN
  {
    std::size_t count = 0;
    for (std::size_t i = 0; i < slice.count; ++i) {
      T value;
      std::memcpy(&value, slice.values + i * sizeof(T), sizeof value);
      count += std::isnan(value) ? 1U : 0U;
    }
    return count;
  }

  // How many integers there are between the smallest and the largest value, where that will be so for the
  // rest of the chunk too. A column in ascending order is no such case: its first half shows only half of the
  // range.
  static double most_distinct(const Dictionary& dictionary) {
    if constexpr (!std::integral<T> || kWide) {
      return std::numeric_limits<double>::infinity();
    } else {
      Bounds first_half;
      Bounds all;
      const Slice slice = entries(dictionary);
      first_half.include(slice.values, slice.count / 2);
      all.include(slice.values, slice.count);
      const auto range = [](const Bounds& bounds) {
        return bounds.empty() ? 0.0
                              : static_cast<double>(bounds.max()) - static_cast<double>(bounds.min()) + 1;
      };
      constexpr double kSame = 0.9;
      return range(first_half) > kSame * range(all) ? range(all) : std::numeric_limits<double>::infinity();
    }
  }

  void write_bounds(const Bounds& bounds, Statistics& statistics) const {
    if (bounds.empty()) return;
    statistics.min_value = plain(signed_zero(bounds.min(), T{-1}));
    statistics.max_value = plain(signed_zero(bounds.max(), T{1}));
    statistics.is_min_value_exact = statistics.is_max_value_exact = true;
    if constexpr (!kWide) {
      statistics.min = statistics.min_value;
      statistics.max = statistics.max_value;
    }
  }

  BoundTexts texts(const Bounds& bounds) const {
    if (bounds.empty()) return {};
    return {.min = bound_text(type_, bounds.min()), .max = bound_text(type_, bounds.max())};
  }

 private:
  static constexpr bool kWide = sizeof(T) == sizeof(Int128);

  static Slice entries(const Dictionary& dictionary) {
    return {reinterpret_cast<const std::byte*>(dictionary.entries().data()), dictionary.size()};
  }

  // "If the computed max value is zero, +0.0 should be written; if the computed min value is zero, -0.0."
  static T signed_zero(T bound, T sign) {
    if constexpr (kHasNaN) {
      return bound == 0 ? std::copysign(bound, sign) : bound;
    } else {
      return bound;
    }
  }

  std::string plain(T value) const {
    ByteBuffer bytes;
    append_plain({reinterpret_cast<const std::byte*>(&value), 1}, bytes);
    return std::string(as_text(bytes.span()));
  }

  columnar::Type type_;
  std::size_t width_;
};

// Text and binary.
class Strings {
 public:
  using Slice = BytesSlice;
  using Dictionary = BytesDictionary;
  using Bounds = BytesBounds;
  static constexpr bool kHasNaN = false;

  explicit Strings(const Leaf& leaf) : text_(leaf.type.id == columnar::TypeId::String) {}

  static Slice slice(const LeafSlots& slots, ByteBuffer& scratch) {
    const columnar::Column& column = *slots.column;
    const std::uint32_t* const offsets = column.offsets.data();
    const auto data =
        column.values.span().subspan(offsets[slots.begin], offsets[slots.end] - offsets[slots.begin]);
    if (slots.nulls == 0) return {data, offsets + slots.begin, slots.size()};
    // A NULL has an empty range, so values stay side by side when its offset is left out.
    using Offset = std::uint32_t;
    const std::size_t count = slots.size() - slots.nulls;
    scratch.resize((count + 1) * sizeof(Offset));
    compact<Offset>(reinterpret_cast<const std::byte*>(offsets), slots.validity, slots.begin, slots.end,
                    scratch.data());
    std::memcpy(scratch.data() + count * sizeof(Offset), offsets + slots.end, sizeof(Offset));
    return {data, reinterpret_cast<const Offset*>(scratch.data()), count};
  }

  static std::size_t plain_bytes(const Slice& slice) {
    return slice.data.size() + slice.count * sizeof(std::uint32_t);
  }
  static void append_plain(const Slice& slice, ByteBuffer& out) {
    append_plain_bytes(slice.data, slice.offsets, slice.count, out);
  }
  static void append_dictionary(const Dictionary& dictionary, ByteBuffer& out) {
    out.append(dictionary.plain());
  }
  static std::size_t dictionary_bytes(const Dictionary& dictionary) { return dictionary.plain().size(); }
  static void append_looked_up(const Dictionary& dictionary, std::span<const std::uint32_t> indices,
                               ByteBuffer& out) {
    for (const std::uint32_t index : indices) out.append(dictionary.plain(index));
  }
  static void lookup(Dictionary& dictionary, const Slice& slice, std::uint32_t* indices) {
    dictionary.lookup(slice.data, slice.offsets, slice.count, indices);
  }
  static void include(Bounds& bounds, const Slice& slice) {
    bounds.include(slice.data, slice.offsets, slice.count);
  }
  static void include(Bounds& bounds, const Dictionary& dictionary) {
    for (std::size_t i = 0; i < dictionary.size(); ++i)
      bounds.include(dictionary.value(static_cast<std::uint32_t>(i)));
  }
  static double most_distinct(const Dictionary& /*dictionary*/) {
    return std::numeric_limits<double>::infinity();
  }
  void write_bounds(const Bounds& bounds, Statistics& statistics) const {
    bounds.write_to(statistics, text_);
  }
  // A receipt is no place for the content of text columns.
  static BoundTexts texts(const Bounds& /*bounds*/) { return {}; }

 private:
  bool text_;
};

}  // namespace pg2athena::parquet
