// Whether the rows of a row group are in the order that the file might declare (sorting_columns).
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/int128.h"
#include "columnar/batch.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"

namespace pg2athena::parquet {

// Looks at each row until one is out of order; then at none until the next row group. The order is that of
// statistics: numbers by value, bytes as unsigned; NaN is in no order.
class SortOrder {
 public:
  // `sorting` names leaves by their place among `leaves`. InvalidArgument for one that isn't there, comes
  // twice, or isn't a column of its own, without lists, maps and structs around it.
  static Result<SortOrder> create(std::vector<SortingColumn> sorting, const std::vector<Leaf>& leaves);

  // The rows [begin, end) of the batch are the row group's next ones.
  void observe(const columnar::Batch& batch, std::size_t begin, std::size_t end);

  // What the row group may declare, nothing where a row was out of order; then starts with the next one.
  std::vector<SortingColumn> finish_row_group();

 private:
  // One value of the last row that was seen: NULL, a number, or bytes.
  using Key = std::variant<std::monostate, Int128, double, std::string>;

  explicit SortOrder(std::vector<SortingColumn> sorting) : sorting_(std::move(sorting)) {}
  bool in_order(const columnar::Batch& batch, std::size_t begin, std::size_t end) const;
  static Key key_of(const columnar::Column& column, std::size_t slot);

  std::vector<SortingColumn> sorting_;
  std::vector<std::size_t> columns_;  // of the batch
  bool ordered_ = true;
  std::vector<Key> last_row_;  // empty before the first row
};

}  // namespace pg2athena::parquet
