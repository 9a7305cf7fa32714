// `run --verify`: what a run read and wrote is compared with its source, in the run's own snapshot, and with
// its files in the store, before anything is published.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "catalog/receipt.h"
#include "observe/log.h"
#include "pipeline/plan.h"
#include "pipeline/verify/difference.h"
#include "postgres/server_totals.h"
#include "postgres/snapshot_session.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// How far a leaf of a table can be compared with its source.
struct VerifiedColumn {
  std::string path;     // "address.city"
  bool count = false;   // its values and NULLs; without, only the file is compared with what was written
  bool sum = false;     // of text and binary the sum of lengths
  bool bounds = false;  // the smallest and the largest value
  bool digest = false;  // each value

  bool operator==(const VerifiedColumn&) const = default;
};
std::vector<VerifiedColumn> verified_columns(const Plan& plan, const PlannedTable& table);

// The server is asked in the session that read a shard, right after it: the pages are in its cache, and its
// snapshot is the run's. What is asked about files comes when the snapshot is given back, since the server
// isn't needed for it.
//
// Thread-safe.
class RunVerification {
 public:
  struct Context {
    const Plan& plan;
    const std::string& run_id;
    storage::ObjectStore& store;
    const observe::Log& log;
    Cancellation& stop;
  };
  explicit RunVerification(const Context& context);

  // Of the rows that were just read as this shard, on a session that has entered its source. The errors are
  // those of reading.
  Result<postgres::ServerTotals> ask(postgres::SnapshotSession& session, const PlannedShard& shard) const;
  // To be called once for each shard, when its rows have been read: whether it was the last of a source with
  // several, whose rows are to be counted as a whole then.
  bool ends_source(const PlannedShard& shard);
  // No shard may miss a row that another one hasn't, nor have one twice.
  Result<void> count_source(postgres::SnapshotSession& session, const PlannedShard& shard);

  // Compares, and remembers what is left to be compared. The receipt has its columns, and is the one that
  // counts.
  void add_shard(const PlannedShard& shard, const catalog::Receipt& receipt,
                 const postgres::ServerTotals& server);

  // When all shards are read: `receipts` as the run's record has them, whose columns are in the store. Each
  // file is read again, by as many threads as there were workers. Different where anything is: differences()
  // tell what. Otherwise the store's errors, Interrupted.
  Result<void> finish(const std::vector<catalog::Receipt>& receipts);

  // In the order of shards. Of many only the first are kept, and all are counted.
  std::vector<Difference> differences() const;

 private:
  struct ShardState {
    std::vector<std::optional<std::uint64_t>> digests;  // of each leaf, by the server
  };
  struct SourceState {
    int shards = 0;
    int shards_left = 0;
    std::optional<std::uint64_t> rows;  // by the server
  };

  void found(std::vector<Difference> differences);
  void compare_sources(const std::vector<catalog::Receipt>& receipts);
  Result<void> check_shard(const PlannedShard& shard);
  Result<void> different() const;

  const Context context_;
  const bool deep_;
  mutable std::mutex mutex_;        // guards all below
  std::vector<ShardState> shards_;  // by number
  std::map<const postgres::ScanSource*, SourceState> sources_;
  std::vector<Difference> differences_;
  std::uint64_t found_ = 0;
};

}  // namespace pg2athena::pipeline
