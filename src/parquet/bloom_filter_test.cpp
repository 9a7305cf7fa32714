#include "parquet/bloom_filter.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pg2athena::parquet {
namespace {

std::uint64_t hash_of(std::uint64_t number) {
  return bloom_hash(std::as_bytes(std::span(&number, 1)));
}

std::vector<std::uint64_t> hashes(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = begin; i < end; ++i) all.push_back(hash_of(i));
  return all;
}

TEST(BloomFilter, Hashes_are_XXH64) {
  // The test vectors of github.com/Cyan4973/xxHash, tests/sanity_test_vectors.h, for no input, seed 0.
  EXPECT_EQ(bloom_hash({}), 0xEF46DB3751D8E999U);
}

TEST(BloomFilter, Has_all_that_is_in_it_and_little_else) {
  for (const std::uint64_t count : {1U, 100U, 5000U, 100000U}) {
    for (const double wrong : {0.1, 0.01, 0.001}) {
      const ByteBuffer bits = bloom_filter_bits(hashes(0, count), wrong);
      for (std::uint64_t i = 0; i < count; ++i) ASSERT_TRUE(bloom_filter_has(bits.span(), hash_of(i)));
      std::size_t found = 0;
      constexpr std::uint64_t kTried = 20000;
      for (std::uint64_t i = count; i < count + kTried; ++i) {
        found += bloom_filter_has(bits.span(), hash_of(i)) ? 1U : 0U;
      }
      EXPECT_LE(static_cast<double>(found), 2 * wrong * kTried + 10) << count << " " << wrong;
    }
  }
}

TEST(BloomFilter, Its_size_follows_from_the_distinct_values) {
  const auto distinct = hashes(0, 3000);
  auto repeated = distinct;
  for (int i = 0; i < 50; ++i) repeated.insert(repeated.end(), distinct.begin(), distinct.end());
  const ByteBuffer expected = bloom_filter_bits(distinct, 0.01);
  const ByteBuffer bits = bloom_filter_bits(repeated, 0.01);
  EXPECT_EQ(as_text(bits.span()), as_text(expected.span()));
  // 10 bits and something a value.
  EXPECT_EQ(bits.size(), 4096U);
  EXPECT_EQ(bloom_filter_bits({}, 0.01).size(), 32U);
}

}  // namespace
}  // namespace pg2athena::parquet
