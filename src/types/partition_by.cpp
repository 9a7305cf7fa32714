#include "types/partition_by.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/number_text.h"

namespace pg2athena::types {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"day", "month", "year", "value"};
constexpr std::array kValues = {PartitionBy::Day, PartitionBy::Month, PartitionBy::Year, PartitionBy::Value};

// Rows of the type table.
constexpr std::array<std::string_view, 3> kTimes = {"date", "timestamp", "timestamptz"};
constexpr std::array<std::string_view, 12> kDiscrete = {"boolean", "smallint", "integer", "bigint",
                                                        "oid",     "text",     "varchar", "char",
                                                        "name",    "enum",     "uuid",    "date"};

bool is_day(std::string_view text) {
  constexpr std::size_t kDay = std::string_view("2026-01-31").size();
  return text.size() == kDay && text >= "0001" && parse_iso8601_date(text).has_value();
}

template <typename Number>
bool is_number(std::string_view text) {
  const auto number = parse_whole<Number>(text);
  return number && fmt::format("{}", *number) == text;
}

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

bool is_partition_value(PartitionBy by, std::string_view type, std::string_view text) {
  if (type == "date") return is_day(text);
  if (by == PartitionBy::Month) return is_day(fmt::format("{}-01", text));
  if (type == "int") return is_number<std::int32_t>(text);
  if (type == "bigint") return is_number<std::int64_t>(text);
  return true;
}

std::string_view partitionable_types(PartitionBy by) {
  return by == PartitionBy::Value ? "integers, booleans, texts, enums, uuids and dates"
                                  : "dates and timestamps";
}

}  // namespace pg2athena::types
