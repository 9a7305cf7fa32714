#include "base/uint256.h"

#include <bit>
#include <cstdint>

namespace pg2athena {
namespace {

constexpr int kHalfBits = 64;
constexpr UInt128 kLowerHalf = ~std::uint64_t{0};

int bit_width(UInt128 value) {
  const auto upper = static_cast<std::uint64_t>(value >> kHalfBits);
  if (upper != 0) return 2 * kHalfBits - std::countl_zero(upper);
  return kHalfBits - std::countl_zero(static_cast<std::uint64_t>(value));
}

int bit_width(const UInt256& value) {
  return value.high != 0 ? 2 * kHalfBits + bit_width(value.high) : bit_width(value.low);
}

// 0 <= bits < 256, and no bit is lost.
UInt256 shifted_left(const UInt256& value, int bits) {
  constexpr int kWordBits = 2 * kHalfBits;
  if (bits == 0) return value;
  if (bits >= kWordBits) return {.high = value.low << (bits - kWordBits), .low = 0};
  return {.high = (value.high << bits) | (value.low >> (kWordBits - bits)), .low = value.low << bits};
}

UInt256 halved(const UInt256& value) {
  return {.high = value.high >> 1, .low = (value.low >> 1) | (value.high << (2 * kHalfBits - 1))};
}

}  // namespace

UInt256 operator+(const UInt256& a, const UInt256& b) {
  const UInt128 low = a.low + b.low;
  return {.high = a.high + b.high + (low < a.low ? 1 : 0), .low = low};
}

UInt256 operator-(const UInt256& a, const UInt256& b) {
  return {.high = a.high - b.high - (a.low < b.low ? 1 : 0), .low = a.low - b.low};
}

UInt256 wide_product(UInt128 a, UInt128 b) {
  const UInt128 a_high = a >> kHalfBits;
  const UInt128 a_low = a & kLowerHalf;
  const UInt128 b_high = b >> kHalfBits;
  const UInt128 b_low = b & kLowerHalf;
  const UInt128 low = a_low * b_low;
  // Each of these is below 2^128: a product of two 64-bit numbers leaves room to add two more of them.
  const UInt128 middle = a_high * b_low + (low >> kHalfBits);
  const UInt128 other_middle = a_low * b_high + (middle & kLowerHalf);
  return {.high = a_high * b_high + (middle >> kHalfBits) + (other_middle >> kHalfBits),
          .low = (other_middle << kHalfBits) | (low & kLowerHalf)};
}

bool checked_product(const UInt256& a, UInt128 b, UInt256& out) {
  const UInt256 low = wide_product(a.low, b);
  const UInt256 high = wide_product(a.high, b);
  const UInt128 sum = low.high + high.low;
  if (high.high != 0 || sum < low.high) return false;
  out = {.high = sum, .low = low.low};
  return true;
}

UInt256Division divide(const UInt256& dividend, const UInt256& divisor) {
  if (dividend < divisor) return {.quotient = {}, .remainder = dividend};
  if (dividend.high == 0) {
    return {.quotient = {.low = dividend.low / divisor.low},
            .remainder = {.low = dividend.low % divisor.low}};
  }
  // Long division by bits, over those that the quotient can have.
  UInt256 quotient;
  UInt256 rest = dividend;
  const int shift = bit_width(dividend) - bit_width(divisor);
  UInt256 subtrahend = shifted_left(divisor, shift);
  for (int i = 0; i <= shift; ++i) {
    quotient = shifted_left(quotient, 1);
    if (rest >= subtrahend) {
      rest = rest - subtrahend;
      quotient.low |= 1;
    }
    subtrahend = halved(subtrahend);
  }
  return {.quotient = quotient, .remainder = rest};
}

}  // namespace pg2athena
