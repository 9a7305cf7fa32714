#include "pipeline/shard_plan.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "postgres/key_points.h"

namespace pg2athena::pipeline {
namespace {

using Access = postgres::ConditionPlan::Access;
using postgres::BlockRange;
using postgres::KeyRange;
using postgres::KeyValues;
using postgres::RelationKind;
using postgres::ShardKey;
using postgres::StoredRelation;
using postgres::WholeSource;

// A large table becomes at least this many shards for each worker, so that they end at about the same time.
constexpr std::uint64_t kShardsPerWorker = 4;
// Smaller shards would make files that Athena reads badly; larger ones files of many row groups, and a lost
// connection would cost more.
constexpr std::uint64_t kMinShardBytes = std::uint64_t{32} << 20U;
constexpr std::uint64_t kMaxShardBytes = std::uint64_t{512} << 20U;
constexpr std::uint64_t kMaxPartitionedShardBytes = std::uint64_t{4} << 30U;

std::uint64_t shards_of_workers(int workers, bool partitioned) {
  return (partitioned ? 1 : kShardsPerWorker) * static_cast<std::uint64_t>(workers);
}

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

// `bytes` × part / whole; both are numbers of blocks, of which a heap has less than 2^32.
std::uint64_t share(std::uint64_t bytes, std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? bytes : bytes / whole * part + bytes % whole * part / whole;
}

std::uint64_t share(std::uint64_t bytes, double part) {
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * std::clamp(part, 0.0, 1.0));
}

std::vector<ShardPart> by_blocks(const StoredRelation& stored, std::uint64_t bytes, std::uint64_t parts) {
  const std::uint64_t blocks = stored.bytes / stored.block_bytes;
  std::vector<ShardPart> shards;
  for (const BlockRange& range : postgres::split_blocks(blocks, parts)) {
    const std::uint64_t of_range = range.end.value_or(blocks) - range.first;
    shards.push_back({.range = range, .bytes = share(bytes, of_range, blocks)});
  }
  return shards;
}

// The bounds are values of points: a range has the rows of the points from its lower bound on.
std::vector<ShardPart> by_key(const ShardKey& key, std::span<const std::string> bounds,
                              const KeyValues& values, std::optional<std::uint64_t> bytes) {
  const double rows = postgres::all_rows(values.points);
  std::vector<ShardPart> shards;
  auto point = values.points.begin();
  for (const KeyRange& range : postgres::ranges_between(key.column, bounds, key.nullable)) {
    double part = range.nulls ? values.null_share : 0;
    for (; !range.nulls && point != values.points.end() && point->value != range.upper; ++point) {
      part += point->rows / rows * (1 - values.null_share);
    }
    shards.push_back({.range = range, .bytes = bytes ? std::optional(share(*bytes, part)) : std::nullopt});
  }
  return shards;
}

// All of it; by an index what the condition wants.
ShardPart in_one(const StoredRelation& stored, std::uint64_t bytes) {
  ShardPart part{.range = WholeSource(), .bytes = bytes};
  if (!stored.condition || stored.condition->access == Access::Blocks) return part;
  part.by_index = stored.condition->access == Access::Index;
  if (stored.estimated_rows > 0) part.bytes = share(bytes, stored.condition->rows / stored.estimated_rows);
  return part;
}

}  // namespace

std::uint64_t shard_count(std::uint64_t bytes, std::uint64_t table_bytes, int workers, bool partitioned) {
  const std::uint64_t wanted = table_bytes / shards_of_workers(workers, partitioned);
  const std::uint64_t most = partitioned ? kMaxPartitionedShardBytes : kMaxShardBytes;
  const std::uint64_t shard_bytes = std::clamp(wanted, kMinShardBytes, most);
  return std::max<std::uint64_t>(1, (bytes + shard_bytes / 2) / shard_bytes);
}

std::uint64_t bytes_to_read(const StoredRelation& stored, bool toast) {
  return stored.bytes + (toast ? stored.toast_bytes : 0);
}

std::vector<ShardPart> split_whole(const KeyValues& values, std::optional<std::uint64_t> bytes,
                                   const SplitOptions& options) {
  const std::uint64_t unsized = shards_of_workers(options.workers, options.partitioned);
  const std::uint64_t parts =
      bytes ? shard_count(*bytes, options.table_bytes, options.workers, options.partitioned) : unsized;
  const std::vector<std::string> bounds = postgres::choose_bounds(values.points, parts);
  if (!options.key || bounds.empty()) return {{.range = WholeSource(), .bytes = bytes}};
  return by_key(*options.key, bounds, values, bytes);
}

std::vector<ShardPart> split_storage(const StoredRelation& stored, const SplitOptions& options) {
  const bool sized = stored.kind != RelationKind::Foreign;
  const std::uint64_t bytes = bytes_to_read(stored, options.toast);
  const std::uint64_t parts = shard_count(bytes, options.table_bytes, options.workers, options.partitioned);
  const bool named = options.key && options.key->named;
  if (!named && reads_blocks(stored, parts, options.workers)) return by_blocks(stored, bytes, parts);
  const bool selective = stored.condition && stored.condition->access != Access::Blocks;
  const bool nothing = selective && stored.condition->access == Access::Nothing;
  if (nothing || (selective && !named)) return {in_one(stored, bytes)};
  return split_whole(stored.key_values, sized ? std::optional(bytes) : std::nullopt, options);
}

std::vector<const PlannedShard*> reading_order(std::span<const PlannedShard> shards) {
  std::vector<const PlannedShard*> order;
  for (const PlannedShard& shard : shards) order.push_back(&shard);
  const auto magnitude = [](const PlannedShard* shard) {
    return shard->bytes ? 64 - std::countl_zero(*shard->bytes) : std::numeric_limits<int>::max();
  };
  // By their numbers, which are the order in which they stand here, where they are alike. (Not stable_sort,
  // of which the clang build warns: libstdc++'s uses what C++20 has removed.)
  std::ranges::sort(order, [&](const PlannedShard* a, const PlannedShard* b) {
    return std::pair(-magnitude(a), a) < std::pair(-magnitude(b), b);
  });
  return order;
}

}  // namespace pg2athena::pipeline
