// How a run's memory is shared out: so much for the process, so much for each worker, and in a worker's share
// a row group, the buffers that a row passes through, and the largest row several times. Constant: it depends
// on the columns and the largest row, never on how many rows there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "parquet/writer_options.h"

namespace pg2athena::pipeline {

// What a plan asks for.
struct MemoryDemand {
  int workers = 1;
  std::size_t columns = 1;                   // of the table with the most
  std::uint64_t small_bytes = 0;             // of a row's values that can't be large, and their lengths
  std::uint64_t plan_bytes = 0;              // the plan itself, and the receipts to be
  std::optional<std::uint64_t> largest_row;  // the most bytes that the large values of any row have together
  parquet::Compression compression = parquet::Compression::Zstd;
  int compression_level = 1;
  bool partitioned = false;  // rows of one table go into several files at once
  bool speaks_to_aws = false;
  // Of the largest object that is uploaded from memory; none where a file system takes what is written.
  std::optional<std::uint64_t> uploaded_object;
};

struct MemoryPlan {
  std::uint64_t limit = 0;            // the promise
  std::uint64_t worker_bytes = 0;     // each worker's share
  std::uint64_t row_group_bytes = 0;  // of it: what the file's writer holds between two batches
  std::uint64_t upload_bytes = 0;     // of it: what the store hasn't acknowledged yet
  std::uint64_t row_bytes = 0;        // the largest row that the shares have room for
  std::uint64_t max_value_bytes = 0;  // a row whose values have more is refused
  bool max_value_derived = false;     // from the limit; otherwise the operator's
  std::uint64_t process_bytes = 0;    // the rest of the limit
  // Of a partitioned table, how many files a worker may have open at once. They share its row_group_bytes and
  // upload_bytes. And what it holds besides: the rows of a batch that are of one partition.
  int open_files = 1;
  std::uint64_t gather_bytes = 0;
};

// Shares out `limit`. Unsupported, with the limit that would do, when it can't hold the plan: with
// `max_value` if given, otherwise with the smallest that is of use.
Result<MemoryPlan> plan_memory(std::uint64_t limit, std::optional<std::uint64_t> max_value,
                               const MemoryDemand& demand);

// The limit, in whole MiB, that holds rows of this many bytes.
std::uint64_t memory_for_rows(std::uint64_t row_bytes, const MemoryDemand& demand);

// The limit, in whole MiB, from which plan_memory() derives at least this max_value_bytes.
std::uint64_t memory_for_value(std::uint64_t max_value, const MemoryDemand& demand);

// What the upload of one file may hold where so many are open at once.
std::uint64_t upload_bytes_of_file(const MemoryPlan& plan, int open_files);

// A batch of more than this has an uncommonly large row in it (copy_reader.cpp has the limits). What is below
// is in worker_base_bytes().
inline constexpr std::uint64_t kCommonBatch = std::uint64_t{6} << 20U;

// What a worker holds besides its writer and large rows: its connection, a block of rows, a batch, an upload.
std::uint64_t worker_base_bytes(const MemoryPlan& plan);

}  // namespace pg2athena::pipeline
