// For tests, here and above: a clock that stands still, waits that take no time, a chance that is known.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/retry.h"

namespace pg2athena {

// Thread-safe, but for what a test sets itself.
class FakeClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    const std::lock_guard lock(mutex_);
    return wall;
  }
  std::chrono::steady_clock::time_point monotonic() const override {
    const std::lock_guard lock(mutex_);
    return steady;
  }
  void advance(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    wall += time;
    steady += time;
  }

  std::chrono::system_clock::time_point wall = std::chrono::sys_days(std::chrono::January / 31 / 2026);
  std::chrono::steady_clock::time_point steady;

 private:
  mutable std::mutex mutex_;
};

// Waits take no time, but for the fake clock's. Thread-safe likewise.
class FakeTimes final : public RetryTimes {
 public:
  const Clock& clock() const override { return fake_clock; }
  Result<void> wait(std::chrono::milliseconds time, Cancellation* cancellation) override {
    {
      const std::lock_guard lock(mutex_);
      waits.push_back(time);
    }
    fake_clock.advance(time);
    return cancellation == nullptr ? Result<void>() : cancellation->check();
  }
  double chance() override { return always; }

  FakeClock fake_clock;
  double always = 0.5;
  std::vector<std::chrono::milliseconds> waits;

 private:
  std::mutex mutex_;
};

}  // namespace pg2athena
