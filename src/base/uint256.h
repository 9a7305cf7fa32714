// Unsigned 256-bit integers, as far as 38-digit decimals need them: between a multiplication and the division
// or comparison that follows it.
#pragma once

#include <compare>

#include "base/int128.h"

namespace pg2athena {

struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;

  auto operator<=>(const UInt256&) const = default;
};

// Modulo 2^256.
UInt256 operator+(const UInt256& a, const UInt256& b);
UInt256 operator-(const UInt256& a, const UInt256& b);

// The whole product: it always fits.
UInt256 wide_product(UInt128 a, UInt128 b);

// False when the product has more than 256 bits; `out` is then not set.
bool checked_product(const UInt256& a, UInt128 b, UInt256& out);

struct UInt256Division {
  UInt256 quotient;
  UInt256 remainder;
};

// The divisor isn't 0. Some 20 ns where both fit into 128 bits; else by the bits of the quotient, up to 600
// ns for a decimal of 38 digits.
UInt256Division divide(const UInt256& dividend, const UInt256& divisor);

}  // namespace pg2athena
