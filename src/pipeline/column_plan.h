// What a table's columns become in the lake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/plan.h"

namespace pg2athena::pipeline {

// Adds the columns to the table and its schema, in their order. NameCollision when two of them would have one
// name, Unsupported for a name that is too long, for a table without columns and for what the type table
// refuses; a choice for a column that isn't there is NotFound.
Result<void> add_columns(const std::vector<postgres::RelationColumn>& columns, bool trust_not_null,
                         const types::MappingRules& rules, const std::vector<postgres::ColumnChoice>& choices,
                         PlannedTable& table);

// Refuses a name that is longer than Glue and a local folder take; `what` it is the name of.
Result<void> check_length(std::string_view what, const std::string& name, std::string_view hint,
                          const PlannedTable& table);

// Types whose text is longer than Athena's catalog takes.
void warn_of_long_types(const PlannedTable& table, std::vector<std::string>& warnings);

}  // namespace pg2athena::pipeline
