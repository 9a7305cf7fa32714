#include "observe/progress.h"

namespace pg2athena::observe {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::int64_t TableProgress::now() const {
  const auto time = duration_cast<nanoseconds>(clock_.monotonic().time_since_epoch()).count();
  return time == 0 ? 1 : time;
}

void TableProgress::start_shard() {
  std::int64_t not_yet = 0;
  started_.compare_exchange_strong(not_yet, now(), std::memory_order_relaxed);
  TableState waiting = TableState::Waiting;
  state_.compare_exchange_strong(waiting, TableState::Reading, std::memory_order_release);
}

void TableProgress::take_back(std::uint64_t rows, std::uint64_t bytes_read, std::uint64_t bytes_written,
                              std::uint64_t files) {
  rows_.fetch_sub(rows, std::memory_order_relaxed);
  bytes_read_.fetch_sub(bytes_read, std::memory_order_relaxed);
  bytes_written_.fetch_sub(bytes_written, std::memory_order_relaxed);
  files_.fetch_sub(files, std::memory_order_relaxed);
}

void TableProgress::finish_shard() {
  // acq_rel: whoever ends the table has seen all that the other shards counted, and so has who reads its
  // state.
  if (shards_done_.fetch_add(1, std::memory_order_acq_rel) + 1 == estimate_.shards) end(TableState::Done);
}

void TableProgress::fail() {
  end(TableState::Failed);
}

// The first end counts: a table that failed doesn't become done.
void TableProgress::end(TableState state) {
  std::int64_t not_yet = 0;
  if (!ended_.compare_exchange_strong(not_yet, now(), std::memory_order_relaxed)) return;
  state_.store(state, std::memory_order_release);
}

TableSnapshot TableProgress::snapshot() const {
  TableSnapshot snapshot{.estimate = estimate_, .state = state_.load(std::memory_order_acquire)};
  snapshot.shards_done = shards_done_.load(std::memory_order_relaxed);
  snapshot.rows = rows_.load(std::memory_order_relaxed);
  snapshot.bytes_read = bytes_read_.load(std::memory_order_relaxed);
  snapshot.bytes_written = bytes_written_.load(std::memory_order_relaxed);
  snapshot.files = files_.load(std::memory_order_relaxed);
  const std::int64_t started = started_.load(std::memory_order_relaxed);
  const std::int64_t ended = ended_.load(std::memory_order_relaxed);
  if (started != 0) {
    snapshot.elapsed = duration_cast<milliseconds>(nanoseconds((ended == 0 ? now() : ended) - started));
  }
  return snapshot;
}

RunProgress::RunProgress(const std::vector<TableEstimate>& tables, const Clock& clock)
    : clock_(clock), started_(clock.monotonic()) {
  for (const TableEstimate& table : tables) tables_.emplace_back(table, clock);
}

ProgressSnapshot RunProgress::snapshot() const {
  ProgressSnapshot snapshot;
  snapshot.tables.reserve(tables_.size());
  for (const TableProgress& table : tables_) snapshot.tables.push_back(table.snapshot());
  snapshot.elapsed = duration_cast<milliseconds>(clock_.monotonic() - started_);
  return snapshot;
}

}  // namespace pg2athena::observe
