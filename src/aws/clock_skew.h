// Our clock beside AWS's. A signature is good for some minutes around its time; where a machine's clock is
// off by more, the server's answer says what time it is there.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "aws/http.h"
#include "aws/service_error.h"

namespace pg2athena::aws {

// What to add to our time (`now`, when the answer came): known when the service refused because of the time
// and says its own (Date), and when that is another than we signed with, which was `now` and `current`. None
// otherwise: then trying again would change nothing.
std::optional<std::chrono::seconds> learned_offset(const ServiceError& error, const HttpResponse& response,
                                                   std::chrono::system_clock::time_point now,
                                                   std::chrono::seconds current);

// What was learned so far, for all requests to AWS. Thread-safe.
class ClockOffset {
 public:
  std::chrono::seconds get() const { return std::chrono::seconds(seconds_.load(std::memory_order_relaxed)); }
  void set(std::chrono::seconds offset) { seconds_.store(offset.count(), std::memory_order_relaxed); }

 private:
  std::atomic<std::chrono::seconds::rep> seconds_ = 0;
};

}  // namespace pg2athena::aws
