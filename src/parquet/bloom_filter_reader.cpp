#include "parquet/bloom_filter_reader.h"

#include <array>
#include <cstring>

#include <xxhash.h>

namespace pg2athena::parquet {

bool BloomFilterReader::might_contain(std::span<const std::byte> plain) const {
  constexpr std::array<std::uint32_t, 8> kSalts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                                   0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
  const std::uint64_t hash = XXH64(plain.data(), plain.size(), 0);
  const std::uint64_t blocks = blocks_.size() / kBlockBytes;
  const std::uint64_t block = ((hash >> 32U) * blocks) >> 32U;
  const std::byte* const words = blocks_.data() + block * kBlockBytes;
  for (std::size_t i = 0; i < kSalts.size(); ++i) {
    std::uint32_t word;
    std::memcpy(&word, words + i * sizeof word, sizeof word);
    const std::uint32_t bit = (static_cast<std::uint32_t>(hash) * kSalts[i]) >> 27U;
    if (((word >> bit) & 1U) == 0) return false;
  }
  return true;
}

}  // namespace pg2athena::parquet
