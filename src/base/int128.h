// 128-bit integers, for decimals of up to 38 digits. ISO C++ has no such type; GCC and clang do.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace pg2athena {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

// Decimal digits that an Int128 can hold whatever they are.
inline constexpr int kMaxDecimalDigits = 38;

// 10^0 … 10^38.
inline constexpr auto kPowersOfTen = [] {
  std::array<Int128, kMaxDecimalDigits + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

constexpr Int128 power_of_ten(int exponent) {
  return kPowersOfTen[static_cast<std::size_t>(exponent)];
}

}  // namespace pg2athena
