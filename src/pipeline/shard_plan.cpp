#include "pipeline/shard_plan.h"

#include <algorithm>

namespace pg2athena::pipeline {
namespace {

using Access = postgres::ConditionPlan::Access;
using postgres::BlockRange;
using postgres::StoredRelation;

// A large table becomes at least this many shards for each worker, so that they end at about the same time.
constexpr std::uint64_t kShardsPerWorker = 4;
// Smaller shards would make files that Athena reads badly; larger ones files of many row groups, and a lost
// connection would cost more.
constexpr std::uint64_t kMinShardBytes = std::uint64_t{32} << 20U;
constexpr std::uint64_t kMaxShardBytes = std::uint64_t{512} << 20U;

// Whether a heap that would be so many shards is read by ranges of blocks. A condition with an index is one
// shard, unless the table is large and it wants more of the rows than one reader's share: then readers that
// go through all blocks together are done sooner.
bool reads_blocks(const StoredRelation& stored, std::uint64_t parts, int workers) {
  if (!stored.heap || !stored.table_privilege) return false;  // a right on columns is none on ctid
  if (!stored.condition || stored.condition->access == Access::Blocks) return true;
  if (stored.condition->access == Access::Nothing || stored.estimated_rows <= 0) return false;
  const auto readers =
      static_cast<double>(std::min<std::uint64_t>(parts, static_cast<std::uint64_t>(workers)));
  return readers > 1 && stored.condition->rows * readers > stored.estimated_rows;
}

}  // namespace

std::uint64_t shard_count(std::uint64_t bytes, std::uint64_t table_bytes, int workers) {
  const std::uint64_t wanted = table_bytes / (kShardsPerWorker * static_cast<std::uint64_t>(workers));
  const std::uint64_t shard_bytes = std::clamp(wanted, kMinShardBytes, kMaxShardBytes);
  return std::max<std::uint64_t>(1, (bytes + shard_bytes / 2) / shard_bytes);
}

std::vector<ShardPart> split_storage(const StoredRelation& stored, std::uint64_t table_bytes, int workers) {
  const std::uint64_t parts = shard_count(stored.bytes, table_bytes, workers);
  if (!reads_blocks(stored, parts, workers)) {
    return {
        {.blocks = std::nullopt, .by_index = stored.condition && stored.condition->access == Access::Index}};
  }
  std::vector<ShardPart> shards;
  for (const BlockRange& range : postgres::split_blocks(stored.bytes / stored.block_bytes, parts)) {
    shards.push_back({.blocks = range});
  }
  return shards;
}

}  // namespace pg2athena::pipeline
