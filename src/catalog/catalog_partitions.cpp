#include "catalog/catalog_partitions.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pg2athena::catalog {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"projection", "injected", "registered"};

}  // namespace

std::string_view to_string(CatalogPartitions partitions) {
  return kNames[static_cast<std::size_t>(partitions)];
}

std::optional<CatalogPartitions> catalog_partitions_named(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<CatalogPartitions>(found - kNames.begin());
}

std::span<const std::string_view> catalog_partitions_names() {
  return kNames;
}

}  // namespace pg2athena::catalog
