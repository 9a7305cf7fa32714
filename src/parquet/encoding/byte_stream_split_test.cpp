#include "parquet/encoding/byte_stream_split.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pg2athena::parquet {
namespace {

template <std::size_t Width>
std::string split(std::string_view values) {
  ByteBuffer out;
  out.append(as_bytes("before"));
  append_byte_stream_split<Width>(as_bytes(values).data(), values.size() / Width, out);
  const std::string_view all = as_text(out.span());
  EXPECT_EQ(all.substr(0, 6), "before");
  return std::string(all.substr(6));
}

TEST(ByteStreamSplit, Has_the_first_bytes_first) {
  EXPECT_EQ(split<4>("abcdefghijkl"), "aeibfjcgkdhl");
  EXPECT_EQ(split<8>("abcdefgh"), "abcdefgh");
  EXPECT_EQ(split<8>(""), "");
}

TEST(ByteStreamSplit, Is_right_within_and_behind_blocks) {
  for (const std::size_t count : {63U, 64U, 65U, 127U, 128U, 500U}) {
    std::string values;
    std::string streams(count * 8, ' ');
    for (std::size_t i = 0; i < count * 8; ++i) {
      const auto byte = static_cast<char>(i * 31 + i / 256);
      values.push_back(byte);
      streams[i % 8 * count + i / 8] = byte;
    }
    EXPECT_EQ(split<8>(values), streams) << count;
  }
}

}  // namespace
}  // namespace pg2athena::parquet
