// Exact decimals at run time: arithmetic that rounds only where it is told to, and how.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/int128.h"

namespace pg2athena {

// unscaled / 10^scale, with at most 38 digits and 0 <= scale <= 38, as Parquet, Athena and Iceberg have them.
// Every function here takes for granted that its arguments are so, and sees to it that its results are.
struct Decimal {
  Int128 unscaled = 0;
  int scale = 0;

  // Whether decimal(precision, this scale) has it.
  bool fits(int precision) const;

  // By value, whatever the scales: 1.5 and 1.50 are equivalent, though they print differently.
  friend std::weak_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }
};

enum class DecimalError : std::uint8_t {
  Overflow,        // more than 38 digits, before the point or behind it
  Inexact,         // Rounding::Exact, and there is something to round
  DivisionByZero,  //
  Malformed,       // text that is no decimal
};
std::string_view to_string(DecimalError error);

using DecimalResult = std::expected<Decimal, DecimalError>;

// Where a value goes that lies between two representable ones.
enum class Rounding : std::uint8_t {
  HalfEven,          // to the nearest; from the middle to the even one
  HalfAwayFromZero,  // to the nearest; from the middle as PostgreSQL's numeric does (round_var in numeric.c)
  HalfTowardZero,    // to the nearest; from the middle to the smaller magnitude
  TowardZero,        // cuts off
  AwayFromZero,      //
  Floor,             // toward minus infinity
  Ceiling,           // toward infinity
  Exact,             // nowhere: DecimalError::Inexact
};

// Exact, at the larger scale. Overflow.
DecimalResult add(const Decimal& a, const Decimal& b);
DecimalResult subtract(const Decimal& a, const Decimal& b);
// Exact, at the sum of the scales. Overflow, also when that scale is beyond 38.
DecimalResult multiply(const Decimal& a, const Decimal& b);
// The exact product or quotient, rounded once, to a scale of 0 … 38. Overflow, Inexact, DivisionByZero.
DecimalResult multiply(const Decimal& a, const Decimal& b, int scale, Rounding rounding);
DecimalResult divide(const Decimal& a, const Decimal& b, int scale, Rounding rounding);
// The same value at another scale, 0 … 38. Overflow, Inexact.
DecimalResult rescale(const Decimal& value, int scale, Rounding rounding);
Decimal negate(const Decimal& value);

// "-12.34" for (-1234, 2).
std::string format_decimal(Int128 unscaled, int scale);
std::string format_decimal(const Decimal& value);

// What format_decimal() prints and nothing else: no plus, no blanks, no exponent, no zeros in front but the
// one before the point, a digit on both sides of the point, no "-0.00". That is numeric_out's form
// (numeric.c) but for NaN and infinities. The scale is the number of digits behind the point. Malformed,
// Overflow.
DecimalResult parse_decimal(std::string_view text);

}  // namespace pg2athena
