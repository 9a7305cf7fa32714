#include "types/wire_fixtures.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::types {
namespace {

using testing::IsSupersetOf;

TEST(WireFixtures, A_value_has_the_type_that_stands_above_it) {
  const std::vector<WireFixture> fixtures = parse_wire_fixtures(R"(# a comment
type: price[]
is: {"name": "price[]", "oid": 7, "typmod": 786438, "type_name": "_price", "kind": "a", "element": {"name": "price", "oid": 1700, "typmod": 786438, "type_name": "numeric", "sent_oid": 6}}

sql: ('{}')::price[]
text: "{}"
hex: 00ff

sql: ('')::price[]
text: "\n"
hex:
)");
  ASSERT_EQ(fixtures.size(), 2U);
  const PgType element{.oid = 1700, .typmod = 786438, .name = "price", .sent_oid = 6, .type_name = "numeric"};
  const PgType type{.oid = 7,
                    .typmod = 786438,
                    .kind = PgKind::Array,
                    .name = "price[]",
                    .element = {element},
                    .type_name = "_price"};
  EXPECT_EQ(fixtures[0].type, type);
  EXPECT_EQ(fixtures[0].sql, "('{}')::price[]");
  EXPECT_EQ(fixtures[0].text, "{}");
  EXPECT_EQ(fixtures[0].bytes, (std::vector{std::byte{0}, std::byte{0xFF}}));
  EXPECT_EQ(fixtures[0].line, 5);
  EXPECT_EQ(fixtures[1].type, type);
  EXPECT_EQ(fixtures[1].text, "\n");
  EXPECT_EQ(fixtures[1].field(), std::vector<std::byte>(4));
}

TEST(WireFixtures, Every_type_is_described_as_it_is_read) {
  for (const WireFixture& fixture : wire_fixtures()) {
    EXPECT_EQ(type_from_json(type_to_json(fixture.type)), fixture.type) << fixture.line;
    EXPECT_EQ(fixture.type.kind == PgKind::Composite, !fixture.type.attributes.empty()) << fixture.line;
  }
}

TEST(WireFixtures, The_file_has_every_kind_of_type_and_every_extension) {
  std::set<PgKind> kinds;
  std::set<std::string> extensions;
  for (const WireFixture& fixture : wire_fixtures()) {
    kinds.insert(fixture.type.kind);
    extensions.insert(fixture.type.extension);
  }
  EXPECT_EQ(kinds, (std::set{PgKind::Base, PgKind::Composite, PgKind::Enum, PgKind::Range, PgKind::Multirange,
                             PgKind::Array}));
  EXPECT_THAT(extensions, IsSupersetOf({"hstore", "citext", "ltree", "vector", "postgis"}));
}

TEST(WireFixtures, A_section_has_the_values_of_its_own) {
  const std::vector<WireFixture> intervals = wire_fixtures("infinite intervals");
  ASSERT_FALSE(intervals.empty());
  EXPECT_EQ(intervals[0].text, "infinity");
  for (const WireFixture& fixture : intervals) EXPECT_EQ(fixture.type.extension, "") << fixture.line;
}

}  // namespace
}  // namespace pg2athena::types
