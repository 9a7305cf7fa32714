// Some rows of a batch as a batch of their own: what splits rows by what is in them.
#pragma once

#include <cstdint>
#include <span>

#include "columnar/batch.h"

namespace pg2athena::columnar {

// Rows, or slots of a column: from `begin` to before `end`.
struct RowRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  std::uint32_t rows() const { return end - begin; }
  bool operator==(const RowRange&) const = default;
};

// Makes `to` the rows of `from` that the ranges name, in their order. The ranges lie within `from`; `to` is a
// batch of the same schema, whose memory is used again. Ranges and not single rows, because rows of one kind
// mostly come together, and then this is a copy of whole pieces.
void gather(const Batch& from, std::span<const RowRange> rows, Batch& to);
void gather(const Column& from, std::span<const RowRange> slots, Column& to);

}  // namespace pg2athena::columnar
