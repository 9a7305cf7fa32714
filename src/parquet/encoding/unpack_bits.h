// Numbers of a fixed count of bits, packed from the least significant bit of the first byte on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pg2athena::parquet {

// Sets `out` to the numbers of `width` bits, 0 to 64, from bit `at` of `packed` on, which has all of them.
template <typename T>
void unpack_bits(std::span<const std::byte> packed, std::size_t at, unsigned width, std::span<T> out) {
  constexpr unsigned kWord = 64;
  if (width == 0) return std::fill(out.begin(), out.end(), T{0});
  const std::uint64_t mask = width == kWord ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  for (T& value : out) {
    const std::size_t byte = at / 8;
    const auto shift = static_cast<unsigned>(at % 8);
    std::uint64_t word = 0;
    std::memcpy(&word, packed.data() + byte, std::min(sizeof word, packed.size() - byte));
    word >>= shift;
    // A number may reach into a ninth byte.
    if (shift + width > kWord) word |= std::to_integer<std::uint64_t>(packed[byte + 8]) << (kWord - shift);
    value = static_cast<T>(word & mask);
    at += width;
  }
}

}  // namespace pg2athena::parquet
