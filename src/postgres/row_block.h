// COPY's binary form, taken apart: a block of rows that stay where libpq put them, and for each column where
// its values are. Knows nothing of connections, so that it can be tested and fuzzed with bytes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/error.h"
#include "types/copy_decoder.h"

namespace pg2athena::postgres {

// The signature, flags and length of extension that begin a COPY (PostgreSQL documentation, COPY, Binary
// Format). Returns what stands behind them.
Result<std::span<const std::byte>> skip_copy_header(std::span<const std::byte> message);

class RowBlock {
 public:
  explicit RowBlock(std::size_t columns);

  std::size_t rows() const { return rows_; }
  // No room for another row.
  bool full() const { return rows_ == capacity_; }
  void clear() { rows_ = 0; }
  std::size_t memory_bytes() const { return fields_.capacity() * sizeof(types::WireValue); }

  enum class Added { Row, Trailer };
  // Takes the row that begins `bytes`, and cuts it off; or the trailer that ends a COPY. The bytes must stay
  // where they are until clear(). The block must not be full. CorruptInput when they aren't a row of this
  // many columns.
  Result<Added> add(std::span<const std::byte>& bytes);

  // The values of a column, one for each row.
  std::span<const types::WireValue> column(std::size_t i) const {
    return std::span(fields_).subspan(i * capacity_, rows_);
  }

 private:
  std::size_t columns_;
  std::size_t capacity_;
  std::size_t rows_ = 0;
  std::vector<types::WireValue> fields_;  // a column after the other, capacity_ of each
};

}  // namespace pg2athena::postgres
