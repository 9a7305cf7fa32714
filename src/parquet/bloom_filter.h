// Split-block Bloom filters over XXH64 hashes (parquet-format, BloomFilter.md): whether a column chunk can
// have a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace pg2athena::parquet {

// XXH64, with seed 0, of a value's PLAIN bytes; of a ByteArray without its length.
std::uint64_t bloom_hash(std::span<const std::byte> plain);

// The largest filter that is made. More bits than this no reader would load to save a row group.
inline constexpr std::size_t kLargestBloomFilter = std::size_t{128} << 20U;

// The bits of a filter for these hashes, of which some may be the same: as many as the number of different
// ones asks for, so that a value that isn't there is taken for one that is with about this probability. A
// power of two of bytes, at least 32.
ByteBuffer bloom_filter_bits(std::span<const std::uint64_t> hashes, double false_positives);

// Whether the filter has the hash.
bool bloom_filter_has(std::span<const std::byte> bits, std::uint64_t hash);

}  // namespace pg2athena::parquet
