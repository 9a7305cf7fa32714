#include "postgres/scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "postgres/row_guard.h"

namespace pg2athena::postgres {
namespace {

// What goes as text is what the output function prints. format('%s') calls it; a cast to text would not (it
// changes inet, char(n) and boolean). format turns NULL into '', so NULL is kept apart by a test that is true
// for NULL alone: IS NULL is also true for a row of NULLs, but IS NOT DISTINCT FROM a literal NULL is not
// (transformAExprDistinct in src/backend/parser/parse_expr.c makes a test of the value as a whole).
std::string select_item(const ScanColumn& column) {
  std::string name = quote_identifier(column.name);
  if (column.mapping.wire == types::WireForm::Binary) return name;
  return fmt::format(
      "CASE WHEN {0} IS NOT DISTINCT FROM NULL THEN NULL ELSE pg_catalog.format('%s', {0}) END", name);
}

// The operators are qualified: a search_path of the operator's may have others of their names before
// pg_catalog's.
std::string block_condition(const BlockRange& blocks) {
  std::string condition = fmt::format("ctid OPERATOR(pg_catalog.>=) '({},0)'::pg_catalog.tid", blocks.first);
  if (blocks.end) {
    condition += fmt::format(" AND ctid OPERATOR(pg_catalog.<) '({},0)'::pg_catalog.tid", *blocks.end);
  }
  return condition;
}

// FROM and WHERE.
std::string rows_of(const ScanSource& source, const std::optional<BlockRange>& blocks) {
  if (!source.row_columns.empty()) {
    const std::string range = blocks ? block_condition(*blocks) : "";
    return fmt::format("FROM {} WHERE {}",
                       rows_as_of_table(*source.relation, source.name_in_where, source.row_columns, range),
                       parenthesised(source.where));
  }
  std::string clause = "FROM " + source.from_clause();
  if (!source.where.empty()) clause += " AS " + quote_identifier(source.name_in_where);
  std::vector<std::string> conditions;
  if (blocks) conditions.push_back(block_condition(*blocks));
  if (!source.where.empty()) conditions.push_back(parenthesised(source.where));
  if (!conditions.empty()) clause += fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
  return clause;
}

}  // namespace

std::string rows_as_of_table(const RelationName& part, std::string_view alias,
                             const std::vector<std::string>& columns, const std::string& condition) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + quote_identifier(column);
  const std::string name = quote_identifier(alias);
  return fmt::format("(SELECT {} FROM ONLY {} AS {}{}{}) AS {}", list, part.quoted(), name,
                     condition.empty() ? "" : " WHERE ", condition, name);
}

std::string ScanSource::display() const {
  return relation ? relation->display() : "query " + query_name;
}

std::string ScanSource::from_clause() const {
  if (!relation) return parenthesised(query) + " AS q";
  return fmt::format("{}{}", only ? "ONLY " : "", relation->quoted());
}

std::vector<BlockRange> split_blocks(std::uint64_t blocks, std::uint64_t parts) {
  parts = std::clamp<std::uint64_t>(parts, 1, std::max<std::uint64_t>(blocks, 1));
  std::vector<BlockRange> ranges;
  for (std::uint64_t i = 0; i < parts; ++i) {
    BlockRange range{.first = static_cast<std::uint32_t>(blocks * i / parts), .end = std::nullopt};
    if (i + 1 < parts) range.end = static_cast<std::uint32_t>(blocks * (i + 1) / parts);
    ranges.push_back(range);
  }
  return ranges;
}

std::string copy_statement(const ScanSource& source, const std::optional<BlockRange>& blocks) {
  std::string list;
  // The guard stands at the first column that can be large, and its condition is never true.
  std::string guard = source.guarded ? row_guard(source, source.relation.has_value() && blocks.has_value() &&
                                                             source.row_columns.empty())
                                     : "";
  for (const ScanColumn& column : source.columns) {
    std::string item = select_item(column);
    if (!guard.empty() && !most_bytes(column)) {
      item = fmt::format("CASE WHEN {} THEN NULL ELSE {} END", std::exchange(guard, ""), item);
    }
    list += (list.empty() ? "" : ", ") + item;
  }
  return fmt::format("COPY (SELECT {} {}) TO STDOUT (FORMAT binary)", list, rows_of(source, blocks));
}

std::string ctid_statement(const ScanSource& source, const BlockRange& blocks, std::uint64_t row) {
  return fmt::format("SELECT ctid {} OFFSET {} LIMIT 1", rows_of(source, blocks), row);
}

}  // namespace pg2athena::postgres
