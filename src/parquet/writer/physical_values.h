// How the values of each physical type lie in a column, in a dictionary and in a page. These are the policies
// of typed_encoder.h's template: what is per value happens in their loops.
//
// A page that isn't indices into a dictionary is staged in a Page: as PLAIN has it where the encoding is
// known to be that, otherwise as a Slice that any encoding can be made from.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/int128.h"
#include "columnar/batch.h"
#include "parquet/bloom_filter.h"
#include "parquet/encoding/byte_stream_split.h"
#include "parquet/encoding/bytes_dictionary.h"
#include "parquet/encoding/delta_encoding.h"
#include "parquet/encoding/fixed_dictionary.h"
#include "parquet/encoding/plain_encoding.h"
#include "parquet/encoding/validity.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/levels.h"
#include "parquet/writer/statistics.h"
#include "parquet/writer/value_encoder.h"

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

// Appends what is staged, which is used up; to an empty buffer without a copy. From two megabytes on, which
// are one large row's, it isn't copied behind what is there either: that, which is then little, is put in
// front.
inline void move_behind(ByteBuffer& staged, ByteBuffer& out) {
  constexpr std::size_t kMovedBytes = std::size_t{2} << 20U;
  if (staged.size() > kMovedBytes) staged.prepend(std::exchange(out, ByteBuffer()).span());
  if (out.empty())
    std::swap(out, staged);
  else
    out.append(staged.span());
  staged.clear();
}

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
  // Bounds of values cost next to nothing.
  static constexpr bool kCheapBounds = true;
  struct Page {
    ByteBuffer values;

    bool empty() const { return values.empty(); }
    std::size_t size_bytes() const { return values.size(); }
    std::size_t capacity_bytes() const { return values.capacity_bytes(); }
    void release() { values.release(); }
  };

  explicit Numbers(const Leaf& leaf) : type_(leaf.type), width_(kWide ? leaf.fixed_bytes : sizeof(T)) {}

  Slice slice(const LeafSlots& slots, ByteBuffer& scratch) const { return without_nulls<T>(slots, scratch); }
  static Slice part(const Slice& slice, std::size_t begin, std::size_t end) {
    return {slice.values + begin * sizeof(T), end - begin};
  }
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

  // Stages the values behind the indices.
  static void stage_looked_up(const Dictionary& dictionary, std::span<const std::uint32_t> indices,
                              Page& page) {
    std::byte* to = page.values.extend(indices.size() * sizeof(T));
    for (std::size_t i = 0; i < indices.size(); ++i) {
      std::memcpy(to + i * sizeof(T), &dictionary.entries()[indices[i]], sizeof(T));
    }
  }
  static void stage(const Slice& slice, std::optional<Encoding> /*encoding*/, Page& page) {
    page.values.append(slice.values, slice.count * sizeof(T));
  }
  // The first of the staged values.
  static Slice staged(const Page& page, std::size_t most) {
    return {page.values.data(), std::min(page.values.size() / sizeof(T), most)};
  }

  void encode(const Slice& slice, Encoding encoding, ByteBuffer& out) const {
    if constexpr (std::integral<T> && !kWide) {
      if (encoding == Encoding::DeltaBinaryPacked) {
        return append_delta_binary_packed<T>(slice.values, slice.count, out);
      }
    }
    if constexpr (std::floating_point<T>) {
      if (encoding == Encoding::ByteStreamSplit) {
        return append_byte_stream_split<sizeof(T)>(slice.values, slice.count, out);
      }
    }
    append_plain(slice, out);
  }
  // Appends the staged page, which is used up.
  void finish_page(Encoding encoding, Page& page, ByteBuffer& out) const {
    if (encoding == Encoding::Plain && !kWide) return move_behind(page.values, out);
    encode(staged(page, page.values.size()), encoding, out);
    page.values.clear();
  }

  void append_hashes(const Slice& slice, Buffer<std::uint64_t>& hashes) const {
    if constexpr (kWide) {
      ByteBuffer plain;
      append_plain(slice, plain);
      append_hashes(plain.data(), slice.count, width_, hashes);
    } else {
      append_hashes(slice.values, slice.count, sizeof(T), hashes);
    }
  }
  void append_hashes(const Dictionary& dictionary, Buffer<std::uint64_t>& hashes) const {
    append_hashes(entries(dictionary), hashes);
  }

  static void lookup(Dictionary& dictionary, const Slice& slice, std::uint32_t* indices) {
    dictionary.lookup(slice.values, slice.count, indices);
  }
  static void include(Bounds& bounds, const Slice& slice) { bounds.include(slice.values, slice.count); }
  static void include(Bounds& bounds, const Dictionary& dictionary) { include(bounds, entries(dictionary)); }
  static void include(Bounds& bounds, const Dictionary& dictionary, std::size_t index) {
    include(bounds, Slice{entries(dictionary).values + index * sizeof(T), 1});
  }

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

  static void append_hashes(const std::byte* plain, std::size_t count, std::size_t width,
                            Buffer<std::uint64_t>& hashes) {
    std::uint64_t* const to = hashes.extend(count);
    for (std::size_t i = 0; i < count; ++i) to[i] = bloom_hash({plain + i * width, width});
  }

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
  static constexpr bool kCheapBounds = false;
  struct Page {
    ByteBuffer bytes;
    // Of the values in `bytes`, from 0; empty where `bytes` is as PLAIN has it.
    Buffer<std::uint32_t> offsets;

    bool empty() const { return bytes.empty() && offsets.empty(); }
    std::size_t size_bytes() const { return bytes.size() + offsets.size() * sizeof(std::uint32_t); }
    std::size_t capacity_bytes() const { return bytes.capacity_bytes() + offsets.capacity_bytes(); }
    void release() {
      bytes.release();
      offsets.release();
    }
  };

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

  static Slice part(const Slice& slice, std::size_t begin, std::size_t end) {
    const std::uint32_t* const offsets = slice.offsets;
    return {slice.data.subspan(offsets[begin] - offsets[0], offsets[end] - offsets[begin]), offsets + begin,
            end - begin};
  }
  static std::size_t plain_bytes(const Slice& slice) {
    return slice.data.size() + slice.count * sizeof(std::uint32_t);
  }
  static void append_dictionary(const Dictionary& dictionary, ByteBuffer& out) {
    out.append(dictionary.plain());
  }
  static std::size_t dictionary_bytes(const Dictionary& dictionary) { return dictionary.plain().size(); }
  static void stage_looked_up(const Dictionary& dictionary, std::span<const std::uint32_t> indices,
                              Page& page) {
    if (page.offsets.empty()) page.offsets.push_back(0);
    for (const std::uint32_t index : indices) {
      page.bytes.append(as_bytes(dictionary.value(index)));
      page.offsets.push_back(static_cast<std::uint32_t>(page.bytes.size()));
    }
  }
  static void stage(const Slice& slice, std::optional<Encoding> encoding, Page& page) {
    if (encoding == Encoding::Plain && page.offsets.empty()) {
      return append_plain_bytes(slice.data, slice.offsets, slice.count, page.bytes);
    }
    if (page.offsets.empty()) page.offsets.push_back(0);
    const auto moved = static_cast<std::uint32_t>(page.bytes.size()) - slice.offsets[0];
    std::uint32_t* const to = page.offsets.extend(slice.count);
    for (std::size_t i = 0; i < slice.count; ++i) to[i] = slice.offsets[i + 1] + moved;
    page.bytes.append(slice.data);
  }
  static Slice staged(const Page& page, std::size_t most) {
    if (page.offsets.empty()) return {};
    const std::size_t count = std::min(page.offsets.size() - 1, most);
    return {page.bytes.span().first(page.offsets[count]), page.offsets.data(), count};
  }

  static void encode(const Slice& slice, Encoding encoding, ByteBuffer& out) {
    if (encoding == Encoding::Plain) return append_plain_bytes(slice.data, slice.offsets, slice.count, out);
    append_lengths(slice, out);
    out.append(slice.data);
  }
  static void finish_page(Encoding encoding, Page& page, ByteBuffer& out) {
    if (page.offsets.empty()) {
      move_behind(page.bytes, out);
    } else if (encoding == Encoding::Plain) {
      encode(staged(page, page.offsets.size()), encoding, out);
    } else {
      append_lengths(staged(page, page.offsets.size()), out);
      move_behind(page.bytes, out);
    }
    page.bytes.clear();
    page.offsets.clear();
  }

  static void append_hashes(const Slice& slice, Buffer<std::uint64_t>& hashes) {
    std::uint64_t* const to = hashes.extend(slice.count);
    for (std::size_t i = 0; i < slice.count; ++i) {
      to[i] = bloom_hash(
          slice.data.subspan(slice.offsets[i] - slice.offsets[0], slice.offsets[i + 1] - slice.offsets[i]));
    }
  }
  static void append_hashes(const Dictionary& dictionary, Buffer<std::uint64_t>& hashes) {
    for (std::size_t i = 0; i < dictionary.size(); ++i) {
      hashes.push_back(bloom_hash(as_bytes(dictionary.value(static_cast<std::uint32_t>(i)))));
    }
  }

  static void lookup(Dictionary& dictionary, const Slice& slice, std::uint32_t* indices) {
    dictionary.lookup(slice.data, slice.offsets, slice.count, indices);
  }
  static void include(Bounds& bounds, const Slice& slice) {
    bounds.include(slice.data, slice.offsets, slice.count);
  }
  static void include(Bounds& bounds, const Dictionary& dictionary) {
    for (std::size_t i = 0; i < dictionary.size(); ++i) include(bounds, dictionary, i);
  }
  static void include(Bounds& bounds, const Dictionary& dictionary, std::size_t index) {
    bounds.include(dictionary.value(static_cast<std::uint32_t>(index)));
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
  // The first part of DELTA_LENGTH_BYTE_ARRAY.
  static void append_lengths(const Slice& slice, ByteBuffer& out) {
    Buffer<std::uint32_t> lengths;
    std::uint32_t* const to = lengths.extend(slice.count);
    for (std::size_t i = 0; i < slice.count; ++i) to[i] = slice.offsets[i + 1] - slice.offsets[i];
    append_delta_binary_packed<std::int32_t>(std::as_bytes(lengths.span()).data(), slice.count, out);
  }

  bool text_;
};

}  // namespace pg2athena::parquet
