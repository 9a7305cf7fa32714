// The plan's tables as the lake's records and catalogs outside have them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/publisher.h"
#include "catalog/table_record.h"
#include "pipeline/plan.h"

namespace pg2athena::pipeline {

std::vector<catalog::TableColumn> lake_columns(const PlannedTable& table);
// Without values: the receipts have them.
std::optional<catalog::TablePartitioning> lake_partitioning(const PlannedTable& table);

// As a run would publish them, without what only the receipts know: rows, files, partitions.
catalog::TableRecord lake_table(const PlannedTable& table, const std::string& run_id);
std::vector<catalog::TableRecord> lake_tables(const Plan& plan, const std::string& run_id);

// Of partitioned tables whose NULLs the publisher couldn't show, where there may be some: the run would end
// at the first.
std::vector<std::string> null_partition_warnings(const Plan& plan, catalog::Publisher& publisher);

}  // namespace pg2athena::pipeline
