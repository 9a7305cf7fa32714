// One shard, from the server into files of the lake, on one thread: read a batch, write a batch, until there
// are no more rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/clock.h"
#include "base/rate_limit.h"
#include "base/retry.h"
#include "catalog/receipt.h"
#include "columnar/batch.h"
#include "observe/progress.h"
#include "pipeline/plan.h"
#include "pipeline/shard_output.h"
#include "pipeline/table_state.h"
#include "pipeline/verify/run_verification.h"
#include "postgres/copy_reader.h"
#include "postgres/snapshot_session.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

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
    RunVerification* verification = nullptr;  // none is asked for
  };

  // Attempts at one shard. Everything outlives it.
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
  //
  // A shard of a partitioned table whose rows turn out to be in no order of their partitions
  // (shard_output.h) is read a second time, sorted by the server. That is another attempt, under keys of its
  // own; the first one's files are no receipt's, and go when the run is committed. Statistics could say it
  // before, at times: but not how rows lie within a shard, nor for a view or a query; and the next shards of
  // the table begin sorted, so what was read in vain is a shard of each worker at most.
  Result<catalog::Receipt> run(postgres::SnapshotSession& session);

  // After run(), where there is a verification: what the server says of the rows itself.
  const std::optional<postgres::ServerTotals>& server_totals() const { return server_totals_; }

  // After a failure: what was counted as progress is none.
  void take_back();

 private:
  using Written = ShardOutput::Written;
  Result<Written> read(postgres::SnapshotSession& session, bool in_order);
  Result<Written> read_rows(postgres::ShardReader& reader);
  Result<void> read_again_in_order(postgres::SnapshotSession& session);
  Result<void> ask_server(postgres::SnapshotSession& session);
  Result<void> finish_table();
  Result<void> wait_for_rate(std::uint64_t bytes);
  Result<void> make_room(const columnar::Batch& batch);
  Result<void> count_memory(const columnar::Batch& batch, const postgres::ShardReader& reader);
  Error explain(Error error, postgres::SnapshotSession& session) const;
  std::string describe_source(const std::string& range) const;
  Error locate(Error error, postgres::SnapshotSession& session, const postgres::ShardReader& reader) const;

  Context context_;
  const PlannedShard& shard_;
  const PlannedTable& planned_;
  TableState& table_;
  ShardAttempts& attempts_;
  observe::TableProgress& progress_;
  std::string worker_;
  int attempt_ = 0;                    // the present one's number, for keys
  bool in_order_ = false;              // the present attempt reads sorted by partition
  std::optional<ShardOutput> output_;  // of the present attempt, as are these:
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::optional<std::uint64_t> failed_row_;  // the number, from 0, of a row that no file could be found for
  std::vector<catalog::CoercedColumn> coerced_;
  std::optional<postgres::ServerTotals> server_totals_;
};

// What a table's files are to be: profile, codec, what was chosen for columns, key-value metadata.
parquet::WriterOptions writer_options(const Plan& plan, const PlannedTable& table, const std::string& run_id,
                                      const postgres::Snapshot& snapshot);

}  // namespace pg2athena::pipeline
