// How a catalog outside (Glue) knows which partitions a table has.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pg2athena::catalog {

enum class CatalogPartitions : std::uint8_t {
  Projection,  // by a rule among the table's parameters, from the run's values (partition_projection.h)
  Injected,    // not at all: a query has to say whose it wants
  Registered,  // each by itself (glue_partitions.h)
};

// As the configuration and the records spell it: "projection", "injected", "registered".
std::string_view to_string(CatalogPartitions partitions);
std::optional<CatalogPartitions> catalog_partitions_named(std::string_view name);
std::span<const std::string_view> catalog_partitions_names();  // in the order of the values

}  // namespace pg2athena::catalog
