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
  const Type row = Type::structure({{.name = "a", .type = Type::decimal(12, 2)},
                                    {.name = "b", .type = Type::list(Type::of(TypeId::String))}});
  EXPECT_EQ(hive_name(Type::list(row)), "array<struct<a:decimal(12,2),b:array<string>>>");
}

TEST(Type, Hive_names_of_maps_have_key_and_value) {
  const Type map = Type::map(Type::of(TypeId::String), Type::list(Type::of(TypeId::Date)));
  EXPECT_EQ(hive_name(Type::structure({{.name = "m", .type = map}})), "struct<m:map<string,array<date>>>");
}

TEST(Batch, A_map_is_a_list_of_structs_that_are_never_NULL) {
  const Column column(
      {.name = "m", .type = Type::map(Type::of(TypeId::String), Type::of(TypeId::Int32)), .nullable = true});
  EXPECT_EQ(column.offsets.size(), 1U);
  ASSERT_EQ(column.children.size(), 1U);
  const Column& entries = column.children[0];
  EXPECT_FALSE(entries.nullable);
  EXPECT_EQ(entries.type.id, TypeId::Struct);
  EXPECT_TRUE(entries.offsets.empty());
  ASSERT_EQ(entries.children.size(), 2U);
  EXPECT_FALSE(entries.children[0].nullable);
  EXPECT_EQ(entries.children[0].offsets.size(), 1U);
  EXPECT_TRUE(entries.children[1].nullable);
}

TEST(Batch, Memory_is_given_back_at_any_depth) {
  const Type inner = Type::structure({{.name = "s", .type = Type::of(TypeId::String)}});
  Batch batch(Schema{{{.name = "m", .type = Type::map(Type::of(TypeId::Int32), Type::list(inner))}}});
  Column& list = batch.columns[0].children[0].children[1];
  Column& text = list.children[0].children[0];
  const std::size_t before = batch.size_bytes();
  text.values.resize(100'000);
  list.offsets.resize(100'000);
  EXPECT_GT(batch.size_bytes(), before + 100'000 + std::size_t{4} * 99'000);
  batch.clear();
  EXPECT_EQ(batch.size_bytes(), before);
  EXPECT_GT(batch.capacity_bytes(), 500'000U);
  batch.release_above(1000);
  EXPECT_LT(batch.capacity_bytes(), 1000U);
  EXPECT_EQ(list.offsets.size(), 1U);
  EXPECT_EQ(list.offsets[0], 0U);
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
