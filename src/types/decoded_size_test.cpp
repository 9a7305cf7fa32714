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

PgType numeric_of(std::int32_t typmod) {
  return {.oid = oid::kNumeric, .typmod = typmod, .name = "numeric"};
}

PgType array_of(const PgType& element) {
  return {.oid = 1231, .kind = PgKind::Array, .name = element.name + "[]", .element = {element}};
}

constexpr std::int32_t kPrice = ((12 << 16) | 2) + 4;  // numeric(12,2)

std::uint64_t size_of(const PgType& type, const Bytes& value) {
  return decoded_bytes(type, map_type(type).value(), value);
}

TEST(DecodedSize, Of_an_array_counts_each_elements_text_and_what_an_element_takes) {
  const Bytes value = array(3, {longest(), {}, numeric({}, 0, NumericWire::kNaN, 0)});
  const std::uint64_t wire = value.size();
  EXPECT_EQ(size_of({.oid = oid::kBytea, .name = "bytea"}, value), wire);
  EXPECT_EQ(size_of(array_of(numeric_of(kPrice)), value), wire + 3 * kElementBytes);
  EXPECT_EQ(size_of(array_of(numeric_of(-1)), value), wire + 3 * kElementBytes + 131072 + 3);
}

TEST(DecodedSize, Bytes_that_lie_are_neither_read_past_their_end_nor_believed) {
  EXPECT_EQ(numeric_text_bytes({}), 0U);
  Bytes cut = longest();
  cut.pop_back();
  EXPECT_EQ(numeric_text_bytes(cut), cut.size());
  // A count of two thousand million elements, and none; one whose length passes the end; a negative scale.
  const Bytes none = array(0x7FFFFFFF, {});
  EXPECT_EQ(size_of(array_of(numeric_of(-1)), none), none.size());
  Bytes passes = array(1, {longest()});
  passes[23] = std::byte{200};
  EXPECT_EQ(size_of(array_of(numeric_of(-1)), passes), passes.size());
  EXPECT_EQ(numeric_text_bytes(numeric({1}, 0, 0, 0x8000)), 1U);
  const Bytes whole = array(2, {longest(), longest()});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const std::uint64_t bytes = size_of(array_of(numeric_of(-1)), part);
    EXPECT_GE(bytes, length);
    EXPECT_LE(bytes, length + 2 * (kElementBytes + 131072));
  }
}

// A composite type of two numerics without precision, and a range of one.
PgType pair_of_numerics() {
  return {.oid = 20000,
          .kind = PgKind::Composite,
          .name = "pair",
          .attributes = {{.name = "a", .type = numeric_of(-1)}, {.name = "b", .type = numeric_of(-1)}}};
}

TEST(DecodedSize, Of_composites_and_ranges_counts_what_their_parts_become) {
  Bytes record;
  put32(record, 2);
  for (const Bytes& part : {longest(), Bytes()}) {
    put32(record, oid::kNumeric);
    put32(record, part.empty() ? 0xFFFFFFFFU : static_cast<std::uint32_t>(part.size()));
    record.insert(record.end(), part.begin(), part.end());
  }
  EXPECT_EQ(size_of(pair_of_numerics(), record), record.size() + 3 * kElementBytes + 131072);

  Bytes range = {std::byte{0x10}};  // no upper bound
  put32(range, static_cast<std::uint32_t>(longest().size()));
  const Bytes lower = longest();
  range.insert(range.end(), lower.begin(), lower.end());
  const PgType numrange{.oid = 3906, .kind = PgKind::Range, .name = "numrange", .element = {numeric_of(-1)}};
  EXPECT_EQ(size_of(numrange, range), range.size() + 7 * kElementBytes + 131072);
  for (std::size_t length = 0; length < record.size(); ++length) {
    const Bytes part(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_LE(size_of(pair_of_numerics(), part), length + 3 * kElementBytes + 131072);
    size_of(numrange, part);
  }
}

TEST(DecodedSize, Of_an_array_of_NULLs_counts_a_slot_for_each_attribute) {
  const Bytes nulls = array(3, {{}, {}, {}});
  EXPECT_EQ(size_of(array_of(pair_of_numerics()), nulls), nulls.size() + 9 * kElementBytes);  // 3 times 3
  const PgType hosts = array_of({.oid = 20000,
                                 .kind = PgKind::Composite,
                                 .name = "host",
                                 .attributes = {{.name = "address", .type = {.oid = 869, .name = "inet"}}}});
  EXPECT_EQ(decoded_bytes(hosts, map_type(hosts).value(), as_bytes(std::string_view("{NULL,NULL}"))),
            33 + 6 * kElementBytes);  // three copies of 11; 2 parts, and 2 NULLs of 2 slots
}

TEST(DecodedSize, Of_text_that_is_taken_apart_counts_its_copies_and_its_parts) {
  const PgType points = array_of({.oid = 600, .name = "point"});
  ASSERT_EQ(map_type(points).value().wire, WireForm::OutputText);
  const std::string_view text = "{a,b}";
  const auto bytes = as_bytes(text);
  EXPECT_EQ(decoded_bytes(points, map_type(points).value(), bytes), 2 * text.size() + 2 * kElementBytes);
}

TEST(DecodedSize, Grows_where_numbers_become_text_and_where_values_contain_others) {
  const auto grows_as = [](const PgType& type) { return grows(map_type(type).value()); };
  const std::int32_t long_one = (1000 << 16) + 4;
  EXPECT_TRUE(grows_as(numeric_of(-1)));
  EXPECT_TRUE(grows_as(numeric_of(long_one)));
  EXPECT_FALSE(grows_as(numeric_of(kPrice)));
  EXPECT_TRUE(grows_as(array_of(numeric_of(kPrice))));
  EXPECT_TRUE(grows_as(pair_of_numerics()));
  EXPECT_FALSE(grows_as({.oid = oid::kJsonb, .name = "jsonb"}));
}

}  // namespace
}  // namespace pg2athena::types
