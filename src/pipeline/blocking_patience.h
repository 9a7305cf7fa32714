// How long a run lets others wait for its locks: first while it plans, then while it reads.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "observe/log.h"
#include "postgres/blocked_sessions.h"

namespace pg2athena::pipeline {

class BlockingPatience {
 public:
  // Nothing: without end. What it refers to outlives it.
  BlockingPatience(std::optional<std::chrono::milliseconds> abort_after, const Clock& clock,
                   const observe::Log& log);

  // Of one look. Says of each that is new whom it keeps waiting; GaveWay when one has waited for too long.
  Result<void> see(const std::vector<postgres::BlockedSession>& blocked);

  // How often to look, so that neither this nor `other` is missed by much: each second, or more often.
  std::chrono::milliseconds between_looks(std::optional<std::chrono::milliseconds> other = {}) const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Waiting = std::pair<int, std::string>;  // a pid, and the relation that it waits for

  const std::optional<std::chrono::milliseconds> abort_after_;
  const Clock& clock_;
  const observe::Log& log_;
  std::map<Waiting, Time> seen_;
};

}  // namespace pg2athena::pipeline
