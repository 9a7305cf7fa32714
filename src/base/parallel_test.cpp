#include "base/parallel.h"

#include <atomic>
#include <new>
#include <vector>

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

TEST(Parallel, Each_number_is_called_once) {
  for (const std::size_t threads : {0U, 1U, 3U, 64U}) {
    std::vector<std::atomic<int>> called(100);
    ASSERT_TRUE(for_each_at_once(called.size(), threads, [&](std::size_t i) -> Result<void> {
      ++called[i];
      return {};
    }));
    for (const auto& times : called) EXPECT_EQ(times, 1);
  }
}

TEST(Parallel, Nothing_to_do_is_done) {
  EXPECT_TRUE(for_each_at_once(
      0, 8, [](std::size_t) -> Result<void> { return fail(ErrorKind::Internal, "called"); }));
}

TEST(Parallel, After_a_failure_no_call_begins) {
  std::atomic<int> calls = 0;
  const auto failed = for_each_at_once(1000, 1, [&](std::size_t i) -> Result<void> {
    ++calls;
    if (i == 3) return fail(ErrorKind::Storage, "full");
    return {};
  });
  EXPECT_EQ(failed.error().message(), "full");
  EXPECT_EQ(calls, 4);
}

TEST(Parallel, Where_there_is_no_memory_left_it_is_an_error) {
  const auto done = for_each_at_once(8, 4, [](std::size_t) -> Result<void> { throw std::bad_alloc(); });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().message(), "there is no memory left");
}

TEST(Parallel, The_first_failure_is_the_one_that_is_told) {
  const auto failed = for_each_at_once(
      4, 4, [](std::size_t i) -> Result<void> { return fail(ErrorKind::Storage, std::to_string(i)); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::Storage);
}

}  // namespace
}  // namespace pg2athena
