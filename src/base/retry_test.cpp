#include "base/retry.h"

#include <gtest/gtest.h>

#include "base/fake_times_for_tests.h"

namespace pg2athena {
namespace {

using namespace std::chrono_literals;
using Millis = std::vector<std::chrono::milliseconds>;

Millis waits_of(const RetryPolicy& policy, double chance,
                std::optional<std::chrono::milliseconds> asked = {}) {
  FakeTimes times;
  times.always = chance;
  Retry retry(policy, times);
  Millis waits;
  while (const auto wait = retry.next(asked)) {
    waits.push_back(*wait);
    times.fake_clock.advance(*wait);
  }
  return waits;
}

TEST(Retry, Waits_double_up_to_the_longest_and_end_with_the_attempts) {
  const RetryPolicy policy{.attempts = 6, .base = 100ms, .longest = 500ms};
  EXPECT_EQ(waits_of(policy, 1.0), (Millis{100ms, 200ms, 400ms, 500ms, 500ms}));
}

TEST(Retry, The_whole_wait_is_left_to_chance) {
  const RetryPolicy policy{.attempts = 3, .base = 100ms};
  EXPECT_EQ(waits_of(policy, 0.0), (Millis{0ms, 0ms}));
  EXPECT_EQ(waits_of(policy, 0.25), (Millis{25ms, 50ms}));
}

TEST(Retry, What_the_server_asks_for_is_the_least) {
  EXPECT_EQ(waits_of({.attempts = 3, .base = 100ms}, 0.5, 2s), (Millis{2s, 2s}));
}

TEST(Retry, The_last_wait_ends_with_the_deadline) {
  EXPECT_EQ(waits_of({.attempts = 100, .base = 1s, .longest = 1s, .deadline = 3500ms}, 1.0),
            (Millis{1s, 1s, 1s, 500ms}));
}

TEST(Retry, Who_asks_for_more_time_than_there_is_gets_none) {
  EXPECT_EQ(waits_of({.deadline = 30s}, 0.5, 60s), Millis());
}

TEST(Retry, Who_got_somewhere_begins_anew) {
  FakeTimes times;
  times.always = 1.0;
  const RetryPolicy policy{.attempts = 3, .base = 100ms, .longest = 1s, .deadline = 500ms};
  Retry retry(policy, times);
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(retry.next(std::nullopt), 100ms);
    EXPECT_EQ(retry.next(std::nullopt), 200ms);
    EXPECT_EQ(retry.attempts(), 3);
    EXPECT_FALSE(retry.next(std::nullopt)) << "no more attempts";
    times.fake_clock.advance(600ms);
    retry.restart();
  }
}

TEST(Retry, A_wait_ends_when_stop_is_requested) {
  SystemRetryTimes times;
  Cancellation cancellation;
  cancellation.request(Cancellation::Reason::Operator);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(times.wait(1h, &cancellation).error().kind(), ErrorKind::Interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_TRUE(times.wait(1ms, nullptr));
}

TEST(Retry, Chance_is_between_nothing_and_one) {
  SystemRetryTimes times;
  for (int i = 0; i < 1000; ++i) {
    const double chance = times.chance();
    EXPECT_GE(chance, 0);
    EXPECT_LE(chance, 1);
  }
}

}  // namespace
}  // namespace pg2athena
