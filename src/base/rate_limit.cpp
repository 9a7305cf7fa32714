#include "base/rate_limit.h"

#include <algorithm>

namespace pg2athena {

RateLimit::RateLimit(std::uint64_t bytes_per_second, const Clock& clock)
    : bytes_per_second_(bytes_per_second), clock_(clock), paid_until_(clock.monotonic()) {}

std::chrono::nanoseconds RateLimit::take(std::uint64_t bytes) {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  constexpr std::chrono::seconds kBurst{1};
  if (bytes_per_second_ == 0) return nanoseconds(0);
  const auto cost = duration_cast<nanoseconds>(
      std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_)));
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  paid_until_ = std::max(paid_until_, now - kBurst) + cost;
  return std::max(nanoseconds(0), duration_cast<nanoseconds>(paid_until_ - now));
}

}  // namespace pg2athena
