#include "postgres/name_lookup.h"

#include <fmt/format.h>

#include "postgres/lock_statements.h"
#include "postgres/sql_text.h"

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

constexpr const char* kWithParts = R"(
WITH RECURSIVE tree(oid) AS (
  SELECT unnest($1::oid[])
  UNION
  SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid AND NOT i.inhdetachpending)
SELECT oid FROM tree ORDER BY oid)";

// The present name: a function, not the snapshot's pg_class. As a name is where it has to be quoted.
constexpr const char* kAnotherOfTheName = R"(
SELECT count(*) FROM pg_catalog.pg_locks AS l
WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
  AND l.locktype OPERATOR(pg_catalog.=) 'relation'
  AND l.relation OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
  AND l.relation OPERATOR(pg_catalog.<>) $1::pg_catalog.oid
  AND (pg_catalog.pg_identify_object('pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, l.relation, 0)).name
      OPERATOR(pg_catalog.=) pg_catalog.quote_ident($2))";

std::vector<Oid> oids_of(const QueryResult& found) {
  std::vector<Oid> oids;
  for (int i = 0; i < found.rows(); ++i) {
    const auto oid = static_cast<Oid>(found.integer(i, 0));
    if (oids.empty() || oids.back() != oid) oids.push_back(oid);
  }
  return oids;
}

}  // namespace

Result<NameLookup> look_up_names(Connection& connection, const std::string& statement,
                                 const std::string& search_path) {
  PG2ATHENA_TRY(enter_search_path(connection, search_path));
  PG2ATHENA_TRY(connection.describe(statement));
  PG2ATHENA_ASSIGN(const QueryResult locked, connection.execute(kLocked));
  PG2ATHENA_TRY(leave_search_path(connection));
  NameLookup names{.statement = statement, .relations = oids_of(locked), .with_parts = {}};
  std::vector<std::string> texts;
  for (const Oid oid : names.relations) texts.push_back(std::to_string(oid));
  PG2ATHENA_ASSIGN(const QueryResult tree, connection.execute(kWithParts, {array_literal(texts)}));
  names.with_parts = oids_of(tree);
  return names;
}

Result<bool> locked_another_of_the_name(Connection& connection, Oid oid, const std::string& name) {
  PG2ATHENA_ASSIGN(const QueryResult found,
                   connection.execute(kAnotherOfTheName, {std::to_string(oid), name}));
  return found.integer(0, 0) > 0;
}

}  // namespace pg2athena::postgres
