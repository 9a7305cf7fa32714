// What can be counted and summed of columns exactly, whatever the order of the rows: the same for what a
// server sent, what a file has and what a server sums itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/exact_sum.h"
#include "columnar/batch.h"
#include "columnar/schema.h"

namespace pg2athena::columnar {

// Of a leaf: a column, or one inside of a nested column.
struct LeafTotals {
  std::string path;          // as a Parquet file has it: "price", "address.city", "tags.list.element"
  Type type;                 // without children
  std::uint64_t values = 0;  // that aren't NULL; of a list: elements
  std::uint64_t nulls = 0;   // of a list also the lists that are empty or NULL; as Parquet's levels have them
  // Of integers; decimals without their point; dates in days, timestamps and times in microseconds; of
  // booleans those that are true; of text and binary the bytes. Nothing for floating point, whose sum depends
  // on the order.
  std::optional<ExactSum> sum;

  // Digits behind the point of `sum`: a decimal's.
  int scale() const { return type.id == TypeId::Decimal ? type.scale : 0; }
  // With the point of a decimal: "12.50".
  std::optional<std::string> sum_text() const;

  bool operator==(const LeafTotals&) const = default;
};

// Of batches of one schema. Not thread-safe.
class Totals {
 public:
  explicit Totals(const Schema& schema);

  void add(const Batch& batch);
  // Of the same schema.
  void add(const Totals& other);

  // In the schema's order, as a Parquet file has its columns.
  const std::vector<LeafTotals>& leaves() const { return leaves_; }

 private:
  std::vector<LeafTotals> leaves_;
};

}  // namespace pg2athena::columnar
