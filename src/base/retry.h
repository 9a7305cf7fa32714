// When to try again, and when no more: exponential back-off with full jitter under a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "base/cancellation.h"
#include "base/clock.h"
#include "base/error.h"

namespace pg2athena {

struct RetryPolicy {
  int attempts = 6;  // the first one counts
  // The wait before attempt n + 1 is anything from nothing to base * 2^(n - 1), but to `longest` at most.
  std::chrono::milliseconds base = std::chrono::milliseconds(100);
  std::chrono::milliseconds longest = std::chrono::seconds(5);
  // From the first attempt on: the last one begins when it is over, if the waits didn't use it up before.
  std::chrono::milliseconds deadline = std::chrono::seconds(30);
};

// Time and chance, as seams: tests hand in their own, and need no time.
class RetryTimes {
 public:
  virtual ~RetryTimes() = default;
  virtual const Clock& clock() const = 0;
  // Waits; Interrupted when stop is requested meanwhile.
  virtual Result<void> wait(std::chrono::milliseconds time, Cancellation* cancellation) = 0;
  // From 0 to 1, as likely anywhere. Thread-safe.
  virtual double chance() = 0;
};

class SystemRetryTimes final : public RetryTimes {
 public:
  const Clock& clock() const override { return clock_; }
  Result<void> wait(std::chrono::milliseconds time, Cancellation* cancellation) override;
  double chance() override;

 private:
  SystemClock clock_;
};

// The attempts of one request.
class Retry {
 public:
  // Both have to outlive it.
  Retry(const RetryPolicy& policy, RetryTimes& times);

  // How long to wait before the next attempt; none when there is none. What the server asked for
  // (Retry-After) is obeyed: never less.
  std::optional<std::chrono::milliseconds> next(std::optional<std::chrono::milliseconds> asked);
  // From the first attempt on, after one that got somewhere.
  void restart();
  // That were begun so far.
  int attempts() const { return attempts_; }

 private:
  const RetryPolicy& policy_;
  RetryTimes& times_;
  std::chrono::steady_clock::time_point begin_;
  int attempts_ = 1;
};

}  // namespace pg2athena
