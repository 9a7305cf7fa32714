// The SQL that makes Athena know a table of the lake, for those who copy a lake to S3 themselves or have no
// rights on Glue. Text only: nothing here talks to AWS.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/glue_options.h"
#include "catalog/table_record.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

// How Athena is to find the partitions of a table.
enum class DdlPartitions : std::uint8_t {
  Projection,  // by a rule among the table's properties, where there is one for them; else as Registered
  Registered,  // each by a statement of its own
};

struct DdlOptions {
  storage::S3Location lake = {};
  std::string database = {};  // of Athena; empty: the session's
  DdlPartitions partitions = DdlPartitions::Projection;
  DroppedColumns dropped_columns = DroppedColumns::Keep;  // of a table that is altered
};

// One CREATE EXTERNAL TABLE of the run that the record shows, with a semicolon and a newline at its end. A
// partitioned table's has the projection of its partitions; where they can't be projected, or aren't to be,
// ALTER TABLE ADD PARTITION stands behind it for all that it has, some dozens a statement. Lines of "--"
// before it say what it is, why partitions are registered, and what Athena will refuse or show less of.
std::string create_table_sql(const TableRecord& record, const DdlOptions& options);

// What that is made of, for statements about a table that is there.

// The table's name, behind its database's where one is named.
std::string athena_table(const TableRecord& record, const DdlOptions& options);

struct PartitionScheme {
  std::map<std::string, std::string> projection = {};  // parameters; empty: registered, or no partitions
  std::string why_registered = {};                     // where projection was asked for
};
PartitionScheme partition_scheme(const TableRecord& record, const DdlOptions& options);

// Columns between brackets, each on a line of its own. Warnings are of what Athena will refuse or cut.
std::string columns_sql(std::span<const TableColumn> columns, std::vector<std::string>& warnings);

// Warns of a statement with columns that is too long for Athena.
void check_statement(std::string_view sql, std::vector<std::string>& warnings);

// "PARTITION (`day` = '2026-01-31')".
std::string partition_sql(const TablePartitioning& by, const std::string& value);

// Each with its location.
std::string add_partitions_sql(const TableRecord& record, std::span<const std::string> values,
                               const DdlOptions& options);

// So many partitions in one statement. Glue's API takes 100 at once (BatchCreatePartition), so more would be
// no quicker, and a statement stays short of its limit.
inline constexpr std::size_t kPartitionsInStatement = 100;

}  // namespace pg2athena::catalog
