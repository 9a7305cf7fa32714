#include "columnar/batch.h"

#include <gtest/gtest.h>

namespace pg2athena::columnar {
namespace {

TEST(Bitmap, Bits_are_least_significant_first) {
  Bitmap bits;
  for (const bool bit : {true, false, true}) bits.push_back(bit);
  bits.append_ones(14);
  bits.push_back(false);
  ASSERT_EQ(bits.size(), 18U);
  EXPECT_EQ(bits.data()[0], 0b11111101);
  EXPECT_EQ(bits.data()[1], 0b11111111);
  EXPECT_EQ(bits.data()[2], 0b00000001);
}

TEST(Type, Decimals_take_the_smallest_storage_that_holds_them) {
  EXPECT_EQ(Type::decimal(9, 2).storage(), Storage::Int32);
  EXPECT_EQ(Type::decimal(10, 2).storage(), Storage::Int64);
  EXPECT_EQ(Type::decimal(18, 2).storage(), Storage::Int64);
  EXPECT_EQ(Type::decimal(19, 2).storage(), Storage::Int128);
}

TEST(Type, Hive_names_nest) {
  Type row = Type::of(TypeId::Struct);
  row.children = {{.name = "a", .type = Type::decimal(12, 2)},
                  {.name = "b", .type = Type::list(Type::of(TypeId::String))}};
  EXPECT_EQ(hive_name(Type::list(row)), "array<struct<a:decimal(12,2),b:array<string>>>");
}

TEST(Batch, Clearing_a_column_keeps_its_memory_and_its_first_offset) {
  Batch batch(Schema{{{.name = "s", .type = Type::of(TypeId::String)}}});
  Column& column = batch.columns[0];
  column.values.append(as_bytes("abc"));
  column.offsets.push_back(3);
  column.validity.push_back(true);
  column.length = 1;
  EXPECT_EQ(as_text(column.bytes(0)), "abc");
  const std::size_t held = batch.capacity_bytes();
  batch.clear();
  EXPECT_EQ(batch.rows(), 0U);
  EXPECT_EQ(column.offsets.size(), 1U);
  EXPECT_EQ(batch.capacity_bytes(), held);
}

}  // namespace
}  // namespace pg2athena::columnar
