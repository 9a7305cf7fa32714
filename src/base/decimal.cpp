#include "base/decimal.h"

#include <algorithm>
#include <utility>

#include "base/uint256.h"

namespace pg2athena {
namespace {

constexpr UInt128 kLargest = static_cast<UInt128>(power_of_ten(kMaxDecimalDigits)) - 1;

UInt128 magnitude_of(Int128 value) {
  return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

UInt128 ten_to(int exponent) {
  return static_cast<UInt128>(power_of_ten(exponent));
}

DecimalResult decimal_of(const UInt256& magnitude, bool negative, int scale) {
  if (magnitude > UInt256{.low = kLargest}) return std::unexpected(DecimalError::Overflow);
  const auto value = static_cast<Int128>(magnitude.low);
  return Decimal{.unscaled = negative ? -value : value, .scale = scale};
}

// Whether a magnitude of `quotient` and a part of a unit goes up to the next. `against_half` is that part
// compared with a half.
bool goes_up(Rounding rounding, bool odd, bool negative, std::strong_ordering against_half) {
  switch (rounding) {
    case Rounding::HalfEven:
      return against_half > 0 || (against_half == 0 && odd);
    case Rounding::HalfAwayFromZero:
      return against_half >= 0;
    case Rounding::HalfTowardZero:
      return against_half > 0;
    case Rounding::AwayFromZero:
      return true;
    case Rounding::Floor:
      return negative;
    case Rounding::Ceiling:
      return !negative;
    case Rounding::TowardZero:
    case Rounding::Exact:
      return false;
  }
  std::unreachable();
}

// ±dividend / divisor as an unscaled value.
DecimalResult rounded_quotient(const UInt256& dividend, const UInt256& divisor, bool negative, int scale,
                               Rounding rounding) {
  auto [quotient, remainder] = divide(dividend, divisor);
  if (remainder == UInt256{}) return decimal_of(quotient, negative, scale);
  if (quotient > UInt256{.low = kLargest}) return std::unexpected(DecimalError::Overflow);
  if (rounding == Rounding::Exact) return std::unexpected(DecimalError::Inexact);
  const std::strong_ordering against_half = remainder <=> divisor - remainder;
  if (goes_up(rounding, (quotient.low & 1) != 0, negative, against_half)) {
    quotient = quotient + UInt256{.low = 1};
  }
  return decimal_of(quotient, negative, scale);
}

// A magnitude with `from` digits behind the point, at a scale of 0 … 38.
DecimalResult at_scale(const UInt256& magnitude, int from, bool negative, int scale, Rounding rounding) {
  if (from > scale) {
    const int dropped = from - scale;
    const int first = std::min(dropped, kMaxDecimalDigits);
    return rounded_quotient(magnitude, wide_product(ten_to(first), ten_to(dropped - first)), negative, scale,
                            rounding);
  }
  UInt256 scaled;
  if (!checked_product(magnitude, ten_to(scale - from), scaled)) {
    return std::unexpected(DecimalError::Overflow);
  }
  return decimal_of(scaled, negative, scale);
}

// Both magnitudes at the larger scale: at most 38 + 38 digits.
std::pair<UInt256, UInt256> aligned(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  return {wide_product(magnitude_of(a.unscaled), ten_to(scale - a.scale)),
          wide_product(magnitude_of(b.unscaled), ten_to(scale - b.scale))};
}

}  // namespace

bool Decimal::fits(int precision) const {
  return magnitude_of(unscaled) < ten_to(precision);
}

std::weak_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.scale == b.scale || (a.unscaled < 0) != (b.unscaled < 0)) return a.unscaled <=> b.unscaled;
  const auto [left, right] = aligned(a, b);
  return a.unscaled < 0 ? right <=> left : left <=> right;
}

std::string_view to_string(DecimalError error) {
  switch (error) {
    case DecimalError::Overflow:
      return "overflow";
    case DecimalError::Inexact:
      return "inexact";
    case DecimalError::DivisionByZero:
      return "division_by_zero";
    case DecimalError::Malformed:
      return "malformed";
  }
  std::unreachable();
}

DecimalResult add(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  const auto [left, right] = aligned(a, b);
  const bool negative = a.unscaled < 0;
  if (negative == (b.unscaled < 0)) return decimal_of(left + right, negative, scale);
  if (left >= right) return decimal_of(left - right, negative, scale);
  return decimal_of(right - left, !negative, scale);
}

DecimalResult subtract(const Decimal& a, const Decimal& b) {
  return add(a, negate(b));
}

DecimalResult multiply(const Decimal& a, const Decimal& b) {
  if (a.scale + b.scale > kMaxDecimalDigits) return std::unexpected(DecimalError::Overflow);
  return multiply(a, b, a.scale + b.scale, Rounding::Exact);
}

DecimalResult multiply(const Decimal& a, const Decimal& b, int scale, Rounding rounding) {
  const UInt256 product = wide_product(magnitude_of(a.unscaled), magnitude_of(b.unscaled));
  return at_scale(product, a.scale + b.scale, (a.unscaled < 0) != (b.unscaled < 0), scale, rounding);
}

DecimalResult divide(const Decimal& a, const Decimal& b, int scale, Rounding rounding) {
  if (b.unscaled == 0) return std::unexpected(DecimalError::DivisionByZero);
  const bool negative = (a.unscaled < 0) != (b.unscaled < 0);
  // a / b at the scale is a.unscaled * 10^exponent / b.unscaled.
  const int exponent = scale + b.scale - a.scale;
  const UInt256 divisor = wide_product(magnitude_of(b.unscaled), ten_to(std::max(0, -exponent)));
  const int first = std::clamp(exponent, 0, kMaxDecimalDigits);
  UInt256 dividend;
  // A dividend of more than 256 bits is beyond 10^77, and its quotient by 38 digits beyond 10^38.
  if (!checked_product(wide_product(magnitude_of(a.unscaled), ten_to(first)),
                       ten_to(std::max(0, exponent - first)), dividend)) {
    return std::unexpected(DecimalError::Overflow);
  }
  return rounded_quotient(dividend, divisor, negative, scale, rounding);
}

DecimalResult rescale(const Decimal& value, int scale, Rounding rounding) {
  return at_scale({.low = magnitude_of(value.unscaled)}, value.scale, value.unscaled < 0, scale, rounding);
}

Decimal negate(const Decimal& value) {
  return {.unscaled = -value.unscaled, .scale = value.scale};
}

}  // namespace pg2athena
