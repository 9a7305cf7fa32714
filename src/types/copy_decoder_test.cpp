// Bytes captured from a PostgreSQL 15 server, each with the SQL that made it, through the decoder of its
// type.
#include "types/copy_decoder.h"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "types/column_text_for_tests.h"
#include "types/type_table.h"

namespace pg2athena::types {
namespace {

using columnar::Column;

// A value as COPY's binary form has it: its length, then its bytes.
std::vector<std::byte> field(std::string_view hex) {
  std::vector<std::byte> bytes;
  const auto length = static_cast<std::uint32_t>(hex.size() / 2);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<std::byte>(length >> shift));
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

const std::vector<std::byte> kNull(4, std::byte{0xFF});

struct Case {
  const char* sql;
  PgType type;
  const char* hex;
  const char* expected;  // the value, or the problem's text
};

constexpr int typmod(int precision, int scale) {
  return ((precision << 16) | scale) + 4;
}

const PgType kText{.oid = oid::kText, .name = "text"};
const PgType kInt4{.oid = oid::kInt4, .name = "integer"};
const PgType kNumeric9{.oid = oid::kNumeric, .typmod = typmod(9, 2), .name = "numeric(9,2)"};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"boolsend(true)", {.oid = oid::kBool}, "01", "true"},
      {"int2send(-2)", {.oid = oid::kInt2}, "fffe", "-2"},
      {"int4send(-7)", kInt4, "fffffff9", "-7"},
      {"int8send(9223372036854775807)", {.oid = oid::kInt8}, "7fffffffffffffff", "9223372036854775807"},
      {"oidsend(4294967295)", {.oid = oid::kOid}, "ffffffff", "4294967295"},
      {"float4send(1.5)", {.oid = oid::kFloat4}, "3fc00000", "1.5"},
      {"float8send(-0.0)", {.oid = oid::kFloat8}, "8000000000000000", "-0"},
      {"date_send('0001-12-31 BC')", {.oid = oid::kDate}, "fff4dbf8", "0000-12-31"},
      {"date_send('infinity')",
       {.oid = oid::kDate},
       "7fffffff",
       "an infinity, which the column's type can't hold"},
      {"timestamp_send('2026-01-31 03:00:00.125')",
       {.oid = oid::kTimestamp},
       "0002eca50de27448",
       "2026-01-31 03:00:00.125"},
      {"timestamp_send('-infinity')",
       {.oid = oid::kTimestamptz},
       "8000000000000000",
       "an infinity, which the column's type can't hold"},
      {"timestamp_send('294276-12-31 23:59:59')",
       {.oid = oid::kTimestamp},
       "7fffff5bb3a35dc0",
       "a timestamp after 294247-01-10 04:00:54.775807, which 64-bit microseconds since 1970 can't hold"},
      {"numeric_send(-1234567.89)", kNumeric9, "0003000140000002007b11d722c4", "-1234567.89"},
      {"numeric_send(-1234567.89)", {.oid = oid::kNumeric}, "0003000140000002007b11d722c4", "-1234567.89"},
      {"numeric_send('NaN')", kNumeric9, "00000000c0000000", "NaN, which a decimal can't hold"},
      {"numeric_send('NaN')", {.oid = oid::kNumeric}, "00000000c0000000", "NaN"},
      {"textsend('Größe')", kText, "4772c3b6c39f65", "Größe"},
      {"textsend('')", kText, "", ""},
      {"bpcharsend('a'::char(3))", {.oid = oid::kBpchar}, "612020", "a  "},
      {"jsonb_send('{\"a\": 1}')", {.oid = oid::kJsonb}, "017b2261223a20317d", "{\"a\": 1}"},
      {"uuid_send(…)",
       {.oid = oid::kUuid},
       "a0eebc999c0b4ef8bb6d6bb9bd380a11",
       "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
      {"array_send(array['a', null, ''])",
       {.oid = 1009, .kind = PgKind::Array, .element = {kText}},
       "00000001000000010000001900000003000000010000000161ffffffff00000000",
       "[a,NULL,]"},
      {"array_send('{}'::int[])",
       {.oid = 1007, .kind = PgKind::Array, .element = {kInt4}},
       "000000000000000000000017",
       "[]"},
      {"array_send(array[[1,2],[3,4]])",
       {.oid = 1007, .kind = PgKind::Array, .element = {kInt4}},
       "00000002000000000000001700000002000000010000000200000001000000040000000100000004000000020000000400000"
       "0030000000"
       "400000004",
       "an array with more than one dimension"},
      {"array_send('[0:1]={1,2}'::int[])",
       {.oid = 1007, .kind = PgKind::Array, .element = {kInt4}},
       "000000010000000000000017000000020000000000000004000000010000000400000002",
       "an array whose first subscript is not 1"},
      {"array_send of text read as int[]",
       {.oid = 1007, .kind = PgKind::Array, .element = {kInt4}},
       "00000001000000010000001900000003000000010000000161ffffffff00000000",
       "a value whose bytes break its type's binary form"},
  };
  return all;
}

// Decodes NULL, the value, NULL; so that slots around it are seen too.
std::string decode(const Case& c, std::span<const std::byte> value) {
  const TypeMapping mapping = map_type(c.type).value();
  Column column({.name = "c", .type = mapping.column});
  const std::vector<WireValue> values = {WireValue(kNull.data()), WireValue(value.data()),
                                         WireValue(kNull.data())};
  const auto decoded = make_copy_decoder(c.type, mapping, {.check_utf8 = true})->decode(values, column);
  if (!decoded) {
    EXPECT_EQ(decoded.error().index, 1U) << c.sql;
    return std::string(to_string(decoded.error().problem));
  }
  EXPECT_EQ(column.length, 3U) << c.sql;
  EXPECT_EQ(column.null_count, 2U) << c.sql;
  EXPECT_EQ(slot_text(column, 0) + slot_text(column, 2), "NULLNULL") << c.sql;
  return slot_text(column, 1);
}

TEST(CopyDecoder, Server_bytes_become_the_values_that_made_them) {
  for (const Case& c : cases()) EXPECT_EQ(decode(c, field(c.hex)), c.expected) << c.sql;
}

TEST(CopyDecoder, Truncated_and_prolonged_values_are_failures_or_other_values_but_never_read_past_their_end) {
  for (const Case& c : cases()) {
    const std::string hex = c.hex;
    for (std::size_t digits = 0; digits < hex.size(); digits += 2) decode(c, field(hex.substr(0, digits)));
    decode(c, field(hex + "00"));
  }
}

TEST(CopyDecoder, A_NULL_in_a_required_column_is_a_failure) {
  for (const Case& c : cases()) {
    const TypeMapping mapping = map_type(c.type).value();
    Column column({.name = "c", .type = mapping.column, .nullable = false});
    const std::vector<WireValue> values = {WireValue(kNull.data())};
    const auto decoded = make_copy_decoder(c.type, mapping, {})->decode(values, column);
    ASSERT_FALSE(decoded) << c.sql;
    EXPECT_EQ(decoded.error().problem, ValueProblem::NullInRequired);
  }
}

// An int4[] of `count` elements, as array_send sends it; the element `wrong` has a byte too few.
std::string int_array(std::uint32_t count, std::uint32_t wrong) {
  const auto number = [](std::uint32_t value) { return fmt::format("{:08x}", value); };
  std::string body = number(1) + number(0) + number(oid::kInt4) + number(count) + number(1);
  for (std::uint32_t i = 0; i < count; ++i) {
    body += i == wrong ? number(3) + "000000" : number(4) + number(i);
  }
  return body;
}

TEST(CopyDecoder, Arrays_of_many_elements_arrive_and_a_wrong_element_is_found_in_its_array) {
  constexpr std::uint32_t kCounts[] = {3, 20000, 1, 8192, 5};
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  const PgType type{.oid = 1007, .kind = PgKind::Array, .element = {{.oid = oid::kInt4}}};
  const TypeMapping mapping = map_type(type).value();
  for (std::size_t wrong = 0; wrong <= std::size(kCounts); ++wrong) {
    std::vector<std::vector<std::byte>> fields;
    std::vector<WireValue> values;
    for (std::size_t i = 0; i < std::size(kCounts); ++i) {
      fields.push_back(field(int_array(kCounts[i], i == wrong ? kCounts[i] - 1 : kNone)));
      values.emplace_back(fields.back().data());
    }
    Column column({.name = "c", .type = mapping.column});
    const auto decoded = make_copy_decoder(type, mapping, {})->decode(values, column);
    if (wrong < std::size(kCounts)) {
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error().index, wrong);
      continue;
    }
    ASSERT_TRUE(decoded);
    EXPECT_EQ(column.children[0].length, 28201U);
    EXPECT_EQ(column.offsets[2], 20003U);
    EXPECT_EQ(column.children[0].fixed<std::int32_t>()[3 + 19999], 19999);
  }
}

TEST(CopyDecoder, Text_of_a_database_without_encoding_is_checked) {
  const Case latin1{"textsend(E'\\xe9')", kText, "e9", "text that is not valid UTF-8"};
  EXPECT_EQ(decode(latin1, field(latin1.hex)), latin1.expected);
}

}  // namespace
}  // namespace pg2athena::types
