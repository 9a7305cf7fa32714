// The dictionary of a column chunk of fixed-width values: numbers them in the order in which they first
// appear.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/bytes.h"
#include "base/int128.h"

namespace pg2athena::parquet {

// Open addressing with linear probing; the key lies in the slot, so that a hit reads one cache line. Key is
// an unsigned integer of the values' width: floats are told apart by their bits, so NaNs and both zeros keep
// theirs.
template <typename Key>
class FixedDictionary {
 public:
  std::size_t size() const { return entries_.size(); }
  // The values in order of their numbers.
  const Buffer<Key>& entries() const { return entries_; }

  // Writes the number of each of `count` values to `indices`. The values need not be aligned.
  void lookup(const std::byte* values, std::size_t count, std::uint32_t* indices) {
    while (count != 0) {
      const std::size_t block = count < kBlock ? count : kBlock;
      // Room for a block of new values, so that the loop needs no check.
      while (entries_.size() + block > most_entries(slots_.size())) grow();
      lookup_block(values, block, indices);
      values += block * sizeof(Key);
      indices += block;
      count -= block;
    }
  }

  // Empties the dictionary. A small table keeps its memory for the next column chunk; clearing a large one
  // would cost more than growing it again.
  void clear() {
    entries_.clear();
    if (slots_.capacity_bytes() > kKeptBytes) {
      slots_.release();
      entries_.release();
    }
    for (Slot& slot : slots_) slot.index = kEmpty;
  }

  // Gives the table back, which only lookup() needs; the entries stay.
  void release_table() { slots_.release(); }
  // Empties the dictionary and gives all memory back.
  void release() {
    slots_.release();
    entries_.release();
  }

  std::size_t memory_bytes() const { return entries_.capacity_bytes() + slots_.capacity_bytes(); }

 private:
  struct Slot {
    Key key;
    std::uint32_t index;
  };
  static constexpr std::uint32_t kEmpty = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t kBlock = 256;
  static constexpr std::size_t kSmallestTable = 4 * kBlock;
  static constexpr std::size_t kSparseSlots = std::size_t{16} << 10U;
  static constexpr std::size_t kCachedBytes = std::size_t{32} << 10U;
  static constexpr std::size_t kKeptBytes = std::size_t{64} << 10U;

  // Fibonacci hashing: the upper bits of a product with 2^64 / phi depend on all bits of the key.
  std::size_t home(Key key) const {
    constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15;
    std::uint64_t word = 0;
    if constexpr (sizeof(Key) > sizeof word) {
      word = static_cast<std::uint64_t>(key) ^
             std::rotl(static_cast<std::uint64_t>(key >> 64U) * kMultiplier, 29);
    } else {
      word = key;
    }
    return (word * kMultiplier) >> shift_;
  }

  static Key key_at(const std::byte* values, std::size_t i) {
    Key key;
    std::memcpy(&key, values + i * sizeof(Key), sizeof key);
    return key;
  }

  void lookup_block(const std::byte* values, std::size_t count, std::uint32_t* indices) {
    Slot* const slots = slots_.data();
    const std::size_t mask = slots_.size() - 1;
    // Other columns' tables have been in the caches since the last slice: let all misses of a block overlap.
    if (slots_.capacity_bytes() > kCachedBytes) {
      for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(slots + home(key_at(values, i)));
    }
    for (std::size_t i = 0; i < count; ++i) {
      const Key key = key_at(values, i);
      std::size_t at = home(key);
      while (slots[at].index != kEmpty && slots[at].key != key) at = (at + 1) & mask;
      if (slots[at].index == kEmpty) {
        slots[at] = {.key = key, .index = static_cast<std::uint32_t>(entries_.size())};
        entries_.push_back(key);
      }
      indices[i] = slots[at].index;
    }
  }

  // How many entries a table takes: a quarter of its slots while it stays in a core's cache, where a second
  // probe costs more (the branch is then foretold wrongly) than a larger table; then half of them.
  static std::size_t most_entries(std::size_t slots) { return slots <= kSparseSlots ? slots / 4 : slots / 2; }

  // Doubles the table.
  void grow() {
    const std::size_t size = slots_.empty() ? kSmallestTable : slots_.size() * 2;
    shift_ = 64 - std::countr_zero(size);
    slots_.resize(size);
    for (Slot& slot : slots_) slot.index = kEmpty;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      std::size_t at = home(entries_[i]);
      while (slots_[at].index != kEmpty) at = (at + 1) & (size - 1);
      slots_[at] = {.key = entries_[i], .index = static_cast<std::uint32_t>(i)};
    }
  }

  Buffer<Slot> slots_;
  int shift_ = 0;
  Buffer<Key> entries_;
};

}  // namespace pg2athena::parquet
