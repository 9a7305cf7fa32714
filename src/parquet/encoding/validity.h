// Work on validity bitmaps: counting, and moving the values that aren't NULL together.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pg2athena::parquet {

// `count` bits, at most 64, from bit `begin` on, the first one least significant.
inline std::uint64_t bits_at(const std::uint8_t* bits, std::size_t begin, std::size_t count) {
  if (count == 0) return 0;
  const std::uint8_t* const from = bits + begin / 8;
  const std::size_t shift = begin % 8;
  const std::size_t bytes = (shift + count + 7) / 8;
  std::uint64_t word = 0;
  std::memcpy(&word, from, std::min(bytes, sizeof word));
  word >>= shift;
  if (shift != 0 && bytes > sizeof word) word |= std::uint64_t{from[8]} << (64 - shift);
  return count == 64 ? word : word & ((std::uint64_t{1} << count) - 1);
}

inline std::size_t count_set(const std::uint8_t* bits, std::size_t begin, std::size_t end) {
  std::size_t set = 0;
  for (; begin < end; begin += 64) {
    set +=
        static_cast<std::size_t>(std::popcount(bits_at(bits, begin, std::min<std::size_t>(64, end - begin))));
  }
  return set;
}

// Moves the values of the slots [begin, end) whose bit is set together at `out`, in order; `values` is where
// slot 0 is. T is a value's bytes; neither side has to be aligned. `out` needs room for one value more than
// there are bits set. Returns how many there are.
template <typename T>
std::size_t compact(const std::byte* values, const std::uint8_t* bits, std::size_t begin, std::size_t end,
                    std::byte* out) {
  constexpr std::size_t kWord = 64;
  std::size_t count = 0;
  for (; begin < end; begin += kWord) {
    const std::size_t slots = std::min(kWord, end - begin);
    const std::uint64_t word = bits_at(bits, begin, slots);
    const std::byte* const from = values + begin * sizeof(T);
    if (word == ~std::uint64_t{0}) {
      std::memcpy(out + count * sizeof(T), from, kWord * sizeof(T));
      count += kWord;
      continue;
    }
    if (word == 0) continue;
    // Without a branch: a value that is NULL is overwritten by the next one.
    for (std::size_t i = 0; i < slots; ++i) {
      std::memcpy(out + count * sizeof(T), from + i * sizeof(T), sizeof(T));
      count += (word >> i) & 1U;
    }
  }
  return count;
}

}  // namespace pg2athena::parquet
