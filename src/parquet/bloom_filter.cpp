#include "parquet/bloom_filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include <xxhash.h>

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kWords = 8;  // of 32 bits, in a block; each hash has one bit in each
using Block = std::array<std::uint32_t, kWords>;

// The specification's odd numbers: they spread the hash's lower half over the words.
constexpr Block kSalt = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                         0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};

Block mask_of(std::uint64_t hash) {
  Block mask;
  for (std::size_t i = 0; i < kWords; ++i) {
    mask[i] = 1U << ((static_cast<std::uint32_t>(hash) * kSalt[i]) >> 27U);
  }
  return mask;
}

// The upper half, as a fraction of 2^32, of the number of blocks.
std::size_t block_of(std::uint64_t hash, std::size_t blocks) {
  return ((hash >> 32U) * blocks) >> 32U;
}

// Bytes for so many different hashes: parquet-java's and the specification's estimate, rounded up to a power
// of two.
std::size_t filter_bytes(double distinct, double false_positives) {
  const double bits = -8 * distinct / std::log1p(-std::pow(false_positives, 1.0 / 8));
  const double most = static_cast<double>(kLargestBloomFilter);
  const auto bytes = static_cast<std::size_t>(std::min(std::ceil(bits / 8), most));
  return std::bit_ceil(std::max(bytes, sizeof(Block)));
}

// How many different hashes leave so many bits unset: n of them leave e^(-n / (32 blocks)).
double estimate_distinct(const Buffer<Block>& filter) {
  std::size_t set = 0;
  for (const Block& block : filter) {
    for (const std::uint32_t word : block) set += static_cast<std::size_t>(std::popcount(word));
  }
  const auto bits = static_cast<double>(filter.size() * sizeof(Block) * 8);
  const double unset = std::max(bits - static_cast<double>(set), 1.0) / bits;
  return -std::log(unset) * bits / kWords;
}

// Half as many blocks. block_of() then gives half the number that it gave, so two neighbours become one.
void fold(Buffer<Block>& filter) {
  const std::size_t blocks = filter.size() / 2;
  for (std::size_t b = 0; b < blocks; ++b) {
    Block folded = filter[2 * b];
    for (std::size_t i = 0; i < kWords; ++i) folded[i] |= filter[2 * b + 1][i];
    filter[b] = folded;
  }
  filter.resize(blocks);
}

}  // namespace

std::uint64_t bloom_hash(std::span<const std::byte> plain) {
  return XXH64(plain.data(), plain.size(), 0);
}

ByteBuffer bloom_filter_bits(std::span<const std::uint64_t> hashes, double false_positives) {
  Buffer<Block> filter;
  filter.resize(filter_bytes(static_cast<double>(hashes.size()), false_positives) / sizeof(Block));
  std::ranges::fill(filter, Block{});
  for (const std::uint64_t hash : hashes) {
    Block& block = filter[block_of(hash, filter.size())];
    const Block mask = mask_of(hash);
    for (std::size_t i = 0; i < kWords; ++i) block[i] |= mask[i];
  }
  const std::size_t wanted = filter_bytes(estimate_distinct(filter), false_positives) / sizeof(Block);
  while (filter.size() > wanted) fold(filter);
  ByteBuffer bits;
  bits.append(std::as_bytes(filter.span()));
  return bits;
}

bool bloom_filter_has(std::span<const std::byte> bits, std::uint64_t hash) {
  const Block mask = mask_of(hash);
  Block block;
  std::memcpy(&block, bits.data() + block_of(hash, bits.size() / sizeof(Block)) * sizeof(Block),
              sizeof block);
  bool all = true;
  for (std::size_t i = 0; i < kWords; ++i) all = all && (block[i] & mask[i]) != 0;
  return all;
}

}  // namespace pg2athena::parquet
