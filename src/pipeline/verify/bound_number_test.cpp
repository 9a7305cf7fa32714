#include "pipeline/verify/bound_number.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "parquet/writer/statistics.h"

namespace pg2athena::pipeline {
namespace {

using columnar::Type;
using columnar::TypeId;

template <typename T>
void expect_read(const Type& type, T value) {
  const std::string text = parquet::bound_text(type, value);
  const auto number = bound_number(type, text);
  ASSERT_TRUE(number) << text;
  ExactSum expected;
  expected.add(value);
  EXPECT_EQ(*number, expected) << text;
}

TEST(BoundNumber, What_a_receipt_says_is_read_again) {
  using Int32 = std::numeric_limits<std::int32_t>;
  using Int64 = std::numeric_limits<std::int64_t>;
  expect_read(Type::of(TypeId::Boolean), true);
  expect_read(Type::of(TypeId::Boolean), false);
  for (const std::int32_t value : {0, -1, 20'000, -719'529, -800'000, 3'000'000, Int32::max(), -2'440'588}) {
    expect_read(Type::of(TypeId::Int32), value);
    expect_read(Type::of(TypeId::Date), value);
    expect_read(Type::decimal(9, 4), value);
  }
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'500'000'000'123'456},
                                   Int64::max(), std::int64_t{-210'866'803'200'000'000}}) {
    expect_read(Type::of(TypeId::Int64), value);
    expect_read(Type::timestamp(true), value);
    expect_read(Type::decimal(18, 2), value);
  }
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1}, std::int64_t{86'399'999'999}}) {
    expect_read(Type::of(TypeId::Time), value);
  }
  expect_read(Type::decimal(38, 38), power_of_ten(38) - 1);
  expect_read(Type::decimal(38, 0), 1 - power_of_ten(38));
}

TEST(BoundNumber, Floating_point_is_read_again) {
  using Double = std::numeric_limits<double>;
  for (const double value : {0.0, -1.5, Double::max(), Double::denorm_min(), -Double::infinity()}) {
    EXPECT_EQ(bound_floating(parquet::bound_text(Type::of(TypeId::Float64), value)), value);
  }
  const float third = 1.0F / 3;
  const auto read = bound_floating(parquet::bound_text(Type::of(TypeId::Float32), third));
  EXPECT_EQ(static_cast<float>(read.value()), third);
}

TEST(BoundNumber, Other_texts_are_none) {
  EXPECT_FALSE(bound_number(Type::of(TypeId::Boolean), "1"));
  EXPECT_FALSE(bound_number(Type::of(TypeId::Int32), "1.0"));
  EXPECT_FALSE(bound_number(Type::of(TypeId::Date), "2026-02-30"));
  EXPECT_FALSE(bound_number(Type::of(TypeId::Date), "2026-01-31 00:00:00"));
  EXPECT_FALSE(bound_number(Type::timestamp(false), "2026-01-31"));
  EXPECT_FALSE(bound_number(Type::of(TypeId::Time), "noon"));
  EXPECT_FALSE(bound_number(Type::of(TypeId::String), "a"));
  EXPECT_FALSE(bound_floating("1.5x"));
}

}  // namespace
}  // namespace pg2athena::pipeline
