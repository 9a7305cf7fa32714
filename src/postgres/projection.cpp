#include "postgres/projection.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/spelling.h"

namespace pg2athena::postgres {
namespace {

Error no_such_column(const Relation& relation, const std::string& name) {
  std::vector<std::string> names;
  for (const RelationColumn& column : relation.columns) names.push_back(column.name);
  const std::string near = nearest_name(name, names);
  return Error(ErrorKind::NotFound,
               fmt::format("{} has no column {}", relation.name.display(), quote_identifier(name)))
      .with("table", relation.name.display())
      .hint(near.empty()
                ? fmt::format("its columns: {}", fmt::join(names, ", "))
                : fmt::format("did you mean {}? Columns are named as they are, without quotes", near));
}

}  // namespace

Result<void> project(Relation& relation, const std::vector<std::string>& columns) {
  if (columns.empty()) return {};
  std::vector<RelationColumn> chosen;
  for (const std::string& name : columns) {
    if (std::ranges::find(chosen, name, &RelationColumn::name) != chosen.end()) {
      return fail(
          Error(ErrorKind::InvalidArgument, fmt::format("column {} is named twice", quote_identifier(name)))
              .with("table", relation.name.display())
              .hint("name it once"));
    }
    const auto found = std::ranges::find(relation.columns, name, &RelationColumn::name);
    if (found == relation.columns.end()) return fail(no_such_column(relation, name));
    chosen.push_back(*found);
  }
  relation.chosen_from = relation.columns.size();
  relation.columns = std::move(chosen);
  return {};
}

}  // namespace pg2athena::postgres
