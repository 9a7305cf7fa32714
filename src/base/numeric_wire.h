// PostgreSQL's numeric as it travels: base-10000 digits to an integer scaled by a power of ten, or to the
// text that PostgreSQL prints. No detour through floating point or text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/int128.h"

namespace pg2athena {

// numeric_send's form (src/backend/utils/adt/numeric.c): int16 ndigits, int16 weight, uint16 sign, int16
// dscale, then ndigits base-10000 digits, all big-endian. The value is sum(digit[i] * 10000^(weight - i)).
// Only parse() makes one that may be read.
struct NumericWire {
  static constexpr std::size_t kHeaderBytes = 8;
  static constexpr std::int32_t kBase = 10000;
  static constexpr std::uint16_t kNegative = 0x4000;
  static constexpr std::uint16_t kNaN = 0xC000;
  static constexpr std::uint16_t kInfinity = 0xD000;
  static constexpr std::uint16_t kMinusInfinity = 0xF000;
  // The groups that one load brings.
  static constexpr std::int32_t kWordGroups = 4;

  std::int32_t ndigits = 0;
  std::int32_t weight = 0;
  std::uint16_t sign = 0;
  std::int32_t dscale = 0;
  // The whole value, header included: whoever takes the last four digits of fewer reads into the header, and
  // never outside. Doesn't own.
  const std::byte* message = nullptr;

  // False when the bytes aren't a numeric: a length that lies, an unknown sign, a digit beyond 9999.
  static bool parse(std::span<const std::byte> bytes, NumericWire& out);

  std::int32_t digit(std::int32_t i) const {
    return load_be<std::uint16_t>(message + kHeaderBytes + 2 * static_cast<std::size_t>(i));
  }
  // The `count` digits (1 … 4) before digit `end`, 16 bits each, the last one lowest, zeros above.
  std::uint64_t word(std::int32_t end, std::int32_t count) const {
    const auto loaded = load_be<std::uint64_t>(message + 2 * static_cast<std::size_t>(end));
    if (count == kWordGroups) return loaded;
    const std::int32_t others = 16 * (kWordGroups - count);
    return loaded << others >> others;
  }
  bool special() const { return sign >= kNaN; }

 private:
  // Whether each of a word's digits is at most 9999, all four at once.
  static bool all_digits(std::uint64_t word) {
    constexpr std::uint64_t kTopBits = 0x8000800080008000;
    // Carries a digit's lower 15 bits into its top bit from 10000 on.
    constexpr std::uint64_t kToTopBit = 0x0001000100010001 * (0x8000 - kBase);
    return ((((word & ~kTopBits) + kToTopBit) | word) & kTopBits) == 0;
  }
};

enum class DecimalOutcome {
  Exact,
  NaN,
  Infinite,
  Overflow,  // more digits than the precision
  Inexact,   // digits behind the scale would be lost
};

// The value times 10^scale. 0 <= scale <= precision <= 38. `out` is the value only when the outcome is Exact;
// with a value that is both, Overflow goes before Inexact. About 5 ns for up to eight base-10000 digits.
DecimalOutcome to_unscaled(const NumericWire& numeric, int precision, int scale, Int128& out);

// The nearest that decimal(precision, scale) has to a value for which to_unscaled() wasn't Exact: digits
// behind the scale are rounded, half away from zero (as round_var does in numeric.c); beyond the range,
// infinities included, it is ±(10^precision - 1). What is exact comes out as it is. No NaN: nothing is near
// it.
Int128 nearest_unscaled(const NumericWire& numeric, int precision, int scale);

// Appends what numeric_out prints: "-0.10", "NaN", "Infinity".
void append_numeric_text(const NumericWire& numeric, ByteBuffer& out);

inline bool NumericWire::parse(std::span<const std::byte> bytes, NumericWire& out) {
  if (bytes.size() < kHeaderBytes) return false;
  const auto header = load_be<std::uint64_t>(bytes.data());
  out.ndigits = static_cast<std::int32_t>(header >> 48U);
  out.weight = static_cast<std::int16_t>(header >> 32U);
  out.sign = static_cast<std::uint16_t>(header >> 16U);
  out.dscale = static_cast<std::int16_t>(header);
  out.message = bytes.data();
  // Signs come in no order: both of a finite value's in one comparison, which a processor can foresee.
  const bool known_sign =
      (out.sign & ~kNegative) == 0 || out.sign == kNaN || out.sign == kInfinity || out.sign == kMinusInfinity;
  if (!known_sign || out.dscale < 0) return false;
  if (bytes.size() != kHeaderBytes + 2 * static_cast<std::size_t>(out.ndigits)) return false;
  if (out.ndigits == 0) return true;
  bool in_range = all_digits(out.word(out.ndigits, out.ndigits < kWordGroups ? out.ndigits : kWordGroups));
  // Whole words from the front, which may overlap the last one.
  for (std::int32_t end = kWordGroups; end < out.ndigits; end += kWordGroups) {
    in_range &= all_digits(out.word(end, kWordGroups));
  }
  return in_range;
}

}  // namespace pg2athena
