// What became of a run's tables, for whoever started it and for the log.
#pragma once

#include <vector>

#include "catalog/publication.h"
#include "catalog/receipt.h"
#include "observe/log.h"
#include "observe/progress.h"
#include "pipeline/run.h"

namespace pg2athena::pipeline {

// In the order of the plan. `outcomes` may be fewer, when publishing ended early.
std::vector<TableSummary> summarize_tables(const Plan& plan, const observe::ProgressSnapshot& progress,
                                           const std::vector<catalog::Receipt>& receipts,
                                           std::vector<catalog::TableOutcome>& outcomes);

// A line for each table that was or wasn't published, and one for whatever should be known of it.
void log_tables(const Plan& plan, const RunSummary& summary, const observe::Log& run_log);

}  // namespace pg2athena::pipeline
