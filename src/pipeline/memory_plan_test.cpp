#include "pipeline/memory_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/quantity.h"

namespace pg2athena::pipeline {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

TEST(MemoryPlan, The_default_holds_two_rows_of_fifty_million_bytes) {
  const auto plan = plan_memory(512 * kMiB, std::nullopt, {.workers = 2, .columns = 2});
  ASSERT_TRUE(plan) << plan.error();
  EXPECT_GE(plan->max_value_bytes, 50'000'000U);
  EXPECT_TRUE(plan->max_value_derived);
}

TEST(MemoryPlan, Shares_never_pass_the_limit_and_leave_room_for_a_row_and_a_row_group) {
  for (const std::uint64_t limit : {64U, 96U, 128U, 200U, 256U, 512U, 1024U, 4096U, 65536U}) {
    for (const int workers : {1, 2, 4, 16}) {
      for (const std::size_t columns : {1U, 16U, 400U, 1600U}) {
        const MemoryDemand demand{.workers = workers, .columns = columns, .small_bytes = 20 * columns};
        const auto plan = plan_memory(limit * kMiB, std::nullopt, demand);
        if (!plan) continue;
        SCOPED_TRACE(testing::Message() << limit << " MiB, " << workers << " workers, " << columns);
        EXPECT_LE(plan->process_bytes + static_cast<std::uint64_t>(workers) * plan->worker_bytes,
                  limit * kMiB);
        // While a row arrives: as libpq's buffer, a message and in the batch, beside the open row group.
        EXPECT_LE(worker_base_bytes(*plan) + 3 * plan->row_bytes + plan->row_group_bytes, plan->worker_bytes);
        // While it is written: in the batch, as a page, and compressed.
        EXPECT_LE(worker_base_bytes(*plan) + 4 * plan->row_bytes, plan->worker_bytes);
        EXPECT_GE(plan->row_group_bytes, 8 * kMiB);
        EXPECT_GE(plan->max_value_bytes, kMiB);
      }
    }
  }
}

TEST(MemoryPlan, Open_files_of_a_partitioned_table_share_what_one_would_have) {
  for (const std::optional<std::uint64_t> uploaded :
       {std::optional<std::uint64_t>(), std::optional(800 * kMiB)}) {
    for (const std::uint64_t limit : {96U, 128U, 256U, 512U, 1024U, 8192U}) {
      for (const int workers : {1, 2, 4}) {
        for (const std::size_t columns : {1U, 16U, 400U}) {
          MemoryDemand demand{
              .workers = workers, .columns = columns, .partitioned = true, .uploaded_object = uploaded};
          const auto plan = plan_memory(limit * kMiB, std::nullopt, demand);
          if (!plan) continue;
          SCOPED_TRACE(testing::Message()
                       << limit << " MiB, " << workers << " workers, " << columns << " columns");
          EXPECT_GE(plan->open_files, 1);
          EXPECT_LE(plan->open_files, 16);
          // A row that is gathered before it is written.
          EXPECT_LE(worker_base_bytes(*plan) + 4 * plan->row_bytes + plan->row_group_bytes,
                    plan->worker_bytes);
          const auto files = static_cast<std::uint64_t>(plan->open_files);
          EXPECT_TRUE(files == 1 || plan->row_group_bytes / files >= 6 * kMiB);
          EXPECT_TRUE(!uploaded || upload_bytes_of_file(*plan, plan->open_files) >= 10 * kMiB);
          demand.partitioned = false;
          EXPECT_EQ(plan_memory(limit * kMiB, std::nullopt, demand)->open_files, 1);
        }
      }
    }
  }
  EXPECT_EQ(plan_memory(8192 * kMiB, std::nullopt, {.partitioned = true})->open_files, 16);
  EXPECT_GE(
      plan_memory(512 * kMiB, std::nullopt, {.workers = 4, .columns = 16, .partitioned = true})->open_files,
      3);
}

TEST(MemoryPlan, A_refusal_says_the_number_that_does_and_a_little_less_does_not) {
  struct Case {
    std::uint64_t limit;
    std::optional<std::uint64_t> max_value;
    MemoryDemand demand;
  };
  const Case cases[] = {
      {1, std::nullopt, {.workers = 1}},
      {128 * kMiB, std::nullopt, {.workers = 2, .columns = 1600, .largest_row = 0}},
      {128 * kMiB, std::nullopt, {.workers = 16, .columns = 30}},
      {256 * kMiB, 100'000'000, {.workers = 2, .columns = 3, .small_bytes = 500}},
      {512 * kMiB, 50'000'000, {.workers = 4, .columns = 3}},
      {512 * kMiB, 1000 * kMiB, {.workers = 1, .columns = 3}},
      {96 * kMiB, std::nullopt, {.workers = 2, .columns = 3, .compression_level = 22}},
      {80 * kMiB,
       std::nullopt,
       {.workers = 2, .columns = 3, .compression = parquet::Compression::Gzip, .compression_level = 12}},
  };
  for (const Case& c : cases) {
    const auto refused = plan_memory(c.limit, c.max_value, c.demand);
    ASSERT_FALSE(refused);
    SCOPED_TRACE(refused.error().describe() + " | " + refused.error().hint());
    EXPECT_EQ(refused.error().kind(), ErrorKind::Unsupported);
    constexpr std::string_view kBefore = "--memory ";
    const std::string_view hint = refused.error().hint();
    ASSERT_TRUE(hint.starts_with(kBefore));
    const auto enough = parse_byte_size(hint.substr(kBefore.size(), hint.find(" would do") - kBefore.size()));
    ASSERT_TRUE(enough);
    EXPECT_TRUE(plan_memory(*enough, c.max_value, c.demand));
    EXPECT_FALSE(plan_memory(*enough - kMiB, c.max_value, c.demand));
  }
}

TEST(MemoryPlan, What_would_hold_a_value_is_a_limit_that_derives_it) {
  const MemoryDemand demand{.workers = 2, .columns = 5, .small_bytes = 100};
  for (const std::uint64_t value :
       {std::uint64_t{1}, kMiB, 17 * kMiB + 1, std::uint64_t{50'000'000}, 64 * kMiB}) {
    const auto plan = plan_memory(memory_for_value(value, demand), std::nullopt, demand);
    ASSERT_TRUE(plan) << plan.error();
    EXPECT_GE(plan->max_value_bytes, value);
  }
}

TEST(MemoryPlan, What_would_hold_a_value_leaves_uploads_their_room) {
  for (const bool partitioned : {false, true}) {
    const MemoryDemand demand{.workers = 2,
                              .columns = 5,
                              .small_bytes = 100,
                              .partitioned = partitioned,
                              .uploaded_object = 800 * kMiB};
    for (std::uint64_t value = 1; value < 600 * kMiB; value = value * 3 + 1) {
      const auto plan = plan_memory(memory_for_value(value, demand), std::nullopt, demand);
      ASSERT_TRUE(plan) << plan.error();
      EXPECT_GE(plan->max_value_bytes, value);
    }
  }
}

TEST(MemoryPlan, Rows_that_are_known_to_be_small_leave_their_memory_to_row_groups) {
  const MemoryDemand any{.workers = 2, .columns = 16};
  MemoryDemand small = any;
  small.largest_row = 2 * kMiB;
  const auto with_any = plan_memory(512 * kMiB, std::nullopt, any);
  const auto with_small = plan_memory(512 * kMiB, std::nullopt, small);
  ASSERT_TRUE(with_any && with_small);
  EXPECT_GT(with_small->row_group_bytes, 3 * with_any->row_group_bytes);
  EXPECT_EQ(with_small->max_value_bytes, with_any->max_value_bytes)
      << "a row that is larger all the same passes";
  EXPECT_TRUE(plan_memory(512 * kMiB, 1000 * kMiB, small))
      << "an operator's limit asks for no more than there is";
}

TEST(MemoryPlan, Uploads_have_a_share_of_at_least_two_parts_within_the_limit) {
  for (const std::uint64_t limit : {64U, 96U, 128U, 512U, 4096U}) {
    for (const int workers : {1, 2, 8}) {
      const MemoryDemand demand{
          .workers = workers, .columns = 16, .speaks_to_aws = true, .uploaded_object = 800 * kMiB};
      const auto plan = plan_memory(limit * kMiB, std::nullopt, demand);
      if (!plan) continue;
      SCOPED_TRACE(testing::Message() << limit << " MiB, " << workers << " workers");
      EXPECT_GE(plan->upload_bytes, 10 * kMiB);
      EXPECT_LE(plan->upload_bytes, 48 * kMiB);
      EXPECT_LE(worker_base_bytes(*plan) + 3 * plan->row_bytes + plan->row_group_bytes, plan->worker_bytes);
      EXPECT_GE(plan->row_group_bytes, 8 * kMiB);
    }
  }
  EXPECT_EQ(plan_memory(512 * kMiB, std::nullopt, {.uploaded_object = 800 * kMiB})->upload_bytes, 48 * kMiB);
}

TEST(MemoryPlan, Files_so_large_that_their_parts_grow_ask_for_more) {
  const MemoryDemand usual{.uploaded_object = 800 * kMiB};
  MemoryDemand large = usual;
  large.uploaded_object = 102'400 * kMiB;  // parts of 80 MiB and less at its end
  EXPECT_TRUE(plan_memory(128 * kMiB, std::nullopt, usual));
  EXPECT_FALSE(plan_memory(128 * kMiB, std::nullopt, large));
  const auto plan = plan_memory(1024 * kMiB, std::nullopt, large);
  ASSERT_TRUE(plan) << plan.error();
  EXPECT_GE(plan->upload_bytes, 160 * kMiB);
}

}  // namespace
}  // namespace pg2athena::pipeline
