#include "pipeline/lake_tables.h"

#include <utility>

#include <fmt/format.h>

#include "base/run_id.h"
#include "catalog/object_keys.h"
#include "catalog/partition_name.h"
#include "catalog/partition_projection.h"

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
                                    .source_column = table.schema.fields[planned.column].name,
                                    .default_value = planned.default_value,
                                    .catalog = planned.catalog};
}

catalog::TableRecord lake_table(const PlannedTable& table, const std::string& run_id) {
  return {.table = table.name,
          .run_id = run_id,
          .previous_run_id = {},
          .data = catalog::data_prefix(table.name, run_id),
          .columns = lake_columns(table),
          .partitioning = lake_partitioning(table),
          .comment = table.comment};
}

std::vector<catalog::TableRecord> lake_tables(const Plan& plan, const std::string& run_id) {
  std::vector<catalog::TableRecord> records;
  for (const PlannedTable& table : plan.tables) records.push_back(lake_table(table, run_id));
  return records;
}

namespace {

Result<void> check_default(const PlannedTable& table, catalog::Publisher& publisher) {
  const PlannedPartitioning& partitioning = *table.partitioning;
  const auto accepted = publisher.check_partition(lake_table(table, {}), *partitioning.default_value);
  if (accepted) return {};
  return fail(Error(accepted.error().kind(), fmt::format("{}: the catalog has no place for the default {} of "
                                                         "partition_by",
                                                         table.display(), *partitioning.default_value))
                  .with("table", table.display())
                  .with("column", table.columns[partitioning.column].source_name)
                  .hint("name another value: `default` of partition_by")
                  .because(accepted.error()));
}

std::optional<std::string> registration_warning(const PlannedTable& table,
                                                const catalog::Publisher& publisher) {
  const bool registered = table.partitioning->catalog == catalog::CatalogPartitions::Registered;
  if (!registered || publisher.catalog().empty()) return std::nullopt;
  return fmt::format(
      "{}: its partitions are registered one by one, and so is the switch to a new run: for moments a query "
      "may see old partitions beside new ones",
      table.display());
}

// The run would end with what the publisher says of it, after the table was read.
std::optional<std::string> distance_warning(const PlannedTable& table, const catalog::Publisher& publisher) {
  const PlannedPartitioning& partitioning = *table.partitioning;
  const bool projected = partitioning.catalog == catalog::CatalogPartitions::Projection;
  if (!projected || publisher.catalog().empty()) return std::nullopt;
  if (!partitioning.default_steps || !partitioning.estimate) return std::nullopt;
  if (!catalog::is_sparse(partitioning.estimate->partitions + 1, *partitioning.default_steps)) {
    return std::nullopt;
  }
  return fmt::format(
      "{}: the default {} of partition_by lies far from the values that the server's statistics name, and "
      "with it Athena would look for {} partitions: the run ends with an error when a row takes it. Choose "
      "one near them, or `catalog: registered`",
      table.display(), *partitioning.default_value, *partitioning.default_steps + 1);
}

// Of partitioned tables whose NULLs the publisher couldn't show, where there may be some: the run would end
// at the first.
std::optional<std::string> null_warning(const PlannedTable& table, catalog::Publisher& publisher) {
  if (!table.schema.fields[table.partitioning->column].nullable) return std::nullopt;
  const std::string null(catalog::kDefaultPartition);
  if (publisher.check_partition(lake_table(table, {}), null)) return std::nullopt;
  return fmt::format(
      "{}: {} may be NULL, and the catalog has no partition for that: the run ends at the first such "
      "row. `default` of partition_by gives them one, `where` leaves them out",
      table.display(), table.columns[table.partitioning->column].source_name);
}

}  // namespace

Result<std::vector<std::string>> partition_warnings(const Plan& plan, catalog::Publisher& publisher) {
  std::vector<std::string> warnings;
  for (const PlannedTable& table : plan.tables) {
    if (!table.partitioning) continue;
    if (table.partitioning->default_value) {
      PG2ATHENA_TRY(check_default(table, publisher));
    } else if (auto warning = null_warning(table, publisher)) {
      warnings.push_back(std::move(*warning));
    }
  }
  return warnings;
}

Result<std::vector<std::string>> check_catalog(const Plan& plan, catalog::Publisher& publisher,
                                               const Clock& clock, Cancellation& stop) {
  PG2ATHENA_TRY(publisher.check(lake_tables(plan, make_run_id(clock.now())), stop));
  PG2ATHENA_ASSIGN(std::vector<std::string> warnings, partition_warnings(plan, publisher));
  for (const PlannedTable& table : plan.tables) {
    if (!table.partitioning) continue;
    for (auto& warning : {registration_warning(table, publisher), distance_warning(table, publisher)}) {
      if (warning) warnings.push_back(*warning);
    }
  }
  return warnings;
}

}  // namespace pg2athena::pipeline
