#include "parquet/read_schema.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "parquet/schema_mapping.h"

namespace pg2athena::parquet {
namespace {

using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

using Elements = std::vector<SchemaElement>;

SchemaElement group(Repetition repetition, std::string name, int children,
                    std::optional<LogicalKind> kind = std::nullopt) {
  SchemaElement element{.repetition = repetition, .name = std::move(name), .num_children = children};
  if (kind) element.logical_type = LogicalType{.kind = *kind};
  return element;
}
SchemaElement leaf(Repetition repetition, std::string name, PhysicalType type = PhysicalType::Int32,
                   std::optional<LogicalType> logical = std::nullopt) {
  return {.type = type, .repetition = repetition, .name = std::move(name), .logical_type = logical};
}

Result<ReadSchema> read(Elements elements, int columns = 1) {
  elements.insert(elements.begin(), SchemaElement{.name = "schema", .num_children = columns});
  return read_schema(elements);
}

std::string hive(const Elements& elements) {
  const auto schema = read(elements);
  return schema ? hive_name(schema->schema.fields[0].type) : schema.error().describe();
}

constexpr Repetition kRequired = Repetition::Required;
constexpr Repetition kOptional = Repetition::Optional;
constexpr Repetition kRepeated = Repetition::Repeated;

TEST(ReadSchema, It_is_the_other_direction_of_the_mapping) {
  Type entry = Type::of(TypeId::Map);
  entry.children = {{.name = "key", .type = Type::of(TypeId::String), .nullable = false},
                    {.name = "value", .type = Type::list(Type::decimal(38, 3), false)}};
  Type record = Type::of(TypeId::Struct);
  record.children = {{.name = "m", .type = entry},
                     {.name = "t", .type = Type::timestamp(true), .nullable = false}};
  const Schema schema{{{.name = "id", .type = Type::of(TypeId::Int16), .nullable = false},
                       {.name = "r", .type = Type::list(record)},
                       {.name = "d", .type = Type::of(TypeId::Date)}}};
  const auto mapped = map_schema(schema);
  ASSERT_TRUE(mapped.has_value()) << mapped.error();
  const auto found = read_schema(mapped->elements);
  ASSERT_TRUE(found.has_value()) << found.error();
  EXPECT_EQ(found->schema, schema);
  ASSERT_EQ(found->leaves.size(), mapped->leaves.size());
  for (std::size_t i = 0; i < found->leaves.size(); ++i) {
    EXPECT_EQ(found->leaves[i].dotted_path(), mapped->leaves[i].dotted_path());
    EXPECT_EQ(found->leaves[i].max_definition, mapped->leaves[i].max_definition);
    EXPECT_EQ(found->leaves[i].max_repetition, mapped->leaves[i].max_repetition);
    EXPECT_EQ(found->leaves[i].physical, mapped->leaves[i].physical);
    EXPECT_EQ(found->leaves[i].fixed_bytes, mapped->leaves[i].fixed_bytes);
  }
}

// LogicalTypes.md, "Lists", "Backward-compatibility rules".
TEST(ReadSchema, Lists_of_old_files_are_lists) {
  const auto list = [](Elements rest, std::string name = "l") {
    rest.insert(rest.begin(), group(kOptional, std::move(name), 1, LogicalKind::List));
    return hive(rest);
  };
  EXPECT_EQ(list({group(kRepeated, "list", 1), leaf(kOptional, "element")}), "array<int>");
  EXPECT_EQ(list({leaf(kRepeated, "element")}), "array<int>") << "two levels";
  EXPECT_EQ(list({group(kRepeated, "element", 2), leaf(kRequired, "a"), leaf(kRequired, "b")}),
            "array<struct<a:int,b:int>>");
  EXPECT_EQ(list({group(kRepeated, "array", 1), leaf(kRequired, "a")}), "array<struct<a:int>>");
  EXPECT_EQ(list({group(kRepeated, "l_tuple", 1), leaf(kRequired, "a")}), "array<struct<a:int>>");
  EXPECT_EQ(list({group(kRepeated, "list", 1, LogicalKind::List), leaf(kRepeated, "array")}),
            "array<array<int>>");
  EXPECT_EQ(hive({leaf(kRepeated, "a")}), "array<int>") << "without a LIST around it";
  EXPECT_EQ(hive({group(kRepeated, "a", 1), leaf(kOptional, "b")}), "array<struct<b:int>>");
}

TEST(ReadSchema, Values_are_slots_by_their_levels) {
  // An optional list of an optional struct of a required leaf.
  const auto found = read({group(kOptional, "l", 1, LogicalKind::List), group(kRepeated, "list", 1),
                           group(kOptional, "element", 1), leaf(kRequired, "a")});
  ASSERT_TRUE(found.has_value()) << found.error();
  const auto& steps = found->leaves[0].steps;
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].value_definition, 1);
  EXPECT_EQ(steps[0].element_definition, 2);
  EXPECT_EQ(steps[1].slot_definition, 2);
  EXPECT_EQ(steps[1].value_definition, 3);
  EXPECT_EQ(steps[2].slot_definition, 2) << "a NULL struct has slots in its fields";
  EXPECT_EQ(steps[2].value_definition, 3);
  EXPECT_EQ(found->leaves[0].max_definition, 3);
  EXPECT_EQ(found->leaves[0].max_repetition, 1);
}

TEST(ReadSchema, Types_that_have_no_column_are_Unsupported) {
  const auto kind_of = [](PhysicalType type, std::optional<LogicalType> logical) {
    const auto found = read({leaf(kRequired, "a", type, logical)});
    EXPECT_FALSE(found.has_value());
    if (found) return ErrorKind::Internal;
    EXPECT_EQ(found.error().context("column"), "a");
    return found.error().kind();
  };
  const auto integer = [](std::int8_t bits, bool is_signed) {
    return LogicalType{.kind = LogicalKind::Integer, .bit_width = bits, .is_signed = is_signed};
  };
  EXPECT_EQ(kind_of(kInt96, std::nullopt), ErrorKind::Unsupported);
  EXPECT_EQ(
      kind_of(PhysicalType::Int64, LogicalType{.kind = LogicalKind::Timestamp, .unit = TimeUnit::Nanos}),
      ErrorKind::Unsupported);
  EXPECT_EQ(kind_of(PhysicalType::Int32, integer(32, false)), ErrorKind::Unsupported);
  EXPECT_EQ(kind_of(PhysicalType::Int64, integer(64, false)), ErrorKind::Unsupported);
  EXPECT_EQ(kind_of(PhysicalType::ByteArray, LogicalType{.kind = LogicalKind::Decimal, .precision = 39}),
            ErrorKind::Unsupported);
  EXPECT_EQ(kind_of(PhysicalType::ByteArray, LogicalType{.kind = LogicalKind{17}}), ErrorKind::Unsupported);
  EXPECT_EQ(kind_of(PhysicalType::Int32, LogicalType{.kind = LogicalKind::Decimal, .precision = 10}),
            ErrorKind::CorruptInput);
  EXPECT_EQ(kind_of(PhysicalType::Int32, LogicalType{.kind = LogicalKind::Decimal, .precision = 0}),
            ErrorKind::CorruptInput);
  EXPECT_EQ(kind_of(PhysicalType::Int64, LogicalType{.kind = LogicalKind::String}), ErrorKind::CorruptInput);
  EXPECT_EQ(kind_of(PhysicalType::Int32, integer(64, true)), ErrorKind::CorruptInput);
  EXPECT_EQ(kind_of(PhysicalType::FixedLenByteArray, std::nullopt), ErrorKind::CorruptInput) << "no length";
  EXPECT_EQ(kind_of(PhysicalType{99}, std::nullopt), ErrorKind::CorruptInput);
}

TEST(ReadSchema, What_is_no_tree_is_an_error) {
  EXPECT_EQ(read_schema({}).error().kind(), ErrorKind::CorruptInput);
  for (const Elements& elements :
       std::vector<Elements>{{},
                             {leaf(kRequired, "a"), leaf(kRequired, "b")},
                             {group(kRequired, "a", 2), leaf(kRequired, "b")},
                             {SchemaElement{.repetition = kRequired, .name = "a"}},
                             {SchemaElement{.type = PhysicalType::Int32, .name = "a"}},
                             {leaf(Repetition{7}, "a")},
                             {group(kRequired, "a", 1, LogicalKind::List), leaf(kRequired, "b")},
                             {group(kRequired, "a", 1, LogicalKind::Map), leaf(kOptional, "b")},
                             {group(kRequired, "a", 1, LogicalKind::List)}}) {
    EXPECT_EQ(read(elements).error().kind(), ErrorKind::CorruptInput);
  }
}

TEST(ReadSchema, Nesting_has_an_end) {
  Elements deep;
  for (int i = 0; i < 100'000; ++i) deep.push_back(group(kOptional, "g", 1));
  EXPECT_EQ(read(deep).error().kind(), ErrorKind::Unsupported);
  // Few bytes that would become many names.
  Elements wide(250, group(kRequired, "g", 1));
  wide.back().num_children = 10'000;
  for (int i = 0; i < 10'000; ++i) wide.push_back(leaf(kRequired, "a"));
  EXPECT_EQ(read(wide).error().kind(), ErrorKind::Unsupported);
  // 255 levels, and one more.
  for (const std::size_t optional : {255U, 256U}) {
    Elements elements(optional - 1, group(kOptional, "g", 1));
    elements.push_back(leaf(kOptional, "a"));
    EXPECT_EQ(read(elements).has_value(), optional == 255);
  }
}

}  // namespace
}  // namespace pg2athena::parquet
