// A worker's connection: it reads in the run's snapshot, one relation a transaction.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/retry.h"
#include "postgres/connection.h"
#include "postgres/keeper.h"
#include "postgres/scan.h"

namespace pg2athena::postgres {

// Under which id the run's snapshot can be imported: another one when a connection that held it is gone.
// Thread-safe.
class SnapshotIds {
 public:
  SnapshotIds() = default;
  SnapshotIds(const SnapshotIds&) = delete;
  SnapshotIds& operator=(const SnapshotIds&) = delete;
  virtual ~SnapshotIds() = default;
  virtual std::string current() = 0;
  // After `failed` was refused: the id to try now. SnapshotLost when no connection holds the snapshot any
  // more.
  virtual Result<std::string> after(const std::string& failed) = 0;
};

class SnapshotSession {
 public:
  // The lock timeout is how long to try again while somebody waits for a lock that conflicts with ours.
  // What is referred to outlives the session.
  static Result<SnapshotSession> open(LoginProvider& logins, Cancellation& cancellation, SnapshotIds& ids,
                                      const SessionSettings& settings, RetryTimes& times);

  // On a standby, where a snapshot that was exported can be wrong (it lacks the subtransactions beyond the
  // 64th of a transaction): a session with a snapshot of its own, in one transaction to the end. Locks are
  // the keeper's.
  static Result<SnapshotSession> open_on_standby(LoginProvider& logins, Cancellation& cancellation,
                                                 const SessionSettings& settings, RetryTimes& times);
  // Of a session on a standby.
  const Snapshot& snapshot() const { return *own_snapshot_; }

  // Makes ready to read `source`: ends the last relation's transaction, begins one in the snapshot, locks,
  // and compares what is there now with what was planned. ChangedWhilePlanning when they differ.
  // `block_ranges`: the scan must go by ctid. Does nothing when the session is in this source already.
  Result<void> enter(const ScanSource& source, bool block_ranges);

  // When what was entered has been read: compares it with the plan once more, since not everything that its
  // rows depend on can be locked. ChangedWhilePlanning when they differ.
  Result<void> leave_unchanged(const ScanSource& source);

  // After the COPY of what was entered failed in a way that a change of it would explain: that it changed, if
  // it did. The COPY and its transaction are over then.
  std::optional<Error> find_change(const ScanSource& source);

  // Ends the transaction, and gives its locks back.
  Result<void> leave();

  Connection& connection() { return connection_; }

  // From here on a COPY can be given up: abandon_copy() ends it, and the session is where it was, in the
  // source that is entered and in its snapshot.
  Result<void> make_abandonable();
  Result<void> abandon_copy();

  // After a COPY was given up on the row: its ctid, for messages; nothing when it can't be found out.
  std::optional<std::string> find_ctid(const ScanSource& source, const BlockRange& blocks, std::uint64_t row);

 private:
  SnapshotSession(Connection connection, SnapshotIds* ids, std::chrono::milliseconds lock_timeout,
                  Cancellation& cancellation, RetryTimes& times)
      : connection_(std::move(connection)),
        ids_(ids),
        lock_timeout_(lock_timeout),
        cancellation_(&cancellation),
        times_(&times) {}

  Result<void> begin();
  Result<void> lock(const ScanSource& source);
  Result<void> begin_and_lock(const ScanSource& source);
  Result<void> scan_by_blocks(bool block_ranges);
  Result<void> begin_and_compare(const ScanSource& source);
  Result<void> compare_names(const ScanSource& source);
  Result<void> try_for_lock(const std::function<Result<void>()>& attempt);

  Connection connection_;
  SnapshotIds* ids_;                      // nullptr: on a standby
  std::optional<Snapshot> own_snapshot_;  // on a standby
  std::chrono::milliseconds lock_timeout_;
  Cancellation* cancellation_;
  RetryTimes* times_;
  const ScanSource* entered_ = nullptr;
  bool abandonable_ = false;  // there is a savepoint in the transaction
};

}  // namespace pg2athena::postgres
