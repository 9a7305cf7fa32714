#include "base/memory_budget.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

TEST(MemoryBudget, A_reservation_counts_until_it_goes) {
  MemoryBudget budget(100);
  {
    auto first = budget.reserve(60);
    ASSERT_TRUE(first) << first.error();
    EXPECT_EQ(budget.reserved(), 60U);
    EXPECT_FALSE(budget.reserve(41)) << "60 + 41 > 100";
    EXPECT_TRUE(budget.reserve(40)) << "and it goes at once";
    const Reservation moved = std::move(*first);
    EXPECT_EQ(moved.bytes(), 60U);
  }
  EXPECT_EQ(budget.reserved(), 0U);
  EXPECT_EQ(budget.peak(), 100U);
}

TEST(MemoryBudget, A_reservation_grows_as_far_as_there_is_room_and_always_shrinks) {
  MemoryBudget budget(100);
  auto one = budget.reserve(10);
  const auto other = budget.reserve(50);
  ASSERT_TRUE(one && other);
  EXPECT_TRUE(one->resize(50));
  EXPECT_FALSE(one->resize(51));
  EXPECT_EQ(one->bytes(), 50U);
  EXPECT_TRUE(one->resize(5));
  EXPECT_EQ(budget.reserved(), 55U);
}

TEST(MemoryBudget, Threads_never_pass_the_limit_together) {
  MemoryBudget budget(1000);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&budget] {
        for (std::uint64_t round = 0; round < 2000; ++round) {
          if (auto taken = budget.reserve(round % 500)) taken->resize(round % 700);
        }
      });
    }
  }
  EXPECT_LE(budget.peak(), 1000U);
  EXPECT_EQ(budget.reserved(), 0U);
}

}  // namespace
}  // namespace pg2athena
