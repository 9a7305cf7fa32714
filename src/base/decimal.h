// Exact decimals from PostgreSQL's numeric: base-10000 digits to an integer scaled by a power of ten, or to
// the text that PostgreSQL prints. No detour through floating point or text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/int128.h"

namespace pg2athena {

// numeric_send's form (src/backend/utils/adt/numeric.c): int16 ndigits, int16 weight, uint16 sign, int16
// dscale, then ndigits base-10000 digits, all big-endian. The value is sum(digit[i] * 10000^(weight - i)).
// `digits` does not own.
struct NumericWire {
  static constexpr std::size_t kHeaderBytes = 8;
  static constexpr std::int32_t kBase = 10000;
  static constexpr std::uint16_t kNegative = 0x4000;
  static constexpr std::uint16_t kNaN = 0xC000;
  static constexpr std::uint16_t kInfinity = 0xD000;
  static constexpr std::uint16_t kMinusInfinity = 0xF000;

  std::int32_t ndigits = 0;
  std::int32_t weight = 0;
  std::uint16_t sign = 0;
  std::int32_t dscale = 0;
  const std::byte* digits = nullptr;

  // False when the bytes aren't a numeric: a length that lies, an unknown sign, a digit beyond 9999.
  static bool parse(std::span<const std::byte> bytes, NumericWire& out);

  std::int32_t digit(std::int32_t i) const {
    return load_be<std::uint16_t>(digits + 2 * static_cast<std::size_t>(i));
  }
  bool special() const { return sign >= kNaN; }
};

enum class DecimalOutcome {
  Exact,
  NaN,
  Infinite,
  Overflow,  // more digits than the precision
  Inexact,   // digits behind the scale would be lost
};

// The value times 10^scale. 0 <= scale <= precision <= 38. `out` is set only when the outcome is Exact.
DecimalOutcome to_unscaled(const NumericWire& numeric, int precision, int scale, Int128& out);

// Appends what numeric_out prints: "-0.10", "NaN", "Infinity".
void append_numeric_text(const NumericWire& numeric, ByteBuffer& out);

// "-12.34" for (-1234, 2).
std::string format_decimal(Int128 unscaled, int scale);

inline bool NumericWire::parse(std::span<const std::byte> bytes, NumericWire& out) {
  if (bytes.size() < kHeaderBytes) return false;
  out.ndigits = load_be<std::uint16_t>(bytes.data());
  out.weight = load_be<std::int16_t>(bytes.data() + 2);
  out.sign = load_be<std::uint16_t>(bytes.data() + 4);
  out.dscale = load_be<std::int16_t>(bytes.data() + 6);
  out.digits = bytes.data() + kHeaderBytes;
  const bool known_sign = out.sign == 0 || out.sign == kNegative || out.sign == kNaN ||
                          out.sign == kInfinity || out.sign == kMinusInfinity;
  if (!known_sign || out.dscale < 0) return false;
  if (bytes.size() != kHeaderBytes + 2 * static_cast<std::size_t>(out.ndigits)) return false;
  bool in_range = true;
  for (std::int32_t i = 0; i < out.ndigits; ++i) in_range &= out.digit(i) < kBase;
  return in_range;
}

}  // namespace pg2athena
