// What ANALYZE found of one column: for estimates, and as old as it is.
#pragma once

#include <optional>
#include <string>

#include "postgres/connection.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// Of a column of a relation that has rows of its own or parts that have; none where nothing is known: it was
// never analysed, or the server doesn't show it to us (pg_stats in src/backend/catalog/system_views.sql shows
// columns that we may read, without row security). Of a table with partitions or children these are the
// statistics of all rows, which autovacuum doesn't make: only an ANALYZE of the table does.
Result<std::optional<ColumnStatistics>> read_column_statistics(Connection& connection,
                                                               const Relation& relation,
                                                               const std::string& column);

}  // namespace pg2athena::postgres
