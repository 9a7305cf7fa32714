#include "postgres/row_security.h"

#include <fmt/format.h>

namespace pg2athena::postgres {

std::string row_security_above(std::string_view oid) {
  // Qualified throughout: it is asked in the operator's search_path as well.
  // row_security_active() is false for us where we bypass it: owners, superusers, BYPASSRLS.
  // pg_partition_ancestors() names the partition itself too; whoever asks wants what is above alone.
  return fmt::format(
      R"((EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors({0}) AS a(relid)
                 WHERE a.relid OPERATOR(pg_catalog.<>) {0} AND pg_catalog.row_security_active(a.relid))
         OR EXISTS (WITH RECURSIVE above AS (
                      SELECT inhparent AS relid FROM pg_catalog.pg_inherits WHERE inhrelid OPERATOR(pg_catalog.=) {0}
                      UNION
                      SELECT i.inhparent
                      FROM above JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) above.relid)
                    SELECT FROM above WHERE pg_catalog.row_security_active(above.relid))))",
      oid);
}

}  // namespace pg2athena::postgres
