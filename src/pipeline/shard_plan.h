// Which parts of a table are read by themselves: the plan's decision about shards, without the rest of the
// plan.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "postgres/relation.h"
#include "postgres/scan.h"

namespace pg2athena::pipeline {

// A part of a table that one worker reads in one go.
struct PlannedShard {
  int number = 0;                                // unique in the run
  std::size_t table = 0;                         // index into Plan::tables
  const postgres::ScanSource* source = nullptr;  // owned by the table
  postgres::ShardRange range;                    // of its rows
  std::optional<std::uint64_t> bytes;            // on the server, as far as its size is known: an estimate
  bool by_index = false;                         // the condition's rows are found by an index
};

// A part of one source.
struct ShardPart {
  postgres::ShardRange range;
  std::optional<std::uint64_t> bytes;
  bool by_index = false;
};

// Into how many parts `bytes` of a table of `table_bytes` are split: parts of 32 to 512 MiB, and where the
// table is large at least four for each worker. At least one. Each part of a partitioned table may make a
// file for each partition, so few and large parts make better files: one for each worker, and no more than 4
// GiB, since the server may have to sort one (shard_job.h).
std::uint64_t shard_count(std::uint64_t bytes, std::uint64_t table_bytes, int workers,
                          bool partitioned = false);

// What decides about the parts of a source besides itself.
struct SplitOptions {
  int workers = 1;
  std::uint64_t table_bytes = 0;               // of all of the table
  bool toast = true;                           // what is exported may be in TOAST
  bool partitioned = false;                    // its files are, in the lake
  std::optional<postgres::ShardKey> key = {};  // the table's
};

// What a relation takes on the server, with its TOAST table where values may be there that are exported.
std::uint64_t bytes_to_read(const postgres::StoredRelation& stored, bool toast);

// The parts of something with rows of its own. At least one; together they are all of it. They are of about
// the same size: by a key that was named; else by blocks; else, where there are none or we have no right on
// them, by a key that an index has; else all in one.
std::vector<ShardPart> split_storage(const postgres::StoredRelation& stored, const SplitOptions& options);

// The parts of what is read as a whole: by its key, or one. `bytes` where they are known; where they aren't,
// a key that was named makes four parts a worker.
std::vector<ShardPart> split_whole(const postgres::KeyValues& values, std::optional<std::uint64_t> bytes,
                                   const SplitOptions& options);

// The order in which shards are begun: those first whose size nobody knows, then the largest, so that no
// worker begins one when all others are done. Within a factor of two a table's shards stay together, so that
// a worker's next one is mostly of the relation that it has locked already.
std::vector<const PlannedShard*> reading_order(std::span<const PlannedShard> shards);

}  // namespace pg2athena::pipeline
