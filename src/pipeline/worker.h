// One of a run's readers: a thread and a connection that read shard after shard, and a shard again when that
// may help.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/memory_budget.h"
#include "base/rate_limit.h"
#include "base/retry.h"
#include "catalog/run_record.h"
#include "observe/log.h"
#include "observe/progress.h"
#include "pipeline/plan.h"
#include "pipeline/shard_job.h"
#include "postgres/login.h"
#include "postgres/snapshot_session.h"

namespace pg2athena::pipeline {

// The shards of a run, handed to workers one by one. Thread-safe.
class ShardQueue {
 public:
  // In the plan's reading_order().
  explicit ShardQueue(const Plan& plan);
  // Nothing when all are handed out.
  const PlannedShard* take();

 private:
  std::mutex mutex_;
  std::vector<const PlannedShard*> shards_;
  std::size_t next_ = 0;
};

// What the workers of a run share. Everything outlives them, and is thread-safe.
struct Reading {
  const Plan& plan;
  const std::string& run_id;
  const RunOptions& options;
  postgres::LoginProvider& logins;
  const postgres::SessionSettings& settings;
  postgres::SnapshotIds* ids;  // nullptr: on a standby, where the only worker brings its session along
  storage::ObjectStore& store;
  const Clock& clock;
  RetryTimes& times;
  Cancellation& stop;
  RateLimit& read_rate;
  MemoryBudget& memory;
  std::deque<TableState>& tables;
  observe::RunProgress& progress;
  catalog::RunRecord& record;
  RunVerification* verification;  // nullptr: none is asked for
  ShardQueue& queue;
};

class Worker {
 public:
  Worker(Reading& reading, std::string name, const observe::Log& log,
         std::optional<postgres::SnapshotSession> session);

  // Reads shards until there are none left. An error ends the run.
  Result<void> work();

 private:
  Result<void> connect();
  // With all attempts that there are.
  Result<void> read_shard(const PlannedShard& shard);
  Result<void> try_shard(const PlannedShard& shard, ShardAttempts& attempts, const observe::Log& log);

  Reading& reading_;
  const std::string name_;
  const observe::Log log_;
  std::optional<postgres::SnapshotSession> session_;
  std::optional<WorkerMemory> memory_;
};

}  // namespace pg2athena::pipeline
