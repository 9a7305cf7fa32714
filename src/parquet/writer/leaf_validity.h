// Where a leaf has a value: neither it nor a struct around it is NULL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "columnar/batch.h"
#include "parquet/schema_mapping.h"

namespace pg2athena::parquet {

// Slots [begin, end) of a leaf's column, which is where some rows have their values.
struct LeafSlots {
  const columnar::Column* column = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
  // Slots without a value, and a bit for each slot of the column, set = a value, of which those of the slots
  // above are there. Null when there are no such slots. Lives as long as what it was made with and the batch.
  std::size_t nulls = 0;
  const std::uint8_t* validity = nullptr;

  std::size_t size() const { return end - begin; }
};

// The slots of rows [begin, end) of the top-level column that the leaf is under. Does not look for NULLs.
LeafSlots leaf_slots(const Leaf& leaf, const columnar::Column& column, std::size_t begin, std::size_t end);

// A nested column or a leaf that has NULLs.
struct WithNulls {
  const std::uint8_t* validity = nullptr;
  std::uint8_t level = 0;  // the definition level of what is NULL there

  bool is_null(std::size_t slot) const { return ((unsigned{validity[slot >> 3U]} >> (slot & 7U)) & 1U) == 0; }
};

// NULLs of a leaf and of the structs around it, up to its innermost list: they have the same slots. One for a
// leaf, reused from slice to slice.
class LeafValidity {
 public:
  // Looks for NULLs in the slots that leaf_slots() gave, and sets what these say of them.
  void find(const Leaf& leaf, const columnar::Column& column, LeafSlots& slots);

  // Writes the definition level of each of the slots [begin, end), which are among those of find(), to `out`,
  // which needs room for 7 more.
  void write_definitions(std::size_t begin, std::size_t end, std::uint8_t* out) const;

  std::size_t memory_bytes() const;

 private:
  struct Levels {
    const std::uint8_t* bits;
    std::uint8_t count;  // definition levels that a set bit adds
  };

  void combine(std::size_t begin, std::size_t end);

  std::vector<WithNulls> columns_;  // from the outermost
  // columns_'s bits, each but the first combined with those before it.
  std::vector<Buffer<std::uint8_t>> combined_;
  std::vector<Levels> levels_;
  std::uint8_t lowest_ = 0;  // the definition level where no bit is set
};

}  // namespace pg2athena::parquet
