#include "pipeline/partition_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "catalog/partition_name.h"
#include "pipeline/column_choices.h"
#include "types/lake_name.h"

namespace pg2athena::pipeline {
namespace {

using catalog::CatalogPartitions;
using columnar::Field;
using postgres::ColumnChoice;
using types::PartitionBy;

std::unexpected<Error> refuse(const ColumnChoice& choice, ErrorKind kind, const PlannedTable& table,
                              const std::string& message, std::string hint) {
  return fail(fail_at(choice, kind, table, message, std::move(hint)).error().with("column", choice.column));
}

// A hint that helps: what else the column could be partitioned by.
std::string other_ways(PartitionBy by, const types::TypeMapping& mapping) {
  const bool days = types::partition_type(PartitionBy::Day, mapping).has_value();
  if (by == PartitionBy::Value && days) return "partition it by day, month or year";
  if (by != PartitionBy::Value && types::partition_type(PartitionBy::Value, mapping)) {
    return "partition it by value, or by another column";
  }
  return fmt::format("partitions by {} are for {}; a query can make a column of such a type", to_string(by),
                     types::partitionable_types(by));
}

constexpr std::string_view kRename =
    "the configuration file can give the column another name in the lake: `rename: {column: new_name}`";

Result<void> check_name(const ColumnChoice& choice, const std::string& name, const PlannedTable& table) {
  const auto same = std::ranges::find(table.schema.fields, name, &Field::name);
  if (same != table.schema.fields.end()) {
    const auto index = static_cast<std::size_t>(same - table.schema.fields.begin());
    return refuse(choice, ErrorKind::NameCollision, table,
                  fmt::format("the partition column {} would be called like the column {}", name,
                              postgres::quote_identifier(table.columns[index].source_name)),
                  std::string(kRename));
  }
  if (name.size() <= types::kLakeNameBytes) return {};
  return refuse(choice, ErrorKind::Unsupported, table,
                fmt::format("the partition column would have a name of {} characters, and {} are the most",
                            name.size(), types::kLakeNameBytes),
                std::string(kRename));
}

std::string_view values_of(PartitionBy by, std::string_view type) {
  if (type == "date") return "days, such as 1970-01-01";
  if (by == PartitionBy::Month) return "months, such as 1970-01";
  return type == "string" ? "texts" : "whole numbers, such as 0";
}

Result<void> check_default(const ColumnChoice& choice, const PlannedPartitioning& partitioning,
                           const PlannedTable& table) {
  if (!partitioning.default_value) return {};
  const std::string& value = *partitioning.default_value;
  if (!types::is_partition_value(partitioning.by, partitioning.type, value)) {
    return refuse(choice, ErrorKind::InvalidArgument, table,
                  fmt::format("the default of partition_by is \"{}\", and the partitions are {}", value,
                              values_of(partitioning.by, partitioning.type)),
                  "default: one that no row has, or that says what such rows are");
  }
  const std::string folder = catalog::partition_folder(partitioning.name, value);
  if (folder.size() <= catalog::kLongestPartitionFolder && value != catalog::kDefaultPartition) return {};
  return refuse(choice, ErrorKind::InvalidArgument, table,
                value == catalog::kDefaultPartition
                    ? fmt::format("the default of partition_by is {}, which means NULL", value)
                    : fmt::format("the default of partition_by makes a folder's name of {} bytes, and {} "
                                  "are the most",
                                  folder.size(), catalog::kLongestPartitionFolder),
                "default: a short text, such as unknown");
}

}  // namespace

Result<void> choose_partitioning(std::span<const ColumnChoice> choices, CatalogPartitions catalog,
                                 PlannedTable& table) {
  const auto choice =
      std::ranges::find_if(choices, [](const ColumnChoice& each) { return each.partition_by.has_value(); });
  if (choice == choices.end()) return {};
  const PartitionBy by = *choice->partition_by;
  const auto column = std::ranges::find(table.columns, choice->column, &PlannedColumn::source_name);
  const auto index = static_cast<std::size_t>(column - table.columns.begin());
  auto type = types::partition_type(by, column->mapping);
  if (!type) {
    return refuse(*choice, ErrorKind::Unsupported, table,
                  fmt::format("column {}, {}, can't be partitioned by {}",
                              postgres::quote_identifier(choice->column), column->type.name, to_string(by)),
                  other_ways(by, column->mapping));
  }
  const std::string& source = table.schema.fields[index].name;
  const std::string name = fmt::format("{}_{}", source, to_string(by));
  PG2ATHENA_TRY(check_name(*choice, name, table));
  catalog = catalog::catalog_partitions_named(choice->partition_catalog).value_or(catalog);
  // Athena injects into strings alone ("Injected type" in "Supported types for partition projection").
  if (catalog == CatalogPartitions::Injected) type = "string";
  table.partitioning = PlannedPartitioning{.by = by,
                                           .column = index,
                                           .name = name,
                                           .type = *type,
                                           .default_value = choice->partition_default,
                                           .catalog = catalog};
  PG2ATHENA_TRY(check_default(*choice, *table.partitioning, table));
  table.notes.push_back(fmt::format("partitioned by {}, the {} of {}", name, to_string(by), source));
  if (choice->partition_default) {
    table.notes.push_back(
        fmt::format("NULL, and what can't be a partition, is in {}={}", name, *choice->partition_default));
  }
  return {};
}

}  // namespace pg2athena::pipeline
