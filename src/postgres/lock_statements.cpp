#include "postgres/lock_statements.h"

#include <algorithm>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

Result<void> lock_tables(Connection& connection, const std::vector<std::string>& tables) {
  constexpr std::size_t kNamesPerStatement = 500;
  for (std::size_t first = 0; first < tables.size(); first += kNamesPerStatement) {
    const auto begin = tables.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kNamesPerStatement, tables.size() - first));
    PG2ATHENA_TRY(connection.execute(
        fmt::format("LOCK TABLE {} IN ACCESS SHARE MODE", fmt::join(begin, begin + count, ", "))));
  }
  return {};
}

}  // namespace

void LockStatements::add(const LockStatements& more) {
  tables.insert(tables.end(), more.tables.begin(), more.tables.end());
  selects.insert(selects.end(), more.selects.begin(), more.selects.end());
  selects_in_search_path.insert(selects_in_search_path.end(), more.selects_in_search_path.begin(),
                                more.selects_in_search_path.end());
}

Result<void> take_locks(Connection& connection, const LockStatements& locks, const std::string& search_path) {
  PG2ATHENA_TRY(lock_tables(connection, locks.tables));
  for (const std::string& select : locks.selects) PG2ATHENA_TRY(connection.execute(select));
  if (locks.selects_in_search_path.empty()) return {};
  PG2ATHENA_TRY(enter_search_path(connection, search_path));
  for (const std::string& select : locks.selects_in_search_path) PG2ATHENA_TRY(connection.execute(select));
  return leave_search_path(connection);
}

Result<void> enter_search_path(Connection& connection, const std::string& search_path) {
  PG2ATHENA_TRY(connection.execute("SELECT pg_catalog.set_config('search_path', $1, true)", {search_path}));
  return {};
}

Result<void> leave_search_path(Connection& connection) {
  PG2ATHENA_TRY(connection.execute("SET LOCAL search_path = ''"));
  return {};
}

}  // namespace pg2athena::postgres
