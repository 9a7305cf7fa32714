#include "types/partition_by.h"

#include <algorithm>
#include <array>

namespace pg2athena::types {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"day", "month", "year", "value"};
constexpr std::array kValues = {PartitionBy::Day, PartitionBy::Month, PartitionBy::Year, PartitionBy::Value};

// Rows of the type table.
constexpr std::array<std::string_view, 3> kTimes = {"date", "timestamp", "timestamptz"};
constexpr std::array<std::string_view, 12> kDiscrete = {"boolean", "smallint", "integer", "bigint",
                                                        "oid",     "text",     "varchar", "char",
                                                        "name",    "enum",     "uuid",    "date"};

}  // namespace

std::string_view to_string(PartitionBy by) {
  return kNames[static_cast<std::size_t>(std::ranges::find(kValues, by) - kValues.begin())];
}

std::optional<PartitionBy> partition_by_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  return found == kNames.end() ? std::nullopt
                               : std::optional(kValues[static_cast<std::size_t>(found - kNames.begin())]);
}

std::span<const std::string_view> partition_by_names() {
  return kNames;
}

std::optional<std::string> partition_type(PartitionBy by, const TypeMapping& mapping) {
  using columnar::TypeId;
  const std::string_view row = mapping.row->name;
  if (by != PartitionBy::Value) {
    if (std::ranges::find(kTimes, row) == kTimes.end()) return std::nullopt;
    return by == PartitionBy::Day ? "date" : by == PartitionBy::Year ? "int" : "string";
  }
  const bool citext = row == "citext";
  if (!citext && std::ranges::find(kDiscrete, row) == kDiscrete.end()) return std::nullopt;
  const TypeId id = mapping.column.id;
  // Trino projects no smallint. The folders are the same.
  if (id == TypeId::Int16) return "int";
  const bool as_it_is = id == TypeId::Int32 || id == TypeId::Int64 || id == TypeId::Date;
  return as_it_is ? columnar::hive_name(mapping.column) : "string";
}

std::string_view partitionable_types(PartitionBy by) {
  return by == PartitionBy::Value ? "integers, booleans, texts, enums, uuids and dates"
                                  : "dates and timestamps";
}

}  // namespace pg2athena::types
