// For tests, here and above: a clock that stands still, waits that take no time, a chance that is known.
#pragma once

#include <chrono>
#include <vector>

#include "base/clock.h"
#include "base/retry.h"

namespace pg2athena {

class FakeClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return wall; }
  std::chrono::steady_clock::time_point monotonic() const override { return steady; }
  void advance(std::chrono::milliseconds time) {
    wall += time;
    steady += time;
  }

  std::chrono::system_clock::time_point wall = std::chrono::sys_days(std::chrono::January / 31 / 2026);
  std::chrono::steady_clock::time_point steady;
};

// Waits take no time, but for the fake clock's.
class FakeTimes final : public RetryTimes {
 public:
  const Clock& clock() const override { return fake_clock; }
  Result<void> wait(std::chrono::milliseconds time, Cancellation* cancellation) override {
    waits.push_back(time);
    fake_clock.advance(time);
    return cancellation == nullptr ? Result<void>() : cancellation->check();
  }
  double chance() override { return always; }

  FakeClock fake_clock;
  double always = 0.5;
  std::vector<std::chrono::milliseconds> waits;
};

}  // namespace pg2athena
