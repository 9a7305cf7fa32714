#include "pipeline/connection_patience.h"

#include <fmt/format.h>

#include "base/quantity.h"
#include "pipeline/error_policy.h"

namespace pg2athena::pipeline {

ConnectionPatience::ConnectionPatience(std::optional<std::chrono::milliseconds> retry_for, RetryTimes& times,
                                       const observe::Log& log, Cancellation& stop)
    : retry_for_(retry_for),
      policy_(connection_retries(retry_for)),
      times_(times),
      log_(log),
      stop_(stop),
      retry_(policy_, times) {}

Result<void> ConnectionPatience::wait_after(Error failure) {
  const auto wait = retry_.next(std::nullopt);
  if (!wait) {
    if (!retry_for_) return fail(std::move(failure));
    return fail(std::move(failure).with("tried_for", duration_text(*retry_for_)));
  }
  // Once: the tries that follow are of the same kind.
  if (retry_.attempts() == 2) {
    log_.warn("connection_retried", fmt::format("no connection to the server; it is tried for {}: {}",
                                                duration_text(*retry_for_), failure.describe()));
  }
  return times_.wait(*wait, &stop_);
}

}  // namespace pg2athena::pipeline
