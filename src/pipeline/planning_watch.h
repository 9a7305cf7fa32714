// Looks, while a run plans, whom its locks keep waiting, and whom it waits for itself, on a connection of its
// own: the keeper's is busy.
// Planning takes moments, and then there is no such connection; but for the bounds of a key's ranges the
// server may have to read a view or a query whole.
#pragma once

#include <optional>
#include <thread>

#include "base/cancellation.h"
#include "base/retry.h"
#include "observe/log.h"
#include "pipeline/blocking_patience.h"
#include "postgres/lock_holder.h"
#include "postgres/login.h"
#include "postgres/session.h"

namespace pg2athena::pipeline {

class PlanningWatch {
 public:
  struct Context {
    postgres::LoginProvider& logins;
    // The keeper's: its application_name is what the sessions are known by.
    const postgres::SessionSettings& settings;
    const observe::Log& log;
    RetryTimes& times;
    // Planning's own, which is requested when planning has to give way.
    Cancellation& planning;
    BlockingPatience& patience;
  };

  // Watches until finish(). What the context refers to outlives it.
  explicit PlanningWatch(const Context& context);
  ~PlanningWatch();

  // Ends the watch. GaveWay when it has ended planning.
  Result<void> finish();

  // After finish(): planning's error, a lock's timeout with what was waited for.
  Error explained(Error error) const;

 private:
  void watch();
  void end();
  Result<void> look(std::optional<postgres::OpenSession>& session);

  const Context context_;
  Cancellation watching_;  // the watch's own stop
  Cancellation::Registration pass_on_;
  Result<void> outcome_;
  std::optional<postgres::LockWait> waited_;  // that was seen last
  std::jthread thread_;                       // last: it uses the rest
};

}  // namespace pg2athena::pipeline
