// What a plan asks of the memory, and what the answer means for its sources.
#pragma once

#include "pipeline/plan.h"

namespace pg2athena::pipeline {

// The most bytes that the large values of a row have together on their way, by the columns and by where they
// are stored; nothing where nobody knows.
std::optional<std::uint64_t> largest_row(const postgres::StoredRelation& stored,
                                         const postgres::ScanSource& source);

MemoryDemand memory_demand(const Plan& plan);

// Sets each source's limit for a row, which is what the plan's memory has room for, and whether the server
// has to look.
void guard_rows(const Plan& plan);

}  // namespace pg2athena::pipeline
