// A connection whose transaction holds the run's snapshot and locks: the keeper's, once it has exported the
// snapshot, and the spare keeper's, which imported it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/blocked_sessions.h"
#include "postgres/connection.h"
#include "postgres/lock_statements.h"
#include "postgres/login.h"
#include "postgres/session.h"

namespace pg2athena::postgres {

class SnapshotHolder {
 public:
  // The operator's statement_timeout is for what reads; an error here would end the transaction, and the
  // snapshot.
  static constexpr const char* kWithoutTimeout = "SET LOCAL statement_timeout = 0";

  // What is asked of it from now on has to be answered soon: a holder that doesn't answer holds nothing that
  // can be relied on.
  SnapshotHolder(Connection connection, std::string snapshot_id);

  // A second connection that imports the snapshot, takes the same locks, and exports the snapshot again,
  // under an id of its own that stays good when the first holder is gone. (Importers may export:
  // ExportSnapshot in src/backend/utils/time/snapmgr.c refuses subtransactions only.) LockNotAvailable while
  // somebody waits for one of the relations: our request would stand behind theirs.
  static Result<SnapshotHolder> open_spare(LoginProvider& logins, Cancellation& cancellation,
                                           const SessionSettings& settings, const std::string& snapshot_id,
                                           const LockStatements& locks);

  // For SET TRANSACTION SNAPSHOT, while this holder lives.
  const std::string& snapshot_id() const { return snapshot_id_; }

  // An error when the connection is gone.
  Result<void> ping();
  // As blocked_sessions(); a ping as well.
  Result<std::vector<BlockedSession>> find_blocked(const std::string& application_name);
  // As take_advisory_locks().
  Result<std::optional<std::size_t>> take_advisory_locks(const std::vector<std::int64_t>& keys);
  // Ends the transaction: snapshot and locks are given back, advisory locks stay until it goes.
  Result<void> release();

 private:
  Connection connection_;
  std::string snapshot_id_;
};

// Begins a transaction in an exported snapshot. SnapshotLost when none of the server's transactions exports
// it any more.
Result<void> begin_in_snapshot(Connection& connection, const std::string& snapshot_id);

// Takes advisory locks for the session, all in one statement, and doesn't wait. The place of a key whose lock
// another session has; nothing when all were free.
Result<std::optional<std::size_t>> take_advisory_locks(Connection& connection,
                                                       const std::vector<std::int64_t>& keys);

}  // namespace pg2athena::postgres
