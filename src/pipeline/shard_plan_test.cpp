#include "pipeline/shard_plan.h"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::pipeline {
namespace {

using postgres::BlockRange;
using postgres::ConditionPlan;
using postgres::KeyRange;
using postgres::KeyValues;
using postgres::RelationKind;
using postgres::ShardKey;
using postgres::StoredRelation;
using testing::ElementsAre;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

TEST(ShardPlan, Parts_are_of_32_to_512_MiB_and_of_a_large_table_four_a_worker) {
  EXPECT_EQ(shard_count(0, 0, 4), 1U);
  EXPECT_EQ(shard_count(47 * kMiB, 47 * kMiB, 4), 1U);
  EXPECT_EQ(shard_count(64 * kMiB, 64 * kMiB, 4), 2U);
  EXPECT_EQ(shard_count(1600 * kMiB, 1600 * kMiB, 4), 16U);
  EXPECT_EQ(shard_count(1'000'000 * kMiB, 1'000'000 * kMiB, 4), 1953U);
  EXPECT_EQ(shard_count(100 * kMiB, 1600 * kMiB, 4), 1U) << "a leaf is split as the table's size says";
}

StoredRelation heap(std::uint64_t bytes, std::uint64_t toast_bytes = 0) {
  return {.oid = 1,
          .name = {"public", "t"},
          .heap = true,
          .table_privilege = true,
          .bytes = bytes,
          .toast_bytes = toast_bytes,
          .estimated_rows = 1000};
}

// Values 1 … `values`, each of as many rows.
KeyValues equal_values(int values, double null_share = 0) {
  KeyValues key_values{.null_share = null_share};
  for (int i = 1; i <= values; ++i) key_values.points.push_back({.value = std::to_string(i), .rows = 1});
  return key_values;
}

ShardKey key(bool named, bool nullable = false) {
  return {.column = {.name = "id", .type = types::oid::kInt4}, .nullable = nullable, .named = named};
}

std::uint64_t bytes_of(const std::vector<ShardPart>& parts) {
  return std::accumulate(
      parts.begin(), parts.end(), std::uint64_t{0},
      [](std::uint64_t sum, const ShardPart& part) { return sum + part.bytes.value_or(0); });
}

TEST(ShardPlan, A_small_heap_with_much_in_TOAST_is_as_many_parts_as_all_of_it_needs) {
  const StoredRelation stored = heap(100 * kMiB, 100'000 * kMiB);
  const auto with = split_storage(stored, {.workers = 4, .table_bytes = 100'100 * kMiB});
  EXPECT_EQ(with.size(), 196U);
  EXPECT_NEAR(static_cast<double>(bytes_of(with)), 100'100.0 * kMiB, 200.0);
  const auto without = split_storage(stored, {.workers = 4, .table_bytes = 100 * kMiB, .toast = false});
  EXPECT_EQ(without.size(), 3U) << "nothing is exported that could be there";
}

TEST(ShardPlan, There_are_no_more_parts_than_blocks) {
  const auto parts =
      split_storage(heap(std::uint64_t{2} * 8192, 1000 * kMiB), {.workers = 4, .table_bytes = 1000 * kMiB});
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].range, postgres::ShardRange(BlockRange{0, 1}));
}

TEST(ShardPlan, What_has_no_blocks_or_no_right_on_them_is_split_by_a_key) {
  StoredRelation stored = heap(320 * kMiB);
  stored.table_privilege = false;
  stored.key_values = equal_values(100, 0.1);
  SplitOptions options{.workers = 4, .table_bytes = 320 * kMiB, .key = key(false, true)};
  const auto parts = split_storage(stored, options);
  ASSERT_EQ(parts.size(), 11U) << "and the NULLs";
  EXPECT_EQ(std::get<KeyRange>(parts[0].range).upper, "11");
  EXPECT_EQ(std::get<KeyRange>(parts[1].range).lower, "11");
  EXPECT_TRUE(std::get<KeyRange>(parts[10].range).nulls);
  EXPECT_NEAR(static_cast<double>(*parts[10].bytes), 32.0 * kMiB, 1.0);
  EXPECT_NEAR(static_cast<double>(bytes_of(parts)), 320.0 * kMiB, 20.0);
  options.key.reset();
  EXPECT_EQ(split_storage(stored, options).size(), 1U);
}

TEST(ShardPlan, A_heap_is_split_by_blocks_unless_a_key_was_named) {
  StoredRelation stored = heap(320 * kMiB);
  stored.key_values = equal_values(100);
  SplitOptions options{.workers = 4, .table_bytes = 320 * kMiB, .key = key(false)};
  EXPECT_TRUE(std::holds_alternative<BlockRange>(split_storage(stored, options)[0].range));
  options.key = key(true);
  EXPECT_TRUE(std::holds_alternative<KeyRange>(split_storage(stored, options)[0].range));
}

TEST(ShardPlan, A_selective_condition_is_one_part_unless_a_key_was_named) {
  StoredRelation stored = heap(320 * kMiB);
  stored.table_privilege = false;
  stored.key_values = equal_values(100);
  stored.condition = ConditionPlan{.access = ConditionPlan::Access::Index, .rows = 10};
  SplitOptions options{.workers = 4, .table_bytes = 320 * kMiB, .key = key(false)};
  const auto parts = split_storage(stored, options);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_TRUE(parts[0].by_index);
  EXPECT_NEAR(static_cast<double>(*parts[0].bytes), 3.2 * kMiB, 1.0);
  options.key = key(true);
  EXPECT_EQ(split_storage(stored, options).size(), 10U);
  stored.condition->access = ConditionPlan::Access::Nothing;
  EXPECT_EQ(split_storage(stored, options).size(), 1U);
}

TEST(ShardPlan, Where_nobody_knows_the_size_a_key_makes_four_parts_a_worker) {
  const SplitOptions options{.workers = 3, .key = key(true, true)};
  const auto parts = split_whole(equal_values(1000), std::nullopt, options);
  ASSERT_EQ(parts.size(), 13U) << "and the NULLs";
  EXPECT_EQ(parts[0].bytes, std::nullopt);
  EXPECT_THAT(split_whole(KeyValues(), std::nullopt, options), testing::SizeIs(1)) << "no values";
  EXPECT_THAT(split_whole(equal_values(1), std::nullopt, options), testing::SizeIs(1)) << "one value";
  StoredRelation foreign = heap(0);
  foreign.kind = RelationKind::Foreign;
  foreign.heap = false;
  foreign.key_values = equal_values(1000);
  EXPECT_EQ(split_storage(foreign, options).size(), 13U);
}

std::vector<int> order(const std::vector<std::optional<std::uint64_t>>& bytes) {
  std::vector<PlannedShard> shards;
  for (const auto& of_shard : bytes) {
    shards.push_back({.number = static_cast<int>(shards.size()), .range = {}, .bytes = of_shard});
  }
  std::vector<int> numbers;
  for (const PlannedShard* const shard : reading_order(shards)) numbers.push_back(shard->number);
  return numbers;
}

TEST(ShardPlan, The_largest_shards_come_first_and_before_them_those_of_unknown_size) {
  EXPECT_THAT(order({10, 1000, std::nullopt, 0, 500'000}), ElementsAre(2, 4, 1, 0, 3));
  EXPECT_THAT(order({600, 700, 800, 900, 1020}), ElementsAre(0, 1, 2, 3, 4)) << "a table's stay together";
}

}  // namespace
}  // namespace pg2athena::pipeline
