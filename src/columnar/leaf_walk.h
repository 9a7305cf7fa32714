// Goes through the leaves of a batch, in the schema's order, with where each has values: neither it nor a
// struct around it is NULL there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "columnar/batch.h"

namespace pg2athena::columnar {

// Slots of a column; a bit for each, set = it has a value. Null: all have one.
struct Present {
  const std::uint8_t* bits = nullptr;
  std::size_t slots = 0;

  bool operator[](std::size_t slot) const {
    return bits == nullptr || ((unsigned{bits[slot >> 3U]} >> (slot & 7U)) & 1U) != 0;
  }
  std::size_t count() const {
    if (bits == nullptr) return slots;
    constexpr std::size_t kWordBits = 64;
    std::size_t set = 0;
    std::size_t slot = 0;
    for (; slot + kWordBits <= slots; slot += kWordBits) {
      std::uint64_t word = 0;
      std::memcpy(&word, bits + slot / 8, sizeof word);
      set += static_cast<std::size_t>(std::popcount(word));
    }
    for (; slot < slots; ++slot) set += (*this)[slot] ? 1U : 0U;
    return set;
  }
};

struct LeafSlots {
  std::size_t leaf;  // from 0
  const Column& column;
  Present present;
  // Entries of the lists around it that have no slot: those of lists that are empty or NULL, one each.
  std::uint64_t absent;
};

template <typename Visit>
class LeafWalk {
 public:
  explicit LeafWalk(Visit& visit_leaf) : visit_leaf_(visit_leaf) {}

  // `present`: where a struct around the column has a value.
  void visit(const Column& column, const Present& present, std::uint64_t absent) {
    Buffer<std::uint8_t> both;
    const Present own = with_values(column, present, both);
    switch (column.type.storage()) {
      case Storage::Struct:
        for (const Column& child : column.children) visit(child, own, absent);
        return;
      case Storage::List: {
        // What isn't there has an empty range too (batch.h).
        for (std::size_t i = 0; i < column.length; ++i) {
          absent += column.offsets[i] == column.offsets[i + 1] ? 1U : 0U;
        }
        const Column& entries = column.children[0];
        visit(entries, {.bits = nullptr, .slots = entries.length}, absent);
        return;
      }
      default:
        visit_leaf_(LeafSlots{.leaf = leaf_++, .column = column, .present = own, .absent = absent});
    }
  }

 private:
  // `present` without the column's own NULLs. `both` has the bits where they are neither's.
  static Present with_values(const Column& column, const Present& present, Buffer<std::uint8_t>& both) {
    if (!column.nullable || column.null_count == 0) return present;
    const std::uint8_t* const own = column.validity.data();
    if (present.bits == nullptr) return {.bits = own, .slots = present.slots};
    const std::size_t bytes = (present.slots + 7) / 8;
    both.resize(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
      both[i] = static_cast<std::uint8_t>(unsigned{present.bits[i]} & unsigned{own[i]});
    }
    return {.bits = both.data(), .slots = present.slots};
  }

  Visit& visit_leaf_;
  std::size_t leaf_ = 0;
};

// Calls visit_leaf(LeafSlots) for each leaf.
template <typename Visit>
void for_each_leaf(const Batch& batch, Visit visit_leaf) {
  LeafWalk<Visit> walk(visit_leaf);
  for (const Column& column : batch.columns) walk.visit(column, {.bits = nullptr, .slots = column.length}, 0);
}

}  // namespace pg2athena::columnar
