#include "postgres/name_lookup.h"

#include <fmt/format.h>

#include "postgres/lock_statements.h"
#include "postgres/session.h"

namespace pg2athena::postgres {
namespace {

// A relation that was made after the snapshot isn't in its pg_class; whether it is an index a function says,
// which sees it. Below 16384 are the catalogs (FirstNormalObjectId in src/include/access/transam.h).
constexpr const char* kLocked = R"(
SELECT l.relation
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) l.relation
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
  AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.relation OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
  AND CASE WHEN c.oid IS NULL THEN pg_catalog.pg_get_indexdef(l.relation) IS NULL
           ELSE c.relkind OPERATOR(pg_catalog.<>) ALL (ARRAY['i', 'I', 't']::pg_catalog."char"[]) END
ORDER BY 1)";

Result<NameLookup> find_names(Connection& connection, const std::string& statement,
                              const std::string& search_path) {
  PG2ATHENA_TRY(enter_search_path(connection, search_path));
  PG2ATHENA_TRY(connection.describe(statement));
  PG2ATHENA_ASSIGN(std::vector<Oid> relations, locked_relations(connection));
  return NameLookup{.statement = statement, .relations = std::move(relations)};
}

}  // namespace

Result<NameLookup> look_up_names(Connection& connection, const std::string& statement,
                                 const std::string& search_path, std::chrono::milliseconds lock_timeout) {
  PG2ATHENA_TRY(begin_transaction(
      connection, fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL lock_timeout = {}",
                              lock_timeout.count())));
  auto found = find_names(connection, statement, search_path);
  PG2ATHENA_TRY(connection.execute("ROLLBACK"));
  return found;
}

Result<std::vector<Oid>> locked_relations(Connection& connection) {
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kLocked));
  std::vector<Oid> relations;
  for (int i = 0; i < found.rows(); ++i) {
    const auto oid = static_cast<Oid>(found.integer(i, 0));
    // Once for each mode.
    if (relations.empty() || relations.back() != oid) relations.push_back(oid);
  }
  return relations;
}

}  // namespace pg2athena::postgres
