// From levels to slots: validity and offsets of the columns on the way to a leaf. The other direction of
// levels.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/read_schema.h"

namespace pg2athena::parquet {

// Levels of one leaf, in order. Where a level is always 0, its span is empty.
struct LevelSlice {
  std::span<const std::uint8_t> repetitions;
  std::span<const std::uint8_t> definitions;
  std::size_t count = 0;
};

// Appends slots to the columns around a leaf, and to the leaf's own validity. A column that several leaves
// are beneath is filled by the first of them; what the others say of it is kept, and compared at the batch's
// end.
class SlotAssembly {
 public:
  explicit SlotAssembly(const ReadLeaf& leaf);

  // A new chunk, in which no list is open.
  void start_chunk() { open_lists_ = 0; }
  // A new batch, all of whose columns are empty.
  void start_batch(std::vector<columnar::Column>& columns);

  // Appends the slots of all levels to all columns but the leaf. CorruptInput for levels that aren't those of
  // any rows.
  Result<void> append(const LevelSlice& levels);

  // Sets a byte for each slot of the leaf among the levels: whether it has a value.
  void leaf_slots(const LevelSlice& levels, Buffer<std::uint8_t>& present) const;
  columnar::Column& leaf_column() const { return *targets_.back().column; }

  // CorruptInput when the leaves beneath a column disagree about its slots. After the batch's last row, of
  // all leaves.
  Result<void> compare() const;

 private:
  // The slots of one column, as this leaf has them.
  struct Seen {
    columnar::Bitmap validity;
    Buffer<std::uint32_t> offsets;
    std::size_t length = 0;
    std::size_t null_count = 0;
  };
  struct Target {
    columnar::Column* column = nullptr;
    Seen seen;  // where another leaf fills the column
  };

  Result<void> check(const LevelSlice& levels);
  template <typename Slots>
  static void append_slots(const ReadStep& step, const LevelSlice& levels, Slots& slots);

  const ReadLeaf* leaf_;
  std::vector<Target> targets_;  // one for each step
  // By definition level: how many lists have an element there.
  std::vector<std::uint8_t> lists_with_element_;
  std::size_t open_lists_ = 0;  // after the last level
};

}  // namespace pg2athena::parquet
