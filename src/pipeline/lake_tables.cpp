#include "pipeline/lake_tables.h"

#include <fmt/format.h>

#include "catalog/object_keys.h"
#include "catalog/partition_name.h"

namespace pg2athena::pipeline {

std::vector<catalog::TableColumn> lake_columns(const PlannedTable& table) {
  std::vector<catalog::TableColumn> columns;
  for (const columnar::Field& field : table.schema.fields) {
    columns.push_back(
        {.name = field.name, .type = columnar::hive_name(field.type), .comment = field.comment});
  }
  return columns;
}

std::optional<catalog::TablePartitioning> lake_partitioning(const PlannedTable& table) {
  if (!table.partitioning) return std::nullopt;
  const PlannedPartitioning& planned = *table.partitioning;
  return catalog::TablePartitioning{.column = planned.name,
                                    .type = planned.type,
                                    .by = std::string(to_string(planned.by)),
                                    .source_column = table.schema.fields[planned.column].name};
}

catalog::TableRecord lake_table(const PlannedTable& table, const std::string& run_id) {
  return {.table = table.name,
          .run_id = run_id,
          .previous_run_id = {},
          .data = catalog::data_prefix(table.name, run_id),
          .columns = lake_columns(table),
          .partitioning = lake_partitioning(table)};
}

std::vector<catalog::TableRecord> lake_tables(const Plan& plan, const std::string& run_id) {
  std::vector<catalog::TableRecord> records;
  for (const PlannedTable& table : plan.tables) records.push_back(lake_table(table, run_id));
  return records;
}

std::vector<std::string> null_partition_warnings(const Plan& plan, catalog::Publisher& publisher) {
  std::vector<std::string> warnings;
  for (const PlannedTable& table : plan.tables) {
    if (!table.partitioning || !table.schema.fields[table.partitioning->column].nullable) continue;
    const std::string null(catalog::kDefaultPartition);
    if (publisher.check_partition(lake_table(table, {}), null)) continue;
    warnings.push_back(fmt::format(
        "{}: {} may be NULL, and the catalog has no partition for that: the run ends at the first such "
        "row. `where` leaves them out, a query can give them a value (coalesce)",
        table.display(), table.columns[table.partitioning->column].source_name));
  }
  return warnings;
}

}  // namespace pg2athena::pipeline
