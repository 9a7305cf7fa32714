#include "base/rate_limit.h"

#include <gtest/gtest.h>

#include "base/fake_times_for_tests.h"

namespace pg2athena {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t kRate = 1'000'000;

TEST(RateLimit, What_has_come_is_waited_for_at_the_rate) {
  FakeClock clock;
  RateLimit limit(kRate, clock);
  EXPECT_EQ(limit.take(kRate / 2), milliseconds(500));
  clock.advance(milliseconds(500));
  EXPECT_EQ(limit.take(3 * kRate), seconds(3));
}

TEST(RateLimit, Threads_that_take_at_once_wait_one_behind_the_other) {
  const FakeClock clock;
  RateLimit limit(kRate, clock);
  EXPECT_EQ(limit.take(kRate), seconds(1));
  EXPECT_EQ(limit.take(kRate), seconds(2));
  EXPECT_EQ(limit.take(kRate), seconds(3));
}

TEST(RateLimit, A_pause_is_made_up_for_by_one_seconds_bytes_at_most) {
  FakeClock clock;
  RateLimit limit(kRate, clock);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(limit.take(kRate), nanoseconds(0)) << "what the bucket holds";
  EXPECT_EQ(limit.take(kRate), seconds(1)) << "and no more";
}

TEST(RateLimit, Over_any_time_no_more_comes_than_the_rate_and_one_burst) {
  FakeClock clock;
  RateLimit limit(kRate, clock);
  clock.advance(seconds(5));
  const auto begin = clock.monotonic();
  std::uint64_t came = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t bytes = 1 + static_cast<std::uint64_t>(i) * 7919 % 200'000;
    came += bytes;
    clock.advance(std::chrono::ceil<milliseconds>(limit.take(bytes)));
    const double elapsed = std::chrono::duration<double>(clock.monotonic() - begin).count();
    ASSERT_LE(static_cast<double>(came), (elapsed + 1) * kRate + 1) << i;
  }
}

TEST(RateLimit, Nothing_and_no_limit_wait_for_nothing) {
  const FakeClock clock;
  RateLimit limit(kRate, clock);
  EXPECT_EQ(limit.take(0), nanoseconds(0));
  RateLimit none(0, clock);
  EXPECT_EQ(none.take(std::uint64_t{1} << 40U), nanoseconds(0));
}

TEST(RateLimit, A_gigabyte_at_the_slowest_rate_does_not_overflow) {
  const FakeClock clock;
  RateLimit limit(1, clock);
  EXPECT_EQ(limit.take(std::uint64_t{1} << 30U), seconds(std::int64_t{1} << 30U));
}

}  // namespace
}  // namespace pg2athena
