// Reading the first bytes of many short strings without a branch on their length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pg2athena::parquet {

// kByteMasks[n] keeps the first n bytes of a little-endian word.
inline constexpr std::array<std::uint64_t, 9> kByteMasks = {
    0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF,
};

// The first eight bytes of a string of `length` bytes, the first one least significant, filled up with zeros.
// It reads eight bytes where they lie before `end`, which is the end of readable memory.
inline std::uint64_t first_bytes(const std::byte* from, std::size_t length, const std::byte* end) {
  std::uint64_t word = 0;
  if (end - from >= static_cast<std::ptrdiff_t>(sizeof word)) {
    std::memcpy(&word, from, sizeof word);
    return word & kByteMasks[length < 8 ? length : 8];
  }
  if (length != 0) std::memcpy(&word, from, length < 8 ? length : 8);
  return word;
}

}  // namespace pg2athena::parquet
