#include "parquet/crc32.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::parquet {
namespace {

TEST(Crc32, Is_the_one_of_gzip) {
  // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms
  // (reveng.sourceforge.io).
  EXPECT_EQ(crc32(as_bytes("123456789")), 0xCBF43926U);
  EXPECT_EQ(crc32({}), 0U);
  EXPECT_EQ(
      crc32(as_bytes("The quick brown fox jumps over the lazy dog, and the lazy dog does not mind at all.")),
      crc32_portable(
          as_bytes("The quick brown fox jumps over the lazy dog, and the lazy dog does not mind at all.")));
}

TEST(Crc32, Is_the_same_with_and_without_carry_less_multiplication) {
  std::vector<std::byte> bytes(5000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i + i / 7);
  const std::span<const std::byte> all(bytes);
  for (std::size_t size = 0; size < 400; ++size) {
    for (const std::size_t from : {0U, 1U, 7U, 16U, 33U}) {
      EXPECT_EQ(crc32(all.subspan(from, size)), crc32_portable(all.subspan(from, size)))
          << size << " from " << from;
    }
  }
  EXPECT_EQ(crc32(all), crc32_portable(all));
}

TEST(Crc32, Goes_on_where_another_one_ended) {
  const std::string text(200, 'x');
  const auto bytes = as_bytes(text);
  for (const std::size_t cut : {0U, 1U, 63U, 64U, 100U, 200U}) {
    EXPECT_EQ(crc32(bytes.subspan(cut), crc32(bytes.first(cut))), crc32(bytes)) << cut;
  }
}

}  // namespace
}  // namespace pg2athena::parquet
