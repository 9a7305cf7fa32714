// The page index of a column chunk (parquet-format, PageIndex.md), collected page by page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/levels.h"

namespace pg2athena::parquet {

// A chunk's two indexes as they stand in the file. A chunk with a page whose bounds can't be written has no
// column index: all values are NaN, or text has no upper bound.
struct SerializedPageIndex {
  ByteBuffer column_index;  // may be empty
  ByteBuffer offset_index;
};

// One for a leaf, for the whole file; finish() ends one chunk and begins the next one.
class PageIndexBuilder {
 public:
  explicit PageIndexBuilder(const Leaf& leaf) : leaf_(&leaf) {}

  // A page that was finished: its levels, the bounds and NaN count of its values, its bytes with the header,
  // and, of a ByteArray, the bytes of its values without lengths.
  void add_page(const PageLevels& levels, const Statistics& statistics, std::uint64_t bytes,
                std::size_t data_bytes);

  // `first_page_offset` is where the first data page stands in the file; the others follow it.
  SerializedPageIndex finish(std::uint64_t first_page_offset, BoundaryOrder order);

  std::size_t memory_bytes() const;
  void release();

 private:
  void add_bounds(const PageLevels& levels, const Statistics& statistics);

  const Leaf* leaf_;
  OffsetIndex offsets_;  // as if the first page stood at 0
  ColumnIndex columns_;
  bool bounded_ = true;
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
  std::size_t bound_bytes_ = 0;
};

}  // namespace pg2athena::parquet
