// Definition and repetition levels (Dremel's; parquet-format, README, "Nested Encoding"): which slots of a
// page are NULL, and where its lists begin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "columnar/batch.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/leaf_validity.h"
#include "parquet/writer/list_levels.h"

namespace pg2athena::parquet {

// The levels of one page, collected from slices of rows. A column that isn't nested has definition levels of
// one bit, which are its validity bitmap; they are kept as one. Without NULLs even that is only a count.
class PageLevels {
 public:
  explicit PageLevels(const Leaf& leaf) : leaf_(&leaf) {}

  // Appends the levels of rows [begin, end) of the top-level column; returns the slots whose values belong to
  // them, until the next call.
  LeafSlots append(const columnar::Column& column, std::size_t begin, std::size_t end);

  // Levels so far: values, NULLs, and a level for each list that is empty or NULL.
  std::size_t count() const { return count_; }
  std::size_t values() const { return values_; }
  std::size_t rows() const { return rows_; }
  bool none() const { return leaf_->max_definition == 0 && leaf_->max_repetition == 0; }

  // Append them in the RLE hybrid, as they stand in a data page V2; nothing for a level that is always 0.
  void append_repetition(ByteBuffer& out) const;
  void append_definition(ByteBuffer& out) const;
  // Appends them as a data page V1 begins: repetition levels, definition levels, each with its length in four
  // bytes before it; nothing for a level that is always 0.
  void append_encoded(ByteBuffer& out) const;
  // Adds how often each level occurs, at the level's place (SizeStatistics in parquet.thrift); a vector that
  // is too short is made as long as the leaf has levels.
  void add_histograms(std::vector<std::int64_t>& definitions, std::vector<std::int64_t>& repetitions) const;
  // About what append_encoded() appends, before runs make it less.
  std::size_t encoded_bytes() const;

  void clear();
  std::size_t memory_bytes() const;

 private:
  void append_bits(const std::uint8_t* bits, std::size_t begin, std::size_t end);
  void append_ones(std::size_t count);
  void append_structs(const LeafSlots& slots);
  bool in_bits() const { return leaf_->max_repetition == 0 && leaf_->max_definition == 1; }

  const Leaf* leaf_;
  std::size_t count_ = 0;
  std::size_t values_ = 0;
  std::size_t rows_ = 0;
  // Definition levels of one bit: the first bit_count_ of them. Empty as long as they are all 1.
  Buffer<std::uint8_t> bits_;
  std::size_t bit_count_ = 0;
  // Others: a byte for each level. Empty as long as they all are the highest.
  Buffer<std::uint8_t> definitions_;
  // Under lists: a byte for each level.
  Buffer<std::uint8_t> repetitions_;
  // Of the slice at hand.
  LeafValidity validity_;
  ListLevels lists_;
};

}  // namespace pg2athena::parquet
