// What the shards of one table share, and what a worker keeps from one shard to the next.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "base/error.h"
#include "base/memory_budget.h"
#include "parquet/block_pool.h"
#include "parquet/writer_options.h"

namespace pg2athena::pipeline {

// The partitions that a table has so far, over all shards. Thread-safe.
class PartitionSet {
 public:
  // False when it would be one more than `most`.
  bool add(const std::string& value, std::uint64_t most) {
    const std::lock_guard lock(mutex_);
    if (values_.contains(value)) return true;
    if (values_.size() >= most) return false;
    values_.insert(value);
    return true;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> values_;
};

// Thread-safe.
struct TableState {
  parquet::WriterOptions writer_options;
  std::atomic<int> shards_left = 0;
  std::atomic<std::uint64_t> rows = 0;
  PartitionSet partitions;
  // Refuses a partition that has rows and could not be shown; empty: all can be.
  std::function<Result<void>(const std::string& value)> check_partition;
  // A shard had to be read again in the order of its partitions: the next ones begin so, instead of each
  // finding out for itself.
  std::atomic<bool> in_order = false;
};

// Of one shard, from one attempt to the next.
struct ShardAttempts {
  int next = 0;                   // the number of the next attempt: none is used twice, as files have it
  bool counted = false;           // the shard's rows are among its table's
  bool makes_empty_file = false;  // it was the table's last, and none had a row
  bool asked = false;             // the server was asked about its rows, for a verification
  bool ends_source = false;       // it was the last of its source, of several
};

// A worker's, from one shard to the next.
struct WorkerMemory {
  Reservation reservation;    // as large as what the shard holds
  parquet::BlockPool blocks;  // of its files
};

}  // namespace pg2athena::pipeline
