#include "base/decimal.h"

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

// The bytes of numeric_send: SELECT encode(numeric_send(x), 'hex').
std::vector<std::byte> wire(int weight, unsigned sign, unsigned dscale, std::initializer_list<int> digits) {
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

TEST(Decimal, Numerics_become_scaled_integers_or_say_why_not) {
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

TEST(Decimal, Numerics_print_as_numeric_out_prints_them) {
  for (const Case& c : cases()) {
    NumericWire numeric;
    ASSERT_TRUE(NumericWire::parse(c.bytes, numeric));
    ByteBuffer text;
    append_numeric_text(numeric, text);
    EXPECT_EQ(as_text(text.span()), c.text);
  }
}

TEST(Decimal, Bytes_that_are_no_numeric_are_refused) {
  NumericWire numeric;
  EXPECT_FALSE(NumericWire::parse({}, numeric));
  auto truncated = wire(0, 0, 0, {1, 2});
  truncated.pop_back();
  EXPECT_FALSE(NumericWire::parse(truncated, numeric));
  EXPECT_FALSE(NumericWire::parse(wire(0, 0x1234, 0, {}), numeric)) << "unknown sign";
  EXPECT_FALSE(NumericWire::parse(wire(0, 0, 0, {10000}), numeric))
      << "a digit of base 10000 is at most 9999";
}

}  // namespace
}  // namespace pg2athena
