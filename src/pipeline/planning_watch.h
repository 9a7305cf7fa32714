// Looks, while a run plans, whom its locks keep waiting, on a connection of its own: the keeper's is busy.
// Planning takes moments, and then there is no such connection; but for the bounds of a key's ranges the
// server may have to read a view or a query whole.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/cancellation.h"
#include "base/clock.h"
#include "observe/log.h"
#include "pipeline/blocking_patience.h"
#include "postgres/login.h"
#include "postgres/session.h"

namespace pg2athena::pipeline {

class PlanningWatch {
 public:
  struct Context {
    postgres::LoginProvider& logins;
    // The keeper's: its application_name is what the sessions are known by.
    const postgres::SessionSettings& settings;
    const Clock& clock;
    const observe::Log& log;
    // Planning's own, which is requested when planning has to give way.
    Cancellation& planning;
    BlockingPatience& patience;
  };

  // Watches until finish(). What the context refers to outlives it.
  explicit PlanningWatch(const Context& context);

  // Ends the watch. GaveWay when it has ended planning.
  Result<void> finish();

 private:
  void watch(const std::stop_token& ended);
  Result<void> look(std::optional<postgres::OpenSession>& session);

  const Context context_;
  Cancellation watching_;  // ends a statement of the watch's own
  Cancellation::Registration pass_on_;
  Result<void> outcome_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace pg2athena::pipeline
