// Which parts of a table are read by themselves: the plan's decision about shards, without the rest of the
// plan.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "postgres/relation.h"
#include "postgres/scan.h"

namespace pg2athena::pipeline {

// A part of a table that one worker reads in one go.
struct PlannedShard {
  int number = 0;                                // unique in the run
  std::size_t table = 0;                         // index into Plan::tables
  const postgres::ScanSource* source = nullptr;  // owned by the table
  std::optional<postgres::BlockRange> blocks;    // nothing: all of the source
  bool by_index = false;                         // the condition's rows are found by an index
};

// A part of one source.
struct ShardPart {
  std::optional<postgres::BlockRange> blocks;
  bool by_index = false;
};

// Into how many parts `bytes` of a table of `table_bytes` are split: parts of 32 to 512 MiB, and where the
// table is large at least four for each worker. At least one.
std::uint64_t shard_count(std::uint64_t bytes, std::uint64_t table_bytes, int workers);

// The parts of something with rows of its own, in a table of `table_bytes`. At least one; together they are
// all of it.
std::vector<ShardPart> split_storage(const postgres::StoredRelation& stored, std::uint64_t table_bytes,
                                     int workers);

}  // namespace pg2athena::pipeline
