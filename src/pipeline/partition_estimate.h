// How many partitions and files a table will have, as far as the server's statistics tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "postgres/relation.h"
#include "types/partition_by.h"

namespace pg2athena::pipeline {

struct PartitionEstimate {
  std::uint64_t partitions = 0;
  std::uint64_t files = 0;

  bool operator==(const PartitionEstimate&) const = default;
};

// Of a table of `rows` rows whose `shards` parts each make a file in each partition that they have rows of:
// where rows lie in about the order of the column, few partitions are in two parts; else each may be in all.
// Nothing where the statistics don't say, or no rows are known of.
std::optional<PartitionEstimate> estimate_partitions(types::PartitionBy by,
                                                     const postgres::ColumnStatistics& statistics,
                                                     std::uint64_t rows, std::uint64_t shards);

// How many days or whole numbers lie between the ends of what there is with the default among it, as far as
// the statistics name values. Nothing for partitions that are neither by the day nor a number, or where
// nothing is known.
std::optional<std::uint64_t> steps_with_default(types::PartitionBy by, std::string_view type,
                                                const postgres::ColumnStatistics& statistics,
                                                std::string_view default_value);

}  // namespace pg2athena::pipeline
