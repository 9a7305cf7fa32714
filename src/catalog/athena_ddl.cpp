#include "catalog/athena_ddl.h"

#include <utility>

#include <fmt/format.h>

#include "catalog/glue_names.h"
#include "catalog/glue_partitions.h"
#include "catalog/hive_sql.h"
#include "catalog/partition_projection.h"
#include "catalog/table_parameters.h"

namespace pg2athena::catalog {
namespace {

using Warnings = std::vector<std::string>;

void check_name(std::string_view what, std::string_view name, Warnings& warnings) {
  if (name.size() <= kGlueNameBytes) return;
  warnings.push_back(fmt::format("{} {} has a name of {} bytes; Athena will refuse it: {} are the most", what,
                                 hive_identifier(on_one_line(name)), name.size(), kGlueNameBytes));
}

std::string column_sql(const TableColumn& column, Warnings& warnings) {
  check_name("the column", column.name, warnings);
  std::string sql = fmt::format("  {} {}", hive_identifier(column.name), column.type);
  if (column.comment.empty()) return sql;
  const std::string comment = glue_comment(column.comment);
  if (comment.size() < column.comment.size()) {
    warnings.push_back(fmt::format("the comment of {} is cut from {} to {} bytes, Glue's most",
                                   hive_identifier(column.name), column.comment.size(), comment.size()));
  }
  return sql + " COMMENT " + hive_literal(comment);
}

// A table's comment may have several lines: the literal is on one all the same (hive_sql.h).
std::string comment_sql(const TableRecord& record, Warnings& warnings) {
  const std::string comment = glue_description(record.comment);
  if (comment.empty()) return "";
  if (comment.size() < record.comment.size()) {
    warnings.push_back(fmt::format("the comment of the table is cut from {} to {} bytes, Glue's most",
                                   record.comment.size(), comment.size()));
  }
  return "COMMENT " + hive_literal(comment) + "\n";
}

std::string partitioned_by(const TableRecord& record, Warnings& warnings) {
  if (!record.partitioning) return "";
  const TablePartitioning& by = *record.partitioning;
  check_name("the partition column", by.column, warnings);
  return fmt::format("PARTITIONED BY ({} {})\n", hive_identifier(by.column), by.type);
}

std::string create_sql(const TableRecord& record, const DdlOptions& options, const PartitionScheme& scheme,
                       Warnings& warnings) {
  check_name("the table", glue_table_name(record.table), warnings);
  auto parameters = run_parameters(record);
  parameters.insert(scheme.projection.begin(), scheme.projection.end());
  std::string sql = fmt::format(
      "CREATE EXTERNAL TABLE {} {}\n"
      "{}{}"
      "STORED AS PARQUET\n"
      "LOCATION {}\n"
      "TBLPROPERTIES {};\n",
      athena_table(record, options), columns_sql(record.columns, warnings), comment_sql(record, warnings),
      partitioned_by(record, warnings), hive_literal(options.lake.url(record.data)),
      hive_properties(parameters));
  check_statement(sql, warnings);
  if (!record.partitioning || !scheme.projection.empty()) return sql;
  return sql + add_partitions_sql(record, record.partitioning->values, options);
}

}  // namespace

std::string athena_table(const TableRecord& record, const DdlOptions& options) {
  const std::string name = hive_identifier(glue_table_name(record.table));
  return options.database.empty() ? name : hive_identifier(options.database) + "." + name;
}

PartitionScheme partition_scheme(const TableRecord& record, const DdlOptions& options) {
  if (!record.partitioning || options.partitions == DdlPartitions::Registered) return {};
  if (registers_partitions(record)) {
    return {.projection = {}, .why_registered = "partition_by wants them registered"};
  }
  auto projection = projection_parameters(record, options.lake.url(record.data));
  if (!projection) {
    return {.projection = {}, .why_registered = on_one_line(projection.error().message())};
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : *projection) bytes += name.size() + value.size();
  // The rest of the statement wants room, too.
  if (bytes > kMaxStatementBytes / 2) {
    return {.projection = {},
            .why_registered = fmt::format("their list has {} bytes, and a statement takes {} at most", bytes,
                                          kMaxStatementBytes)};
  }
  return {.projection = std::move(*projection), .why_registered = {}};
}

void check_statement(std::string_view sql, Warnings& warnings) {
  if (sql.size() <= kMaxStatementBytes) return;
  warnings.push_back(
      fmt::format("the statement has {} bytes; Athena will refuse it: {} are the most. Shorter comments of "
                  "columns help",
                  sql.size(), kMaxStatementBytes));
}

std::string columns_sql(std::span<const TableColumn> columns, Warnings& warnings) {
  std::string sql;
  for (const TableColumn& column : columns) {
    sql += (sql.empty() ? "(\n" : ",\n") + column_sql(column, warnings);
  }
  return sql + "\n)";
}

// Numbers are between quotes, too, which Hive reads as what the column is: its grammar has no negative number
// there (partitionVal, constant of HiveParser.g).
std::string partition_sql(const TablePartitioning& by, const std::string& value) {
  return fmt::format("PARTITION ({} = {})", hive_identifier(by.column), hive_literal(value));
}

// Athena could find them by itself (MSCK REPAIR TABLE), by listing every object of the table; but it decodes
// folders' names by rules of its own, and takes no notice of what it can't.
std::string add_partitions_sql(const TableRecord& record, std::span<const std::string> values,
                               const DdlOptions& options) {
  std::string sql;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % kPartitionsInStatement == 0) {
      sql += fmt::format("{}ALTER TABLE {} ADD", i == 0 ? "" : ";\n", athena_table(record, options));
    }
    sql += fmt::format("\n  {} LOCATION {}", partition_sql(*record.partitioning, values[i]),
                       hive_literal(partition_url(record, options.lake, values[i])));
  }
  return sql.empty() ? sql : sql + ";\n";
}

std::string create_table_sql(const TableRecord& record, const DdlOptions& options) {
  const PartitionScheme scheme = partition_scheme(record, options);
  Warnings warnings;
  const std::string sql = create_sql(record, options, scheme, warnings);
  std::string text = fmt::format("-- {}: run {}, {} row{} in {} file{}\n", on_one_line(record.table),
                                 on_one_line(record.run_id), record.rows, record.rows == 1 ? "" : "s",
                                 record.files, record.files == 1 ? "" : "s");
  if (!scheme.why_registered.empty()) {
    text += fmt::format("-- its partitions are registered one by one: {}\n", scheme.why_registered);
  }
  for (const std::string& warning : warnings) text += "-- warning: " + warning + "\n";
  return text + sql;
}

}  // namespace pg2athena::catalog
