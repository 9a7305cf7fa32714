#include "pipeline/athena_warnings.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pg2athena::pipeline {
namespace {

using types::PartitionBy;

// So many tables have a line each; more of them share one, which names so many.
constexpr std::size_t kLinesOfAMatter = 5;
constexpr std::size_t kNamedTogether = 5;

// "a, b, c and 12 more"
std::string some_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kNamedTogether);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<int>(shown), ", "));
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

// Something that may be said of several tables: of each, and of all together.
class Matter {
 public:
  // `together` is what stands between the number of tables and their names, and behind them.
  Matter(std::string_view together, std::string_view what_to_do)
      : together_(together), what_to_do_(what_to_do) {}

  void add(const PlannedTable& table, std::string line) {
    tables_.push_back(table.display());
    lines_.push_back(fmt::format("{}: {}", table.display(), std::move(line)));
  }

  void say(std::vector<std::string>& warnings) const {
    if (lines_.size() <= kLinesOfAMatter) {
      warnings.insert(warnings.end(), lines_.begin(), lines_.end());
    } else {
      warnings.push_back(
          fmt::format("{} tables {}: {}. {}", tables_.size(), together_, some_of(tables_), what_to_do_));
    }
  }

 private:
  const std::string_view together_;
  const std::string_view what_to_do_;
  std::vector<std::string> tables_;
  std::vector<std::string> lines_;
};

std::string mebibytes(std::uint64_t bytes) {
  constexpr double kMiB = 1 << 20;
  return fmt::format("{:.1f} MiB", std::max(0.1, static_cast<double>(bytes) / kMiB));
}

std::string shard_by(const PlannedTable& table) {
  return fmt::format("; `shard_by: {}` has each part make files of other partitions",
                     table.columns[table.partitioning->column].source_name);
}

std::optional<PartitionEstimate> estimate(const PlannedTable& table) {
  return table.partitioning ? table.partitioning->estimate : std::nullopt;
}

bool passes_limit(const Plan& plan, const PlannedTable& table) {
  const auto expected = estimate(table);
  return expected && expected->partitions > plan.most_partitions;
}

// Athena opens each file by itself, some requests to S3 for each, whatever it has ("Avoid having too many
// files" of "Top 10 Performance Tuning Tips for Amazon Athena", which advises 128 MB and more). What a table
// takes on the server is more than its files do, so these are smaller still.
void warn_of_small_files(const Plan& plan, std::vector<std::string>& warnings) {
  constexpr std::uint64_t kMany = 1000;
  constexpr std::uint64_t kSmall = std::uint64_t{16} << 20U;
  Matter small(
      "would have thousands of small files, which Athena opens one by one",
      "Partition them by month or year instead of by day, by columns with fewer values, or not at all");
  for (const PlannedTable& table : plan.tables) {
    const auto expected = estimate(table);
    const std::uint64_t bytes = table.bytes + table.toast_bytes;
    if (!expected || passes_limit(plan, table) || expected->files <= kMany || bytes == 0) continue;
    if (bytes / expected->files >= kSmall) continue;
    const bool by_shards = expected->files / expected->partitions >= 2;
    small.add(table,
              fmt::format("about {} files in {} partitions, of less than {} on average; Athena opens each by "
                          "itself, and reads those of 128 MB and more best: {}, or not at all{}",
                          expected->files, expected->partitions, mebibytes(bytes / expected->files),
                          fewer_partitions(table.partitioning->by), by_shards ? shard_by(table) : ""));
  }
  small.say(warnings);
}

// Of a projection, a listing of S3 for each partition that a query doesn't rule out; of registered ones,
// their descriptions from Glue.
void warn_of_many_partitions(const Plan& plan, std::vector<std::string>& warnings) {
  constexpr std::uint64_t kMany = 1000;
  Matter many(
      "would have thousands of partitions, each of which a query looks into that has no condition on "
      "the partition column",
      "Partition them by longer times or by columns with fewer values, or see that queries have one");
  for (const PlannedTable& table : plan.tables) {
    const auto expected = estimate(table);
    if (!expected || passes_limit(plan, table) || expected->partitions <= kMany) continue;
    many.add(table, fmt::format("about {} partitions; a query without a condition on {} looks into each of "
                                "them: {}, or see that queries have one",
                                expected->partitions, table.partitioning->name,
                                fewer_partitions(table.partitioning->by)));
  }
  many.say(warnings);
}

// A numeric without a precision, whose every value only a text can hold. Who chose that needs not be told.
void warn_of_numbers_in_text(const Plan& plan, std::vector<std::string>& warnings) {
  Matter texts(
      "have numerics without a precision, which are text in Athena: ORDER BY and comparisons go by "
      "their characters, and sum() takes none",
      "`types: {numeric: {as: \"decimal(38,9)\"}}` makes them numbers where all of them fit; `as: "
      "string` says that text is meant");
  for (const PlannedTable& table : plan.tables) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const PlannedColumn& column = table.columns[i];
      const bool text = table.schema.fields[i].type.id == columnar::TypeId::String;
      if (text && column.as.empty() && column.type.oid == types::oid::kNumeric) {
        names.push_back(table.schema.fields[i].name);
      }
    }
    if (names.empty()) continue;
    texts.add(table,
              fmt::format("{}: numeric without a precision, or of more than 38 digits, and so text in "
                          "Athena: ORDER BY and comparisons go by its characters, and sum() doesn't take "
                          "it. `types: {{{}: {{as: \"decimal(38,9)\"}}}}` makes it a number where all "
                          "values fit; `as: string` says that text is meant",
                          some_of(names), names.front()));
  }
  texts.say(warnings);
}

void warn_of_codec(const Plan& plan, std::vector<std::string>& warnings) {
  if (plan.compression != parquet::Compression::Lz4Raw) return;
  warnings.emplace_back(
      "files.compression: lz4_raw can't be read by Athena (Trino 476, of which it is made, has no decoder "
      "for "
      "it): zstd or snappy can");
}

}  // namespace

std::string_view fewer_partitions(PartitionBy by) {
  switch (by) {
    case PartitionBy::Day:
      return "partition it by month or year";
    case PartitionBy::Month:
      return "partition it by year";
    case PartitionBy::Year:
    case PartitionBy::Value:
      break;
  }
  return "partition it by a column with fewer values";
}

std::vector<std::string> athena_warnings(const Plan& plan) {
  std::vector<std::string> warnings;
  warn_of_codec(plan, warnings);
  warn_of_small_files(plan, warnings);
  warn_of_many_partitions(plan, warnings);
  warn_of_numbers_in_text(plan, warnings);
  return warnings;
}

std::vector<std::string> partition_limit_warnings(const Plan& plan) {
  Matter limit("would have more partitions than limits.partitions takes, and the run ends there",
               "Partition them by longer times or by columns with fewer values, or raise the limit");
  for (const PlannedTable& table : plan.tables) {
    if (!passes_limit(plan, table)) continue;
    limit.add(table, fmt::format("about {} partitions by {}, and the run ends at more than {} "
                                 "(limits.partitions): {}, or raise the limit",
                                 estimate(table)->partitions, table.partitioning->name, plan.most_partitions,
                                 fewer_partitions(table.partitioning->by)));
  }
  std::vector<std::string> warnings;
  limit.say(warnings);
  return warnings;
}

}  // namespace pg2athena::pipeline
