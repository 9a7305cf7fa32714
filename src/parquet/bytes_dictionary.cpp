#include "parquet/bytes_dictionary.h"

#include <cstring>

#include <xxhash.h>

#include "base/int128.h"
#include "parquet/short_bytes.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kBlock = 256;
constexpr std::size_t kSmallestTable = 4 * kBlock;
constexpr std::size_t kKeptBytes = std::size_t{64} << 10U;

// The two halves of a 128-bit product, mixed: every input bit reaches every output bit. The multipliers are
// odd and have half of their bits set; nothing else about them matters.
std::uint64_t hash_of(std::uint64_t first, std::uint64_t second, std::size_t length) {
  constexpr std::uint64_t kFirst = 0xA0761D6478BD642F;
  constexpr std::uint64_t kSecond = 0xE7037ED1A0B428DB;
  const UInt128 product = static_cast<UInt128>(first ^ kFirst) * (second ^ kSecond ^ length);
  return (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U)) * kFirst;
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
    if ((entries_.size() + block) * 2 > slots_.size()) grow();
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
  const std::byte* bytes = data;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = offsets[i + 1] - offsets[i];
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t hash = 0;
    if (length <= kShort) {
      first = first_bytes(bytes, length, end);
      second = length <= 8 ? 0 : first_bytes(bytes + 8, length - 8, end);
      hash = hash_of(first, second, length);
    } else {
      first = hash = XXH3_64bits(bytes, length);
    }
    const auto tag = static_cast<std::uint32_t>(hash);
    std::size_t at = (hash >> 32U) & mask;
    while (true) {
      const Slot slot = slots[at];
      if (slot.index == kEmpty) {
        slots[at] = {.tag = tag, .index = insert(first, second, bytes, length)};
        break;
      }
      if (slot.tag == tag && equal(entries_[slot.index], first, second, bytes, length)) break;
      at = (at + 1) & mask;
    }
    indices[i] = slots[at].index;
    bytes += length;
  }
}

bool BytesDictionary::equal(const Entry& entry, std::uint64_t first, std::uint64_t second,
                            const std::byte* bytes, std::size_t length) const {
  if (entry.length != length || entry.first != first || entry.second != second) return false;
  return length <= kShort ||
         std::memcmp(plain_.data() + entry.at + sizeof(std::uint32_t), bytes, length) == 0;
}

std::uint32_t BytesDictionary::insert(std::uint64_t first, std::uint64_t second, const std::byte* bytes,
                                      std::size_t length) {
  const auto length32 = static_cast<std::uint32_t>(length);
  const auto index = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({.first = first, .second = second, .at = plain_.size(), .length = length32});
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
