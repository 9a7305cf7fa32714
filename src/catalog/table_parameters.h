// What a table's parameters (TBLPROPERTIES in Athena's SQL) say of the run that it shows.
#pragma once

#include <map>
#include <string>

#include "catalog/table_record.h"

namespace pg2athena::catalog {

// By them we know a table of ours, and which run it shows.
inline constexpr const char* kTableParameter = "pg2athena.table";
inline constexpr const char* kRunParameter = "pg2athena.run_id";
// The run's snapshot, by its place in the write-ahead log: "0/16B3748".
inline constexpr const char* kSnapshotParameter = "pg2athena.snapshot_lsn";

// Of every table, partitioned or not: what its files are, its counts, whose it is and as of when.
std::map<std::string, std::string> run_parameters(const TableRecord& record);

}  // namespace pg2athena::catalog
