// The smallest and the largest value of a file's columns, found again: from what its column chunks say of
// themselves, or from the values that were read. For whoever compares them with what the writer wrote down.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "columnar/batch.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

class LeafBounds;

// Of all leaves of a schema, in the order of a row group's chunks. Not thread-safe.
class ValueBounds {
 public:
  // The errors are map_schema()'s.
  static Result<ValueBounds> create(const columnar::Schema& schema);

  ValueBounds(ValueBounds&&) noexcept;
  ValueBounds& operator=(ValueBounds&&) noexcept;
  ~ValueBounds();

  std::size_t leaves() const { return leaves_.size(); }

  // A batch of the schema, with values of the row group at hand.
  void add(const columnar::Batch& batch);
  // Ends the row group. The bounds as the writer gives them to each chunk: min_value, max_value and whether
  // they are exact; and the deprecated pair.
  std::vector<Statistics> end_row_group();

  // Takes the bounds that a row group's chunk has. False where they aren't of the leaf's type.
  bool include(std::size_t leaf, const Statistics& chunk);

  // Over all row groups, as ColumnSummary has them.
  struct Texts {
    std::optional<std::string> min;
    std::optional<std::string> max;
  };
  Texts texts(std::size_t leaf) const;

 private:
  explicit ValueBounds(std::vector<std::unique_ptr<LeafBounds>> leaves);

  std::vector<std::unique_ptr<LeafBounds>> leaves_;
};

}  // namespace pg2athena::parquet
