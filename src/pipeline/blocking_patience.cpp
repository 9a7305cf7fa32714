#include "pipeline/blocking_patience.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/quantity.h"

namespace pg2athena::pipeline {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

BlockingPatience::BlockingPatience(std::optional<milliseconds> abort_after, const Clock& clock,
                                   const observe::Log& log)
    : abort_after_(abort_after), clock_(clock), log_(log) {}

Result<void> BlockingPatience::see(const std::vector<postgres::BlockedSession>& blocked) {
  const Time now = clock_.monotonic();
  std::map<Waiting, Time> waiting;
  for (const postgres::BlockedSession& session : blocked) {
    const Waiting key(session.pid, session.relation);
    const auto seen = seen_.find(key);
    // By the server's clock: one session may wait several times, and let others through in between. Where it
    // doesn't say, since we saw it first.
    const Time since = session.waiting ? now - *session.waiting : seen != seen_.end() ? seen->second : now;
    waiting.emplace(key, since);
    const auto waited = duration_cast<milliseconds>(now - since);
    if (seen == seen_.end()) {
      log_.warn(
          "blocking",
          fmt::format("{} waits for {}, which this run reads{}{}", session.who(), session.relation,
                      session.queued == 0 ? std::string()
                                          : fmt::format(", and behind it wait {} more", session.queued),
                      abort_after_ ? fmt::format("; after {} the run gives way", duration_text(*abort_after_))
                                   : std::string()),
          {{"pid", session.pid}, {"relation", session.relation}});
    }
    if (abort_after_ && waited >= *abort_after_) {
      return fail(Error(ErrorKind::GaveWay,
                        fmt::format("the run gave way: {} waited for {} longer than {}", session.who(),
                                    session.relation, duration_text(*abort_after_)))
                      .hint("nothing was published; run again when it is done, or let it wait longer with "
                            "--abort-after-blocking (limits.on_blocking.abort_after)"));
    }
  }
  seen_ = std::move(waiting);
  return {};
}

milliseconds BlockingPatience::between_looks(std::optional<milliseconds> other) const {
  milliseconds pause{1000};
  for (const auto& limit : {abort_after_, other}) {
    if (limit) pause = std::min(pause, *limit / 4);
  }
  return std::max(pause, milliseconds(20));
}

}  // namespace pg2athena::pipeline
