#include "postgres/privileges.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

// As many names as a person reads.
std::string some_of(const std::vector<std::string>& names, std::string_view between = ", ") {
  constexpr std::size_t kShown = 10;
  const std::size_t shown = std::min(names.size(), kShown);
  std::string text = fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), between));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

// The columns that we can't read, quoted; empty when the whole relation can be read.
std::vector<std::string> unreadable_columns(const Relation& relation) {
  std::vector<std::string> columns;
  if (relation.table_privilege) return columns;
  for (const RelationColumn& column : relation.columns) {
    if (!column.readable) columns.push_back(quote_identifier(column.name));
  }
  return columns;
}

}  // namespace

Result<void> check_readable(const std::vector<Relation>& relations, const ServerInfo& server) {
  std::vector<std::string> denied;
  std::vector<std::string> grants;
  std::vector<std::string> secured;
  std::vector<std::string> parts;
  std::set<std::string> closed_schemas;
  const std::string& user = server.user;
  for (const Relation& relation : relations) {
    if (relation.row_security && server.row_security == RowSecurity::Refuse) {
      secured.push_back(relation.name.display());
    } else if (relation.row_security_above) {
      parts.push_back(relation.name.display());
    }
    if (!relation.schema_privilege) closed_schemas.insert(display_identifier(relation.name.schema));
    const std::vector<std::string> columns = unreadable_columns(relation);
    if (columns.empty()) continue;
    const bool some = columns.size() < relation.chosen_from.value_or(relation.columns.size());
    const std::string list = some ? fmt::format(" ({})", fmt::join(columns, ", ")) : "";
    denied.push_back(relation.name.display() + list);
    grants.push_back(
        fmt::format("GRANT SELECT{} ON {} TO {};", list, relation.name.display(), quote_identifier(user)));
  }
  if (!denied.empty() || !closed_schemas.empty()) {
    std::vector<std::string> missing;
    if (!denied.empty()) missing.push_back(fmt::format("no SELECT right on {}", some_of(denied)));
    if (!closed_schemas.empty()) {
      missing.push_back(fmt::format("no USAGE right on schema {}", fmt::join(closed_schemas, ", ")));
      grants.insert(grants.begin(), fmt::format("GRANT USAGE ON SCHEMA {} TO {};",
                                                fmt::join(closed_schemas, ", "), quote_identifier(user)));
    }
    return fail(
        Error(ErrorKind::PermissionDenied, fmt::format("role {} has {}", user, fmt::join(missing, ", and ")))
            .hint(fmt::format("{} — or leave it out with --exclude", some_of(grants, " "))));
  }
  if (!secured.empty()) {
    return fail(Error(ErrorKind::Unsupported,
                      fmt::format("row security would hide rows from role {} in {}", user, some_of(secured)))
                    .hint(std::string(kRowSecurityHint)));
  }
  if (parts.empty()) return {};
  return fail(
      Error(ErrorKind::Unsupported,
            fmt::format("row security would hide rows from role {} in a table that {} {} part of", user,
                        some_of(parts), parts.size() == 1 ? "is" : "are"))
          .hint("export the table above instead, with source.row_security: apply (--row-security apply): a "
                "part by its own name would have all rows; or leave it out with --exclude, or read as a role "
                "with BYPASSRLS"));
}

}  // namespace pg2athena::postgres
