#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pg2athena {
namespace {

constexpr int kDigitsPerGroup = 4;  // DEC_DIGITS in PostgreSQL's numeric.c
constexpr std::array<std::int32_t, 5> kSmallPowers = {1, 10, 100, 1000, 10000};

void append(ByteBuffer& out, std::string_view text) {
  out.append(as_bytes(text));
}

// The four characters of a base-10000 digit.
std::array<char, kDigitsPerGroup> group_text(std::int32_t digit) {
  return {static_cast<char>('0' + digit / 1000), static_cast<char>('0' + digit / 100 % 10),
          static_cast<char>('0' + digit / 10 % 10), static_cast<char>('0' + digit % 10)};
}

// Sums the digits into Number, which the caller has shown to be wide enough for them.
template <typename Number>
DecimalOutcome sum_digits(const NumericWire& numeric, std::int32_t first, int scale, Int128& out) {
  Number sum = 0;
  // The power of ten of a group's last decimal digit, once the value is scaled.
  std::int32_t exponent = kDigitsPerGroup * (numeric.weight - first) + scale;
  std::int32_t i = first;
  for (; i < numeric.ndigits && exponent >= 0; ++i, exponent -= kDigitsPerGroup) {
    sum = sum * NumericWire::kBase + numeric.digit(i);
  }
  if (i == numeric.ndigits) {
    // The wire leaves out trailing zero groups.
    const std::int32_t missing = exponent + kDigitsPerGroup;
    if (missing > 0) sum *= static_cast<Number>(power_of_ten(missing));
  } else {
    // This group straddles the scale: its upper digits count, its lower ones must be zero, as must all
    // behind.
    if (exponent > -kDigitsPerGroup) {
      const std::int32_t digits_kept = kDigitsPerGroup + exponent;
      const std::int32_t kept = kSmallPowers[static_cast<std::size_t>(digits_kept)];
      const std::int32_t dropped = NumericWire::kBase / kept;
      const std::int32_t digit = numeric.digit(i++);
      if (digit % dropped != 0) return DecimalOutcome::Inexact;
      sum = sum * kept + digit / dropped;
    }
    for (; i < numeric.ndigits; ++i) {
      if (numeric.digit(i) != 0) return DecimalOutcome::Inexact;
    }
  }
  out = numeric.sign == NumericWire::kNegative ? -static_cast<Int128>(sum) : static_cast<Int128>(sum);
  return DecimalOutcome::Exact;
}

}  // namespace

DecimalOutcome to_unscaled(const NumericWire& numeric, int precision, int scale, Int128& out) {
  if (numeric.special()) {
    return numeric.sign == NumericWire::kNaN ? DecimalOutcome::NaN : DecimalOutcome::Infinite;
  }
  std::int32_t first = 0;
  while (first < numeric.ndigits && numeric.digit(first) == 0) ++first;
  if (first == numeric.ndigits) {
    out = 0;
    return DecimalOutcome::Exact;
  }
  const std::int32_t leading = numeric.digit(first);
  const int leading_digits = leading >= 1000 ? 4 : leading >= 100 ? 3 : leading >= 10 ? 2 : 1;
  const std::int32_t digits = kDigitsPerGroup * (numeric.weight - first) + leading_digits + scale;
  if (digits > precision) return DecimalOutcome::Overflow;
  constexpr int kInt64Digits = 18;
  return digits <= kInt64Digits ? sum_digits<std::int64_t>(numeric, first, scale, out)
                                : sum_digits<Int128>(numeric, first, scale, out);
}

void append_numeric_text(const NumericWire& numeric, ByteBuffer& out) {
  switch (numeric.sign) {
    case NumericWire::kNaN:
      return append(out, "NaN");
    case NumericWire::kInfinity:
      return append(out, "Infinity");
    case NumericWire::kMinusInfinity:
      return append(out, "-Infinity");
    case NumericWire::kNegative:
      append(out, "-");
      break;
    default:
      break;
  }
  // The group of 10000^exponent; groups that the wire leaves out are zero.
  const auto group = [&](std::int32_t exponent) {
    const std::int32_t i = numeric.weight - exponent;
    return group_text(i >= 0 && i < numeric.ndigits ? numeric.digit(i) : 0);
  };
  if (numeric.weight < 0) {
    append(out, "0");
  } else {
    const auto first = group(numeric.weight);
    const std::string_view text(first.data(), first.size());
    append(out, text.substr(std::min(text.find_first_not_of('0'), text.size() - 1)));
    for (std::int32_t exponent = numeric.weight - 1; exponent >= 0; --exponent) {
      const auto digits = group(exponent);
      append(out, {digits.data(), digits.size()});
    }
  }
  if (numeric.dscale == 0) return;
  append(out, ".");
  std::int32_t wanted = numeric.dscale;
  for (std::int32_t exponent = -1; wanted > 0; --exponent, wanted -= kDigitsPerGroup) {
    const auto digits = group(exponent);
    append(out, {digits.data(), static_cast<std::size_t>(std::min(wanted, kDigitsPerGroup))});
  }
}

std::string format_decimal(Int128 unscaled, int scale) {
  UInt128 rest = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  std::string reversed;
  for (int i = 0; rest != 0 || i <= scale; ++i) {
    if (i == scale && scale != 0) reversed += '.';
    reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (unscaled < 0) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

}  // namespace pg2athena
