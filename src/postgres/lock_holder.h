// Whom we wait for: sessions that have, or asked before us for, a lock that conflicts with ours. We only ever
// ask for ACCESS SHARE, so it is an ALTER, TRUNCATE, VACUUM FULL, LOCK TABLE or the like. The opposite
// direction is blocked_sessions.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "postgres/connection.h"

namespace pg2athena::postgres {

// As far as the server shows it: of another role's session only pid, role and application, without
// pg_read_all_stats.
struct LockHolder {
  int pid = 0;  // 0: a transaction that was prepared (PREPARE TRANSACTION), which no session has
  std::string role;
  std::string application;  // its application_name
  std::string command;      // "ALTER TABLE": the first words, without what may hold a value
  // Of its transaction so far.
  std::optional<std::chrono::milliseconds> in_transaction;
  bool granted = false;  // it has the lock; else it waits for it, before us

  // "pid 4711 (LOCK TABLE, role alice, application psql, in its transaction for 12 s) has locked it"
  std::string what_it_does() const;
};

struct LockWait {
  std::string relation;  // public.actor
  std::vector<LockHolder> holders;
};

// What the sessions with this application_name wait for now; nothing where they don't. In any transaction;
// takes no lock.
Result<std::optional<LockWait>> find_lock_wait(Connection& connection, const std::string& application_name);

// A lock's timeout, with what was waited for.
Error explain_lock_timeout(Error timeout, const LockWait& wait, std::chrono::milliseconds waited);

// Another session that has this advisory lock; nothing where there is none.
Result<std::optional<LockHolder>> find_advisory_holder(Connection& connection, std::int64_t key);

}  // namespace pg2athena::postgres
