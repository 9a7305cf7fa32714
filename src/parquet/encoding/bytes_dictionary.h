// The dictionary of a column chunk of byte strings: numbers them in the order in which they first appear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace pg2athena::parquet {

// Open addressing with linear probing over 32 bits of the hash. A string of up to 16 bytes is two words,
// which are its hash's input and which decide equality without a look at the string's memory.
class BytesDictionary {
 public:
  std::size_t size() const { return entries_.size(); }
  // The values in PLAIN encoding (length in four bytes, bytes), in order of their numbers.
  std::span<const std::byte> plain() const { return plain_.span(); }
  // One value in PLAIN encoding.
  std::span<const std::byte> plain(std::uint32_t index) const {
    const Entry& entry = entries_[index];
    return plain_.span().subspan(entry.at, sizeof(std::uint32_t) + entry.length);
  }
  std::string_view value(std::uint32_t index) const {
    return as_text(plain(index).subspan(sizeof(std::uint32_t)));
  }

  // Writes the number of each of `count` values to `indices`. They lie one behind the other: value i is
  // data[offsets[i] - offsets[0] …].
  void lookup(std::span<const std::byte> data, const std::uint32_t* offsets, std::size_t count,
              std::uint32_t* indices);

  // Empties the dictionary. A small table keeps its memory for the next column chunk.
  void clear();
  // Gives the table back, which only lookup() needs; the entries stay.
  void release_table() { slots_.release(); }
  // Empties the dictionary and gives all memory back.
  void release() {
    slots_.release();
    entries_.release();
    plain_.release();
  }

  std::size_t memory_bytes() const {
    return slots_.capacity_bytes() + entries_.capacity_bytes() + plain_.capacity_bytes();
  }

 private:
  struct Entry {
    // Up to kShort bytes: the bytes themselves, filled up with zeros. Longer: the hash, and 0.
    std::uint64_t first;
    std::uint64_t second;
    std::uint64_t at;  // in plain_, where the length stands
    std::uint32_t length;
  };
  // What is known of a string without a look at the table.
  struct Key {
    std::uint64_t first;
    std::uint64_t second;  // both as in Entry
    std::uint64_t hash;
  };
  struct Slot {
    std::uint32_t tag;    // the hash's lower half
    std::uint32_t index;  // of the entry, or kEmpty
  };
  static constexpr std::uint32_t kEmpty = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t kShort = 16;

  void lookup_block(const std::byte* data, const std::byte* end, const std::uint32_t* offsets,
                    std::size_t count, std::uint32_t* indices);
  static Key key_of(const std::byte* bytes, std::size_t length, const std::byte* end);
  std::uint32_t index_of(const Key& key, const std::byte* bytes, std::size_t length);
  bool equal(const Entry& entry, const Key& key, const std::byte* bytes, std::size_t length) const;
  std::uint32_t insert(const Key& key, const std::byte* bytes, std::size_t length);
  // Doubles the table.
  void grow();

  Buffer<Slot> slots_;
  Buffer<Entry> entries_;
  ByteBuffer plain_;
};

}  // namespace pg2athena::parquet
