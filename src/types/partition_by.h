// By what a table's rows are put into folders of the lake, and which types have values for that.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "types/type_table.h"

namespace pg2athena::types {

enum class PartitionBy : std::uint8_t {
  Day,    // of a date or timestamp, as 2026-01-31; of a timestamptz the day in UTC
  Month,  // 2026-01
  Year,   // 2026
  Value,  // the value itself
};

// As the configuration spells it: "day", "month", "year", "value".
std::string_view to_string(PartitionBy by);
std::optional<PartitionBy> partition_by_named(std::string_view name);
std::span<const std::string_view> partition_by_names();

// Hive's name of the partition column's type, where a column of this type and form can be partitioned so.
// What isn't a number or a day is a string there: Athena's partition keys have no other types that every
// reader takes.
std::optional<std::string> partition_type(PartitionBy by, const TypeMapping& mapping);
// Whether a text is a value of a partition column of that type, spelled as its folder would be: a day as
// 2026-01-31, a month as 2026-01, a number without a sign or zeros that say nothing. Of the other strings any
// is one.
bool is_partition_value(PartitionBy by, std::string_view type, std::string_view text);
// Which types can be, for hints.
std::string_view partitionable_types(PartitionBy by);

}  // namespace pg2athena::types
