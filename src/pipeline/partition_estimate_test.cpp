#include "pipeline/partition_estimate.h"

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
