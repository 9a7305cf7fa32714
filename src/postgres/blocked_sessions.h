// Who waits for us: sessions whose lock on a relation conflicts with ours. We only ever hold ACCESS SHARE, so
// it is an ALTER, DROP, TRUNCATE or the like; and behind it, in the lock's queue, waits everybody who wants
// to read the relation.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/connection.h"

namespace pg2athena::postgres {

struct BlockedSession {
  int pid = 0;
  std::string relation;  // as it is called now
  std::string command;   // "ALTER TABLE": the first words, without what may hold a value
  // Nothing where the server doesn't say yet.
  std::optional<std::chrono::milliseconds> waiting;
  int queued = 0;  // sessions that wait behind it for the same relation

  std::string who() const;  // "pid 4711 (ALTER TABLE)"
};

// The sessions that wait for one of those with this application_name, the longest wait first. In any
// transaction; takes no lock.
Result<std::vector<BlockedSession>> blocked_sessions(Connection& connection,
                                                     const std::string& application_name);

// What a statement is, by its first words: what follows them may hold a value. Empty for a comment.
std::string command_of(std::string_view statement);

}  // namespace pg2athena::postgres
