#include "pipeline/run_summary.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "pipeline/athena_warnings.h"

namespace pg2athena::pipeline {
namespace {

// Sums what the shards of a table count.
void add_coerced(const std::vector<catalog::CoercedColumn>& of_shard,
                 std::vector<catalog::CoercedColumn>& sum) {
  for (const catalog::CoercedColumn& counted : of_shard) {
    const auto found = std::ranges::find_if(sum, [&](const catalog::CoercedColumn& other) {
      return other.column == counted.column && other.policy == counted.policy;
    });
    if (found == sum.end()) {
      sum.push_back(counted);
    } else {
      found->values += counted.values;
    }
  }
}

void sort_by_column(const columnar::Schema& schema, std::vector<catalog::CoercedColumn>& coerced) {
  std::ranges::sort(coerced, {}, [&](const catalog::CoercedColumn& column) {
    const auto field = std::ranges::find(schema.fields, column.column, &columnar::Field::name);
    return std::pair(field - schema.fields.begin(), column.policy);
  });
}

// Readers open each file by itself; what that costs is more than what they read of one so small. Athena opens
// many at once, so of fewer than these nobody notices.
void warn_of_small_files(const PlannedPartitioning& partitioning, const TableSummary& table,
                         const observe::Log& log) {
  constexpr std::uint64_t kMany = 100;
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 20U;
  if (table.files < kMany || table.bytes / table.files >= kSmall) return;
  log.warn("small_files",
           fmt::format("its files are many and small, and queries over many of them slow: {}, or not at all",
                       fewer_partitions(partitioning.by)),
           {{"files", table.files}, {"average_bytes", table.bytes / table.files}});
}

}  // namespace

std::vector<TableSummary> summarize_tables(const Plan& plan, const observe::ProgressSnapshot& progress,
                                           const std::vector<catalog::Receipt>& receipts,
                                           std::vector<catalog::TableOutcome>& outcomes) {
  std::vector<TableSummary> tables;
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const PlannedTable& planned = plan.tables[i];
    const observe::TableSnapshot& read = progress.tables[i];
    tables.push_back({.name = planned.name,
                      .source = planned.source,
                      .rows = read.rows,
                      .bytes_read = read.bytes_read,
                      .elapsed = read.elapsed,
                      .outcome = {}});
    if (plan.verify != Verify::None) tables.back().verified = verified_columns(plan, planned);
    if (i < outcomes.size()) tables.back().outcome = std::move(outcomes[i]);
  }
  for (const catalog::Receipt& receipt : receipts) {
    TableSummary& table = tables[plan.shards[static_cast<std::size_t>(receipt.shard)].table];
    table.bytes += receipt.bytes;
    table.files += receipt.files.size();
    add_coerced(receipt.coerced, table.coerced);
  }
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    sort_by_column(plan.tables[i].schema, tables[i].coerced);
  }
  return tables;
}

void log_tables(const Plan& plan, const RunSummary& summary, const observe::Log& run_log) {
  for (std::size_t i = 0; i < summary.tables.size(); ++i) {
    const TableSummary& table = summary.tables[i];
    const observe::Log log = run_log.with({{"table", table.name}});
    if (const auto& by = plan.tables[i].partitioning) warn_of_small_files(*by, table, log);
    for (const catalog::CoercedColumn& coerced : table.coerced) {
      log.warn("values_coerced",
               "values that did not fit their column were changed, as on_unrepresentable says",
               {{"column", coerced.column}, {"policy", coerced.policy}, {"values", coerced.values}});
    }
    if (table.outcome.error) {
      // Whoever began the run says the error itself, as its end.
      log.error("table_not_published", *table.outcome.error, observe::Level::Info);
    } else {
      log.info("table_published", "table published", {{"rows", table.rows}, {"bytes", table.bytes}});
    }
  }
}

}  // namespace pg2athena::pipeline
