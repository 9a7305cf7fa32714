#include "parquet/thrift_compact.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

struct Inner {
  std::int32_t number = 0;
};
template <typename Archive>
void describe(Archive& archive, const Inner& inner) {
  archive.field(3, inner.number);
}

struct Outer {
  bool yes = true;
  bool no = false;
  std::optional<std::int64_t> absent;
  std::int64_t far = -1;
  std::vector<Inner> inners;
  std::vector<std::string> texts;
  std::int8_t small = -2;
};
template <typename Archive>
void describe(Archive& archive, const Outer& outer) {
  archive.field(1, outer.yes);
  archive.field(2, outer.no);
  archive.field(3, outer.absent);
  archive.field(40, outer.far);
  archive.field(41, outer.inners);
  archive.field(42, outer.texts);
  archive.field(43, outer.small);
}

namespace {

template <typename T>
std::vector<int> written(const T& value) {
  ByteBuffer out;
  CompactWriter(out).structure(value);
  std::vector<int> bytes;
  for (const std::byte b : out) bytes.push_back(std::to_integer<int>(b));
  return bytes;
}

TEST(ThriftCompact, Fields_are_as_the_protocol_has_them) {
  const Outer outer{.inners = {{.number = 1}, {.number = -300}}, .texts = {"", "ab"}};
  const std::vector<int> expected = {
      0x11,           // field 1, true
      0x12,           // field 2, false; field 3 is absent
      0x06, 80,   1,  // field 40, too far for a short header: i64 in zigzag, id 40, -1
      0x19, 0x2C, 0x35, 2, 0,   0x35, 0xD7, 4, 0,  // field 41: list of two structs, each with its field 3
      0x19, 0x28, 0,    2, 'a', 'b',               // field 42: list of two strings
      0x13, 0xFE,                                  // field 43: i8
      0};
  EXPECT_EQ(written(outer), expected);
}

TEST(ThriftCompact, Long_lists_have_their_size_as_a_varint) {
  const Outer outer{.inners = std::vector<Inner>(200)};
  const std::vector<int> bytes = written(outer);
  EXPECT_EQ(bytes[5], 0x19);
  EXPECT_EQ(bytes[6], 0xFC);
  EXPECT_EQ(bytes[7], 200 - 128 + 128);
  EXPECT_EQ(bytes[8], 1);
}

TEST(Metadata, A_data_page_header_is_fifteen_bytes_or_so) {
  ByteBuffer out;
  serialize(
      PageHeader{.type = PageType::DataPage,
                 .uncompressed_page_size = 3,
                 .compressed_page_size = 3,
                 .crc = -1,
                 .data_page_header = DataPageHeader{.num_values = 2, .encoding = Encoding::RleDictionary}},
      out);
  std::vector<int> bytes;
  for (const std::byte b : out) bytes.push_back(std::to_integer<int>(b));
  const std::vector<int> expected = {0x15, 0,    0x15, 6,    0x15, 6,    0x15, 1, 0x1C, 0x15,
                                     4,    0x15, 16,   0x15, 6,    0x15, 6,    0, 0};
  EXPECT_EQ(bytes, expected);
}

}  // namespace
}  // namespace pg2athena::parquet
