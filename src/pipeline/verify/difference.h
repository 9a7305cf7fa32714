// What of a published lake isn't as its records say. A difference is a finding, not an Error: Errors are for
// what couldn't be looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pg2athena::pipeline {

enum class DifferenceKind : std::uint8_t {
  // Of a file, by a look at it.
  Missing,     // it isn't there
  Size,        // it has more or fewer bytes
  Checksum,    // its bytes are others
  Unreadable,  // it is no Parquet file, or none that makes sense
  Metadata,    // it says that it is another run's, or another table's
  Columns,     // other columns or types than the table's
  Rows,
  Values,       // of a column: how many aren't NULL
  Nulls,        // how many are
  Minimum,      // of its values
  Maximum,      //
  Sum,          //
  RowDigest,    // of all values of the rows
  ValueDigest,  // of a column's values, as a server hashes them
  // Of a file, by a look at its values.
  Content,     // they can't be decoded: a page's checksum, an encoding
  Statistics,  // the file says other things of a column chunk than its values are
  // Of the lake.
  Extra,      // an object among a run's files that no receipt knows
  Partition,  // a file isn't in the folder of its partition
  Record,     // the table's record isn't what the run decided, or what its receipts sum up to
  Commit,     // the run's decision is missing, can't be read or is another
  Plan,       // the run's plan is missing or can't be read
  Receipt,    // a receipt is missing, can't be read or contradicts itself
  Link,       // the folder's link `latest` doesn't lead to the run
  Catalog,    // Glue shows something else
  Athena,     // Athena counts otherwise, or can't read the table
};

// "missing", "row_digest": for machines (docs/output.md).
std::string_view to_string(DifferenceKind kind);

struct Difference {
  DifferenceKind kind = DifferenceKind::Missing;
  std::string table;              // the lake's name
  std::optional<int> shard = {};  // where it is the source that says otherwise: of what was read from it
  std::string object = {};  // its key, of the file or the record that is different; empty: none in the store
  std::string column = {};  // "address.city"; empty: not of one
  // What was to be there and what is, for people. Empty where it says nothing, or would be a value of a cell:
  // minima and sums are.
  std::string expected = {};
  std::string found = {};

  bool operator==(const Difference&) const = default;
};

// On one line, without the table: "t/data/…/0-0-0.parquet: it has another size: 10 bytes instead of 12".
std::string difference_text(const Difference& difference);

}  // namespace pg2athena::pipeline
