// What one shard made. Receipts are the only thing that publishing and verification know about a run's data.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace pg2athena::catalog {

struct ColumnReceipt {
  std::string path;          // "id"; "address.city" inside nested columns
  std::uint64_t values = 0;  // that aren't NULL
  std::uint64_t nulls = 0;
  std::optional<std::string> min;  // as text, for types of fixed width; none where there is no value
  std::optional<std::string> max;
  // Of all values, as columnar::LeafTotals has it: "-12.50" of decimals, days of dates, microseconds of
  // timestamps and times, the true ones of booleans, bytes of text and binary. None of floating point.
  std::optional<std::string> sum = {};

  bool operator==(const ColumnReceipt&) const = default;
};

struct FileReceipt {
  std::string key;  // in the object store
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string xxh3_128;  // of the file's bytes: 32 hexadecimal digits
  // The value that all its rows have in the column that the table is partitioned by, or kDefaultPartition
  // (partition_name.h); nothing where the table isn't partitioned.
  std::optional<std::string> partition = {};
  // Of the rows that were written (columnar::RowDigest), where the run was to verify each value.
  std::optional<std::string> row_digest = {};
  std::vector<ColumnReceipt> columns;

  bool operator==(const FileReceipt&) const = default;
};

// Values of a column that its type can't hold, and that became something else as its policy says.
struct CoercedColumn {
  std::string column;        // in the lake
  std::string policy;        // "null": they are NULL; "clamp": they are the nearest value that there is
  std::uint64_t values = 0;  // at least one

  bool operator==(const CoercedColumn&) const = default;
};

struct Receipt {
  std::string run_id;
  std::string table;  // the lake's name: "public.orders"
  int shard = 0;      // unique in the run, over all tables
  int attempt = 0;    // of this shard, from 0
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // of all files
  std::vector<FileReceipt> files;
  std::vector<CoercedColumn> coerced = {};  // in the order of the columns, without those that have none
  std::string source;                       // what was read, for people: `"public"."orders" blocks 0..1279`
  std::string worker;                       // who read it
  std::chrono::milliseconds duration{0};

  bool operator==(const Receipt&) const = default;
};

std::string to_json(const Receipt& receipt);
// Strict: a missing, unknown or wrongly typed key is an error of kind CorruptInput that names it.
Result<Receipt> receipt_from_json(std::string_view text);

}  // namespace pg2athena::catalog
