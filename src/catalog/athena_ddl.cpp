#include "catalog/athena_ddl.h"

#include <vector>

#include <fmt/format.h>

#include "catalog/glue_names.h"
#include "catalog/partition_name.h"

namespace pg2athena::catalog {
namespace {

// A statement, "Query string length" of docs.aws.amazon.com/athena/latest/ug/service-limits.html.
constexpr std::size_t kMaxStatementBytes = 262'144;

// A name between backticks. A backtick in it is doubled (Hive's rule; no name of a lake has one).
std::string identifier(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

// A string literal, as Hive's parser reads it: the backslash escapes, and nothing else does; a doubled quote
// would be two literals (BaseSemanticAnalyzer.unescapeSQLString in Apache Hive, whose grammar Athena's DDL
// is).
std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// So many partitions in one ALTER TABLE. Glue's API takes 100 at once (BatchCreatePartition), so more would
// be no quicker, and a statement stays short of its limit.
constexpr std::size_t kPartitionsInStatement = 100;

struct Statement {
  std::string sql;
  std::vector<std::string> warnings;
};

void check_name(std::string_view what, std::string_view name, Statement& statement) {
  if (name.size() <= kGlueNameBytes) return;
  statement.warnings.push_back(
      fmt::format("{} {} has a name of {} bytes; Athena will refuse it: {} are the most", what,
                  identifier(on_one_line(name)), name.size(), kGlueNameBytes));
}

std::string column_sql(const TableColumn& column, Statement& statement) {
  check_name("the column", column.name, statement);
  std::string sql = fmt::format("  {} {}", identifier(column.name), column.type);
  if (column.comment.empty()) return sql;
  const std::string comment = glue_comment(column.comment);
  if (comment.size() < column.comment.size()) {
    statement.warnings.push_back(fmt::format("the comment of {} is cut from {} to {} bytes, Glue's most",
                                             identifier(column.name), column.comment.size(), comment.size()));
  }
  return sql + " COMMENT " + literal(comment);
}

std::string partitioned_by(const TableRecord& record, Statement& statement) {
  if (!record.partitioning) return "";
  const TablePartitioning& by = *record.partitioning;
  check_name("the partition column", by.column, statement);
  return fmt::format("PARTITIONED BY ({} {})\n", identifier(by.column), by.type);
}

// Each with its location. Athena could find them by itself (MSCK REPAIR TABLE), by listing every object of
// the table; but it decodes folders' names by rules of its own, and takes no notice of what it can't.
std::string add_partitions_sql(const TableRecord& record, const storage::S3Location& lake,
                               std::string_view table) {
  std::string sql;
  if (!record.partitioning) return sql;
  const TablePartitioning& by = *record.partitioning;
  for (std::size_t i = 0; i < by.values.size(); ++i) {
    if (i % kPartitionsInStatement == 0) {
      sql += fmt::format("{}ALTER TABLE {} ADD", i == 0 ? "" : ";\n", table);
    }
    const std::string folder = partition_folder(by.column, by.values[i]);
    sql += fmt::format("\n  PARTITION ({} = {}) LOCATION {}", identifier(by.column), literal(by.values[i]),
                       literal(lake.url(fmt::format("{}{}/", record.data, folder))));
  }
  return sql.empty() ? sql : sql + ";\n";
}

Statement statement_of(const TableRecord& record, const storage::S3Location& lake,
                       std::string_view database) {
  Statement statement;
  const std::string name = glue_table_name(record.table);
  check_name("the table", name, statement);
  const std::string qualifier = database.empty() ? "" : identifier(database) + ".";
  std::string columns;
  for (const TableColumn& column : record.columns) {
    columns += (columns.empty() ? "" : ",\n") + column_sql(column, statement);
  }
  statement.sql = fmt::format(
      "CREATE EXTERNAL TABLE {}{} (\n"
      "{}\n"
      ")\n"
      "{}"
      "STORED AS PARQUET\n"
      "LOCATION {}\n"
      "TBLPROPERTIES (\n"
      "  'classification' = 'parquet',\n"
      "  'pg2athena.table' = {},\n"
      "  'pg2athena.run_id' = {}\n"
      ");\n",
      qualifier, identifier(name), columns, partitioned_by(record, statement), literal(lake.url(record.data)),
      literal(record.table), literal(record.run_id));
  if (statement.sql.size() > kMaxStatementBytes) {
    statement.warnings.push_back(
        fmt::format("the statement has {} bytes; Athena will refuse it: {} are the most. Shorter comments of "
                    "columns help",
                    statement.sql.size(), kMaxStatementBytes));
  }
  statement.sql += add_partitions_sql(record, lake, qualifier + identifier(name));
  return statement;
}

}  // namespace

std::string create_table_sql(const TableRecord& record, const storage::S3Location& lake,
                             std::string_view database) {
  const Statement statement = statement_of(record, lake, database);
  std::string text =
      fmt::format("-- {}: run {}, {} rows in {} file{}\n", on_one_line(record.table),
                  on_one_line(record.run_id), record.rows, record.files, record.files == 1 ? "" : "s");
  for (const std::string& warning : statement.warnings) text += "-- warning: " + warning + "\n";
  return text + statement.sql;
}

}  // namespace pg2athena::catalog
