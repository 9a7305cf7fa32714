#include "postgres/projection.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/spelling.h"

namespace pg2athena::postgres {

Error no_such_column(const std::string& of, std::span<const RelationColumn> columns,
                     const std::string& name) {
  std::vector<std::string> names;
  for (const RelationColumn& column : columns) names.push_back(column.name);
  const std::string near = nearest_name(name, names);
  return Error(ErrorKind::NotFound, fmt::format("{} has no column {}", of, quote_identifier(name)))
      .hint(near.empty()
                ? fmt::format("its columns: {}", fmt::join(names, ", "))
                : fmt::format("did you mean {}? Columns are named as they are, without quotes", near));
}

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
    if (found == relation.columns.end()) {
      const std::string of = relation.name.display();
      return fail(no_such_column(of, relation.columns, name).with("table", of));
    }
    chosen.push_back(*found);
  }
  relation.chosen_from = relation.columns.size();
  relation.columns = std::move(chosen);
  return {};
}

}  // namespace pg2athena::postgres
