#include "base/decimal.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/decimal_type.h"

namespace pg2athena {
namespace {

const std::string kNines(38, '9');

// What a test compares and prints: the text of the value, or the error's name.
std::string text_of(const DecimalResult& result) {
  return result ? format_decimal(*result) : std::string(to_string(result.error()));
}

Decimal decimal(std::string_view text) {
  const DecimalResult parsed = parse_decimal(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal{});
}

// The oracle: whole numbers as their digits, without zeros in front, and the arithmetic of school.
using Digits = std::string;

Digits trimmed(const Digits& digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

bool less(const Digits& a, const Digits& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

Digits sum(const Digits& a, const Digits& b) {
  const std::size_t size = std::max(a.size(), b.size()) + 1;
  const Digits left = Digits(size - a.size(), '0') + a;
  const Digits right = Digits(size - b.size(), '0') + b;
  Digits result(size, '0');
  int carry = 0;
  for (std::size_t i = size; i-- > 0;) {
    const int digit = (left[i] - '0') + (right[i] - '0') + carry;
    result[i] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  return trimmed(result);
}

// a - b for a >= b.
Digits difference(const Digits& a, const Digits& b) {
  const Digits right = Digits(a.size() - b.size(), '0') + b;
  Digits result(a.size(), '0');
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = a[i] - right[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    result[i] = static_cast<char>('0' + digit + 10 * borrow);
  }
  return trimmed(result);
}

Digits product(const Digits& a, const Digits& b) {
  Digits result;
  for (const char digit : b) {
    if (!result.empty()) result += '0';
    for (int i = '0'; i < digit; ++i) result = sum(result, a);
  }
  return result;
}

Digits shifted(const Digits& digits, int zeros) {
  return trimmed(digits + std::string(static_cast<std::size_t>(zeros), '0'));
}

std::pair<Digits, Digits> quotient_and_rest(const Digits& dividend, const Digits& divisor) {
  Digits quotient;
  Digits rest;
  for (const char digit : dividend) {
    rest += digit;
    rest = trimmed(rest);
    char times = '0';
    for (; !less(rest, divisor); ++times) rest = difference(rest, divisor);
    quotient += times;
  }
  return {trimmed(quotient), rest};
}

std::string expected_text(bool negative, Digits magnitude, int scale) {
  if (magnitude.size() > 38) return "overflow";
  const bool zero = magnitude.empty();
  const auto places = static_cast<std::size_t>(scale);
  if (magnitude.size() <= places) magnitude.insert(0, places + 1 - magnitude.size(), '0');
  std::string text = negative && !zero ? "-" : "";
  text.append(magnitude, 0, magnitude.size() - places);
  if (places != 0) text.append(1, '.').append(magnitude, magnitude.size() - places);
  return text;
}

// ±dividend / divisor, rounded to a whole number.
std::string expected_quotient(bool negative, const Digits& dividend, const Digits& divisor, int scale,
                              Rounding rounding) {
  const auto [quotient, rest] = quotient_and_rest(dividend, divisor);
  if (rest.empty()) return expected_text(negative, quotient, scale);
  if (quotient.size() > 38) return "overflow";
  const Digits twice = sum(rest, rest);
  const bool above = less(divisor, twice);
  const bool tie = twice == divisor;
  bool up = false;
  if (rounding == Rounding::Exact) return "inexact";
  if (rounding == Rounding::HalfEven) up = above || (tie && !quotient.empty() && quotient.back() % 2 != 0);
  if (rounding == Rounding::HalfAwayFromZero) up = above || tie;
  if (rounding == Rounding::HalfTowardZero) up = above;
  if (rounding == Rounding::AwayFromZero) up = true;
  if (rounding == Rounding::Floor) up = negative;
  if (rounding == Rounding::Ceiling) up = !negative;
  return expected_text(negative, up ? sum(quotient, "1") : quotient, scale);
}

// A decimal and its digits: zeros and nines more often than chance has them.
struct Sample {
  bool negative;
  Digits digits;
  int scale;

  Decimal value() const {
    Int128 unscaled = 0;
    for (const char digit : digits) unscaled = unscaled * 10 + (digit - '0');
    return {.unscaled = negative ? -unscaled : unscaled, .scale = scale};
  }
};

Sample sample(int largest_scale = kMaxDecimalDigits) {
  const auto length = *rc::gen::inRange<std::size_t>(0, kMaxDecimalDigits + 1);
  const auto digit = rc::gen::oneOf(rc::gen::element('0', '9', '5'), rc::gen::inRange('0', ':'));
  const Digits digits = trimmed(*rc::gen::container<std::string>(length, digit));
  const bool negative = *rc::gen::arbitrary<bool>() && !digits.empty();
  return {.negative = negative, .digits = digits, .scale = *rc::gen::inRange(0, largest_scale + 1)};
}

Rounding any_rounding() {
  return *rc::gen::element(Rounding::HalfEven, Rounding::HalfAwayFromZero, Rounding::HalfTowardZero,
                           Rounding::TowardZero, Rounding::AwayFromZero, Rounding::Floor, Rounding::Ceiling,
                           Rounding::Exact);
}

RC_GTEST_PROP(Decimal, Sums_and_differences_are_those_of_school, ()) {
  const Sample a = sample();
  const Sample b = sample();
  const int scale = std::max(a.scale, b.scale);
  const Digits left = shifted(a.digits, scale - a.scale);
  const Digits right = shifted(b.digits, scale - b.scale);
  const auto expected = [&](bool right_negative) {
    if (a.negative == right_negative) return expected_text(a.negative, sum(left, right), scale);
    if (less(left, right)) return expected_text(right_negative, difference(right, left), scale);
    return expected_text(a.negative, difference(left, right), scale);
  };
  RC_ASSERT(text_of(add(a.value(), b.value())) == expected(b.negative));
  RC_ASSERT(text_of(subtract(a.value(), b.value())) == expected(!b.negative));
}

RC_GTEST_PROP(Decimal, Products_are_those_of_school, ()) {
  const Sample a = sample(19);
  const Sample b = sample(19);
  const Digits exact = product(a.digits, b.digits);
  const bool negative = a.negative != b.negative;
  RC_ASSERT(text_of(multiply(a.value(), b.value())) == expected_text(negative, exact, a.scale + b.scale));
}

RC_GTEST_PROP(Decimal, Rounded_products_are_those_of_school, ()) {
  const Sample a = sample();
  const Sample b = sample();
  const auto scale = *rc::gen::inRange(0, kMaxDecimalDigits + 1);
  const Rounding rounding = any_rounding();
  const Digits dividend = shifted(product(a.digits, b.digits), scale);
  const Digits divisor = shifted("1", a.scale + b.scale);
  RC_ASSERT(text_of(multiply(a.value(), b.value(), scale, rounding)) ==
            expected_quotient(a.negative != b.negative, dividend, divisor, scale, rounding));
}

RC_GTEST_PROP(Decimal, Quotients_are_those_of_school, ()) {
  const Sample a = sample();
  const Sample b = sample();
  const auto scale = *rc::gen::inRange(0, kMaxDecimalDigits + 1);
  const Rounding rounding = any_rounding();
  RC_PRE(!b.digits.empty());
  const Digits dividend = shifted(a.digits, scale + b.scale);
  const Digits divisor = shifted(b.digits, a.scale);
  RC_ASSERT(text_of(divide(a.value(), b.value(), scale, rounding)) ==
            expected_quotient(a.negative != b.negative, dividend, divisor, scale, rounding));
}

RC_GTEST_PROP(Decimal, Another_scale_is_a_quotient_by_one, ()) {
  const Sample a = sample();
  const auto scale = *rc::gen::inRange(0, kMaxDecimalDigits + 1);
  const Rounding rounding = any_rounding();
  RC_ASSERT(text_of(rescale(a.value(), scale, rounding)) ==
            expected_quotient(a.negative, shifted(a.digits, scale), shifted("1", a.scale), scale, rounding));
}

RC_GTEST_PROP(Decimal, Order_is_that_of_the_values_whatever_the_scales, ()) {
  const Sample a = sample();
  // Now and then the same value at another scale, or its neighbour.
  const Sample b = *rc::gen::arbitrary<bool>() ? sample() : a;
  const auto scale = *rc::gen::inRange(0, kMaxDecimalDigits + 1);
  const Decimal right = rescale(b.value(), scale, Rounding::HalfEven).value_or(b.value());
  const Digits left_digits = shifted(a.digits, right.scale);
  const Digits right_text = format_decimal(right.unscaled < 0 ? -right.unscaled : right.unscaled, 0);
  const Digits right_digits = shifted(right_text, a.scale);
  const int left_sign = a.digits.empty() ? 0 : a.negative ? -1 : 1;
  const int right_sign = right.unscaled == 0 ? 0 : right.unscaled < 0 ? -1 : 1;
  bool smaller = left_sign < right_sign;
  if (left_sign == right_sign) {
    smaller = left_sign < 0 ? less(right_digits, left_digits) : less(left_digits, right_digits);
  }
  const bool same = left_sign == right_sign && left_digits == right_digits;
  RC_ASSERT((a.value() < right) == smaller);
  RC_ASSERT((a.value() == right) == same);
  RC_ASSERT((right < a.value()) == (!smaller && !same));
}

RC_GTEST_PROP(Decimal, What_is_printed_is_parsed, ()) {
  const Decimal value = sample().value();
  const DecimalResult parsed = parse_decimal(format_decimal(value));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->unscaled == value.unscaled);
  RC_ASSERT(parsed->scale == value.scale);
}

RC_GTEST_PROP(Decimal, Only_what_is_printed_is_parsed, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::element('-', '+', '.', '0', '1', '9', 'e', ' '));
  const DecimalResult parsed = parse_decimal(text);
  if (parsed) RC_ASSERT(format_decimal(*parsed) == text);
}

TEST(Decimal, Text_is_parsed_strictly) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0", "0"},
      {"-12.30", "-12.30"},
      {"0.00", "0.00"},
      {kNines, kNines},
      {"-" + kNines, "-" + kNines},
      {"0." + kNines, "0." + kNines},
      {"1" + kNines, "overflow"},
      {"1." + kNines, "overflow"},
      {"0." + std::string(38, '0'), "0." + std::string(38, '0')},
      {"0." + std::string(39, '0'), "overflow"},
      {"", "malformed"},
      {"-", "malformed"},
      {".", "malformed"},
      {"1.", "malformed"},
      {".5", "malformed"},
      {"+1", "malformed"},
      {"--1", "malformed"},
      {"1e5", "malformed"},
      {"1.5e5", "malformed"},
      {" 1", "malformed"},
      {"1 ", "malformed"},
      {"1.2.3", "malformed"},
      {"1,000", "malformed"},
      {"01", "malformed"},
      {"00", "malformed"},
      {"-0", "malformed"},
      {"-0.00", "malformed"},
      {"NaN", "malformed"},
      {"Infinity", "malformed"},
      {std::string("1\0", 2), "malformed"},
      {"\xD9\xA1", "malformed"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(text_of(parse_decimal(text)), expected) << text;
}

TEST(Decimal, Ties_and_neighbours_round_by_name) {
  struct Case {
    const char* value;
    // HalfEven, HalfAwayFromZero, HalfTowardZero, TowardZero, AwayFromZero, Floor, Ceiling, Exact
    std::array<const char*, 8> expected;
  };
  constexpr std::array kRoundings = {Rounding::HalfEven,       Rounding::HalfAwayFromZero,
                                     Rounding::HalfTowardZero, Rounding::TowardZero,
                                     Rounding::AwayFromZero,   Rounding::Floor,
                                     Rounding::Ceiling,        Rounding::Exact};
  const std::vector<Case> cases = {
      {"2.5", {"2", "3", "2", "2", "3", "2", "3", "inexact"}},
      {"3.5", {"4", "4", "3", "3", "4", "3", "4", "inexact"}},
      {"-2.5", {"-2", "-3", "-2", "-2", "-3", "-3", "-2", "inexact"}},
      {"-3.5", {"-4", "-4", "-3", "-3", "-4", "-4", "-3", "inexact"}},
      {"2.4", {"2", "2", "2", "2", "3", "2", "3", "inexact"}},
      {"2.6", {"3", "3", "3", "2", "3", "2", "3", "inexact"}},
      {"0.5", {"0", "1", "0", "0", "1", "0", "1", "inexact"}},
      {"-0.5", {"0", "-1", "0", "0", "-1", "-1", "0", "inexact"}},
      {"0.00000000000000000000000000000000000001", {"0", "0", "0", "0", "1", "0", "1", "inexact"}},
      {"2.0", {"2", "2", "2", "2", "2", "2", "2", "2"}},
      {"0.0", {"0", "0", "0", "0", "0", "0", "0", "0"}},
  };
  for (const Case& c : cases) {
    for (std::size_t i = 0; i < kRoundings.size(); ++i) {
      EXPECT_EQ(text_of(rescale(decimal(c.value), 0, kRoundings[i])), c.expected[i]) << c.value << ", " << i;
    }
  }
}

TEST(Decimal, Thirty_eight_digits_are_the_end) {
  const Decimal most = decimal(kNines);
  const Decimal least = decimal("0." + std::string(37, '0') + "1");
  const Decimal one = decimal("1");
  EXPECT_EQ(text_of(add(most, one)), "overflow");
  EXPECT_EQ(text_of(add(most, negate(one))), std::string(37, '9') + "8");
  EXPECT_EQ(text_of(add(most, negate(most))), "0");
  EXPECT_EQ(text_of(subtract(negate(most), one)), "overflow");
  EXPECT_EQ(text_of(add(most, least)), "overflow");
  EXPECT_EQ(text_of(add(least, least)), "0." + std::string(37, '0') + "2");
  EXPECT_EQ(text_of(multiply(most, most)), "overflow");
  EXPECT_EQ(text_of(multiply(most, least)), "0." + kNines);
  EXPECT_EQ(text_of(multiply(least, least)), "overflow") << "76 digits behind the point";
  EXPECT_EQ(text_of(multiply(least, least, 38, Rounding::HalfEven)), "0." + std::string(38, '0'));
  EXPECT_EQ(text_of(multiply(least, least, 38, Rounding::Ceiling)), format_decimal(least));
  EXPECT_EQ(text_of(divide(most, least, 0, Rounding::HalfEven)), "overflow");
  EXPECT_EQ(text_of(divide(most, least, 38, Rounding::HalfEven)), "overflow");
  EXPECT_EQ(text_of(divide(least, most, 38, Rounding::HalfEven)), "0." + std::string(38, '0'));
  EXPECT_EQ(text_of(divide(most, most, 37, Rounding::Exact)), "1." + std::string(37, '0'));
  EXPECT_EQ(text_of(divide(most, most, 38, Rounding::Exact)), "overflow");
  EXPECT_EQ(text_of(divide(one, decimal("3"), 38, Rounding::HalfEven)), "0." + std::string(38, '3'));
  EXPECT_EQ(text_of(divide(one, decimal("0.00"), 2, Rounding::HalfEven)), "division_by_zero");
  EXPECT_EQ(text_of(rescale(decimal("9." + std::string(37, '9')), 0, Rounding::HalfEven)), "10");
  EXPECT_EQ(text_of(rescale(decimal(std::string(37, '9') + ".5"), 0, Rounding::HalfEven)),
            "1" + std::string(37, '0'));
  EXPECT_EQ(text_of(rescale(one, 38, Rounding::Exact)), "overflow");
  EXPECT_LT(least, most);
  EXPECT_LT(negate(most), negate(least));
  EXPECT_EQ(decimal("1.50"), decimal("1.5"));
}

TEST(Decimal, Fits_says_whether_a_precision_has_the_digits) {
  EXPECT_TRUE(decimal("0.00").fits(1));
  EXPECT_TRUE(decimal("-9.99").fits(3));
  EXPECT_FALSE(decimal("-10.00").fits(3));
  EXPECT_TRUE(decimal(kNines).fits(38));
  EXPECT_FALSE(decimal(kNines).fits(37));
}

TEST(Decimal, Types_of_results_are_Trinos) {
  constexpr DecimalType kPrice = {.precision = 15, .scale = 2};
  constexpr DecimalType kRate = {.precision = 10, .scale = 6};
  constexpr DecimalType kWhole = {.precision = 38, .scale = 0};
  EXPECT_EQ(sum_type(kPrice, kRate), (DecimalType{.precision = 20, .scale = 6}));
  EXPECT_EQ(sum_type(kWhole, kRate), (DecimalType{.precision = 38, .scale = 6}));
  EXPECT_EQ(product_type(kPrice, kRate), (DecimalType{.precision = 25, .scale = 8}));
  EXPECT_EQ(quotient_type(kPrice, kRate), (DecimalType{.precision = 25, .scale = 6}));
  EXPECT_EQ(quotient_type(kRate, kPrice), (DecimalType{.precision = 12, .scale = 6}));
  EXPECT_EQ(quotient_type(kWhole, kWhole), kWhole);
}

}  // namespace
}  // namespace pg2athena
