#include "base/numeric_wire.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/decimal.h"

namespace pg2athena {
namespace {

// The bytes of numeric_send: SELECT encode(numeric_send(x), 'hex').
std::vector<std::byte> wire(int weight, unsigned sign, unsigned dscale, const std::vector<int>& digits) {
  std::vector<std::byte> bytes;
  const auto put = [&](unsigned value) {
    bytes.push_back(static_cast<std::byte>(value >> 8U));
    bytes.push_back(static_cast<std::byte>(value));
  };
  put(static_cast<unsigned>(digits.size()));
  put(static_cast<unsigned>(weight) & 0xFFFFU);
  put(sign);
  put(dscale);
  for (const int digit : digits) put(static_cast<unsigned>(digit));
  return bytes;
}

struct Case {
  const char* text;  // what PostgreSQL prints
  std::vector<std::byte> bytes;
  int precision;
  int scale;
  DecimalOutcome outcome;
  const char* unscaled;  // format_decimal(…, scale) when exact
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"0", wire(0, 0, 0, {}), 5, 2, DecimalOutcome::Exact, "0.00"},
      {"0.00", wire(0, 0, 2, {}), 5, 2, DecimalOutcome::Exact, "0.00"},
      {"1", wire(0, 0, 0, {1}), 5, 2, DecimalOutcome::Exact, "1.00"},
      {"-1234567.89", wire(1, 0x4000, 2, {123, 4567, 8900}), 9, 2, DecimalOutcome::Exact, "-1234567.89"},
      {"10000", wire(1, 0, 0, {1}), 5, 0, DecimalOutcome::Exact, "10000"},
      {"0.0001", wire(-1, 0, 4, {1}), 5, 4, DecimalOutcome::Exact, "0.0001"},
      {"0.00000001", wire(-2, 0, 8, {1}), 8, 8, DecimalOutcome::Exact, "0.00000001"},
      {"99999999999999999999999999999999999999",
       wire(9, 0, 0, {99, 9999, 9999, 9999, 9999, 9999, 9999, 9999, 9999, 9999}), 38, 0,
       DecimalOutcome::Exact, "99999999999999999999999999999999999999"},
      {"0.015", wire(-1, 0, 3, {150}), 5, 2, DecimalOutcome::Inexact, nullptr},
      {"0.00001", wire(-2, 0, 5, {1000}), 5, 2, DecimalOutcome::Inexact, nullptr},
      {"100", wire(0, 0, 0, {100}), 2, 0, DecimalOutcome::Overflow, nullptr},
      {"NaN", wire(0, 0xC000, 0, {}), 5, 2, DecimalOutcome::NaN, nullptr},
      {"Infinity", wire(0, 0xD000, 0, {}), 5, 2, DecimalOutcome::Infinite, nullptr},
      {"-Infinity", wire(0, 0xF000, 0, {}), 5, 2, DecimalOutcome::Infinite, nullptr},
  };
  return all;
}

TEST(NumericWire, Numerics_become_scaled_integers_or_say_why_not) {
  for (const Case& c : cases()) {
    NumericWire numeric;
    ASSERT_TRUE(NumericWire::parse(c.bytes, numeric)) << c.text;
    Int128 value = 0;
    EXPECT_EQ(to_unscaled(numeric, c.precision, c.scale, value), c.outcome) << c.text;
    if (c.unscaled != nullptr) {
      EXPECT_EQ(format_decimal(value, c.scale), c.unscaled) << c.text;
    }
  }
}

TEST(NumericWire, Numerics_print_as_numeric_out_prints_them) {
  for (const Case& c : cases()) {
    NumericWire numeric;
    ASSERT_TRUE(NumericWire::parse(c.bytes, numeric));
    ByteBuffer text;
    append_numeric_text(numeric, text);
    EXPECT_EQ(as_text(text.span()), c.text);
  }
}

TEST(NumericWire, Bytes_that_are_no_numeric_are_refused) {
  NumericWire numeric;
  EXPECT_FALSE(NumericWire::parse({}, numeric));
  auto truncated = wire(0, 0, 0, {1, 2});
  truncated.pop_back();
  EXPECT_FALSE(NumericWire::parse(truncated, numeric));
  EXPECT_FALSE(NumericWire::parse(wire(0, 0x1234, 0, {}), numeric)) << "unknown sign";
  EXPECT_FALSE(NumericWire::parse(wire(0, 0, 0, {10000}), numeric))
      << "a digit of base 10000 is at most 9999";
}

struct NearestCase {
  const char* text;
  std::vector<std::byte> bytes;
  int precision;
  int scale;
  std::string nearest;  // format_decimal(…, scale)
};

TEST(NumericWire, The_nearest_decimal_is_rounded_as_PostgreSQL_rounds_and_stops_at_the_precision) {
  const std::string nines(38, '9');
  const std::vector<int> many(65535, 9999);
  const std::vector<NearestCase> all = {
      {"0", wire(0, 0, 0, {}), 5, 2, "0.00"},
      {"1.25", wire(0, 0, 2, {1, 2500}), 5, 2, "1.25"},
      {"0.015", wire(-1, 0, 3, {150}), 5, 2, "0.02"},
      {"-0.015", wire(-1, 0x4000, 3, {150}), 5, 2, "-0.02"},
      {"0.0149", wire(-1, 0, 4, {149}), 5, 2, "0.01"},
      {"0.005", wire(-1, 0, 3, {50}), 5, 2, "0.01"},
      {"0.0049999", wire(-1, 0, 7, {49, 9990}), 5, 2, "0.00"},
      {"0.5", wire(-1, 0, 1, {5000}), 5, 0, "1"},
      {"0.4999", wire(-1, 0, 4, {4999}), 5, 0, "0"},
      {"0.00005", wire(-2, 0, 5, {5000}), 8, 4, "0.0001"},
      {"0.00004999", wire(-2, 0, 8, {4999}), 8, 4, "0.0000"},
      {"0.00000001", wire(-2, 0, 8, {1}), 5, 2, "0.00"},
      {"9.995", wire(0, 0, 3, {9, 9950}), 3, 2, "9.99"},
      {"-9.995", wire(0, 0x4000, 3, {9, 9950}), 3, 2, "-9.99"},
      {"9.994", wire(0, 0, 3, {9, 9940}), 3, 2, "9.99"},
      {"99.9999", wire(0, 0, 4, {99, 9999}), 5, 2, "100.00"},
      {"1234.5", wire(0, 0, 1, {1234, 5000}), 3, 0, "999"},
      {"-1e131071", wire(32767, 0x4000, 0, {1000}), 38, 0, "-" + nines},
      {"1e-131072", wire(-32768, 0, 16383, {1}), 38, 38, "0.00000000000000000000000000000000000000"},
      {"all nines", wire(32767, 0, 0, many), 38, 0, nines},
      {"all nines, behind the point", wire(-1, 0, 16383, many), 3, 2, "1.00"},
      {"all nines, far behind the point", wire(-32768, 0, 16383, many), 38, 38,
       "0.00000000000000000000000000000000000000"},
      {"Infinity", wire(0, 0xD000, 0, {}), 38, 0, nines},
      {"Infinity", wire(0, 0xD000, 0, {}), 5, 2, "999.99"},
      {"-Infinity", wire(0, 0xF000, 0, {}), 5, 2, "-999.99"},
  };
  for (const NearestCase& c : all) {
    NumericWire numeric;
    ASSERT_TRUE(NumericWire::parse(c.bytes, numeric)) << c.text;
    EXPECT_EQ(format_decimal(nearest_unscaled(numeric, c.precision, c.scale), c.scale), c.nearest) << c.text;
  }
}

// What follows from a value's digits by hand: the oracle, on text.
struct Expected {
  DecimalOutcome outcome = DecimalOutcome::Exact;
  std::string cut;      // the scaled value's digits, without zeros in front
  std::string nearest;  // the same, rounded and kept within the precision
};

std::string without_zeros_in_front(const std::string& digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string plus_one(std::string digits) {
  digits.insert(digits.begin(), '0');
  std::size_t i = digits.size() - 1;
  for (; digits[i] == '9'; --i) digits[i] = '0';
  ++digits[i];
  return without_zeros_in_front(digits);
}

Expected expected_of(int weight, const std::vector<int>& groups, int precision, int scale) {
  // Some groups more on both sides, so that the point and the scale lie within.
  constexpr int kMargin = 60;
  std::string digits;
  for (int exponent = kMargin; exponent >= -kMargin; --exponent) {
    const int i = weight - exponent;
    const bool there = i >= 0 && i < static_cast<int>(groups.size());
    const std::string group = std::to_string(10000 + (there ? groups[static_cast<std::size_t>(i)] : 0));
    digits += group.substr(1);
  }
  const std::size_t end = 4 * (std::size_t{kMargin} + 1) + static_cast<std::size_t>(scale);
  const std::string behind = digits.substr(end);
  Expected expected;
  expected.cut = without_zeros_in_front(digits.substr(0, end));
  expected.nearest = behind[0] >= '5' ? plus_one(expected.cut) : expected.cut;
  if (behind.find_first_not_of('0') != std::string::npos) expected.outcome = DecimalOutcome::Inexact;
  const auto most = static_cast<std::size_t>(precision);
  if (expected.cut.size() > most) expected.outcome = DecimalOutcome::Overflow;
  if (expected.nearest.size() > most) expected.nearest = std::string(most, '9');
  return expected;
}

std::string digits_of(Int128 unscaled) {
  return unscaled == 0 ? "" : format_decimal(unscaled < 0 ? -unscaled : unscaled, 0);
}

RC_GTEST_PROP(NumericWire, Digits_of_any_number_and_place_become_what_they_say, ()) {
  // Zeros and nines more often than chance has them, and zeros in front that PostgreSQL wouldn't send.
  const auto group = rc::gen::weightedOneOf<int>(
      {{2, rc::gen::element(0, 1, 9999, 5000, 4999, 100, 9900)}, {3, rc::gen::inRange(0, 10000)}});
  const auto groups = *rc::gen::resize(14, rc::gen::container<std::vector<int>>(group));
  const auto weight = *rc::gen::inRange(-12, 13);
  const auto precision = *rc::gen::inRange(1, kMaxDecimalDigits + 1);
  const auto scale = *rc::gen::inRange(0, precision + 1);
  const bool negative = *rc::gen::arbitrary<bool>();
  const auto bytes = wire(weight, negative ? 0x4000 : 0, 0, groups);
  const Expected expected = expected_of(weight, groups, precision, scale);

  NumericWire numeric;
  RC_ASSERT(NumericWire::parse(bytes, numeric));
  Int128 unscaled = 0;
  RC_ASSERT(to_unscaled(numeric, precision, scale, unscaled) == expected.outcome);
  if (expected.outcome == DecimalOutcome::Exact) {
    RC_ASSERT(digits_of(unscaled) == expected.cut);
    RC_ASSERT((unscaled < 0) == (negative && unscaled != 0));
    RC_ASSERT(nearest_unscaled(numeric, precision, scale) == unscaled);
  }
  const Int128 nearest = nearest_unscaled(numeric, precision, scale);
  RC_ASSERT(digits_of(nearest) == expected.nearest);
  RC_ASSERT((nearest < 0) == (negative && nearest != 0));
}

RC_GTEST_PROP(NumericWire, Any_header_and_any_bytes_are_refused_or_have_an_outcome, ()) {
  const auto digits = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10000));
  const auto sign = *rc::gen::element(0U, 0x4000U, 0xC000U, 0xD000U, 0xF000U);
  const auto weight = *rc::gen::arbitrary<std::int16_t>();
  const auto bytes = wire(weight, sign, 0, digits);
  const auto precision = *rc::gen::inRange(1, kMaxDecimalDigits + 1);
  const auto scale = *rc::gen::inRange(0, precision + 1);
  NumericWire numeric;
  RC_ASSERT(NumericWire::parse(bytes, numeric));
  Int128 unscaled = 0;
  if (to_unscaled(numeric, precision, scale, unscaled) == DecimalOutcome::NaN) return;
  const Int128 nearest = nearest_unscaled(numeric, precision, scale);
  RC_ASSERT((Decimal{nearest, scale}.fits(precision)));
}

RC_GTEST_PROP(NumericWire, A_digit_beyond_9999_is_refused_wherever_it_stands, ()) {
  auto digits = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10000)));
  NumericWire numeric;
  RC_ASSERT(NumericWire::parse(wire(0, 0, 0, digits), numeric));
  digits[*rc::gen::inRange<std::size_t>(0, digits.size())] = *rc::gen::inRange(10000, 65536);
  RC_ASSERT(!NumericWire::parse(wire(0, 0, 0, digits), numeric));
}

}  // namespace
}  // namespace pg2athena
