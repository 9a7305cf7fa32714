#include "cli/published_tables.h"

#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/spelling.h"
#include "catalog/glue_names.h"
#include "postgres/selection.h"

namespace pg2athena::cli {
namespace {

using postgres::NamePattern;

// A lake's name has at most one dot, behind the schema (src/types/lake_name.h).
bool matches(const NamePattern& pattern, std::string_view table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return !pattern.has_schema() && pattern.matches_name(table);
  return pattern.matches_schema(table.substr(0, dot)) && pattern.matches_name(table.substr(dot + 1));
}

std::unexpected<Error> not_found(const std::string& pattern, std::vector<std::string> names) {
  // A name without its schema is as near as the table's own.
  const std::size_t tables = names.size();
  for (std::size_t i = 0; i < tables; ++i) names.push_back(catalog::glue_table_name(names[i]));
  const std::string near = nearest_name(pattern, names);
  return fail(Error(ErrorKind::NotFound, fmt::format("the lake has no published table {}", pattern))
                  .hint(near.empty()
                            ? "names are those of the lake's folders: schema.name, in lower-case letters"
                            : fmt::format("did you mean --table '{}'?", near)));
}

}  // namespace

Result<std::vector<std::string>> choose_tables(const std::vector<std::string>& patterns,
                                               std::vector<std::string> names) {
  if (patterns.empty()) return names;
  std::set<std::string> taken;
  for (const std::string& text : patterns) {
    PG2ATHENA_ASSIGN(const NamePattern pattern, NamePattern::parse(text, 2));
    bool found = false;
    for (const std::string& name : names) {
      if (!matches(pattern, name)) continue;
      taken.insert(name);
      found = true;
    }
    if (!found) return not_found(text, std::move(names));
  }
  std::erase_if(names, [&](const std::string& name) { return !taken.contains(name); });
  return names;
}

Result<void> check_table_patterns(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) PG2ATHENA_TRY(NamePattern::parse(pattern, 2));
  return {};
}

std::unexpected<Error> nothing_published() {
  return fail(Error(ErrorKind::NotFound, "no table is published in this lake")
                  .hint("name the folder that pg2athena run has published to"));
}

}  // namespace pg2athena::cli
