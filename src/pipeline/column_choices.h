// What a table's columns are to be in the files, from what the operator chose for them and from its key.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "pipeline/plan.h"
#include "postgres/relation.h"

namespace pg2athena::pipeline {

// Sets the choices at the table's columns. NotFound for a column that isn't exported, Unsupported for an
// encoding that its type can't have; both say where the choice was made.
Result<void> choose(std::span<const postgres::ColumnChoice> choices, PlannedTable& table);

// Sets the order that the table's rows may be stored in: its primary key's, if all of it is exported.
Result<void> expect_key_order(std::span<const std::string> primary_key, PlannedTable& table);

// The writer's options for the columns that something was chosen for.
std::vector<parquet::ColumnOptions> column_options(const PlannedTable& table);

}  // namespace pg2athena::pipeline
