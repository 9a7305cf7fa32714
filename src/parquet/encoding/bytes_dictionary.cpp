#include "parquet/encoding/bytes_dictionary.h"

#include <array>
#include <cstring>

// The hash of some twenty bytes costs less than a call into a shared library.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/int128.h"
#include "parquet/encoding/short_bytes.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kBlock = 256;
constexpr std::size_t kSmallestTable = 4 * kBlock;
constexpr std::size_t kKeptBytes = std::size_t{64} << 10U;

constexpr std::size_t kSparseSlots = std::size_t{16} << 10U;

// How many entries a table takes: a quarter of its slots while it stays in a core's cache, where a second
// probe costs more (the branch is then foretold wrongly) than a larger table; then half of them.
std::size_t most_entries(std::size_t slots) {
  return slots <= kSparseSlots ? slots / 4 : slots / 2;
}

// The two halves of a 128-bit product, mixed: every input bit reaches every output bit. The multipliers are
// odd and have half of their bits set; nothing else about them matters.
std::uint64_t hash_of(std::uint64_t first, std::uint64_t second, std::size_t length) {
  constexpr std::uint64_t kFirst = 0xA0761D6478BD642F;
  constexpr std::uint64_t kSecond = 0xE7037ED1A0B428DB;
  const UInt128 product = static_cast<UInt128>(first ^ kFirst) * (second ^ kSecond ^ length);
  return (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U)) * kFirst;
}

// Whether two strings of the same length, above eight bytes, are equal. Without a call, and without a branch
// on where they differ: the last word overlaps the one before.
bool equal_bytes(const std::byte* left, const std::byte* right, std::size_t length) {
  const auto difference = [&](std::size_t at) {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, left + at, sizeof a);
    std::memcpy(&b, right + at, sizeof b);
    return a ^ b;
  };
  constexpr std::size_t kLong = 64;
  if (length > kLong) return std::memcmp(left, right, length) == 0;
  std::uint64_t differences = difference(length - sizeof(std::uint64_t));
  for (std::size_t at = 0; at + sizeof(std::uint64_t) < length; at += sizeof(std::uint64_t)) {
    differences |= difference(at);
  }
  return differences == 0;
}

}  // namespace

void BytesDictionary::lookup(std::span<const std::byte> data, const std::uint32_t* offsets, std::size_t count,
                             std::uint32_t* indices) {
  const std::byte* const start = data.data();
  const std::byte* const end = start + data.size();
  const std::uint32_t base = count == 0 ? 0 : offsets[0];
  while (count != 0) {
    const std::size_t block = count < kBlock ? count : kBlock;
    // Room for a block of new values, so that the loop needs no check.
    while (entries_.size() + block > most_entries(slots_.size())) grow();
    lookup_block(start + (offsets[0] - base), end, offsets, block, indices);
    offsets += block;
    indices += block;
    count -= block;
  }
}

void BytesDictionary::lookup_block(const std::byte* data, const std::byte* end, const std::uint32_t* offsets,
                                   std::size_t count, std::uint32_t* indices) {
  Slot* const slots = slots_.data();
  const std::size_t mask = slots_.size() - 1;
  // Other columns' tables have been in the caches since the last slice. In three steps the misses of a block
  // overlap: hashes, which say where the slots are; slots, which say where the entries are; entries.
  std::array<Key, kBlock> keys;
  const std::byte* bytes = data;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = offsets[i + 1] - offsets[i];
    keys[i] = key_of(bytes, length, end);
    __builtin_prefetch(slots + ((keys[i].hash >> 32U) & mask));
    bytes += length;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t index = slots[(keys[i].hash >> 32U) & mask].index;
    if (index != kEmpty) __builtin_prefetch(entries_.data() + index);
  }
  bytes = data;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = offsets[i + 1] - offsets[i];
    indices[i] = index_of(keys[i], bytes, length);
    bytes += length;
  }
}

inline std::uint32_t BytesDictionary::index_of(const Key& key, const std::byte* bytes, std::size_t length) {
  Slot* const slots = slots_.data();
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(key.hash);
  std::size_t at = (key.hash >> 32U) & mask;
  while (true) {
    const Slot slot = slots[at];
    if (slot.index == kEmpty) {
      const std::uint32_t index = insert(key, bytes, length);
      slots[at] = {.tag = tag, .index = index};
      return index;
    }
    if (slot.tag == tag && equal(entries_[slot.index], key, bytes, length)) return slot.index;
    at = (at + 1) & mask;
  }
}

inline bool BytesDictionary::equal(const Entry& entry, const Key& key, const std::byte* bytes,
                                   std::size_t length) const {
  // One branch, for the three are all but always equal.
  if (((entry.first ^ key.first) | (entry.second ^ key.second) | (entry.length ^ length)) != 0) return false;
  return length <= kShort || equal_bytes(plain_.data() + entry.at + sizeof(std::uint32_t), bytes, length);
}

inline BytesDictionary::Key BytesDictionary::key_of(const std::byte* bytes, std::size_t length,
                                                    const std::byte* end) {
  Key key{};
  if (length <= kShort) {
    key.first = first_bytes(bytes, length, end);
    key.second = length <= 8 ? 0 : first_bytes(bytes + 8, length - 8, end);
    key.hash = hash_of(key.first, key.second, length);
  } else {
    key.first = key.hash = XXH3_64bits(bytes, length);
  }
  return key;
}

std::uint32_t BytesDictionary::insert(const Key& key, const std::byte* bytes, std::size_t length) {
  const auto length32 = static_cast<std::uint32_t>(length);
  const auto index = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({.first = key.first, .second = key.second, .at = plain_.size(), .length = length32});
  append_le(plain_, length32);
  plain_.append(bytes, length);
  return index;
}

void BytesDictionary::grow() {
  const std::size_t size = slots_.empty() ? kSmallestTable : slots_.size() * 2;
  slots_.resize(size);
  for (Slot& slot : slots_) slot.index = kEmpty;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const std::uint64_t hash =
        entry.length <= kShort ? hash_of(entry.first, entry.second, entry.length) : entry.first;
    std::size_t at = (hash >> 32U) & (size - 1);
    while (slots_[at].index != kEmpty) at = (at + 1) & (size - 1);
    slots_[at] = {.tag = static_cast<std::uint32_t>(hash), .index = static_cast<std::uint32_t>(i)};
  }
}

void BytesDictionary::clear() {
  if (memory_bytes() > kKeptBytes) release();
  entries_.clear();
  plain_.clear();
  for (Slot& slot : slots_) slot.index = kEmpty;
}

}  // namespace pg2athena::parquet
