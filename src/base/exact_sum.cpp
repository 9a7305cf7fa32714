#include "base/exact_sum.h"

#include <algorithm>

namespace pg2athena {
namespace {

constexpr UInt128 kTen = 10;
// 2^255 has 77 digits.
constexpr std::size_t kMostDigits = 76;

std::string digits_of(UInt256 value) {
  std::string digits;
  do {
    const UInt256Division division = divide(value, {.high = 0, .low = kTen});
    digits += static_cast<char>('0' + static_cast<int>(division.remainder.low));
    value = division.quotient;
  } while (value != UInt256{});
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace

std::string ExactSum::text(int scale) const {
  std::string digits = digits_of(negative() ? UInt256{} - sum_ : sum_);
  const auto behind = static_cast<std::size_t>(scale);
  if (behind != 0) {
    if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
    digits.insert(digits.size() - behind, 1, '.');
  }
  if (negative()) digits.insert(0, 1, '-');
  return digits;
}

std::optional<ExactSum> ExactSum::parse(std::string_view text, int scale) {
  ExactSum sum;
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest.empty() || rest.size() > kMostDigits + 1) return std::nullopt;
  for (const char c : rest) {
    if (c == '.') continue;  // where it stands, the last line says
    if (c < '0' || c > '9') return std::nullopt;
    UInt256 tenfold;
    if (!checked_product(sum.sum_, kTen, tenfold)) return std::nullopt;
    sum.sum_ = tenfold + UInt256{.high = 0, .low = static_cast<UInt128>(c - '0')};
  }
  if (negative) sum.sum_ = UInt256{} - sum.sum_;
  return sum.text(scale) == text ? std::optional(sum) : std::nullopt;
}

}  // namespace pg2athena
