// What watches over a run's snapshot while workers read in it: two connections hold it with all locks, the
// keeper's and a spare one's, so that one may be lost; and a run that holds others up for too long gives way.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "observe/log.h"
#include "pipeline/blocking_patience.h"
#include "postgres/login.h"
#include "postgres/snapshot_holder.h"
#include "postgres/snapshot_session.h"

namespace pg2athena::pipeline {

struct GuardPolicy {
  // How long the snapshot may be held; nothing: without end.
  std::optional<std::chrono::milliseconds> snapshot_max_age;
  // Whether there is a spare: not on a standby, where the snapshot is no one's but its reader's.
  bool spare = true;
};

class SnapshotGuard final : public postgres::SnapshotIds {
 public:
  struct Context {
    postgres::LoginProvider& logins;
    const postgres::SessionSettings& settings;
    const Clock& clock;
    const observe::Log& log;
    BlockingPatience& patience;
    // The run's stop.
    Cancellation& stop;
    // Ends the run with this error. Called once at most, on the guard's thread.
    std::function<void(Error)> end_run;
  };

  // Takes over what holds the snapshot, which was taken at `taken_at`, and what it has locked, for the spare
  // to lock as well; and begins to watch, until release(). What the context refers to outlives the guard.
  SnapshotGuard(Context context, GuardPolicy policy, postgres::SnapshotHolder holder,
                postgres::LockStatements locks, std::vector<std::int64_t> advisory_locks,
                std::chrono::steady_clock::time_point taken_at);
  ~SnapshotGuard() override;

  std::string current() override;
  // Waits until the guard has looked who still holds the snapshot.
  Result<std::string> after(const std::string& failed) override;

  // The snapshot is no longer needed: it and the locks are given back. The advisory locks stay until the
  // guard goes.
  void release();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void watch(const std::stop_token& ended);
  // One look at everything; an error ends the run.
  Result<void> look();
  Result<void> look_at_holders();
  void try_for_spare();
  void lock_again(postgres::SnapshotHolder& holder);
  Result<void> look_at_age();

  const Context context_;
  const GuardPolicy policy_;
  const postgres::LockStatements locks_;
  const std::vector<std::int64_t> advisory_locks_;
  const Time taken_at_;

  // The guard thread's own, and the destructor's.
  std::vector<postgres::SnapshotHolder> holders_;  // the first has the advisory locks
  Time next_try_for_spare_;
  std::chrono::milliseconds spare_pause_;
  bool warned_of_age_ = false;
  bool warned_of_spare_ = false;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> ids_;  // of the holders that live; guarded by mutex_, as what follows
  std::uint64_t looks_wanted_ = 0;
  std::uint64_t looks_done_ = 0;
  bool watching_ = true;

  std::jthread thread_;  // last: it uses the rest
};

}  // namespace pg2athena::pipeline
