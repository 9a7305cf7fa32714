#include "pipeline/planning_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "postgres/blocked_sessions.h"

namespace pg2athena::pipeline {

using std::chrono::milliseconds;

PlanningWatch::PlanningWatch(const Context& context)
    : context_(context),
      pass_on_(context.planning, [this] { watching_.request(context_.planning.reason()); }),
      thread_([this] { watch(); }) {}

PlanningWatch::~PlanningWatch() {
  end();
}

Result<void> PlanningWatch::finish() {
  end();
  return outcome_;
}

Error PlanningWatch::explained(Error error) const {
  if (error.kind() != ErrorKind::LockNotAvailable || !waited_) return error;
  return postgres::explain_lock_timeout(std::move(error), *waited_, context_.settings.lock_timeout);
}

void PlanningWatch::end() {
  watching_.request(Cancellation::Reason::Operator);
  if (thread_.joinable()) thread_.join();
}

void PlanningWatch::watch() {
  constexpr milliseconds kLongestPause{30'000};
  std::optional<postgres::OpenSession> session;
  const milliseconds lock_timeout = context_.settings.lock_timeout;
  // Often enough to see what is waited for before that ends.
  const milliseconds between_looks = context_.patience.between_looks(
      lock_timeout > milliseconds(0) ? std::optional(lock_timeout) : std::nullopt);
  milliseconds pause = between_looks;
  bool warned = false;
  while (context_.times.wait(pause, &watching_)) {
    auto looked = look(session);
    if (looked) {
      pause = between_looks;
      continue;
    }
    if (watching_.requested()) return;
    if (looked.error().kind() == ErrorKind::GaveWay) {
      outcome_ = std::move(looked);
      context_.planning.request(Cancellation::Reason::WorkerFailed);
      return;
    }
    session.reset();
    pause = std::min(2 * pause, kLongestPause);
    if (std::exchange(warned, true)) continue;
    context_.log.warn("no_planning_watch",
                      "no second connection can look whom the run keeps waiting while it plans: " +
                          looked.error().describe());
  }
}

Result<void> PlanningWatch::look(std::optional<postgres::OpenSession>& session) {
  if (!session) {
    PG2ATHENA_ASSIGN(session, postgres::open_session(context_.logins, watching_, context_.settings));
  }
  PG2ATHENA_ASSIGN(auto wait,
                   postgres::find_lock_wait(session->connection, context_.settings.application_name));
  if (wait) waited_ = std::move(wait);
  PG2ATHENA_ASSIGN(const std::vector<postgres::BlockedSession> blocked,
                   postgres::blocked_sessions(session->connection, context_.settings.application_name));
  return context_.patience.see(blocked);
}

}  // namespace pg2athena::pipeline
