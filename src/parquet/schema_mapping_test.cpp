#include "parquet/schema_mapping.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/int128.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

TEST(SchemaMapping, Each_type_has_its_physical_and_logical_type) {
  struct Case {
    Type type;
    PhysicalType physical;
    std::optional<LogicalType> logical;
    std::optional<std::int32_t> length = std::nullopt;
  };
  const auto decimal = [](int precision, int scale) {
    return LogicalType{.kind = LogicalKind::Decimal, .precision = precision, .scale = scale};
  };
  const std::vector<Case> cases = {
      {Type::of(TypeId::Boolean), PhysicalType::Boolean, std::nullopt},
      {Type::of(TypeId::Int16), PhysicalType::Int32,
       LogicalType{.kind = LogicalKind::Integer, .bit_width = 16}},
      {Type::of(TypeId::Int32), PhysicalType::Int32, std::nullopt},
      {Type::of(TypeId::Int64), PhysicalType::Int64, std::nullopt},
      {Type::of(TypeId::Float32), PhysicalType::Float, std::nullopt},
      {Type::of(TypeId::Float64), PhysicalType::Double, std::nullopt},
      {Type::decimal(9, 2), PhysicalType::Int32, decimal(9, 2)},
      {Type::decimal(18, 0), PhysicalType::Int64, decimal(18, 0)},
      {Type::decimal(19, 0), PhysicalType::FixedLenByteArray, decimal(19, 0), 9},
      {Type::decimal(38, 38), PhysicalType::FixedLenByteArray, decimal(38, 38), 16},
      {Type::of(TypeId::Date), PhysicalType::Int32, LogicalType{.kind = LogicalKind::Date}},
      {Type::timestamp(false), PhysicalType::Int64, LogicalType{.kind = LogicalKind::Timestamp}},
      {Type::timestamp(true), PhysicalType::Int64, LogicalType{.kind = LogicalKind::Timestamp, .utc = true}},
      {Type::of(TypeId::Time), PhysicalType::Int64, LogicalType{.kind = LogicalKind::Time}},
      {Type::of(TypeId::String), PhysicalType::ByteArray, LogicalType{.kind = LogicalKind::String}},
      {Type::of(TypeId::Binary), PhysicalType::ByteArray, std::nullopt},
  };
  for (const auto& [type, physical, logical, length] : cases) {
    for (const bool nullable : {false, true}) {
      const auto mapped = map_schema({{{.name = "c", .type = type, .nullable = nullable}}});
      ASSERT_TRUE(mapped.has_value()) << mapped.error();
      const SchemaElement expected{.type = physical,
                                   .type_length = length,
                                   .repetition = nullable ? Repetition::Optional : Repetition::Required,
                                   .name = "c",
                                   .num_children = std::nullopt,
                                   .logical_type = logical};
      EXPECT_EQ(mapped->elements.at(1), expected) << hive_name(type);
      EXPECT_EQ(mapped->leaves.at(0).max_definition, nullable ? 1 : 0);
      EXPECT_EQ(mapped->leaves.at(0).max_repetition, 0);
    }
  }
}

TEST(SchemaMapping, A_list_has_three_levels) {
  const auto mapped =
      map_schema({{{.name = "n", .type = Type::of(TypeId::Int32), .nullable = false},
                   {.name = "tags", .type = Type::list(Type::of(TypeId::String)), .nullable = true}}});
  ASSERT_TRUE(mapped.has_value()) << mapped.error();
  ASSERT_EQ(mapped->elements.size(), 5U);
  EXPECT_EQ(mapped->elements[0].num_children, 2);
  EXPECT_EQ(mapped->elements[2].name, "tags");
  EXPECT_EQ(mapped->elements[2].repetition, Repetition::Optional);
  EXPECT_EQ(mapped->elements[2].logical_type, LogicalType{.kind = LogicalKind::List});
  EXPECT_EQ(mapped->elements[3].name, "list");
  EXPECT_EQ(mapped->elements[3].repetition, Repetition::Repeated);
  EXPECT_EQ(mapped->elements[4].name, "element");
  const Leaf& leaf = mapped->leaves.at(1);
  EXPECT_EQ(leaf.dotted_path(), "tags.list.element");
  EXPECT_EQ(leaf.column, 1U);
  EXPECT_EQ(leaf.max_definition, 3);
  EXPECT_EQ(leaf.max_repetition, 1);
}

TEST(SchemaMapping, Decimals_take_the_fewest_bytes_that_hold_them) {
  // The table in LogicalTypes.md: n bytes hold floor(log10(2^(8n - 1) - 1)) digits.
  for (int precision = 1; precision <= kMaxDecimalDigits; ++precision) {
    std::size_t bytes = 1;
    while (std::floor((8.0 * static_cast<double>(bytes) - 1) * std::log10(2.0)) < precision) ++bytes;
    EXPECT_EQ(decimal_bytes(precision), bytes) << precision;
  }
}

TEST(SchemaMapping, What_has_no_Parquet_form_is_an_error_that_names_the_column) {
  struct Case {
    const char* what;
    Schema schema;
    ErrorKind kind;
    const char* column;
  };
  Type map = Type::of(TypeId::Map);
  map.children = {{.name = "key", .type = Type::of(TypeId::String)},
                  {.name = "value", .type = Type::of(TypeId::String)}};
  const Field text{.name = "a", .type = Type::of(TypeId::String)};
  const std::vector<Case> cases = {
      {"no columns", {}, ErrorKind::InvalidArgument, ""},
      {"two of a name", {{text, text}}, ErrorKind::NameCollision, "a"},
      {"a map", {{{.name = "m", .type = map}}}, ErrorKind::Unsupported, "m"},
      {"a list of structs",
       {{{.name = "s", .type = Type::list(Type::of(TypeId::Struct))}}},
       ErrorKind::Unsupported,
       "s"},
      {"39 digits", {{{.name = "d", .type = Type::decimal(39, 0)}}}, ErrorKind::InvalidArgument, "d"},
      {"more scale than digits",
       {{{.name = "d", .type = Type::decimal(3, 4)}}},
       ErrorKind::InvalidArgument,
       "d"},
  };
  for (const auto& [what, schema, kind, column] : cases) {
    const auto mapped = map_schema(schema);
    ASSERT_FALSE(mapped.has_value()) << what;
    EXPECT_EQ(mapped.error().kind(), kind) << what;
    EXPECT_EQ(mapped.error().context("column"), column) << what;
  }
}

}  // namespace
}  // namespace pg2athena::parquet
