#include "base/numeric_wire.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pg2athena {
namespace {

constexpr int kDigitsPerGroup = 4;  // DEC_DIGITS in PostgreSQL's numeric.c
constexpr std::size_t kDigitsPerWord = std::size_t{kDigitsPerGroup} * NumericWire::kWordGroups;
constexpr std::array<std::int32_t, kDigitsPerGroup + 1> kSmallPowers = {1, 10, 100, 1000, 10000};
// 10^0 … 10^16, narrow enough for a 64-bit multiplication.
constexpr auto kTens = [] {
  std::array<std::uint64_t, kDigitsPerWord + 1> tens{};
  for (std::size_t i = 0; i < tens.size(); ++i) tens[i] = static_cast<std::uint64_t>(kPowersOfTen[i]);
  return tens;
}();

void append(ByteBuffer& out, std::string_view text) {
  out.append(as_bytes(text));
}

// The four characters of a base-10000 digit.
std::array<char, kDigitsPerGroup> group_text(std::int32_t digit) {
  return {static_cast<char>('0' + digit / 1000), static_cast<char>('0' + digit / 100 % 10),
          static_cast<char>('0' + digit / 10 % 10), static_cast<char>('0' + digit % 10)};
}

// What is left of a value once it is scaled and cut off there.
struct CutOff {
  bool overflow = false;   // more digits than the precision; the rest is not set
  bool lost = false;       // digits behind the scale that aren't zero
  bool rounds_up = false;  // the first of these is 5 or more
  Int128 magnitude = 0;
};

// For any value: digits and weights as they come. 0 <= scale <= precision.
CutOff cut_off(const NumericWire& numeric, int precision, int scale) {
  CutOff result;
  std::int32_t i = 0;
  while (i < numeric.ndigits && numeric.digit(i) == 0) ++i;
  if (i == numeric.ndigits) return result;
  // The power of ten of a group's last decimal digit, once the value is scaled.
  std::int32_t exponent = kDigitsPerGroup * (numeric.weight - i) + scale;
  const std::int32_t leading = numeric.digit(i);
  const int leading_digits = leading >= 1000 ? 4 : leading >= 100 ? 3 : leading >= 10 ? 2 : 1;
  if (exponent + leading_digits > precision) {
    result.overflow = true;
    return result;
  }
  for (; i < numeric.ndigits && exponent >= 0; ++i, exponent -= kDigitsPerGroup) {
    result.magnitude = result.magnitude * NumericWire::kBase + numeric.digit(i);
  }
  if (i == numeric.ndigits) {
    // The wire leaves out trailing zero groups.
    const std::int32_t missing = exponent + kDigitsPerGroup;
    if (missing > 0) result.magnitude *= power_of_ten(missing);
    return result;
  }
  if (exponent >= -kDigitsPerGroup) {
    // This group straddles the scale, or is the first one behind it: its upper digits are kept.
    const std::int32_t digits_kept = kDigitsPerGroup + exponent;
    const std::int32_t kept = kSmallPowers[static_cast<std::size_t>(digits_kept)];
    const std::int32_t dropped = NumericWire::kBase / kept;
    const std::int32_t digit = numeric.digit(i++);
    result.magnitude = result.magnitude * kept + digit / dropped;
    result.lost = digit % dropped != 0;
    result.rounds_up = digit % dropped >= dropped / 2;
  }
  for (; i < numeric.ndigits && !result.lost; ++i) result.lost = numeric.digit(i) != 0;
  return result;
}

// Without a branch: signs come in no order that a processor could foresee. The sign is a finite value's.
Int128 with_sign(const NumericWire& numeric, Int128 magnitude) {
  const Int128 negative = (numeric.sign & NumericWire::kNegative) >> 14U;
  return (magnitude ^ -negative) + negative;
}

// The number that a word's four digits make, by two halves at a time.
std::uint64_t number_of(std::uint64_t word) {
  constexpr std::uint64_t kOddDigits = 0x0000FFFF0000FFFF;
  constexpr std::uint64_t kLowerHalf = 0xFFFFFFFF;
  const std::uint64_t pairs = (word & kOddDigits) + ((word >> 16U) & kOddDigits) * NumericWire::kBase;
  return (pairs & kLowerHalf) + (pairs >> 32U) * 100'000'000;
}

// Groups that two words hold, and so 32 decimal digits.
constexpr std::int32_t kMostFewGroups = 2 * NumericWire::kWordGroups;

// ceil(2^32 / 10^k), k = 0 … 3: times a group, and shifted, it divides a group by 10^k without a division.
constexpr std::array<std::uint64_t, kDigitsPerGroup> kReciprocals = {std::uint64_t{1} << 32U, 429'496'730,
                                                                     42'949'673, 4'294'968};

// The value of at most eight groups, the last of which isn't wholly behind the scale. `exponent` is the power
// of ten of the last group's last decimal digit, once the value is scaled. Number has room for all digits
// from the first group's top on, and for 10^precision.
template <typename Number>
DecimalOutcome sum_words(const NumericWire& numeric, std::int32_t exponent, int precision, Int128& out) {
  const auto dropped = static_cast<std::size_t>(exponent < 0 ? -exponent : 0);
  const std::int32_t in_last_word = std::min(numeric.ndigits, NumericWire::kWordGroups);
  const std::uint64_t word = numeric.word(numeric.ndigits, in_last_word);
  const std::uint64_t group = word & 0xFFFFU;
  const std::uint64_t kept = (group * kReciprocals[dropped]) >> 32U;
  const bool lost = kept * kTens[dropped] != group;
  Number magnitude = number_of(word >> 16U) * kTens[kDigitsPerGroup - dropped] + kept;
  if (numeric.ndigits > NumericWire::kWordGroups) {
    const std::int32_t groups = numeric.ndigits - NumericWire::kWordGroups;
    const Number first = number_of(numeric.word(groups, groups));
    magnitude += first * kTens[kDigitsPerWord - dropped];
  }
  if (exponent > 0) magnitude *= static_cast<Number>(power_of_ten(exponent));
  if (magnitude >= static_cast<Number>(power_of_ten(precision))) return DecimalOutcome::Overflow;
  if (lost) return DecimalOutcome::Inexact;
  out = with_sign(numeric, static_cast<Int128>(magnitude));
  return DecimalOutcome::Exact;
}

// Apart, so that the function for nearly all values has few registers to save.
[[gnu::noinline]] DecimalOutcome sum_wide_words(const NumericWire& numeric, std::int32_t exponent,
                                                int precision, Int128& out) {
  return sum_words<UInt128>(numeric, exponent, precision, out);
}

[[gnu::noinline]] DecimalOutcome uncommon_to_unscaled(const NumericWire& numeric, int precision, int scale,
                                                      Int128& out) {
  if (numeric.sign == NumericWire::kNaN) return DecimalOutcome::NaN;
  if (numeric.special()) return DecimalOutcome::Infinite;
  const CutOff cut = cut_off(numeric, precision, scale);
  if (cut.overflow) return DecimalOutcome::Overflow;
  if (cut.lost) return DecimalOutcome::Inexact;
  out = with_sign(numeric, cut.magnitude);
  return DecimalOutcome::Exact;
}

}  // namespace

DecimalOutcome to_unscaled(const NumericWire& numeric, int precision, int scale, Int128& out) {
  const std::int32_t exponent = kDigitsPerGroup * (numeric.weight - (numeric.ndigits - 1)) + scale;
  const std::int32_t digits = kDigitsPerGroup * (numeric.weight + 1) + scale;
  // Nearly all values that are met.
  if (!numeric.special() && numeric.ndigits >= 1 && numeric.ndigits <= kMostFewGroups &&
      exponent > -kDigitsPerGroup) {
    constexpr int kUInt64Digits = 19;
    if (std::max(digits, precision) <= kUInt64Digits) {
      return sum_words<std::uint64_t>(numeric, exponent, precision, out);
    }
    if (digits <= kMaxDecimalDigits) return sum_wide_words(numeric, exponent, precision, out);
  }
  return uncommon_to_unscaled(numeric, precision, scale, out);
}

Int128 nearest_unscaled(const NumericWire& numeric, int precision, int scale) {
  const Int128 largest = power_of_ten(precision) - 1;
  if (numeric.sign == NumericWire::kInfinity) return largest;
  if (numeric.sign == NumericWire::kMinusInfinity) return -largest;
  const CutOff cut = cut_off(numeric, precision, scale);
  if (cut.overflow) return with_sign(numeric, largest);
  return with_sign(numeric, std::min(cut.magnitude + (cut.rounds_up ? 1 : 0), largest));
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

}  // namespace pg2athena
