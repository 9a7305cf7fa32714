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

  // What `open_once` returns: of its first try, or of a later one while `again` says of the failure that
  // there may be one. Interrupted when stop is requested meanwhile.
  template <typename Open>
  auto open(const Open& open_once, bool (*again)(const Error&)) -> decltype(open_once()) {
    while (true) {
      auto opened = open_once();
      if (opened || !again(opened.error())) return opened;
      PG2ATHENA_TRY(wait_after(std::move(opened).error()));
    }
  }

 private:
  // Waits for the next try, or returns the failure when there is none.
  Result<void> wait_after(Error failure);

  const std::optional<std::chrono::milliseconds> retry_for_;
  const RetryPolicy policy_;
  RetryTimes& times_;
  const observe::Log& log_;
  Cancellation& stop_;
  Retry retry_;
};

}  // namespace pg2athena::pipeline
