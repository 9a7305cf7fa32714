#include "parquet/writer/statistics.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "base/utf8.h"

namespace pg2athena::parquet {
namespace {

using columnar::Type;
using columnar::TypeId;

template <typename T>
NumberBounds<T> bounds_of(const std::vector<T>& values) {
  NumberBounds<T> bounds;
  bounds.include(reinterpret_cast<const std::byte*>(values.data()), values.size());
  return bounds;
}

RC_GTEST_PROP(NumberBounds, They_are_the_smallest_and_the_largest_number, ()) {
  const auto values = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<std::int64_t>>());
  const NumberBounds<std::int64_t> bounds = bounds_of(values);
  RC_ASSERT(!bounds.empty());
  RC_ASSERT(bounds.min() == *std::min_element(values.begin(), values.end()));
  RC_ASSERT(bounds.max() == *std::max_element(values.begin(), values.end()));
}

TEST(NumberBounds, NaN_does_not_count) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(bounds_of<double>({}).empty());
  EXPECT_TRUE(bounds_of(std::vector<double>(20, kNaN)).empty());
  std::vector<double> values(20, kNaN);
  values[3] = 1;
  values[19] = -2;
  EXPECT_EQ(bounds_of(values).min(), -2);
  EXPECT_EQ(bounds_of(values).max(), 1);
  EXPECT_EQ(bounds_of(std::vector<double>(9, kInfinity)).min(), kInfinity);
  EXPECT_EQ(bounds_of(std::vector<double>{kNaN, -kInfinity}).max(), -kInfinity);
}

TEST(NumberBounds, The_extremes_of_a_type_are_bounds_like_any_other) {
  constexpr auto kMin = std::numeric_limits<std::int32_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(bounds_of(std::vector<std::int32_t>{kMax}).min(), kMax);
  EXPECT_EQ(bounds_of(std::vector<std::int32_t>{kMin}).max(), kMin);
  const Int128 largest = power_of_ten(38) - 1;
  EXPECT_TRUE(bounds_of(std::vector<Int128>{largest, -largest, 0}).min() == -largest);
  EXPECT_TRUE(bounds_of(std::vector<Int128>{largest, -largest, 0}).max() == largest);
}

Statistics of_strings(const std::vector<std::string>& values, bool text) {
  std::string data;
  std::vector<std::uint32_t> offsets = {0};
  for (const std::string& value : values) {
    data += value;
    offsets.push_back(static_cast<std::uint32_t>(data.size()));
  }
  BytesBounds bounds;
  bounds.include(as_bytes(data), offsets.data(), values.size());
  Statistics statistics;
  bounds.write_to(statistics, text);
  return statistics;
}

TEST(BytesBounds, Short_strings_are_their_own_bounds_in_byte_order) {
  const Statistics statistics =
      of_strings({"b", "", "\xC3\xA9", "aaaaaaaaaaaaaaaa", std::string("a\0", 2), "a"}, true);
  EXPECT_EQ(statistics.min_value, "");
  EXPECT_EQ(statistics.max_value, "\xC3\xA9");
  EXPECT_EQ(statistics.is_min_value_exact, true);
  EXPECT_EQ(statistics.is_max_value_exact, true);
}

TEST(BytesBounds, Without_a_value_there_are_none) {
  const Statistics statistics = of_strings({}, true);
  EXPECT_EQ(statistics.min_value, std::nullopt);
  EXPECT_EQ(statistics.is_max_value_exact, std::nullopt);
}

struct Cut {
  std::string value;
  bool text;
  std::string lower;
  std::optional<std::string> upper;
};

TEST(BytesBounds, Long_strings_are_cut) {
  const auto repeat = [](const std::string& piece, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += piece;
    return all;
  };
  const std::string a63(63, 'a');
  const std::string last = "\xF4\x8F\xBF\xBF";  // U+10FFFF
  const std::vector<Cut> cuts = {
      {std::string(64, 'x'), true, std::string(64, 'x'), std::string(64, 'x')},
      {std::string(65, 'x'), true, std::string(64, 'x'), std::string(63, 'x') + "y"},
      // é (C3 A9) doesn't fit any more.
      {a63 + "é", true, a63, std::string(62, 'a') + "b"},
      // The character behind U+007F takes a byte more than there is: the one before it goes up.
      {a63 + "\x7F" + "tail", true, a63 + "\x7F", std::string(62, 'a') + "b"},
      // Behind U+D7FF come the surrogates, which aren't characters.
      {std::string(61, 'a') + "\xED\x9F\xBF" + "t", true, std::string(61, 'a') + "\xED\x9F\xBF",
       std::string(61, 'a') + "\xEE\x80\x80"},
      {std::string(60, 'a') + last + "t", true, std::string(60, 'a') + last, std::string(59, 'a') + "b"},
      {repeat(last, 20), true, repeat(last, 16), std::nullopt},
      {std::string(70, '\xFF'), false, std::string(64, '\xFF'), std::nullopt},
      {std::string(62, 'b') + std::string(9, '\xFF'), false, std::string(62, 'b') + "\xFF\xFF",
       std::string(61, 'b') + "c"},
      // Text that isn't UTF-8 is cut as bytes are.
      {std::string(80, '\xC0'), true, std::string(64, '\xC0'), std::string(63, '\xC0') + "\xC1"},
  };
  for (const auto& [value, text, lower, upper] : cuts) {
    EXPECT_EQ(lower_bound_of(value, text), lower) << value;
    EXPECT_EQ(upper_bound_of(value, text), upper) << value;
    const Statistics statistics = of_strings({value}, text);
    EXPECT_EQ(statistics.min_value, lower) << value;
    EXPECT_EQ(statistics.max_value, upper) << value;
    EXPECT_EQ(statistics.is_min_value_exact, lower == value) << value;
    EXPECT_EQ(statistics.is_max_value_exact.has_value(), upper.has_value()) << value;
  }
}

// A string around the length at which bounds are cut, of characters where cutting is hard.
rc::Gen<std::string> hard_text() {
  return rc::gen::map(rc::gen::container<std::vector<int>>(100, rc::gen::inRange(0, 7)),
                      [](const std::vector<int>& choices) {
                        static const std::vector<std::string> kPieces = {
                            "a", "\x7F", "é", "\xDF\xBF", "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"};
                        std::string text;
                        const std::size_t length = 55 + static_cast<std::size_t>(choices[0]) * 3;
                        for (std::size_t i = 1; text.size() < length; ++i)
                          text += kPieces[static_cast<std::size_t>(choices[i])];
                        return text;
                      });
}

RC_GTEST_PROP(BytesBounds, Bounds_enclose_every_value_are_short_and_are_UTF8, ()) {
  const auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(hard_text()));
  const Statistics statistics = of_strings(values, true);
  RC_ASSERT(statistics.min_value.has_value());
  RC_ASSERT(statistics.min_value->size() <= kBoundBytes);
  RC_ASSERT(is_utf8(as_bytes(*statistics.min_value)));
  for (const std::string& value : values) {
    RC_ASSERT(*statistics.min_value <= value);
    if (statistics.max_value) RC_ASSERT(*statistics.max_value >= value);
  }
  if (!statistics.max_value) return;
  RC_ASSERT(statistics.max_value->size() <= kBoundBytes);
  RC_ASSERT(is_utf8(as_bytes(*statistics.max_value)));
}

RC_GTEST_PROP(BytesBounds, They_do_not_depend_on_how_values_come, ()) {
  const auto values = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<std::string>>());
  BytesBounds one_by_one;
  for (const std::string& value : values) one_by_one.include(value);
  Statistics expected;
  one_by_one.write_to(expected, false);
  const Statistics statistics = of_strings(values, false);
  RC_ASSERT(statistics.min_value == expected.min_value);
  RC_ASSERT(statistics.max_value == expected.max_value);
  RC_ASSERT(statistics.min_value == lower_bound_of(*std::min_element(values.begin(), values.end()), false));
}

// Addresses and the like: what comes first is the same in all, or in all but a few.
RC_GTEST_PROP(BytesBounds, They_are_right_where_values_begin_alike, ()) {
  const std::string prefix =
      *rc::gen::element<std::string>("", "https://", "https://www.example.com/a/", std::string(70, 'a'));
  auto values = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<std::string>>());
  for (std::string& value : values) {
    const std::size_t shared = *rc::gen::inRange<std::size_t>(0, 100);
    if (shared > 10) value.insert(0, prefix, 0, shared);
  }
  const Statistics statistics = of_strings(values, false);
  RC_ASSERT(statistics.min_value == lower_bound_of(*std::min_element(values.begin(), values.end()), false));
  RC_ASSERT(statistics.max_value == upper_bound_of(*std::max_element(values.begin(), values.end()), false));
}

TEST(BoundText, Is_what_an_operator_reads) {
  EXPECT_EQ(bound_text(Type::of(TypeId::Boolean), true), "true");
  EXPECT_EQ(bound_text(Type::of(TypeId::Int16), std::int32_t{-7}), "-7");
  EXPECT_EQ(bound_text(Type::of(TypeId::Date), std::int32_t{20484}), "2026-01-31");
  EXPECT_EQ(bound_text(Type::timestamp(true), std::int64_t{-1}), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(bound_text(Type::of(TypeId::Time), std::int64_t{86399999999}), "23:59:59.999999");
  EXPECT_EQ(bound_text(Type::of(TypeId::Time), std::int64_t{0}), "00:00:00");
  EXPECT_EQ(bound_text(Type::decimal(9, 2), std::int32_t{-1234}), "-12.34");
  EXPECT_EQ(bound_text(Type::decimal(38, 10), Int128{1}), "0.0000000001");
  EXPECT_EQ(bound_text(Type::of(TypeId::Float32), 0.1F), "0.1");
  EXPECT_EQ(bound_text(Type::of(TypeId::Float64), -1.5), "-1.5");
}

}  // namespace
}  // namespace pg2athena::parquet
