// What servers sent for every type (wire_fixtures.txt), decoded: from its binary form, and from the text that
// the server prints for it. The two ways share no code but the columns, and have to agree; where the column
// is text it has to be the server's.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "types/column_text_for_tests.h"
#include "types/decoded_size.h"
#include "types/types_for_tests.h"
#include "types/wire_fixtures.h"

namespace pg2athena::types {
namespace {

using columnar::Column;
using columnar::Field;

const PgType kInet{.oid = 869, .name = "inet"};  // has no binary form of ours

// A value of (value, NULL::inet), as record_out prints it.
std::string in_record(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += c;
    quoted += c;
  }
  return "(\"" + quoted + "\",)";
}

std::vector<std::byte> field_of(std::span<const std::byte> bytes) {
  std::vector<std::byte> field;
  const auto length = static_cast<std::uint32_t>(bytes.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) field.push_back(static_cast<std::byte>(length >> shift));
  for (const std::byte byte : bytes) field.push_back(byte);
  return field;
}

// The slot that a value becomes, between two NULLs; or the problem with it.
std::string decoded(const PgType& type, const TypeMapping& mapping, const std::vector<std::byte>& field) {
  Column column(Field{.name = "c", .type = mapping.column});
  const std::vector<WireValue> values = {WireValue::null(), WireValue(field.data()), WireValue::null()};
  const auto result = make_copy_decoder(type, mapping, {.check_utf8 = true})->decode(values, column);
  if (!result) return "problem: " + std::string(to_string(result.error().problem));
  EXPECT_EQ(column.length, 3U);
  EXPECT_EQ(column.null_count, 2U);
  EXPECT_EQ(slot_text(column, 0) + slot_text(column, 2), "NULLNULL");
  EXPECT_LE(column.values.size(), decoded_bytes(type, mapping, std::span(field).subspan(4)) + 48);
  return slot_text(column, 1);
}

// The same, taken out of the text of a record.
std::string decoded_from_text(const WireFixture& fixture) {
  const PgType record = composite("r", {{"value", fixture.type}, {"inet", kInet}});
  const TypeMapping mapping = map_type(record).value();
  EXPECT_EQ(mapping.wire, WireForm::OutputText);
  const std::string text = in_record(fixture.text);
  std::string slot = decoded(record, mapping, field_of(as_bytes(std::string_view(text))));
  constexpr std::string_view kBegin = "{value: ";
  constexpr std::string_view kEnd = ", inet: NULL}";
  if (!slot.starts_with(kBegin) || !slot.ends_with(kEnd)) return slot;
  return slot.substr(kBegin.size(), slot.size() - kBegin.size() - kEnd.size());
}

TEST(WireValues, Are_the_same_from_the_binary_form_and_from_the_servers_text) {
  std::size_t compared = 0;
  for (const WireFixture& fixture : wire_fixtures()) {
    const TypeMapping mapping = map_type(fixture.type).value();
    const TypeMapping in_text = map_type(composite("r", {{"v", fixture.type}, {"i", kInet}})).value();
    const std::string said = fmt::format("wire_fixtures.txt:{}: {}", fixture.line, fixture.sql);
    if (mapping.wire == WireForm::OutputText || mapping.column != in_text.parts[0].column) continue;
    EXPECT_EQ(decoded(fixture.type, mapping, fixture.field()), decoded_from_text(fixture)) << said;
    ++compared;
  }
  EXPECT_GT(compared, 250U);
}

TEST(WireValues, That_become_text_become_the_servers_text) {
  std::size_t compared = 0;
  for (const WireFixture& fixture : wire_fixtures()) {
    const TypeMapping mapping = map_type(fixture.type).value();
    if (mapping.wire != WireForm::Binary || mapping.column.id != columnar::TypeId::String) continue;
    EXPECT_EQ(decoded(fixture.type, mapping, fixture.field()), fixture.text)
        << fmt::format("wire_fixtures.txt:{}: {}", fixture.line, fixture.sql);
    ++compared;
  }
  EXPECT_GT(compared, 60U);
}

// With NULL for what can't be represented, nothing that PostgreSQL sends is a failure.
TEST(WireValues, Are_never_taken_for_broken) {
  for (const WireFixture& fixture : wire_fixtures()) {
    const TypeMapping mapping =
        map_type(fixture.type, {}, {.on_unrepresentable = OnUnrepresentable::Null}).value();
    if (mapping.wire != WireForm::Binary) continue;
    const std::vector<std::byte> field = fixture.field();
    Column column(Field{.name = "c", .type = mapping.column});
    CoercedValues coerced;
    const std::vector<WireValue> values = {WireValue(field.data())};
    const auto result =
        make_copy_decoder(fixture.type, mapping, {.coerced = &coerced})->decode(values, column);
    EXPECT_TRUE(result) << fmt::format("wire_fixtures.txt:{}: {}: {}", fixture.line, fixture.sql,
                                       result ? "" : to_string(result.error().problem));
    EXPECT_EQ(coerced.clamped, 0U);
  }
}

TEST(WireValues, Cut_or_prolonged_are_problems_or_other_values_but_never_read_past_their_end) {
  for (const WireFixture& fixture : wire_fixtures()) {
    const TypeMapping mapping = map_type(fixture.type).value();
    if (mapping.wire != WireForm::Binary) continue;
    const std::span<const std::byte> bytes(fixture.bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      decoded(fixture.type, mapping, field_of(bytes.first(length)));
    }
    std::vector<std::byte> longer = fixture.bytes;
    longer.push_back(std::byte{0});
    decoded(fixture.type, mapping, field_of(longer));
  }
}

TEST(WireValues, With_a_lying_length_inside_are_problems_or_other_values) {
  for (const WireFixture& fixture : wire_fixtures()) {
    const TypeMapping mapping = map_type(fixture.type).value();
    if (mapping.wire != WireForm::Binary || !grows(mapping)) continue;
    for (std::size_t at = 0; at < fixture.bytes.size(); ++at) {
      for (const std::byte lie : {std::byte{0x7F}, std::byte{0xFF}, std::byte{0x01}}) {
        std::vector<std::byte> bytes = fixture.bytes;
        bytes[at] = lie;
        decoded(fixture.type, mapping, field_of(bytes));
      }
    }
  }
}

}  // namespace
}  // namespace pg2athena::types
