#include "pipeline/shard_plan.h"

#include <gtest/gtest.h>

namespace pg2athena::pipeline {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

TEST(ShardPlan, Parts_are_of_32_to_512_MiB_and_of_a_large_table_four_a_worker) {
  EXPECT_EQ(shard_count(0, 0, 4), 1U);
  EXPECT_EQ(shard_count(47 * kMiB, 47 * kMiB, 4), 1U);
  EXPECT_EQ(shard_count(64 * kMiB, 64 * kMiB, 4), 2U);
  EXPECT_EQ(shard_count(1600 * kMiB, 1600 * kMiB, 4), 16U);
  EXPECT_EQ(shard_count(1'000'000 * kMiB, 1'000'000 * kMiB, 4), 1953U);
  EXPECT_EQ(shard_count(100 * kMiB, 1600 * kMiB, 4), 1U) << "a leaf is split as the table's size says";
}

}  // namespace
}  // namespace pg2athena::pipeline
