// What a file holds, for whoever keeps account of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pg2athena::parquet {

// A leaf column over the whole file.
struct ColumnSummary {
  std::string path;          // "price", "tags.list.element"
  std::uint64_t values = 0;  // that aren't NULL; of a list: elements
  std::uint64_t nulls = 0;   // of a list: its NULL elements, and lists that are empty or NULL
  // As text, for types of fixed width: "2026-01-31", "-12.34". Absent without a value that can be compared.
  std::optional<std::string> min;
  std::optional<std::string> max;

  bool operator==(const ColumnSummary&) const = default;
};

struct FileSummary {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t row_groups = 0;
  std::vector<ColumnSummary> columns;  // in the schema's order

  bool operator==(const FileSummary&) const = default;
};

}  // namespace pg2athena::parquet
