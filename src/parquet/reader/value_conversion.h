// From the physical values of a page to a column's.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/read_schema.h"
#include "parquet/reader/value_decoder.h"

namespace pg2athena::parquet {

// Most values are the same here and there. Others are decimals of big-endian bytes or of a wider integer than
// their digits need, milliseconds, and values of a fixed length, whose column has offsets.
class ValueConversion {
 public:
  explicit ValueConversion(const ReadLeaf& leaf) : leaf_(&leaf) {}

  // Appends the next `count` values to the column's values, and to its offsets if it has them; nothing else
  // of the column is touched. CorruptInput for a number that the column's storage can't have;
  // whether it has no more digits, or bits, than the type says isn't looked at.
  Result<void> append(ValueDecoder& decoder, std::size_t count, std::size_t most_bytes,
                      columnar::Column& column);

 private:
  bool same() const;
  Result<void> append_converted(std::size_t count, columnar::Column& column);
  Result<void> append_fixed_bytes(std::size_t count, std::size_t most_bytes, columnar::Column& column);
  Result<void> append_decimals(std::size_t count, columnar::Column& column);

  const ReadLeaf* leaf_;
  ByteBuffer values_;
  Buffer<std::uint32_t> offsets_;
};

}  // namespace pg2athena::parquet
