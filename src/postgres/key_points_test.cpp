#include "postgres/key_points.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace oid = types::oid;

struct Case {
  types::Oid type;
  std::string least;
  std::string middle;
  std::string greatest;
};

TEST(KeyPoints, Steps_are_equal_from_the_least_value_to_the_greatest_that_there_can_be) {
  const std::vector<Case> cases = {
      {oid::kInt2, "-32768", "-1", "32767"},
      {oid::kInt4, "0", "1000000000", "2000000000"},
      {oid::kInt8, "-9223372036854775808", "-1", "9223372036854775807"},
      {oid::kDate, "4714-11-24 BC", "2935092-12-12", "5874897-12-31"},
      {oid::kDate, "0002-12-31 BC", "0001-07-01 BC", "0001-12-31 BC"},
      {oid::kTimestamp, "2026-01-01 00:00:00", "2026-01-01 12:00:00", "2026-01-02 00:00:00"},
      {oid::kTimestamptz, "2026-01-01 00:00:00+00", "2026-01-01 00:00:00.0005+00",
       "2026-01-01 00:00:00.001+00"},
      {oid::kUuid, "00000000-0000-0000-0000-000000000000", "7fffffff-ffff-ffff-ffff-ffffffffffff",
       "ffffffff-ffff-ffff-ffff-ffffffffffff"},
  };
  for (const Case& c : cases) {
    const auto points = even_points(c.type, c.least, c.greatest);
    ASSERT_FALSE(points.empty()) << c.least;
    EXPECT_EQ(points.front().value, c.least);
    EXPECT_EQ(points[points.size() / 2].value, c.middle);
    EXPECT_EQ(points.back().value, c.greatest);
  }
}

TEST(KeyPoints, There_are_no_more_than_there_are_values) {
  EXPECT_EQ(even_points(oid::kInt4, "1", "4").size(), 4U);
  EXPECT_EQ(even_points(oid::kInt8, "1", "1000000").size(), kKeyPoints + 1U);
}

TEST(KeyPoints, A_timestamp_later_than_microseconds_since_1970_reach_counts_as_their_last) {
  const auto points = even_points(oid::kTimestamp, "2026-01-01 00:00:00", "294276-12-31 23:59:59.999999");
  ASSERT_FALSE(points.empty());
  EXPECT_EQ(points.back().value, "294247-01-10 04:00:54.775807");
}

TEST(KeyPoints, What_has_nothing_between_or_is_not_counted_has_none) {
  EXPECT_THAT(even_points(oid::kInt4, "5", "5"), IsEmpty());
  EXPECT_THAT(even_points(oid::kInt4, "", ""), IsEmpty()) << "no rows";
  EXPECT_THAT(even_points(oid::kDate, "-infinity", "infinity"), IsEmpty());
  EXPECT_THAT(even_points(oid::kUuid, "no uuid", "zz"), IsEmpty());
  EXPECT_THAT(even_points(oid::kText, "a", "z"), IsEmpty());
}

std::vector<KeyPoint> points(const std::vector<double>& rows) {
  std::vector<KeyPoint> points;
  for (std::size_t i = 0; i < rows.size(); ++i)
    points.push_back({.value = std::to_string(i), .rows = rows[i]});
  return points;
}

TEST(KeyPoints, Bounds_cut_rows_and_not_values_into_equal_parts) {
  EXPECT_THAT(choose_bounds(points({1, 1, 1, 1, 1, 1}), 3), ElementsAre("2", "4"));
  EXPECT_THAT(choose_bounds(points({8, 1, 1, 1, 1}), 3), ElementsAre("1"))
      << "a common value has its own part";
  EXPECT_THAT(choose_bounds(points({1, 8, 1}), 2), ElementsAre("1", "2"));
  EXPECT_THAT(choose_bounds(points({0, 0, 1}), 2), IsEmpty());
  EXPECT_THAT(choose_bounds(points({1, 1}), 1), IsEmpty());
  EXPECT_THAT(choose_bounds({}, 4), IsEmpty());
}

TEST(KeyPoints, No_part_is_much_larger_than_wanted_but_for_a_single_value) {
  std::mt19937 random(20260131);  // NOLINT(cert-msc51-cpp): the same every time
  for (int i = 0; i < 200; ++i) {
    std::vector<double> rows(1 + random() % 200);
    for (double& count : rows) count = static_cast<double>(random() % 100) / (random() % 5 == 0 ? 1 : 50);
    const std::vector<KeyPoint> all = points(rows);
    const std::uint64_t parts = 2 + random() % 10;
    const double wanted = std::accumulate(rows.begin(), rows.end(), 0.0) / static_cast<double>(parts);
    const std::vector<std::string> bounds = choose_bounds(all, parts);
    EXPECT_LE(bounds.size(), 2 * parts);
    double part = 0;
    double largest_value = 0;
    for (const KeyPoint& point : all) {
      if (std::ranges::find(bounds, point.value) != bounds.end()) part = largest_value = 0;
      part += point.rows;
      largest_value = std::max(largest_value, point.rows);
      EXPECT_LE(part, wanted * 1.2 + largest_value);
    }
  }
}

TEST(KeyPoints, Thinned_points_have_all_rows_and_common_values_stay) {
  std::vector<KeyPoint> some = points(std::vector<double>(1000, 1.0));
  some[500].rows = 400;
  thin(some, 20);
  EXPECT_GT(some.size(), 10U);
  EXPECT_LE(some.size(), 40U);
  EXPECT_EQ(some.front().value, "0");
  EXPECT_EQ(all_rows(some), 1399);
  EXPECT_NE(std::ranges::find(some, "500", &KeyPoint::value), some.end());
  std::vector<KeyPoint> few = points({1, 2, 3});
  thin(few, 20);
  EXPECT_EQ(few, points({1, 2, 3}));
}

}  // namespace
}  // namespace pg2athena::postgres
