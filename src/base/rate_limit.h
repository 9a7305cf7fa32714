// A limit on how many bytes may come in a second, over all threads that read.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "base/clock.h"

namespace pg2athena {

// A token bucket that may be overdrawn: what has come has come, and whoever took it waits until it is paid
// for. The bucket holds one second's bytes, so that after a pause at most that much comes at full speed.
// Thread-safe; those who wait are let on in the order in which they took.
class RateLimit {
 public:
  // 0: no limit.
  RateLimit(std::uint64_t bytes_per_second, const Clock& clock);

  // Counts `bytes` that have come, and says how long to wait before more may.
  std::chrono::nanoseconds take(std::uint64_t bytes);

 private:
  const std::uint64_t bytes_per_second_;
  const Clock& clock_;
  std::mutex mutex_;
  // When all that has come would have come at this rate exactly. In the past: tokens are in the bucket.
  std::chrono::steady_clock::time_point paid_until_;
};

}  // namespace pg2athena
