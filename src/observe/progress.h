// How far a run is: counters that workers move without locks and a display polls.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace pg2athena::observe {

enum class TableState : std::uint8_t { Waiting, Reading, Done, Failed };

// What the plan knows of a table beforehand.
struct TableEstimate {
  std::string name;
  std::uint64_t rows = 0;   // pg_class.reltuples; 0: unknown
  std::uint64_t bytes = 0;  // that PostgreSQL will be read for; 0: unknown
  int shards = 0;
};

// A moment of one table's progress: plain values.
struct TableSnapshot {
  TableEstimate estimate;
  TableState state = TableState::Waiting;
  int shards_done = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes_read = 0;     // from PostgreSQL
  std::uint64_t bytes_written = 0;  // to the lake
  std::uint64_t files = 0;
  std::chrono::milliseconds elapsed{0};  // since its first shard began, until it ended
};

struct ProgressSnapshot {
  std::vector<TableSnapshot> tables;  // in the order of the plan
  std::chrono::milliseconds elapsed{0};
};

// One table's counters. Each call is one relaxed atomic operation: cheap enough for every batch.
class TableProgress {
 public:
  TableProgress(TableEstimate estimate, const Clock& clock) : estimate_(std::move(estimate)), clock_(clock) {}

  // A shard begins; the first one starts the table's time.
  void start_shard();
  void add_rows(std::uint64_t rows) { rows_.fetch_add(rows, std::memory_order_relaxed); }
  void add_bytes_read(std::uint64_t bytes) { bytes_read_.fetch_add(bytes, std::memory_order_relaxed); }
  void add_bytes_written(std::uint64_t bytes) { bytes_written_.fetch_add(bytes, std::memory_order_relaxed); }
  void add_file() { files_.fetch_add(1, std::memory_order_relaxed); }
  // A failed attempt takes back what it counted before the shard is read again.
  void take_back(std::uint64_t rows, std::uint64_t bytes_read, std::uint64_t bytes_written,
                 std::uint64_t files);
  // The last shard ends the table, unless it failed.
  void finish_shard();
  void fail();

  TableSnapshot snapshot() const;

 private:
  std::int64_t now() const;  // nanoseconds of the monotonic clock, never 0
  void end(TableState state);

  const TableEstimate estimate_;
  const Clock& clock_;
  std::atomic<TableState> state_ = TableState::Waiting;
  std::atomic<int> shards_done_ = 0;
  std::atomic<std::uint64_t> rows_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;
  std::atomic<std::uint64_t> bytes_written_ = 0;
  std::atomic<std::uint64_t> files_ = 0;
  std::atomic<std::int64_t> started_ = 0;  // 0: not yet
  std::atomic<std::int64_t> ended_ = 0;
};

class RunProgress {
 public:
  // `clock` must outlive it.
  RunProgress(const std::vector<TableEstimate>& tables, const Clock& clock);

  TableProgress& table(std::size_t i) { return tables_[i]; }
  std::size_t size() const { return tables_.size(); }
  ProgressSnapshot snapshot() const;

 private:
  const Clock& clock_;
  std::chrono::steady_clock::time_point started_;
  std::deque<TableProgress> tables_;  // never moved: atomics stay where they are
};

}  // namespace pg2athena::observe
