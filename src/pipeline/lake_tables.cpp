#include "pipeline/lake_tables.h"

#include "catalog/object_keys.h"

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

}  // namespace pg2athena::pipeline
