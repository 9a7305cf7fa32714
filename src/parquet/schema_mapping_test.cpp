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

// "optional group m (MAP)", a line for each node.
std::string printed(const std::vector<SchemaElement>& elements) {
  std::string text;
  std::vector<std::int32_t> open;  // children to come, of each node that isn't complete
  for (const SchemaElement& element : elements) {
    text += std::string(2 * open.size(), ' ');
    if (!open.empty()) --open.back();
    constexpr const char* kRepetitions[] = {"required ", "optional ", "repeated "};
    if (element.repetition) text += kRepetitions[static_cast<std::size_t>(*element.repetition)];
    text += (element.num_children ? "group " : "") + element.name;
    if (element.logical_type == LogicalType{.kind = LogicalKind::Map}) text += " (MAP)";
    if (element.logical_type == LogicalType{.kind = LogicalKind::List}) text += " (LIST)";
    text += "\n";
    if (element.num_children) open.push_back(*element.num_children);
    while (!open.empty() && open.back() == 0) open.pop_back();
  }
  return text;
}

// {path, definition levels, repetition levels}
struct Levels {
  std::string path;
  int definition = 0;
  int repetition = 0;
  bool operator==(const Levels&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Levels& levels) {
  return out << levels.path << ' ' << levels.definition << ' ' << levels.repetition;
}

std::vector<Levels> levels(const MappedSchema& mapped) {
  std::vector<Levels> all;
  for (const Leaf& leaf : mapped.leaves) {
    all.push_back({leaf.dotted_path(), leaf.max_definition, leaf.max_repetition});
  }
  return all;
}

TEST(SchemaMapping, A_map_has_a_key_that_is_required_and_a_value) {
  const Type map = Type::map(Type::of(TypeId::String), Type::of(TypeId::Int32));
  const auto mapped = map_schema({{{.name = "m", .type = map, .nullable = true}}});
  ASSERT_TRUE(mapped.has_value()) << mapped.error();
  EXPECT_EQ(printed(mapped->elements),
            "group schema\n"
            "  optional group m (MAP)\n"
            "    repeated group key_value\n"
            "      required key\n"
            "      optional value\n");
  EXPECT_EQ(levels(*mapped), (std::vector<Levels>{{"m.key_value.key", 2, 1}, {"m.key_value.value", 3, 1}}));
  EXPECT_EQ(mapped->leaves[1].steps,
            (std::vector<PathStep>{{.list = true, .nullable = true, .child = 0}, {.child = 1}}));
}

TEST(SchemaMapping, Nested_columns_have_a_leaf_for_each_scalar) {
  const Type point = Type::structure({{.name = "x", .type = Type::of(TypeId::Float64), .nullable = false},
                                      {.name = "y", .type = Type::of(TypeId::Float64)}});
  const Type maps = Type::map(Type::of(TypeId::String), Type::list(point, false));
  const Type outer = Type::structure({{.name = "id", .type = Type::of(TypeId::Int64), .nullable = false},
                                      {.name = "maps", .type = Type::list(maps), .nullable = false},
                                      {.name = "at", .type = point}});
  const auto mapped = map_schema({{{.name = "s", .type = outer, .nullable = true},
                                   {.name = "n", .type = Type::of(TypeId::Int32), .nullable = true}}});
  ASSERT_TRUE(mapped.has_value()) << mapped.error();
  EXPECT_EQ(printed(mapped->elements),
            "group schema\n"
            "  optional group s\n"
            "    required id\n"
            "    required group maps (LIST)\n"
            "      repeated group list\n"
            "        optional group element (MAP)\n"
            "          repeated group key_value\n"
            "            required key\n"
            "            optional group value (LIST)\n"
            "              repeated group list\n"
            "                required group element\n"
            "                  required x\n"
            "                  optional y\n"
            "    optional group at\n"
            "      required x\n"
            "      optional y\n"
            "  optional n\n");
  EXPECT_EQ(levels(*mapped),
            (std::vector<Levels>{{"s.id", 1, 0},
                                 {"s.maps.list.element.key_value.key", 4, 2},
                                 {"s.maps.list.element.key_value.value.list.element.x", 6, 3},
                                 {"s.maps.list.element.key_value.value.list.element.y", 7, 3},
                                 {"s.at.x", 2, 0},
                                 {"s.at.y", 3, 0},
                                 {"n", 1, 0}}));
  EXPECT_EQ(mapped->leaves[6].column, 1U);
}

TEST(SchemaMapping, Columns_nest_as_deep_as_levels_count) {
  const auto lists = [](std::size_t depth, bool nullable) {
    Field field{.name = "c", .type = Type::of(TypeId::Int32), .nullable = nullable};
    for (std::size_t i = 0; i < depth; ++i) field.type = Type::list(field.type, nullable);
    return map_schema({{field}});
  };
  const auto structs = [](std::size_t depth, bool nullable) {
    Field field{.name = "c", .type = Type::of(TypeId::Int32), .nullable = nullable};
    for (std::size_t i = 0; i < depth; ++i) field.type = Type::structure({field});
    return map_schema({{field}});
  };
  EXPECT_EQ(lists(127, true)->leaves[0].max_definition, 255);
  EXPECT_EQ(lists(128, true).error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(lists(255, false)->leaves[0].max_repetition, 255);
  EXPECT_EQ(lists(256, false).error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(structs(254, true)->leaves[0].max_definition, 255);
  EXPECT_EQ(structs(255, true).error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(structs(255, false)->leaves[0].max_definition, 0);
  EXPECT_EQ(structs(256, false).error().kind(), ErrorKind::Unsupported);
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
  Type map = Type::map(Type::of(TypeId::String), Type::of(TypeId::String));
  map.children[0].nullable = true;
  const Field text{.name = "a", .type = Type::of(TypeId::String)};
  const std::vector<Case> cases = {
      {"no columns", {}, ErrorKind::InvalidArgument, ""},
      {"two of a name", {{text, text}}, ErrorKind::NameCollision, "a"},
      {"a key that may be NULL", {{{.name = "m", .type = map}}}, ErrorKind::InvalidArgument, "m"},
      {"a map of no types",
       {{{.name = "m", .type = Type::of(TypeId::Map)}}},
       ErrorKind::InvalidArgument,
       "m"},
      {"a list of no type",
       {{{.name = "l", .type = Type::of(TypeId::List)}}},
       ErrorKind::InvalidArgument,
       "l"},
      {"a struct of no fields",
       {{{.name = "s", .type = Type::list(Type::of(TypeId::Struct))}}},
       ErrorKind::InvalidArgument,
       "s.list.element"},
      {"two fields of a name",
       {{{.name = "s", .type = Type::structure({text, text})}}},
       ErrorKind::NameCollision,
       "s.a"},
      {"two leaves of a path",
       {{{.name = "s.a", .type = text.type}, {.name = "s", .type = Type::structure({text})}}},
       ErrorKind::NameCollision,
       "s.a"},
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
