// Reads pg_catalog. All statements are qualified by an empty search_path, which the session has.
#pragma once

#include <span>
#include <vector>

#include "postgres/connection.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// Every relation of the database that could be exported, outside the system's schemas, sorted by name.
Result<std::vector<ListedRelation>> list_relations(Connection& connection);

// The relations of `oids`, which are all different, in that order. One that is gone is left out.
Result<std::vector<Relation>> read_relations(Connection& connection, std::span<const Oid> oids);

// The types of a statement's columns, domains and array elements followed.
Result<std::vector<RelationColumn>> resolve_columns(Connection& connection,
                                                    std::span<const DescribedColumn> columns);

}  // namespace pg2athena::postgres
