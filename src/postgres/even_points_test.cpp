#include "postgres/even_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::IsEmpty;
namespace oid = types::oid;

struct Case {
  types::Oid type;
  std::string least;
  std::string middle;
  std::string greatest;
};

TEST(EvenPoints, Steps_are_equal_from_the_least_value_to_the_greatest_that_there_can_be) {
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

TEST(EvenPoints, There_are_no_more_than_there_are_values) {
  EXPECT_EQ(even_points(oid::kInt4, "1", "4").size(), 4U);
  EXPECT_EQ(even_points(oid::kInt8, "1", "1000000").size(), kKeyPoints + 1U);
}

TEST(EvenPoints, A_timestamp_later_than_microseconds_since_1970_reach_counts_as_their_last) {
  const auto points = even_points(oid::kTimestamp, "2026-01-01 00:00:00", "294276-12-31 23:59:59.999999");
  ASSERT_FALSE(points.empty());
  EXPECT_EQ(points.back().value, "294247-01-10 04:00:54.775807");
}

TEST(EvenPoints, What_has_nothing_between_or_is_not_counted_has_none) {
  EXPECT_THAT(even_points(oid::kInt4, "5", "5"), IsEmpty());
  EXPECT_THAT(even_points(oid::kInt4, "", ""), IsEmpty()) << "no rows";
  EXPECT_THAT(even_points(oid::kDate, "-infinity", "infinity"), IsEmpty());
  EXPECT_THAT(even_points(oid::kUuid, "no uuid", "zz"), IsEmpty());
  EXPECT_THAT(even_points(oid::kText, "a", "z"), IsEmpty());
}

}  // namespace
}  // namespace pg2athena::postgres
