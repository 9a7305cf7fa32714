// The smallest and the largest value of a column, as Parquet's statistics order and write them
// (parquet.thrift, ColumnOrder, TYPE_ORDER).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

// Bounds of text and binary are cut to this many bytes.
inline constexpr std::size_t kBoundBytes = 64;

// A lower bound of at most kBoundBytes: a prefix, which ends with a whole character where `text` says that
// the value is UTF-8.
std::string lower_bound_of(std::string_view value, bool text);
// An upper bound of at most kBoundBytes: a prefix whose last character (byte) is replaced by the next one;
// nothing when there is no such bound. It is UTF-8 where the value is.
std::optional<std::string> upper_bound_of(std::string_view value, bool text);

// Bounds of numbers, of any width. A NaN is not counted; nothing is below or above it.
template <typename T>
class NumberBounds {
 public:
  bool empty() const { return max_ < min_; }
  T min() const { return min_; }
  T max() const { return max_; }

  // `values` are `count` numbers of type T; they need not be aligned.
  void include(const std::byte* values, std::size_t count) {
    // Independent lanes, so that the loop is one of vector instructions, for floating point too.
    constexpr std::size_t kLanes = sizeof(T) >= 16 ? 1 : 64 / sizeof(T);
    std::array<T, kLanes> low;
    std::array<T, kLanes> high;
    std::array<T, kLanes> block;
    low.fill(min_);
    high.fill(max_);
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      std::memcpy(block.data(), values + i * sizeof(T), sizeof block);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        low[lane] = block[lane] < low[lane] ? block[lane] : low[lane];
        high[lane] = block[lane] > high[lane] ? block[lane] : high[lane];
      }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) include(low[lane], high[lane]);
    for (; i < count; ++i) {
      T value;
      std::memcpy(&value, values + i * sizeof(T), sizeof value);
      include(value, value);
    }
  }

  void include(const NumberBounds& other) { include(other.min_, other.max_); }
  void clear() { *this = NumberBounds(); }

 private:
  static constexpr T highest() {
    if constexpr (std::floating_point<T>) return std::numeric_limits<T>::infinity();
    // std::numeric_limits knows no Int128 where the compiler is asked for ISO C++.
    else if constexpr (std::same_as<T, Int128>)
      return static_cast<Int128>(~UInt128{0} >> 1U);
    else
      return std::numeric_limits<T>::max();
  }
  static constexpr T lowest() {
    if constexpr (std::floating_point<T>)
      return -std::numeric_limits<T>::infinity();
    else if constexpr (std::same_as<T, Int128>)
      return -highest() - 1;
    else
      return std::numeric_limits<T>::min();
  }

  void include(T low, T high) {
    if (low < min_) min_ = low;
    if (high > max_) max_ = high;
  }

  // The wrong way round: no value yet.
  T min_ = highest();
  T max_ = lowest();
};

// Bounds of byte strings, in unsigned byte-wise order, of which UTF-8's is one. Only as much of them is kept
// as the statistics can use.
class BytesBounds {
 public:
  bool empty() const { return !any_; }
  // As much of them as is kept: enough to tell written bounds apart.
  std::string_view min() const { return min_; }
  std::string_view max() const { return max_; }

  // `count` values that lie one behind the other: value i is data[offsets[i] - offsets[0] …].
  void include(std::span<const std::byte> data, const std::uint32_t* offsets, std::size_t count);
  void include(std::string_view value);
  void include(const BytesBounds& other);
  void clear();

  // Sets the bounds and whether they are exact.
  void write_to(Statistics& statistics, bool text) const;

 private:
  // One byte more than a bound has: it tells whether the value went on, and whether with a new character.
  static constexpr std::size_t kKept = kBoundBytes + 1;

  bool shares_prefix(const std::byte* value, std::size_t length) const;
  void include_min(std::string_view value);
  void include_max(std::string_view value);
  void set_words();

  bool any_ = false;
  std::string min_;
  std::string max_;
  // Both bounds begin with the same words, so many bytes of them (addresses: "https://…").
  std::size_t shared_ = 0;
  // The eight bytes behind those as big-endian numbers: for all but a few values they decide.
  std::uint64_t min_word_ = 0;
  std::uint64_t max_word_ = 0;
};

// A bound as text for a receipt: "2026-01-31", "-12.34", "true".
std::string bound_text(const columnar::Type& type, bool value);
std::string bound_text(const columnar::Type& type, std::int32_t value);
std::string bound_text(const columnar::Type& type, std::int64_t value);
std::string bound_text(const columnar::Type& type, Int128 value);
std::string bound_text(const columnar::Type& type, float value);
std::string bound_text(const columnar::Type& type, double value);

}  // namespace pg2athena::parquet
