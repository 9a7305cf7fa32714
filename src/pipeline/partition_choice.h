// By what a table's rows are put into folders, from what the operator chose.
#pragma once

#include <span>

#include "pipeline/plan.h"
#include "postgres/relation.h"

namespace pg2athena::pipeline {

// Sets the table's partitioning, if one is chosen; its columns are there. The errors say where the choice was
// made: Unsupported for a column whose type has no such partitions, or a name that is too long;
// InvalidArgument for a default that isn't a value of the partitions; NameCollision where the partition
// column would be called like a column of the table.
// `catalog` is for a choice that says nothing of it.
Result<void> choose_partitioning(std::span<const postgres::ColumnChoice> choices,
                                 catalog::CatalogPartitions catalog, PlannedTable& table);

}  // namespace pg2athena::pipeline
