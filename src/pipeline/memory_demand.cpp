#include "pipeline/memory_demand.h"

#include <algorithm>
#include <span>

#include "postgres/row_guard.h"

namespace pg2athena::pipeline {
namespace {

using postgres::ScanSource;

// What an allocation takes besides what was asked for (malloc's header and its rounding).
constexpr std::uint64_t kAllocation = 16;

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

// What texts and types have on the heap, besides themselves: types are trees, which arrays, ranges and
// composites make as large as they like.
std::uint64_t heap_bytes(const std::string& text) {
  constexpr std::size_t kInPlace = 15;  // libstdc++'s
  return text.capacity() > kInPlace ? text.capacity() + kAllocation : 0;
}

std::uint64_t heap_bytes(const columnar::Type& type) {
  std::uint64_t bytes = type.children.empty() ? 0 : kAllocation;
  for (const columnar::Field& field : type.children) {
    bytes += sizeof field + heap_bytes(field.name) + heap_bytes(field.source_name) + heap_bytes(field.type);
  }
  return bytes;
}

std::uint64_t heap_bytes(const types::PgType& type) {
  std::uint64_t bytes = heap_bytes(type.name) + heap_bytes(type.type_name) + heap_bytes(type.extension);
  for (const types::PgType& element : type.element)
    bytes += kAllocation + sizeof element + heap_bytes(element);
  for (const types::PgAttribute& attribute : type.attributes) {
    bytes += sizeof attribute + heap_bytes(attribute.name) + heap_bytes(attribute.type);
  }
  return bytes;
}

std::uint64_t heap_bytes(const types::TypeMapping& mapping) {
  std::uint64_t bytes = heap_bytes(mapping.column) + heap_bytes(mapping.note) +
                        heap_bytes(mapping.can_fail_on) + heap_bytes(mapping.loses) +
                        heap_bytes(mapping.athena);
  for (const types::TypeMapping& part : mapping.parts) bytes += kAllocation + sizeof part + heap_bytes(part);
  return bytes;
}

// A table's columns as each of its sources has them.
std::uint64_t columns_bytes(const PlannedTable& table) {
  std::uint64_t bytes = 0;
  for (const PlannedColumn& column : table.columns) {
    bytes += sizeof(postgres::ScanColumn) + heap_bytes(column.source_name) + heap_bytes(column.type) +
             heap_bytes(column.mapping);
  }
  return bytes;
}

// The ranges of a key: in the plan, as JSON and as text, in receipts and statements; and the points that they
// were chosen from, which stay with what the catalog says (shard_key.cpp has how many).
std::uint64_t ranges_bytes(const Plan& plan, const PlannedTable& table) {
  constexpr std::uint64_t kCopies = 6;
  constexpr std::uint64_t kPoints = 16;
  std::uint64_t bytes = 0;
  for (const PlannedShard& shard :
       std::span(plan.shards)
           .subspan(static_cast<std::size_t>(table.first_shard), static_cast<std::size_t>(table.shards))) {
    const auto* const range = std::get_if<postgres::KeyRange>(&shard.range);
    if (range == nullptr || !range->lower) continue;
    bytes += kCopies * json_bytes(*range->lower) +
             kPoints * (sizeof(postgres::KeyPoint) + heap_bytes(*range->lower));
  }
  return bytes;
}

std::uint64_t plan_bytes(const Plan& plan, const PlannedTable& table) {
  // Measured: what the catalog says, the plan and the schema take less than three times what a source does;
  // a column of a shard's file in its receipt; and, with ten thousand tables, what one takes besides, as the
  // catalog is read again beside the plan, in the server's answers, as progress and as a record.
  constexpr std::uint64_t kPlannedCopies = 3;
  constexpr std::uint64_t kReceiptColumn = 400;
  constexpr std::uint64_t kTable = 8192;
  constexpr std::uint64_t kShard = 1024;
  // A file's receipt without its columns, of which there are as many as partitions where the table has some.
  // Of more files than this in a run only the first count: they would be tiny.
  constexpr std::uint64_t kFile = 512;
  constexpr std::uint64_t kMostFiles = 50'000;
  const std::uint64_t shards = static_cast<std::uint64_t>(table.shards);
  const std::uint64_t files = table.partitioning ? std::min(shards * plan.most_partitions, kMostFiles) : 0;
  const std::uint64_t columns = table.columns.size();
  return kTable + columns_bytes(table) * (kPlannedCopies + table.sources.size()) +
         (kShard + kReceiptColumn * columns) * shards + kFile * files + comments_bytes(table) +
         sql_bytes(plan, table) + ranges_bytes(plan, table);
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
    demand.partitioned = demand.partitioned || table.partitioning.has_value();
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
