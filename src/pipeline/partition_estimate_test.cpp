#include "pipeline/partition_estimate.h"

#include <limits>

#include <gtest/gtest.h>

namespace pg2athena::pipeline {
namespace {

using postgres::ColumnStatistics;
using types::PartitionBy;

TEST(PartitionEstimate, Days_months_and_years_are_counted_between_the_ends) {
  const ColumnStatistics statistics{.distinct = -1,
                                    .correlation = 1,
                                    .least = "2024-12-31 23:59:59.5+00",
                                    .greatest = "2026-01-02 00:00:00+00"};
  EXPECT_EQ(estimate_partitions(PartitionBy::Day, statistics, 1'000'000, 1)->partitions, 368U);
  EXPECT_EQ(estimate_partitions(PartitionBy::Month, statistics, 1'000'000, 1)->partitions, 14U);
  EXPECT_EQ(estimate_partitions(PartitionBy::Year, statistics, 1'000'000, 1)->partitions, 3U);
  EXPECT_EQ(estimate_partitions(PartitionBy::Day, statistics, 10, 1)->partitions, 10U) << "no more than rows";
}

TEST(PartitionEstimate, Values_are_as_many_as_the_statistics_say) {
  EXPECT_EQ(estimate_partitions(PartitionBy::Value, {.distinct = 17}, 1000, 1)->partitions, 17U);
  EXPECT_EQ(estimate_partitions(PartitionBy::Value, {.distinct = -0.5}, 1000, 1)->partitions, 500U);
  // All values are common ones: there is no histogram.
  EXPECT_EQ(estimate_partitions(PartitionBy::Day, {.distinct = 7}, 1000, 1)->partitions, 7U);
}

TEST(PartitionEstimate, Parts_share_few_partitions_where_rows_are_in_their_order) {
  ColumnStatistics statistics{.distinct = 100, .correlation = -0.99};
  EXPECT_EQ(estimate_partitions(PartitionBy::Value, statistics, 1'000'000, 4)->files, 103U);
  statistics.correlation = 0.1;
  EXPECT_EQ(estimate_partitions(PartitionBy::Value, statistics, 1'000'000, 4)->files, 400U);
  EXPECT_EQ(estimate_partitions(PartitionBy::Value, statistics, 150, 4)->files, 150U);
}

TEST(PartitionEstimate, A_default_is_so_far_from_what_the_statistics_name) {
  const ColumnStatistics days{.least = "2026-01-01 00:00:00+00", .greatest = "2026-01-31 12:00:00+00"};
  EXPECT_EQ(steps_with_default(PartitionBy::Day, "date", days, "1970-01-01"), 20'484U);
  EXPECT_EQ(steps_with_default(PartitionBy::Day, "date", days, "2026-01-15"), 30U);
  EXPECT_EQ(steps_with_default(PartitionBy::Day, "date", {.common = "2026-01-30"}, "2026-02-01"), 2U);
  EXPECT_EQ(steps_with_default(PartitionBy::Day, "date", {.least = "-infinity", .common = "2026-01-30"},
                               "2026-02-01"),
            2U)
      << "what can't be a day is where the default is";
  EXPECT_EQ(steps_with_default(PartitionBy::Value, "bigint",
                               {.least = "-9223372036854775808", .greatest = "9223372036854775807"}, "0"),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(PartitionEstimate, Texts_months_and_years_have_no_distance) {
  const ColumnStatistics days{.least = "2026-01-01", .greatest = "2026-01-31"};
  EXPECT_FALSE(steps_with_default(PartitionBy::Month, "string", days, "1970-01"));
  EXPECT_FALSE(steps_with_default(PartitionBy::Year, "int", days, "1970"));
  EXPECT_FALSE(steps_with_default(PartitionBy::Value, "string", {.least = "a", .greatest = "b"}, "c"));
  EXPECT_FALSE(steps_with_default(PartitionBy::Day, "date", {}, "1970-01-01")) << "never analysed";
}

TEST(PartitionEstimate, What_nobody_knows_is_no_estimate) {
  EXPECT_FALSE(estimate_partitions(PartitionBy::Value, {}, 1000, 1)) << "never analysed";
  EXPECT_FALSE(estimate_partitions(PartitionBy::Value, {.distinct = 5}, 0, 1));
  for (const char* const end : {"infinity", "0044-03-15 BC", "10000-01-01", "2026", ""}) {
    const ColumnStatistics statistics{.distinct = -1, .least = "2026-01-01", .greatest = end};
    EXPECT_FALSE(estimate_partitions(PartitionBy::Day, statistics, 1000, 1)) << end;
  }
}

}  // namespace
}  // namespace pg2athena::pipeline
