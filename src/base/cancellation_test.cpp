#include "base/cancellation.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

using Reason = Cancellation::Reason;

TEST(Cancellation, A_request_calls_who_is_registered_and_not_who_was) {
  Cancellation stop;
  int called = 0;
  int called_too_late = 0;
  const Cancellation::Registration registration(stop, [&] { ++called; });
  std::optional<Cancellation::Registration> gone(std::in_place, stop, [&] { ++called_too_late; });
  gone.reset();
  stop.request(Reason::Operator);
  EXPECT_EQ(called, 1);
  EXPECT_EQ(called_too_late, 0);
}

TEST(Cancellation, Who_registers_after_the_request_is_called_at_once) {
  Cancellation stop;
  stop.request(Reason::Operator);
  int called = 0;
  const Cancellation::Registration registration(stop, [&] { ++called; });
  EXPECT_EQ(called, 1);
}

TEST(Cancellation, Only_the_first_reason_counts_and_calls) {
  Cancellation stop;
  int called = 0;
  const Cancellation::Registration registration(stop, [&] { ++called; });
  EXPECT_TRUE(stop.check());
  stop.request(Reason::WorkerFailed);
  stop.request(Reason::Operator);
  EXPECT_EQ(stop.reason(), Reason::WorkerFailed);
  EXPECT_EQ(stop.check().error().kind(), ErrorKind::Interrupted);
  EXPECT_EQ(called, 1);
}

// As an attempt passes the program's stop on to its own, while its workers come and go.
TEST(Cancellation, What_a_callback_uses_may_go_as_soon_as_its_registration_is_gone) {
  for (int i = 0; i < 200; ++i) {
    Cancellation program;
    std::optional<Cancellation> attempt(std::in_place);
    std::optional<Cancellation::Registration> pass_on(std::in_place, program,
                                                      [&] { attempt->request(program.reason()); });
    std::atomic<int> called = 0;
    std::thread worker([&] {
      auto used = std::make_unique<int>(0);
      std::optional<Cancellation::Registration> registration(std::in_place, *attempt, [&] {
        ++*used;
        ++called;
      });
      while (i % 2 == 0 && !attempt->requested()) std::this_thread::yield();
      registration.reset();
      EXPECT_EQ(*used, called.load());
      used.reset();
    });
    std::thread operating([&] { program.request(Reason::Operator); });
    worker.join();
    pass_on.reset();
    attempt.reset();
    operating.join();
    EXPECT_LE(called.load(), 1);
  }
}

}  // namespace
}  // namespace pg2athena
