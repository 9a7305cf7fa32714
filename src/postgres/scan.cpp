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

std::string where_clause(const std::optional<BlockRange>& blocks) {
  if (!blocks) return "";
  std::string where = fmt::format(" WHERE ctid >= '({},0)'::pg_catalog.tid", blocks->first);
  if (blocks->end) where += fmt::format(" AND ctid < '({},0)'::pg_catalog.tid", *blocks->end);
  return where;
}

}  // namespace

std::string ScanSource::display() const {
  return relation ? relation->display() : "query";
}

std::string ScanSource::from_clause() const {
  if (!relation) return fmt::format("(\n{}\n) AS q", query);
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
  std::string guard =
      source.guarded ? row_guard(source, source.relation.has_value() && blocks.has_value()) : "";
  for (const ScanColumn& column : source.columns) {
    std::string item = select_item(column);
    if (!guard.empty() && !most_bytes(column)) {
      item = fmt::format("CASE WHEN {} THEN NULL ELSE {} END", std::exchange(guard, ""), item);
    }
    list += (list.empty() ? "" : ", ") + item;
  }
  return fmt::format("COPY (SELECT {} FROM {}{}) TO STDOUT (FORMAT binary)", list, source.from_clause(),
                     where_clause(blocks));
}

std::string ctid_statement(const ScanSource& source, const BlockRange& blocks, std::uint64_t row) {
  return fmt::format("SELECT ctid FROM {}{} OFFSET {} LIMIT 1", source.from_clause(), where_clause(blocks),
                     row);
}

}  // namespace pg2athena::postgres
