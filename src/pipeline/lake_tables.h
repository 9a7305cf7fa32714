// The plan's tables as the lake's records and catalogs outside have them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/clock.h"
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

// What the operator has to know of partitions before the run, as the publisher sees them: NULLs that it could
// not show, where there may be some. Its own error for a default that it can't show.
Result<std::vector<std::string>> partition_warnings(const Plan& plan, catalog::Publisher& publisher);

// What a plan without a run asks the publisher: whether it could show the tables, and the warnings above.
// Also what follows from what the operator chose, and would be the same in each run: tables that are switched
// partition by partition, and defaults that lie far from the values, by the statistics.
Result<std::vector<std::string>> check_catalog(const Plan& plan, catalog::Publisher& publisher,
                                               const Clock& clock, Cancellation& stop);

}  // namespace pg2athena::pipeline
