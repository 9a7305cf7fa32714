// The files that the rows of one attempt at a shard go into: one after the other, or, of a partitioned table,
// several side by side, one for each partition that is open.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "catalog/receipt.h"
#include "columnar/batch.h"
#include "observe/progress.h"
#include "pipeline/lake_file.h"
#include "pipeline/partition_splitter.h"
#include "pipeline/plan.h"
#include "pipeline/table_state.h"
#include "storage/object_store.h"

namespace pg2athena::pipeline {

// Open files are few (MemoryPlan::open_files), partitions many. When one more has to be opened, the one that
// was written to the longest time ago is closed: that is what rows in about the order of their partitions
// want, as tables that grow with time have them. Rows in no such order come back to a partition whose file
// was closed. Then write() says so, and the shard has to be read again in the order of its partitions: with
// one file open, each partition is written once; but for that of NULLs, which stays open where its rows are
// apart in that order. So a shard never makes more than one file of a partition,
// and more only of what doesn't fit into a file of its size: files are as few as can be, in any order of
// rows, and there is no number of tiny ones to be bounded besides.
//
// The open files share the memory that a single one would have (make_room(), write_rows()), so what a worker
// holds doesn't depend on how many there are.
class ShardOutput {
 public:
  struct Context {
    const Plan& plan;
    const PlannedTable& table;
    const std::string& run_id;
    storage::ObjectStore& store;
    Cancellation& stop;
    TableState& state;
    parquet::BlockPool& blocks;
    observe::TableProgress& progress;
  };

  // `in_order`: rows of one partition come together.
  ShardOutput(const Context& context, int shard, int attempt, bool in_order);

  enum class Written : std::uint8_t {
    All,
    NeedsOrder,  // of what was written here nothing is of use: the shard is to be read in order
  };
  // Splits the batch by partition, if the table has some. Its bytes stand in the batch while they pass
  // through, so a large row needs make_room() before.
  Result<Written> write(const columnar::Batch& batch);
  // After write() failed on a value: the batch's row, from 0.
  std::optional<std::size_t> failed_row() const { return splitter_ ? splitter_->failed_row() : std::nullopt; }

  // Ends row groups, the largest first, until no more than this is held, or none is open.
  Result<void> make_room(std::uint64_t bytes);
  // Closes a file whose footer has grown too large, since only that gives its memory back.
  Result<void> bound_footers();
  // Memory: open row groups, footers, free blocks, the receipts of files.
  std::uint64_t bytes_held() const;

  // A file with the schema and no row group, for a table without rows. Of a partitioned table it lies in the
  // partition of NULLs: readers that take partitions from paths want each file to have one.
  Result<void> write_empty_file();
  // Makes all files visible, and returns them in the order of their keys' making.
  Result<std::vector<catalog::FileReceipt>> close();

  // Counted in the progress so far.
  std::uint64_t bytes_written() const { return bytes_written_; }
  std::uint64_t files() const { return files_; }

 private:
  // A partition that this attempt has come across; the only one has no value where the table has none.
  struct Partition {
    std::optional<LakeFile> file;
    std::uint64_t bytes_counted = 0;  // of the open file, in the progress
    std::uint64_t last_used = 0;
    int next_file = 0;
    bool evicted = false;  // its file was closed to make room for another partition
  };

  Result<Written> write_partition(std::uint32_t number, const columnar::Batch& rows);
  Result<void> write_rows(Partition& partition, const columnar::Batch& rows);
  Result<void> open_file(std::uint32_t number);
  Result<void> close_file(std::uint32_t number);
  bool is_full() const;
  Result<void> evict();
  Result<void> share_memory(Partition& partition);
  Result<void> end_row_group(std::uint32_t number);
  std::optional<std::uint32_t> largest() const;
  std::uint64_t of_file(const Partition& partition) const;
  Result<void> check_new_partition(std::uint32_t number);
  Result<void> check_receipts() const;
  Partition& partition(std::uint32_t number);
  std::string folder(std::uint32_t number) const;
  void count_written(Partition& partition);

  const Context context_;
  const int shard_;
  const int attempt_;
  const bool in_order_;
  std::size_t most_open_ = 1;
  std::optional<PartitionSplitter> splitter_;
  std::optional<std::uint32_t> kept_open_;  // the partition of NULLs, where rows are in order and it isn't
  std::optional<columnar::Batch> gathered_;
  std::vector<Partition> partitions_;  // by the splitter's numbers
  std::vector<std::uint32_t> open_;    // those with a file
  std::vector<catalog::FileReceipt> receipts_;
  std::uint64_t clock_ = 0;  // counts writes
  std::uint64_t bytes_written_ = 0;
  std::uint64_t files_ = 0;
};

}  // namespace pg2athena::pipeline
