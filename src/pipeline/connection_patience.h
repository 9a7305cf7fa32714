// How long a server is tried for that takes no connection.
#pragma once

#include <chrono>
#include <optional>

#include "base/cancellation.h"
#include "base/retry.h"
#include "observe/log.h"

namespace pg2athena::pipeline {

// Of one connection that is to be made. Everything it refers to outlives it.
class ConnectionPatience {
 public:
  ConnectionPatience(std::optional<std::chrono::milliseconds> retry_for, RetryTimes& times,
                     const observe::Log& log, Cancellation& stop);

  // After a failure: waits for the next try, or returns the failure when there is none. Interrupted when stop
  // is requested meanwhile.
  Result<void> wait_after(Error failure);

 private:
  const std::optional<std::chrono::milliseconds> retry_for_;
  const RetryPolicy policy_;
  RetryTimes& times_;
  const observe::Log& log_;
  Cancellation& stop_;
  Retry retry_;
};

}  // namespace pg2athena::pipeline
