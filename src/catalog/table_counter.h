// The seam to an engine that reads the lake's tables as their readers do, and counts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

struct TableCounts {
  std::uint64_t rows = 0;
  std::vector<std::uint64_t> values;  // that aren't NULL, of each column that was asked for
  // Why the engine can't read the table: its name of the error, without a value; empty: it could.
  std::string refusal;

  bool operator==(const TableCounts&) const = default;
};

// Thread-safe.
class TableCounter {
 public:
  TableCounter() = default;
  TableCounter(const TableCounter&) = delete;
  TableCounter& operator=(const TableCounter&) = delete;
  virtual ~TableCounter() = default;

  // Of the table that readers see under the record's name: its rows, and the values of some of its columns.
  virtual Result<TableCounts> count(const TableRecord& record, const std::vector<std::string>& columns,
                                    Cancellation& stop) = 0;
};

}  // namespace pg2athena::catalog
