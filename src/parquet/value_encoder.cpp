#include "parquet/value_encoder.h"

#include <cmath>
#include <limits>
#include <utility>

#include "parquet/bytes_dictionary.h"
#include "parquet/dictionary_policy.h"
#include "parquet/fixed_dictionary.h"
#include "parquet/plain_encoding.h"
#include "parquet/rle_encoding.h"
#include "parquet/statistics.h"
#include "parquet/validity.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;

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
  const Column& column = *slots.column;
  if (slots.nulls == 0) return {column.values.data() + slots.begin * sizeof(T), slots.size()};
  scratch.resize((slots.size() - slots.nulls + 1) * sizeof(T));
  const std::size_t count =
      compact<T>(column.values.data(), column.validity.data(), slots.begin, slots.end, scratch.data());
  return {scratch.data(), count};
}

std::string as_string(const void* bytes, std::size_t count) {
  return {static_cast<const char*>(bytes), count};
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

  static std::size_t count_nan(const Slice& slice) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < slice.count; ++i) {
      T value;
      std::memcpy(&value, slice.values + i * sizeof(T), sizeof value);
      count += value != value ? 1 : 0;
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
    return as_string(bytes.data(), bytes.size());
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
    const Column& column = *slots.column;
    const std::uint32_t* const offsets = column.offsets.data();
    const auto data =
        column.values.span().subspan(offsets[slots.begin], offsets[slots.end] - offsets[slots.begin]);
    if (slots.nulls == 0) return {data, offsets + slots.begin, slots.size()};
    // A NULL has an empty range, so values stay side by side when its offset is left out.
    using Offset = std::uint32_t;
    const std::size_t count = slots.size() - slots.nulls;
    scratch.resize((count + 1) * sizeof(Offset));
    compact<Offset>(reinterpret_cast<const std::byte*>(offsets), column.validity.data(), slots.begin,
                    slots.end, scratch.data());
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
  static std::size_t count_nan(const Slice& /*slice*/) { return 0; }
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

// All types but booleans: a page is either indices into the dictionary or PLAIN bytes.
template <typename Physical>
class DictionaryOrPlain final : public ValueEncoder {
 public:
  DictionaryOrPlain(const Leaf& leaf, const WriterOptions& options)
      : physical_(leaf), page_limit_(options.page_bytes), dictionary_limit_(options.dictionary_bytes) {
    start_chunk();
  }

  void append(const LeafSlots& slots, ByteBuffer& scratch) override {
    const typename Physical::Slice slice = physical_.slice(slots, scratch);
    if constexpr (Physical::kHasNaN) nan_count_ += Physical::count_nan(slice);
    const std::size_t bytes = physical_.plain_bytes(slice);
    // A row that needs a page of its own would fill the dictionary and not come again.
    if (bytes > page_limit_ && page_values_ == 0) stop_dictionary();
    page_values_ += slice.count;
    page_plain_bytes_ += bytes;
    if (growing()) {
      Physical::lookup(dictionary_, slice, indices_.extend(slice.count));
    } else {
      physical_.append_plain(slice, plain_);
      Physical::include(bounds_, slice);
    }
  }

  Encoding finish_page(bool last, ByteBuffer& out) override {
    const Encoding encoding = encode_page(last, out);
    page_values_ = page_plain_bytes_ = 0;
    indices_.clear();
    plain_.clear();
    return encoding;
  }

  std::size_t append_dictionary(ByteBuffer& out) const override {
    physical_.append_dictionary(dictionary_, out);
    return dictionary_.size();
  }

  void finish_chunk(Statistics& statistics) override {
    Physical::include(bounds_, dictionary_);
    physical_.write_bounds(bounds_, statistics);
    if (growing() && dictionary_.size() != 0) {
      statistics.distinct_count = static_cast<std::int64_t>(dictionary_.size());
    }
    if constexpr (Physical::kHasNaN) statistics.nan_count = static_cast<std::int64_t>(nan_count_);
    file_bounds_.include(bounds_);
    start_chunk();
  }

  std::size_t encoded_bytes() const override {
    const auto width = static_cast<std::size_t>(index_width());
    return physical_.dictionary_bytes(dictionary_) + indices_.size() * width / 8 + plain_.size();
  }

  BoundTexts file_bounds() const override { return physical_.texts(file_bounds_); }

  std::size_t memory_bytes() const override {
    return dictionary_.memory_bytes() + indices_.capacity_bytes() + plain_.capacity_bytes();
  }

  void release_above(std::size_t bytes) override {
    if (plain_.empty() && plain_.capacity_bytes() > bytes) plain_.release();
  }

 private:
  enum class State {
    Sampling,  // the dictionary grows, and no page has been written with it
    Growing,
    Stopped,  // pages have been written with the dictionary; those that follow are PLAIN
    Plain,    // no dictionary
  };

  bool growing() const { return state_ == State::Sampling || state_ == State::Growing; }

  void start_chunk() {
    state_ = dictionary_limit_ == 0 ? State::Plain : State::Sampling;
    dictionary_.clear();
    bounds_.clear();
    nan_count_ = 0;
  }

  // With an empty page only: its indices would be lost.
  void stop_dictionary() {
    if (!growing()) return;
    state_ = state_ == State::Growing ? State::Stopped : State::Plain;
    dictionary_.release_table();
  }

  int index_width() const {
    // Readers exist that refuse a width of 0.
    const std::size_t size = dictionary_.size();
    return size <= 2 ? 1 : bit_width(static_cast<std::uint32_t>(size - 1));
  }

  Encoding encode_page(bool last, ByteBuffer& out) {
    if (!growing()) {
      if (out.empty())
        std::swap(out, plain_);
      else
        out.append(plain_.span());
      return Encoding::Plain;
    }
    // A page of nothing but NULLs needs no dictionary, which may never come to be.
    if (page_values_ == 0) return Encoding::Plain;
    if (state_ == State::Sampling && !sample_pays(last)) {
      physical_.append_looked_up(dictionary_, indices_.span(), out);
      Physical::include(bounds_, dictionary_);
      dictionary_.clear();
      state_ = State::Plain;
      return Encoding::Plain;
    }
    state_ = State::Growing;
    const int width = index_width();
    out.push_back(static_cast<std::byte>(width));
    append_hybrid(indices_.span(), width, out);
    if (!last && physical_.dictionary_bytes(dictionary_) > dictionary_limit_) {
      state_ = State::Stopped;
      dictionary_.release_table();
    }
    return Encoding::RleDictionary;
  }

  bool sample_pays(bool last) const {
    return dictionary_pays({.values = page_values_,
                            .distinct = dictionary_.size(),
                            .plain_bytes = page_plain_bytes_,
                            .dictionary_bytes = physical_.dictionary_bytes(dictionary_),
                            .whole_chunk = last,
                            .most_distinct = Physical::most_distinct(dictionary_)},
                           dictionary_limit_);
  }

  Physical physical_;
  std::size_t page_limit_;
  std::size_t dictionary_limit_;
  State state_ = State::Sampling;
  typename Physical::Dictionary dictionary_;
  typename Physical::Bounds bounds_;  // of the chunk's PLAIN pages; the dictionary's values come in the end
  typename Physical::Bounds file_bounds_;  // of the chunks before
  std::size_t nan_count_ = 0;
  std::size_t page_values_ = 0;
  std::size_t page_plain_bytes_ = 0;
  Buffer<std::uint32_t> indices_;  // of the page, while the dictionary grows
  ByteBuffer plain_;               // of the page, otherwise
};

// Booleans: PLAIN is one bit each, which no dictionary beats.
class Booleans final : public ValueEncoder {
 public:
  explicit Booleans(const Leaf& leaf) : type_(leaf.type) {}

  void append(const LeafSlots& slots, ByteBuffer& scratch) override {
    const NumberSlice slice = without_nulls<std::uint8_t>(slots, scratch);
    bounds_.include(slice.values, slice.count);
    page_.append(reinterpret_cast<const std::uint8_t*>(slice.values), slice.count);
  }

  Encoding finish_page(bool /*last*/, ByteBuffer& out) override {
    append_bit_packed(page_.span(), out);
    page_.clear();
    return Encoding::Plain;
  }

  std::size_t append_dictionary(ByteBuffer& /*out*/) const override { return 0; }

  void finish_chunk(Statistics& statistics) override {
    if (!bounds_.empty()) {
      statistics.min = statistics.min_value = std::string(1, static_cast<char>(bounds_.min()));
      statistics.max = statistics.max_value = std::string(1, static_cast<char>(bounds_.max()));
      statistics.is_min_value_exact = statistics.is_max_value_exact = true;
    }
    file_bounds_.include(bounds_);
    bounds_.clear();
  }

  std::size_t encoded_bytes() const override { return page_.size() / 8; }
  BoundTexts file_bounds() const override {
    if (file_bounds_.empty()) return {};
    return {.min = bound_text(type_, file_bounds_.min() != 0),
            .max = bound_text(type_, file_bounds_.max() != 0)};
  }
  std::size_t memory_bytes() const override { return page_.capacity_bytes(); }
  void release_above(std::size_t bytes) override {
    if (page_.empty() && page_.capacity_bytes() > bytes) page_.release();
  }

 private:
  columnar::Type type_;
  Buffer<std::uint8_t> page_;  // a byte for each value
  NumberBounds<std::uint8_t> bounds_;
  NumberBounds<std::uint8_t> file_bounds_;
};

template <typename Physical>
std::unique_ptr<ValueEncoder> make(const Leaf& leaf, const WriterOptions& options) {
  return std::make_unique<DictionaryOrPlain<Physical>>(leaf, options);
}

}  // namespace

std::unique_ptr<ValueEncoder> make_value_encoder(const Leaf& leaf, const WriterOptions& options) {
  switch (leaf.physical) {
    case PhysicalType::Boolean:
      return std::make_unique<Booleans>(leaf);
    case PhysicalType::Int32:
      return make<Numbers<std::int32_t, std::uint32_t>>(leaf, options);
    case PhysicalType::Int64:
      return make<Numbers<std::int64_t, std::uint64_t>>(leaf, options);
    case PhysicalType::Float:
      return make<Numbers<float, std::uint32_t>>(leaf, options);
    case PhysicalType::Double:
      return make<Numbers<double, std::uint64_t>>(leaf, options);
    case PhysicalType::FixedLenByteArray:
      return make<Numbers<Int128, UInt128>>(leaf, options);
    case PhysicalType::ByteArray:
      return make<Strings>(leaf, options);
  }
  std::unreachable();
}

std::size_t plain_bytes(const LeafSlots& slots) {
  const Column& column = *slots.column;
  if (column.type.storage() != columnar::Storage::Bytes) return slots.size() * column.type.width();
  return std::size_t{column.offsets[slots.end]} - column.offsets[slots.begin] +
         slots.size() * sizeof(std::uint32_t);
}

}  // namespace pg2athena::parquet
