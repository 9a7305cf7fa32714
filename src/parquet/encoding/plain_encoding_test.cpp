#include "parquet/encoding/plain_encoding.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/int128.h"

namespace pg2athena::parquet {
namespace {

RC_GTEST_PROP(PlainEncoding, Strings_have_their_length_before_them, ()) {
  const auto values = *rc::gen::arbitrary<std::vector<std::string>>();
  const std::string before = *rc::gen::arbitrary<std::string>();
  std::string data;
  std::vector<std::uint32_t> offsets = {static_cast<std::uint32_t>(before.size())};
  std::string expected = "start";
  for (const std::string& value : values) {
    data += value;
    offsets.push_back(static_cast<std::uint32_t>(before.size() + data.size()));
    const auto length = static_cast<std::uint32_t>(value.size());
    expected.append(reinterpret_cast<const char*>(&length), sizeof length).append(value);
  }
  ByteBuffer out;
  out.append(as_bytes("start"));
  append_plain_bytes(as_bytes(data), offsets.data(), values.size(), out);
  RC_ASSERT(as_text(out.span()) == expected);
}

TEST(PlainEncoding, Decimals_are_big_endian_of_their_width) {
  const std::vector<Int128> values = {1, -1, 256, -power_of_ten(20)};
  ByteBuffer out;
  append_plain_decimals(reinterpret_cast<const std::byte*>(values.data()), values.size(), 9, out);
  // 10^20 is 0x05 6BC7 5E2D 6310 0000.
  EXPECT_EQ(as_text(out.span()), std::string("\0\0\0\0\0\0\0\0\x01"
                                             "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                             "\0\0\0\0\0\0\0\x01\0"
                                             "\xFA\x94\x38\xA1\xD2\x9C\xF0\0\0",
                                             36));
}

}  // namespace
}  // namespace pg2athena::parquet
