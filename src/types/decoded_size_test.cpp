#include "types/decoded_size.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/numeric_wire.h"

namespace pg2athena::types {
namespace {

using Bytes = std::vector<std::byte>;

void put16(Bytes& out, unsigned value) {
  out.push_back(static_cast<std::byte>(value >> 8U));
  out.push_back(static_cast<std::byte>(value));
}

void put32(Bytes& out, std::uint32_t value) {
  put16(out, value >> 16U);
  put16(out, value & 0xFFFFU);
}

Bytes numeric(const std::vector<unsigned>& digits, int weight, unsigned sign, unsigned scale) {
  Bytes bytes;
  put16(bytes, static_cast<unsigned>(digits.size()));
  put16(bytes, static_cast<unsigned>(weight));
  put16(bytes, sign);
  put16(bytes, scale);
  for (const unsigned digit : digits) put16(bytes, digit);
  return bytes;
}

Bytes array(std::uint32_t count, const std::vector<Bytes>& elements) {
  Bytes bytes;
  for (const std::uint32_t word : {1U, 0U, std::uint32_t{oid::kNumeric}, count, 1U}) put32(bytes, word);
  for (const Bytes& element : elements) {
    put32(bytes, element.empty() ? 0xFFFFFFFFU : static_cast<std::uint32_t>(element.size()));
    bytes.insert(bytes.end(), element.begin(), element.end());
  }
  return bytes;
}

// 1e131071, PostgreSQL's longest but for digits behind the point.
Bytes longest() {
  return numeric({1000}, 32767, 0, 0);
}

TEST(DecodedSize, Of_a_numeric_is_the_length_of_its_text) {
  std::vector<Bytes> values = {numeric({}, 0, 0, 0),
                               numeric({}, 0, 0, 16383),
                               longest(),
                               numeric({9999}, 32767, NumericWire::kNegative, 16383),
                               numeric({1}, -4096, 0, 16383),
                               numeric({}, 0, NumericWire::kNaN, 0),
                               numeric({}, 0, NumericWire::kInfinity, 0),
                               numeric({}, 0, NumericWire::kMinusInfinity, 0)};
  for (const unsigned leading : {0U, 1U, 10U, 999U, 1000U, 9999U}) {
    for (const int weight : {-3, -1, 0, 1, 7}) {
      for (const unsigned scale : {0U, 1U, 4U, 9U}) {
        for (const unsigned sign : {0U, unsigned{NumericWire::kNegative}}) {
          values.push_back(numeric({leading, 5}, weight, sign, scale));
        }
      }
    }
  }
  for (const Bytes& value : values) {
    NumericWire parsed;
    ASSERT_TRUE(NumericWire::parse(value, parsed));
    ByteBuffer text;
    append_numeric_text(parsed, text);
    EXPECT_EQ(numeric_text_bytes(value), text.size()) << "weight " << parsed.weight;
  }
}

TEST(DecodedSize, Of_an_array_counts_each_elements_text_and_what_an_element_takes) {
  const Bytes value = array(3, {longest(), {}, numeric({}, 0, NumericWire::kNaN, 0)});
  const std::uint64_t wire = value.size();
  EXPECT_EQ(decoded_bytes(DecodedSize::AsOnWire, value), wire);
  EXPECT_EQ(decoded_bytes(DecodedSize::Array, value), wire + 3 * kElementBytes);
  EXPECT_EQ(decoded_bytes(DecodedSize::NumericsArray, value), wire + 3 * kElementBytes + 131072 + 3);
}

TEST(DecodedSize, Bytes_that_lie_are_neither_read_past_their_end_nor_believed) {
  EXPECT_EQ(numeric_text_bytes({}), 0U);
  Bytes cut = longest();
  cut.pop_back();
  EXPECT_EQ(numeric_text_bytes(cut), cut.size());
  // A count of two thousand million elements, and none; one whose length passes the end; a negative scale.
  const Bytes none = array(0x7FFFFFFF, {});
  EXPECT_EQ(decoded_bytes(DecodedSize::NumericsArray, none), none.size());
  Bytes passes = array(1, {longest()});
  passes[23] = std::byte{200};
  EXPECT_EQ(decoded_bytes(DecodedSize::NumericsArray, passes), passes.size() + kElementBytes);
  EXPECT_EQ(numeric_text_bytes(numeric({1}, 0, 0, 0x8000)), 1U);
  const Bytes whole = array(2, {longest(), longest()});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const std::uint64_t bytes = decoded_bytes(DecodedSize::NumericsArray, part);
    EXPECT_GE(bytes, length);
    EXPECT_LE(bytes, length + 2 * (kElementBytes + 131072));
  }
}

TEST(DecodedSize, Is_by_the_columns_type) {
  const auto size_of = [](const PgType& type) { return decoded_size(type, map_type(type)); };
  const auto numeric_of = [](std::int32_t typmod) {
    return PgType{.oid = oid::kNumeric, .typmod = typmod, .name = "numeric", .element = {}};
  };
  const auto array_of = [](const PgType& element) {
    return PgType{.oid = 1231, .name = element.name + "[]", .element = {element}};
  };
  const std::int32_t money = ((12 << 16) | 2) + 4;
  const std::int32_t long_one = (1000 << 16) + 4;
  EXPECT_EQ(size_of(numeric_of(-1)), DecodedSize::NumericText);
  EXPECT_EQ(size_of(numeric_of(long_one)), DecodedSize::NumericText);
  EXPECT_EQ(size_of(numeric_of(money)), DecodedSize::AsOnWire);
  EXPECT_EQ(size_of(array_of(numeric_of(-1))), DecodedSize::NumericsArray);
  EXPECT_EQ(size_of(array_of(numeric_of(long_one))), DecodedSize::NumericsArray);
  EXPECT_EQ(size_of(array_of(numeric_of(money))), DecodedSize::Array);
  EXPECT_EQ(size_of({.oid = oid::kJsonb, .name = "jsonb", .element = {}}), DecodedSize::AsOnWire);
}

}  // namespace
}  // namespace pg2athena::types
