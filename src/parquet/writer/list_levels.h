// The levels of a leaf under lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "columnar/batch.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/leaf_validity.h"

namespace pg2athena::parquet {

// Levels are made list by list, from the outermost, in loops over its offsets. The rows' slots in a list
// stand side by side, and those of its elements do too. A slot with elements goes on with them: the first one
// has its repetition level, the others that of the list. One without ends: there is one level for it in every
// leaf below. Those that have ended are few as a rule, and are kept apart until the innermost list.
class ListLevels {
 public:
  // Appends the levels of rows [begin, end) of the top-level column. `slots` and `validity` are the leaf's in
  // these rows. `definitions` stays empty as long as every level of the page is the highest; `count` is how
  // many those are.
  void append(const Leaf& leaf, const columnar::Column& column, std::size_t begin, std::size_t end,
              const LeafSlots& slots, const LeafValidity& validity, std::size_t count,
              Buffer<std::uint8_t>& definitions, Buffer<std::uint8_t>& repetitions);

  std::size_t memory_bytes() const;

 private:
  // The rows' slots in a list, and the NULLs of it and of the structs around it, up to the next list.
  struct List {
    const std::uint32_t* offsets;  // of the first slot and those that follow
    std::size_t first;             // slot
    std::size_t count;             // slots
    std::span<const WithNulls> nulls;
    std::uint8_t empty;       // the definition level of a list without elements
    std::uint8_t repetition;  // of an element but the first

    // Of a slot without elements.
    std::uint8_t definition(std::size_t slot) const {
      for (const WithNulls& each : nulls) {
        if (each.is_null(first + slot)) return each.level;
      }
      return empty;
    }
  };
  // What has ended in a list further out.
  struct Ended {
    std::uint32_t before;  // the slot of the list at hand that comes next
    std::uint8_t definition;
    std::uint8_t repetition;
  };
  // The leaf's slots in the rows, and the page whose levels they become.
  struct Target {
    const LeafSlots& slots;
    const LeafValidity& validity;
    std::uint8_t highest;  // definition level
    std::size_t count;     // levels before
    Buffer<std::uint8_t>& definitions;
    Buffer<std::uint8_t>& repetitions;
  };

  void descend(const List& list);
  void append_innermost(const List& list, const Target& target);
  void append_with_ended(const List& list, std::uint8_t* definitions, std::uint8_t* repetitions) const;

  // Of the list at hand: the repetition level of each slot, and what isn't there any more.
  Buffer<std::uint8_t> slots_;
  std::vector<Ended> ended_;
  // Of the innermost list: the definition level of each element, when some are NULL.
  Buffer<std::uint8_t> elements_;
  // While descend() makes the next list's.
  Buffer<std::uint8_t> next_slots_;
  std::vector<Ended> next_ended_;
  std::vector<WithNulls> nulls_;
};

}  // namespace pg2athena::parquet
