// A sum of whole numbers that is exact however many there are.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/int128.h"
#include "base/uint256.h"

namespace pg2athena {

// Of 256 bits, in two's complement: more numbers of 38 digits than there are rows anywhere.
class ExactSum {
 public:
  // For each value of a column: it has to be a few instructions.
  void add(Int128 value) {
    const auto low = static_cast<UInt128>(value);
    sum_.low += low;
    sum_.high += (value < 0 ? ~UInt128{0} : 0) + (sum_.low < low ? 1 : 0);
  }
  void add(const ExactSum& other) { sum_ = sum_ + other.sum_; }

  // Modulo 2^64.
  std::uint64_t low_bits() const { return static_cast<std::uint64_t>(sum_.low); }
  auto operator<=>(const ExactSum& other) const {
    return std::pair(static_cast<Int128>(sum_.high), sum_.low) <=>
           std::pair(static_cast<Int128>(other.sum_.high), other.sum_.low);
  }

  // Of numbers that are an integer times 10^-scale (0 <= scale <= 38): "-12.34" for -1234 and 2. As
  // format_decimal() prints them (decimal.h), with more digits.
  std::string text(int scale = 0) const;
  // What text() printed with this scale; nothing for other texts.
  static std::optional<ExactSum> parse(std::string_view text, int scale = 0);

  bool operator==(const ExactSum&) const = default;

 private:
  bool negative() const { return static_cast<Int128>(sum_.high) < 0; }

  UInt256 sum_;
};

}  // namespace pg2athena
