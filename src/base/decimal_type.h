// The types of decimal results by SQL's rules, as Trino and so Athena have them
// (core/trino-main/src/main/java/io/trino/type/DecimalOperators.java).
#pragma once

#include <algorithm>

#include "base/int128.h"

namespace pg2athena {

// decimal(precision, scale): 0 <= scale <= precision <= 38, and 1 <= precision.
struct DecimalType {
  int precision = kMaxDecimalDigits;
  int scale = 0;

  bool operator==(const DecimalType&) const = default;
};

// Where a rule asks for more than 38 digits the precision is 38, and a value may overflow.
constexpr DecimalType sum_type(DecimalType a, DecimalType b) {
  const int scale = std::max(a.scale, b.scale);
  const int before_point = std::max(a.precision - a.scale, b.precision - b.scale);
  return {.precision = std::min(kMaxDecimalDigits, before_point + scale + 1), .scale = scale};
}

// For scales whose sum is at most 38; Trino has no type for others.
constexpr DecimalType product_type(DecimalType a, DecimalType b) {
  return {.precision = std::min(kMaxDecimalDigits, a.precision + b.precision), .scale = a.scale + b.scale};
}

constexpr DecimalType quotient_type(DecimalType a, DecimalType b) {
  return {.precision = std::min(kMaxDecimalDigits, a.precision + b.scale + std::max(0, b.scale - a.scale)),
          .scale = std::max(a.scale, b.scale)};
}

}  // namespace pg2athena
