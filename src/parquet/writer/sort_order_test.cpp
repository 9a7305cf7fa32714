#include "parquet/writer/sort_order.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "parquet/test_columns.h"

namespace pg2athena::parquet {
namespace {

using columnar::Batch;
using columnar::Schema;
using columnar::Type;
using columnar::TypeId;

struct Case {
  std::string name;
  TypeId type;
  std::vector<Value> values;
  SortingColumn sorting;
  bool ordered;
};

// One column, in slices of so many rows.
bool ordered(const Case& c, std::size_t slice) {
  const Schema schema{{{.name = "a", .type = Type::of(c.type)}}};
  auto order = SortOrder::create({c.sorting}, map_schema(schema)->leaves);
  EXPECT_TRUE(order.has_value());
  Batch batch(schema);
  for (const Value& value : c.values) append(batch.columns[0], value);
  for (std::size_t begin = 0; begin < c.values.size(); begin += slice) {
    order->observe(batch, begin, std::min(begin + slice, c.values.size()));
  }
  return !order->finish_row_group().empty();
}

TEST(SortOrder, Is_declared_where_all_rows_are_in_it) {
  const double nan = std::nan("");
  const Null null;
  for (const Case& c :
       std::vector<Case>{{"none", TypeId::Int32, {}, {}, true},
                         {"one", TypeId::Int32, {5}, {}, true},
                         {"ascending", TypeId::Int32, {-5, 5, 5, 6}, {}, true},
                         {"not", TypeId::Int32, {-5, 5, 4, 6}, {}, false},
                         {"descending", TypeId::Int64, {6, 5, 5, -1}, {.descending = true}, true},
                         {"not descending", TypeId::Int64, {6, 5, 5, 7}, {.descending = true}, false},
                         {"NULLs last", TypeId::Int64, {6, 7, null, null}, {}, true},
                         {"NULLs not last", TypeId::Int64, {null, 6, 7}, {}, false},
                         {"NULLs first", TypeId::Int64, {null, null, 6, 7}, {.nulls_first = true}, true},
                         {"NULL between", TypeId::Int64, {null, 6, null, 7}, {.nulls_first = true}, false},
                         {"descending, NULLs first",
                          TypeId::Int32,
                          {null, 2, 1},
                          {.descending = true, .nulls_first = true},
                          true},
                         {"text, as bytes", TypeId::String, {"", "Z", "a", "aa", "é"}, {}, true},
                         {"text, not as bytes", TypeId::String, {"a", "Z"}, {}, false},
                         {"zeros are equal", TypeId::Float64, {-1.0, 0.0, -0.0, 0.0}, {}, true},
                         {"NaN", TypeId::Float64, {1.0, nan}, {}, false},
                         {"NaN twice", TypeId::Float32, {nan, nan}, {}, false},
                         {"booleans", TypeId::Boolean, {false, false, true}, {}, true}}) {
    for (const std::size_t slice : {1U, 2U, 100U}) EXPECT_EQ(ordered(c, slice), c.ordered) << c.name << slice;
  }
}

TEST(SortOrder, A_second_column_decides_among_equals) {
  const Schema schema{
      {{.name = "a", .type = Type::of(TypeId::Int32)}, {.name = "b", .type = Type::of(TypeId::String)}}};
  auto order = SortOrder::create({{.column_idx = 0}, {.column_idx = 1, .descending = true}},
                                 map_schema(schema)->leaves);
  ASSERT_TRUE(order.has_value());
  Batch batch(schema);
  for (const int a : {1, 1, 2, 2}) append(batch.columns[0], a);
  for (const char* b : {"y", "x", "z", "z"}) append(batch.columns[1], b);
  order->observe(batch, 0, 4);
  EXPECT_EQ(order->finish_row_group().size(), 2U);
  append(batch.columns[0], 2);
  append(batch.columns[1], "zz");
  order->observe(batch, 0, 5);
  EXPECT_TRUE(order->finish_row_group().empty());
  // The next row group begins anew.
  order->observe(batch, 4, 5);
  order->observe(batch, 0, 0);
  EXPECT_EQ(order->finish_row_group().size(), 2U);
}

TEST(SortOrder, Of_what_cannot_be_is_refused) {
  const Schema schema{{{.name = "a", .type = Type::of(TypeId::Int32)},
                       {.name = "l", .type = Type::list(Type::of(TypeId::Int32))}}};
  const auto leaves = map_schema(schema)->leaves;
  for (const std::vector<SortingColumn>& sorting :
       {std::vector<SortingColumn>{{.column_idx = 1}}, {{.column_idx = 2}}, {{.column_idx = -1}}, {{}, {}}}) {
    const auto order = SortOrder::create(sorting, leaves);
    ASSERT_FALSE(order.has_value());
    EXPECT_EQ(order.error().kind(), ErrorKind::InvalidArgument);
  }
}

}  // namespace
}  // namespace pg2athena::parquet
