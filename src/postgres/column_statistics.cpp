#include "postgres/column_statistics.h"

#include <cstdlib>

namespace pg2athena::postgres {
namespace {

double number_at(const QueryResult& result, int column) {
  return std::strtod(std::string(result.text(0, column)).c_str(), nullptr);
}

}  // namespace

Result<std::optional<ColumnStatistics>> read_column_statistics(Connection& connection,
                                                               const Relation& relation,
                                                               const std::string& column) {
  if (relation.storage.empty()) return std::nullopt;
  const bool inherited = relation.kind == RelationKind::Partitioned || relation.storage.size() > 1;
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(R"(
SELECT n_distinct, coalesce(correlation, 0), bounds[1], bounds[pg_catalog.cardinality(bounds)], common[1]
  FROM (SELECT n_distinct, correlation, histogram_bounds::pg_catalog.text::pg_catalog.text[] AS bounds,
               most_common_vals::pg_catalog.text::pg_catalog.text[] AS common
          FROM pg_catalog.pg_stats
         WHERE schemaname = $1 AND tablename = $2 AND attname = $3 AND inherited = $4::pg_catalog.bool) AS s)",
                                                               {relation.name.schema, relation.name.name,
                                                                column, inherited ? "true" : "false"}));
  if (found.rows() == 0) return std::nullopt;
  return ColumnStatistics{.distinct = number_at(found, 0),
                          .correlation = number_at(found, 1),
                          .least = std::string(found.text(0, 2)),
                          .greatest = std::string(found.text(0, 3)),
                          .common = std::string(found.text(0, 4))};
}

}  // namespace pg2athena::postgres
