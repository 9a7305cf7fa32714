#include "postgres/blocked_sessions.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.h"

namespace pg2athena::postgres {
namespace {

// pg_locks is there for every role; of pg_stat_activity a role sees its own sessions whole, and those are
// ours. pg_blocking_pids() stops the lock manager for a moment, so only those who wait are asked about. It
// names who holds a lock in the way and who stands in the queue before: whoever waits behind an ALTER doesn't
// wait for us. waitstart is set a moment after the wait began (ProcSleep in src/backend/storage/lmgr/proc.c).
constexpr const char* kBlocked = R"(
SELECT w.pid, coalesce(w.relation::regclass::text, 'a relation'),
       (1000 * extract(epoch FROM clock_timestamp() - w.waitstart))::bigint,
       (SELECT count(*) FROM pg_locks q
        WHERE NOT q.granted AND q.relation = w.relation AND q.database = w.database AND q.pid <> w.pid),
       (SELECT a.query FROM pg_stat_activity a WHERE a.pid = w.pid)
FROM pg_locks w
WHERE NOT w.granted AND w.locktype = 'relation'
  AND w.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND pg_blocking_pids(w.pid) && (SELECT array_agg(pid) FROM pg_stat_activity
                                  WHERE application_name = $1 AND usename = current_user)
ORDER BY 3 DESC NULLS LAST)";

}  // namespace

std::string command_of(std::string_view statement) {
  static constexpr std::array<std::string_view, 11> kSecondWords = {
      "TABLE", "INDEX",  "VIEW", "MATERIALIZED", "FULL",   "TRIGGER",
      "RULE",  "POLICY", "TYPE", "SCHEMA",       "FOREIGN"};
  const auto next_word = [&statement] {
    while (!statement.empty() && is_ascii_space(statement.front())) statement.remove_prefix(1);
    std::string word;
    while (!statement.empty() && is_ascii_letter(statement.front())) {
      word += ascii_upper(statement.front());
      statement.remove_prefix(1);
    }
    return word;
  };
  std::string command = next_word();
  const std::string second = next_word();
  if (std::ranges::find(kSecondWords, second) != kSecondWords.end()) command += ' ' + second;
  return command;
}

std::string BlockedSession::who() const {
  return command.empty() ? fmt::format("pid {}", pid) : fmt::format("pid {} ({})", pid, command);
}

Result<std::vector<BlockedSession>> blocked_sessions(Connection& connection,
                                                     const std::string& application_name) {
  // What pg_stat_activity shows stays the same for a transaction, unless it is told to look again.
  PG2ATHENA_TRY(connection.execute("SELECT pg_stat_clear_snapshot()"));
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kBlocked, {application_name}));
  std::vector<BlockedSession> sessions;
  for (int i = 0; i < found.rows(); ++i) {
    sessions.push_back({.pid = static_cast<int>(found.integer(i, 0)),
                        .relation = std::string(found.text(i, 1)),
                        .command = command_of(found.text(i, 4)),
                        .waiting = found.is_null(i, 2)
                                       ? std::nullopt
                                       : std::optional(std::chrono::milliseconds(found.integer(i, 2))),
                        .queued = static_cast<int>(found.integer(i, 3))});
  }
  return sessions;
}

}  // namespace pg2athena::postgres
