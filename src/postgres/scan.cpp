#include "postgres/scan.h"

#include <algorithm>
#include <array>
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

// By its bytes, where the type's own order may call texts equal that differ: citext, a collation that isn't
// deterministic. And never a name alone, which ORDER BY takes for one of the SELECT list
// (findTargetlistEntrySQL92 in src/backend/parser/parse_clause.c), where it may be there twice.
std::string order_clause(const ScanColumn& column) {
  const std::string name = quote_identifier(column.name);
  constexpr std::array<std::string_view, 4> kTexts = {"text", "varchar", "char", "citext"};
  return std::ranges::find(kTexts, column.mapping.row->name) != kTexts.end()
             ? fmt::format(" ORDER BY {}::pg_catalog.text COLLATE pg_catalog.\"C\"", name)
             : fmt::format(" ORDER BY COALESCE({})", name);
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

std::string rows_of(const ScanSource& source, const ShardRange& range) {
  const std::string in_range = range_condition(range);
  if (!source.row_columns.empty()) {
    return fmt::format("FROM {} WHERE {}",
                       rows_as_of_table(*source.relation, source.name_in_where, source.row_columns, in_range),
                       parenthesised(source.where));
  }
  std::string clause = "FROM " + source.from_clause();
  if (!source.where.empty()) clause += " AS " + quote_identifier(source.name_in_where);
  std::vector<std::string> conditions;
  if (!in_range.empty()) conditions.push_back(in_range);
  if (!source.where.empty()) conditions.push_back(parenthesised(source.where));
  if (!conditions.empty()) clause += fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
  return clause;
}

std::string copy_statement(const ScanSource& source, const ShardRange& range,
                           std::optional<std::size_t> order_by) {
  std::string list;
  // The guard stands at the first column that can be large, and its condition is never true.
  const bool with_ctid = std::holds_alternative<BlockRange>(range) && source.row_columns.empty();
  std::string guard = source.guarded ? row_guard(source, with_ctid) : "";
  for (const ScanColumn& column : source.columns) {
    std::string item = select_item(column);
    if (!guard.empty() && !most_bytes(column)) {
      item = fmt::format("CASE WHEN {} THEN NULL ELSE {} END", std::exchange(guard, ""), item);
    }
    list += (list.empty() ? "" : ", ") + item;
  }
  return fmt::format("COPY (SELECT {} {}{}) TO STDOUT (FORMAT binary)", list, rows_of(source, range),
                     order_by ? order_clause(source.columns[*order_by]) : "");
}

std::string ctid_statement(const ScanSource& source, const BlockRange& blocks, std::uint64_t row) {
  return fmt::format("SELECT ctid {} OFFSET {} LIMIT 1", rows_of(source, blocks), row);
}

}  // namespace pg2athena::postgres
