// What becomes of a table that readers know when it is to show another run: which of its columns come, grow
// and go. One place for Glue's publisher and for the SQL of `pg2athena ddl --alter`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

// A table as readers know it.
struct KnownTable {
  std::vector<TableColumn> columns;
  std::vector<TableColumn> partition_keys;

  bool operator==(const KnownTable&) const = default;
};

// As the record's run left it.
KnownTable known_table(const TableRecord& record);

struct TableChange {
  std::vector<TableColumn> added;    // as the record has them, in its order
  std::vector<TableColumn> widened;  // as the record has them, in its order
  // Of the known table's columns those that the record has no more, and that its partition column isn't
  // called like, which Hive would refuse: by their place there.
  std::vector<std::size_t> dropped;

  bool operator==(const TableChange&) const = default;
};

// From what readers know to what the record says. Unsupported where they would fail: a type that isn't only
// wider (type_widening.h), other partition keys. `display` is the table's name in Athena's SQL, for messages.
Result<TableChange> table_change(const KnownTable& known, const TableRecord& record,
                                 std::string_view display);

}  // namespace pg2athena::catalog
