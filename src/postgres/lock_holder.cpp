#include "postgres/lock_holder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.h"
#include "postgres/blocked_sessions.h"

namespace pg2athena::postgres {
namespace {

// pg_blocking_pids() stops the lock manager for a moment: only those who wait are asked about. It has the pid
// 0 for a prepared transaction, and a pid once for each of its parallel workers (pg_blocking_pids in
// src/backend/utils/adt/lockfuncs.c).
constexpr const char* kWait = R"(
SELECT w.relation::regclass::text, b.pid, a.usename, a.application_name, a.query,
       (1000 * extract(epoch FROM clock_timestamp() - a.xact_start))::bigint,
       b.pid = 0 OR EXISTS (SELECT FROM pg_locks l
                            WHERE l.granted AND l.pid = b.pid AND l.locktype = 'relation' AND l.database = w.database
                              AND l.relation = w.relation AND l.mode = 'AccessExclusiveLock')
FROM pg_locks w
CROSS JOIN LATERAL (SELECT DISTINCT pid FROM unnest(pg_blocking_pids(w.pid)) AS pid) AS b
LEFT JOIN pg_stat_activity a ON a.pid = b.pid
WHERE NOT w.granted AND w.locktype = 'relation'
  AND w.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND w.pid IN (SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND usename = current_user)
ORDER BY w.pid, 7 DESC, 2)";

// A key of 64 bits is in two columns (pg_advisory_lock_int8 in src/backend/utils/adt/lockfuncs.c).
constexpr const char* kAdvisory = R"(
SELECT NULL, l.pid, a.usename, a.application_name, a.query,
       (1000 * extract(epoch FROM clock_timestamp() - a.xact_start))::bigint, true
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid::bigint = ($1::bigint >> 32) & 4294967295 AND l.objid::bigint = $1::bigint & 4294967295
ORDER BY l.pid)";

LockHolder holder_at(const QueryResult& found, int row) {
  return {.pid = static_cast<int>(found.integer(row, 1)),
          .role = std::string(found.text(row, 2)),
          .application = std::string(found.text(row, 3)),
          .command = command_of(found.text(row, 4)),
          .in_transaction = found.is_null(row, 5)
                                ? std::nullopt
                                : std::optional(std::chrono::milliseconds(found.integer(row, 5))),
          .granted = found.boolean(row, 6)};
}

// What pg_stat_activity shows stays the same for a transaction, unless it is told to look again.
Result<QueryResult> ask(Connection& connection, const char* query, const std::string& parameter) {
  PG2ATHENA_TRY(connection.execute("SELECT pg_stat_clear_snapshot()"));
  return connection.execute(query, {parameter});
}

std::string whole_seconds(std::chrono::milliseconds time) {
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

}  // namespace

std::string LockHolder::what_it_does() const {
  if (pid == 0) return "a prepared transaction has locked it (pg_prepared_xacts)";
  std::vector<std::string> facts;
  if (!command.empty()) facts.push_back(command);
  if (!role.empty()) facts.push_back(fmt::format("role {}", role));
  if (!application.empty()) facts.push_back(fmt::format("application {}", application));
  if (in_transaction)
    facts.push_back(fmt::format("in its transaction for {}", whole_seconds(*in_transaction)));
  const std::string about = facts.empty() ? std::string() : fmt::format(" ({})", fmt::join(facts, ", "));
  return fmt::format("pid {}{} {}", pid, about,
                     granted ? "has locked it" : "waits to lock it, and was there before");
}

Result<std::optional<LockWait>> find_lock_wait(Connection& connection, const std::string& application_name) {
  PG2ATHENA_ASSIGN(const QueryResult found, ask(connection, kWait, application_name));
  if (found.rows() == 0) return std::nullopt;
  LockWait wait{.relation = std::string(found.text(0, 0)), .holders = {}};
  for (int i = 0; i < found.rows(); ++i) {
    if (found.text(i, 0) == wait.relation) wait.holders.push_back(holder_at(found, i));
  }
  return wait;
}

Error explain_lock_timeout(Error timeout, const LockWait& wait, std::chrono::milliseconds waited) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> holders;
  for (const LockHolder& holder : wait.holders) {
    if (holders.size() < kNamed) holders.push_back(holder.what_it_does());
  }
  if (const std::size_t more = wait.holders.size() - holders.size(); more > 0) {
    holders.push_back(fmt::format("and {} more", more));
  }
  Error error(ErrorKind::LockNotAvailable, fmt::format("{} could not be locked within {}: {}", wait.relation,
                                                       duration_text(waited), fmt::join(holders, "; ")));
  for (const Error::Context& fact : timeout.context()) error = std::move(error).with(fact.key, fact.value);
  error = std::move(error).with("table", wait.relation);
  if (wait.holders.front().pid != 0) {
    error = std::move(error).with("blocking_pid", std::to_string(wait.holders.front().pid));
  }
  return std::move(error).hint(timeout.hint()).because(std::move(timeout));
}

Result<std::optional<LockHolder>> find_advisory_holder(Connection& connection, std::int64_t key) {
  PG2ATHENA_ASSIGN(const QueryResult found, ask(connection, kAdvisory, std::to_string(key)));
  if (found.rows() == 0) return std::nullopt;
  return holder_at(found, 0);
}

}  // namespace pg2athena::postgres
