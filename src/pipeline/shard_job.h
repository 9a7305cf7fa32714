// One shard, from the server into files of the lake, on one thread: read a batch, write a batch, until there
// are no more rows.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/clock.h"
#include "base/memory_budget.h"
#include "base/rate_limit.h"
#include "base/retry.h"
#include "catalog/receipt.h"
#include "columnar/batch.h"
#include "observe/progress.h"
#include "parquet/block_pool.h"
#include "pipeline/lake_file.h"
#include "pipeline/plan.h"
#include "postgres/copy_reader.h"
#include "postgres/snapshot_session.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// What the shards of one table share. Thread-safe.
struct TableState {
  parquet::WriterOptions writer_options;
  std::atomic<int> shards_left = 0;
  std::atomic<std::uint64_t> rows = 0;
};

// Of one shard, from one attempt to the next.
struct ShardAttempts {
  int next = 0;                   // the number of the next attempt: none is used twice, as files have it
  bool counted = false;           // the shard's rows are among its table's
  bool makes_empty_file = false;  // it was the table's last, and none had a row
};

// A worker's, from one shard to the next.
struct WorkerMemory {
  Reservation reservation;    // as large as what the shard holds
  parquet::BlockPool blocks;  // of its files
};

class ShardJob {
 public:
  struct Context {
    const Plan& plan;
    const std::string& run_id;
    storage::ObjectStore& store;
    const Clock& clock;
    Cancellation& stop;
    RateLimit& read_rate;  // of all workers together
    RetryTimes& times;
    WorkerMemory& memory;
  };

  // One attempt. Everything outlives it.
  ShardJob(const Context& context, const PlannedShard& shard, TableState& table, ShardAttempts& attempts,
           observe::TableProgress& progress, std::string worker)
      : context_(context),
        shard_(shard),
        planned_(context.plan.tables[shard.table]),
        table_(table),
        attempts_(attempts),
        progress_(progress),
        worker_(std::move(worker)) {}

  // Reads the shard through the session and returns what it made. A table's last shard makes its file without
  // rows when no shard had any.
  Result<catalog::Receipt> run(postgres::SnapshotSession& session);

  // After a failure: what the attempt counted as progress is none.
  void take_back();

 private:
  struct Counted {
    std::uint64_t rows = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t files = 0;
  };

  Result<void> finish_table();
  Result<void> read_rows(postgres::ShardReader& reader);
  Result<void> wait_for_rate(std::uint64_t bytes);
  Result<void> write(const columnar::Batch& batch);
  Result<void> make_room(const columnar::Batch& batch);
  Result<void> count_memory(const columnar::Batch& batch, const postgres::ShardReader& reader);
  Result<void> open_file();
  Result<void> close_file();
  void count_written(std::uint64_t file_bytes);
  Error explain(Error error, postgres::SnapshotSession& session) const;
  Error locate(Error error, postgres::SnapshotSession& session, const postgres::ShardReader& reader) const;

  Context context_;
  const PlannedShard& shard_;
  const PlannedTable& planned_;
  TableState& table_;
  ShardAttempts& attempts_;
  observe::TableProgress& progress_;
  std::string worker_;
  std::optional<LakeFile> file_;
  std::uint64_t file_bytes_counted_ = 0;
  Counted counted_;
  catalog::Receipt receipt_;
};

// What a table's files are to be: profile, codec, what was chosen for columns, key-value metadata.
parquet::WriterOptions writer_options(const Plan& plan, const PlannedTable& table, const std::string& run_id,
                                      const postgres::Snapshot& snapshot);

}  // namespace pg2athena::pipeline
