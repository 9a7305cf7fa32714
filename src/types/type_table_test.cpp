#include "types/type_table.h"

#include <set>

#include <gtest/gtest.h>

namespace pg2athena::types {
namespace {

using columnar::hive_name;

constexpr int typmod(int precision, int scale) {
  return ((precision << 16) | (scale & 0x7FF)) + 4;
}

TEST(TypeTable, Each_type_has_one_row) {
  std::set<Oid> oids;
  for (const TypeRow& row : type_table()) {
    EXPECT_TRUE(row.oid == 0 || oids.insert(row.oid).second) << row.name;
  }
}

TEST(TypeTable, Numerics_become_decimals_while_their_digits_fit) {
  struct Case {
    int typmod;
    const char* hive;
  };
  for (const Case c : {Case{typmod(12, 2), "decimal(12,2)"}, Case{typmod(38, 38), "decimal(38,38)"},
                       Case{typmod(5, -2), "decimal(7,0)"}, Case{typmod(3, 5), "decimal(5,5)"},
                       Case{typmod(39, 0), "string"}, Case{typmod(38, -1), "string"},
                       Case{typmod(2, 39), "string"}, Case{-1, "string"}}) {
    const PgType type{.oid = oid::kNumeric, .typmod = c.typmod, .name = "numeric"};
    EXPECT_EQ(hive_name(map_type(type).value().column), c.hive) << c.typmod;
  }
}

PgType array_of(PgType element, Oid oid = 1) {
  return {.oid = oid, .kind = PgKind::Array, .name = element.name + "[]", .element = {std::move(element)}};
}

TEST(TypeTable, Arrays_are_lists_and_travel_as_text_where_their_elements_have_no_binary_form) {
  const TypeMapping texts = map_type(array_of({.oid = oid::kText, .name = "text"})).value();
  EXPECT_EQ(hive_name(texts.column), "array<string>");
  EXPECT_EQ(texts.wire, WireForm::Binary);
  const TypeMapping points = map_type(array_of({.oid = 600, .name = "point"})).value();
  EXPECT_EQ(hive_name(points.column), "array<string>");
  EXPECT_EQ(points.wire, WireForm::OutputText);
}

TEST(TypeTable, Unknown_types_go_as_text_and_the_note_says_so) {
  const TypeMapping mapping = map_type({.oid = 600, .name = "point"}).value();
  EXPECT_EQ(mapping.wire, WireForm::OutputText);
  EXPECT_EQ(mapping.note, "as PostgreSQL's output text");
}

}  // namespace
}  // namespace pg2athena::types
