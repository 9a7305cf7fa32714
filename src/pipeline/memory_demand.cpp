#include "pipeline/memory_demand.h"

#include <algorithm>

#include "postgres/row_guard.h"

namespace pg2athena::pipeline {
namespace {

using postgres::ScanSource;

bool has_large_columns(const ScanSource& source) {
  return !std::ranges::all_of(source.columns, [](const postgres::ScanColumn& column) {
    return postgres::most_bytes(column).has_value();
  });
}

// What a row may take with us. Where it is stored bounds only values that don't expand.
std::optional<std::uint64_t> largest_decoded_row(const ScanSource& source) {
  return std::ranges::any_of(source.columns, postgres::expands) ? std::nullopt : source.largest_row;
}

// The bytes of a text in JSON, which escapes control characters as \u0001, and some others with a backslash.
std::uint64_t json_bytes(std::string_view text) {
  std::uint64_t bytes = text.size();
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20U) {
      bytes += 5;
    } else if (c == '"' || c == '\\') {
      ++bytes;
    }
  }
  return bytes;
}

// Measured: how often a comment is in memory when it is most often there, with what its copies leave unused:
// as the catalog is read a second time, beside the plan; in the tables' records; and in plan.json.
std::uint64_t comment_bytes(std::string_view comment) {
  constexpr std::uint64_t kCopies = 8;
  constexpr std::uint64_t kJsonCopies = 4;
  return kCopies * comment.size() + kJsonCopies * json_bytes(comment);
}

std::uint64_t comments_bytes(const PlannedTable& table) {
  std::uint64_t bytes = comment_bytes(table.comment);
  for (const columnar::Field& field : table.schema.fields) bytes += comment_bytes(field.comment);
  return bytes;
}

// The same of the operator's SQL: with each source, and with each worker as a statement, in libpq's buffer
// and in a file's footer.
std::uint64_t sql_bytes(const Plan& plan, const PlannedTable& table) {
  constexpr std::uint64_t kCopies = 5;
  constexpr std::uint64_t kJsonCopies = 3;
  constexpr std::uint64_t kWorkerCopies = 5;
  const std::string_view sql = table.kind == "query" ? table.source : table.where;
  const std::uint64_t copies =
      kCopies + table.sources.size() + kWorkerCopies * static_cast<std::uint64_t>(plan.workers);
  return copies * sql.size() + kJsonCopies * json_bytes(sql);
}

std::uint64_t plan_bytes(const Plan& plan, const PlannedTable& table) {
  // Measured: a column of a source in the plan; a column of a shard's file in its receipt.
  constexpr std::uint64_t kPlannedColumn = 600;
  constexpr std::uint64_t kReceiptColumn = 300;
  constexpr std::uint64_t kShard = 1024;
  const std::uint64_t columns = table.columns.size();
  return kPlannedColumn * columns * (1 + table.sources.size()) +
         (kShard + kReceiptColumn * columns) * static_cast<std::uint64_t>(table.shards) +
         comments_bytes(table) + sql_bytes(plan, table);
}

}  // namespace

std::optional<std::uint64_t> largest_row(const postgres::StoredRelation& stored, const ScanSource& source) {
  const auto stored_bytes = stored.largest_row();
  if (!stored_bytes) return std::nullopt;
  return *stored_bytes *
         (std::ranges::any_of(source.columns, postgres::expands) ? postgres::kUsualExpansion : 1);
}

MemoryDemand memory_demand(const Plan& plan) {
  MemoryDemand demand{.workers = plan.workers,
                      .largest_row = 0,
                      .compression = plan.compression,
                      .compression_level = plan.compression_level};
  for (const PlannedTable& table : plan.tables) {
    demand.columns = std::max(demand.columns, table.columns.size());
    demand.plan_bytes += plan_bytes(plan, table);
    for (const auto& source : table.sources) {
      demand.small_bytes = std::max(demand.small_bytes, postgres::small_columns_bytes(source->columns));
      const auto largest = largest_decoded_row(*source);
      demand.largest_row = demand.largest_row && largest
                               ? std::optional(std::max(*demand.largest_row, *largest))
                               : std::nullopt;
    }
  }
  return demand;
}

void guard_rows(const Plan& plan) {
  const MemoryPlan& memory = plan.memory;
  const std::uint64_t reserved = memory.row_bytes - plan.memory_demand.small_bytes;
  for (const PlannedTable& table : plan.tables) {
    for (const auto& source : table.sources) {
      // Without large columns there is nothing to measure.
      source->max_value_bytes =
          has_large_columns(*source) ? std::min(memory.max_value_bytes, reserved) : memory.max_value_bytes;
      source->guarded = !source->largest_row || *source->largest_row > source->max_value_bytes;
    }
  }
}

}  // namespace pg2athena::pipeline
