#include "columnar/append.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pg2athena::columnar {
namespace {

using Strings = std::vector<std::string>;

Field field(Type type, bool nullable = true) {
  return {.name = "f", .type = std::move(type), .nullable = nullable};
}

TEST(Append, Each_type_takes_its_values_and_NULL) {
  Batch batch(Schema{{field(Type::of(TypeId::Boolean)), field(Type::of(TypeId::Int16)),
                      field(Type::of(TypeId::Int64)), field(Type::decimal(38, 2)),
                      field(Type::of(TypeId::Float32)), field(Type::of(TypeId::Float64)),
                      field(Type::of(TypeId::String)), field(Type::of(TypeId::Binary))}});
  const std::array<std::byte, 2> bytes = {std::byte{1}, std::byte{2}};
  ASSERT_TRUE(
      append_row(batch, true, 7, std::int64_t{1} << 40U, power_of_ten(38) - 1, 1.5F, 2, "text", bytes));
  ASSERT_TRUE(append_row(batch, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt,
                         std::optional<double>(), std::optional<std::string>(), std::nullopt));
  EXPECT_EQ(batch.rows(), 2U);
  for (const Column& column : batch.columns) {
    EXPECT_EQ(column.length, 2U);
    EXPECT_EQ(column.null_count, 1U);
    EXPECT_FALSE(column.is_null(0));
    EXPECT_TRUE(column.is_null(1));
    const bool fixed = column.type.width() != 0;
    EXPECT_TRUE(!fixed || column.values.size() == 2 * column.type.width());
  }
  EXPECT_EQ(batch.columns[1].fixed<std::int32_t>()[0], 7);
  EXPECT_EQ(batch.columns[2].fixed<std::int64_t>()[0], std::int64_t{1} << 40U);
  EXPECT_TRUE(batch.columns[3].fixed<Int128>()[0] == power_of_ten(38) - 1);
  EXPECT_EQ(batch.columns[4].fixed<float>()[0], 1.5F);
  EXPECT_EQ(batch.columns[5].fixed<double>()[0], 2.0);
  EXPECT_EQ(as_text(batch.columns[6].bytes(0)), "text");
  EXPECT_EQ(batch.columns[7].bytes(0).size(), 2U);
}

TEST(Append, Lists_structs_and_maps_nest) {
  Type point = Type::of(TypeId::Struct);
  point.children = {{.name = "x", .type = Type::of(TypeId::Int32), .nullable = false},
                    {.name = "tags", .type = Type::list(Type::of(TypeId::String))}};
  Type map = Type::of(TypeId::Map);
  map.children = {{.name = "key", .type = Type::of(TypeId::String), .nullable = false},
                  {.name = "value", .type = Type::of(TypeId::Int64)}};
  Batch batch(Schema{{field(Type::list(point)), field(map)}});
  using Point = std::tuple<int, std::optional<Strings>>;
  ASSERT_TRUE(append_row(
      batch,
      std::vector<std::optional<Point>>{Point{1, Strings{"a", "b"}}, std::nullopt, Point{2, std::nullopt}},
      std::map<std::string, std::optional<int>>{{"one", 1}, {"two", std::nullopt}}));
  ASSERT_TRUE(append_row(batch, std::nullopt, std::map<std::string, int>()));
  const Column& list = batch.columns[0];
  EXPECT_EQ(std::vector(list.offsets.begin(), list.offsets.end()), (std::vector<std::uint32_t>{0, 3, 3}));
  EXPECT_TRUE(list.is_null(1));
  const Column& points = list.children[0];
  EXPECT_EQ(points.length, 3U);
  EXPECT_TRUE(points.is_null(1));
  EXPECT_EQ(points.children[0].length, 3U) << "a NULL struct has slots in its children";
  EXPECT_EQ(points.children[0].fixed<std::int32_t>()[2], 2);
  EXPECT_EQ(points.children[1].null_count, 2U);
  EXPECT_EQ(points.children[1].children[0].length, 2U);
  const Column& entries = batch.columns[1].children[0];
  EXPECT_EQ(entries.length, 2U);
  EXPECT_EQ(as_text(entries.children[0].bytes(1)), "two");
  EXPECT_TRUE(entries.children[1].is_null(1));
  EXPECT_FALSE(batch.columns[1].is_null(1)) << "a map without entries is no NULL";
}

TEST(Append, What_a_column_can_not_have_is_an_error) {
  const auto refused = [](const Field& of, const auto& value) {
    Column column(of);
    const auto result = append(column, value);
    return !result.has_value() && result.error().kind() == ErrorKind::InvalidArgument;
  };
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int32), false), std::nullopt));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int16)), 32768));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int32)), std::int64_t{1} << 31U));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int64)), std::numeric_limits<std::uint64_t>::max()));
  EXPECT_TRUE(refused(field(Type::decimal(3, 1)), 1000));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int32)), 1.0));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int32)), true));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int32)), "1"));
  EXPECT_TRUE(refused(field(Type::of(TypeId::String)), 1));
  EXPECT_TRUE(refused(field(Type::of(TypeId::String)), Strings{"a"}));
  EXPECT_TRUE(refused(field(Type::list(Type::of(TypeId::Int32))), 1));
  EXPECT_TRUE(refused(field(Type::list(Type::of(TypeId::Int32))), Strings{"a"}));
  EXPECT_TRUE(refused(field(Type::of(TypeId::Int32)), std::tuple(1, 2)));
  Batch batch(Schema{{field(Type::of(TypeId::Int32))}});
  EXPECT_FALSE(append_row(batch, 1, 2).has_value());
}

}  // namespace
}  // namespace pg2athena::columnar
