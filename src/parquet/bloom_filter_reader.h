// A column chunk's Bloom filter that was read (parquet-format, BloomFilter.md).
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "parquet/bloom_filter.h"

namespace pg2athena::parquet {

class BloomFilterReader {
 public:
  // Blocks of 32 bytes, at least one.
  explicit BloomFilterReader(ByteBuffer blocks) : blocks_(std::move(blocks)) {}

  static constexpr std::size_t kBlockBytes = 32;

  // False: the value isn't in the column chunk. `plain` is the value in PLAIN encoding, a ByteArray's without
  // its length.
  bool might_contain(std::span<const std::byte> plain) const {
    return bloom_filter_has(blocks_.span(), bloom_hash(plain));
  }
  std::size_t size_bytes() const { return blocks_.size(); }

 private:
  ByteBuffer blocks_;
};

}  // namespace pg2athena::parquet
