// `where:` of a selected table: checked and planned by the server before the first row is read.
#pragma once

#include <string>
#include <string_view>

#include "postgres/connection.h"
#include "postgres/relation.h"

namespace pg2athena::postgres {

// Locks what the relation's condition reads, and asks the planner how it would read the relation, or each
// part of its storage that is read by itself. The session's search_path must be the one that the condition is
// meant in. Unsupported for a condition that the server refuses, and for one that ends before its end, as in
// "true) UNION SELECT …".
Result<void> plan_condition(Connection& connection, Relation& relation);

// A SELECT that returns nothing and locks what the condition reads.
std::string condition_select(const Relation& relation);

// What EXPLAIN (FORMAT JSON) says of a SELECT whose first relation has this alias. What can't be read counts
// as a scan of all blocks with an unknown number of rows.
ConditionPlan read_query_plan(std::string_view json, std::string_view alias);

}  // namespace pg2athena::postgres
