// _pg2athena/tables/<table>.json: which run a table shows. The one object that moves a table from run to run;
// links and catalogs outside (Glue) follow it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/catalog_partitions.h"
#include "storage/object_store.h"

namespace pg2athena::catalog {

// A column as catalogs outside know it.
struct TableColumn {
  std::string name;
  std::string type;  // Hive's: columnar::hive_name
  std::string comment;

  bool operator==(const TableColumn&) const = default;
};

// By what a table's files lie in folders.
struct TablePartitioning {
  std::string column;         // the partition column's name: "created_at_day"
  std::string type;           // its type, Hive's
  std::string by;             // "day", "month", "year", "value"
  std::string source_column;  // of what: a column of the table, which its files have as well
  // Those that there are, in the order of their bytes, kDefaultPartition among them.
  std::vector<std::string> values = {};
  // The partition of rows whose value is NULL or can't be one; nothing: kDefaultPartition has the NULLs.
  std::optional<std::string> default_value = {};
  CatalogPartitions catalog = CatalogPartitions::Projection;  // how a catalog outside is told of them

  bool operator==(const TablePartitioning&) const = default;
};

struct TableRecord {
  std::string table;
  std::string run_id;
  std::string previous_run_id;  // the run that this one replaced; empty for the first
  std::string data;             // the prefix of the run's files
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::vector<TableColumn> columns;
  std::optional<TablePartitioning> partitioning = {};  // nothing: all files lie in one folder
  std::string catalog = {};       // that has to show it besides: Publisher::catalog(); empty: none
  std::string comment = {};       // PostgreSQL's of the table
  std::string snapshot_lsn = {};  // of the run's snapshot: "0/16B3748"; empty: of before it was written down

  bool operator==(const TableRecord&) const = default;
};

// The same record is always the same text: whoever publishes a run writes the same object.
std::string to_json(const TableRecord& record);
Result<TableRecord> table_record_from_json(std::string_view text);

// The state of a table that a plan starts from. To be read BEFORE the run's snapshot is taken: publishing
// replaces exactly this state, so whatever was published before the read is older than the snapshot, and
// whatever is published after it makes the compare-and-set fail.
struct CurrentRun {
  std::string run_id;
  std::string etag;
  std::string catalog = {};  // of the table's record

  bool operator==(const CurrentRun&) const = default;
};

// None: the table was never published here.
Result<std::optional<CurrentRun>> read_current(storage::ObjectStore& store, const std::string& table);
// Of several tables, in their order: one listing, and a read for each that is there.
Result<std::vector<std::optional<CurrentRun>>> read_current(storage::ObjectStore& store,
                                                            const std::vector<std::string>& tables);
Result<std::optional<TableRecord>> read_table_record(storage::ObjectStore& store, const std::string& table);
// Whether its record is of this run. (Another one never becomes it: publication.cpp.)
Result<bool> is_current_run(storage::ObjectStore& store, const std::string& table, const std::string& run_id);
// The names of the tables that were published here, sorted.
Result<std::vector<std::string>> published_tables(storage::ObjectStore& store);
// Of these tables, without those that have none.
Result<std::vector<TableRecord>> read_table_records(storage::ObjectStore& store,
                                                    const std::vector<std::string>& tables);
// Of all that were published here, by name.
Result<std::vector<TableRecord>> read_table_records(storage::ObjectStore& store);

}  // namespace pg2athena::catalog
