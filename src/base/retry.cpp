#include "base/retry.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>

namespace pg2athena {

Result<void> SystemRetryTimes::wait(std::chrono::milliseconds time, Cancellation* cancellation) {
  std::mutex mutex;
  std::condition_variable stop;
  bool stopped = false;
  std::optional<Cancellation::Registration> registration;
  if (cancellation != nullptr) {
    registration.emplace(*cancellation, [&] {
      const std::lock_guard lock(mutex);
      stopped = true;
      stop.notify_all();
    });
  }
  {
    std::unique_lock lock(mutex);
    stop.wait_for(lock, time, [&] { return stopped; });
  }
  return cancellation == nullptr ? Result<void>() : cancellation->check();
}

double SystemRetryTimes::chance() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

Retry::Retry(const RetryPolicy& policy, RetryTimes& times)
    : policy_(policy), times_(times), begin_(times.clock().monotonic()) {}

void Retry::restart() {
  begin_ = times_.clock().monotonic();
  attempts_ = 1;
}

std::optional<std::chrono::milliseconds> Retry::next(std::optional<std::chrono::milliseconds> asked) {
  using std::chrono::milliseconds;
  if (attempts_ >= policy_.attempts) return std::nullopt;
  milliseconds ceiling = policy_.base;
  for (int i = 1; i < attempts_ && ceiling < policy_.longest; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, policy_.longest);
  milliseconds wait(static_cast<milliseconds::rep>(times_.chance() * static_cast<double>(ceiling.count())));
  // The last wait ends with the deadline, unless more is asked for.
  const auto left =
      std::chrono::duration_cast<milliseconds>(policy_.deadline - (times_.clock().monotonic() - begin_));
  if (left.count() <= 0 || asked.value_or(milliseconds(0)) > left) return std::nullopt;
  wait = std::max(std::min(wait, left), asked.value_or(milliseconds(0)));
  ++attempts_;
  return wait;
}

}  // namespace pg2athena
