#include "parquet/writer/levels.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/encoding/rle_encoding.h"
#include "parquet/encoding/test_decoding.h"
#include "parquet/test_columns.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;
using columnar::Field;
using columnar::Type;
using columnar::TypeId;
using Levels = std::vector<std::uint32_t>;

Leaf leaf_of(const Field& field) {
  return map_schema({{field}})->leaves.at(0);
}

struct Decoded {
  Levels repetition;
  Levels definition;
};

Decoded decoded(const Leaf& leaf, const PageLevels& levels) {
  ByteBuffer out;
  levels.append_encoded(out);
  ByteReader in(out.span());
  Decoded result;
  const auto read = [&](std::uint8_t largest) {
    return largest == 0 ? Levels{}
                        : decode_hybrid(in.take(in.little_endian(4)), bit_width(largest), levels.count());
  };
  result.repetition = read(leaf.max_repetition);
  result.definition = read(leaf.max_definition);
  EXPECT_TRUE(in.at_end());
  return result;
}

Decoded levels_of(const Field& field, const std::vector<Value>& rows) {
  const Leaf leaf = leaf_of(field);
  PageLevels levels(leaf);
  levels.append(column_of(field, rows), 0, rows.size());
  return decoded(leaf, levels);
}

Field list_field(bool nullable, bool element_nullable) {
  return {.name = "l", .type = Type::list(Type::of(TypeId::Int32), element_nullable), .nullable = nullable};
}

TEST(Levels, A_required_column_has_none) {
  const Decoded levels = levels_of({.name = "i", .type = Type::of(TypeId::Int32), .nullable = false}, {1, 2});
  EXPECT_TRUE(levels.definition.empty());
  EXPECT_TRUE(levels.repetition.empty());
}

TEST(Levels, A_nullable_column_has_its_validity) {
  const Field field{.name = "i", .type = Type::of(TypeId::Int32), .nullable = true};
  EXPECT_EQ(levels_of(field, {1, Null{}, 2}).definition, (Levels{1, 0, 1}));
  EXPECT_EQ(levels_of(field, {1, 2}).definition, (Levels{1, 1}));
  EXPECT_EQ(levels_of(field, {Null{}}).definition, (Levels{0}));
}

TEST(Levels, A_page_without_NULLs_is_one_run) {
  const Field field{.name = "i", .type = Type::of(TypeId::Int32), .nullable = true};
  const Leaf leaf = leaf_of(field);
  PageLevels levels(leaf);
  levels.append(column_of(field, std::vector<Value>(20000, 1)), 0, 20000);
  ByteBuffer out;
  levels.append_encoded(out);
  EXPECT_EQ(out.size(), 4U + 3 + 1);
}

TEST(Levels, Lists_tell_NULL_from_empty_from_a_NULL_element) {
  const std::vector<Value> rows = {Null{}, Elements{}, Elements{Null{}}, Elements{7, Null{}, 8}};
  const Decoded levels = levels_of(list_field(true, true), rows);
  EXPECT_EQ(levels.repetition, (Levels{0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(levels.definition, (Levels{0, 1, 2, 3, 2, 3}));
}

TEST(Levels, What_is_required_has_no_definition_level) {
  EXPECT_EQ(levels_of(list_field(false, false), {Elements{}, Elements{1, 2}}).definition, (Levels{0, 1, 1}));
  EXPECT_EQ(levels_of(list_field(true, false), {Elements{}, Null{}, Elements{1}}).definition,
            (Levels{1, 0, 2}));
  EXPECT_EQ(levels_of(list_field(false, true), {Elements{}, Elements{Null{}, 1}}).definition,
            (Levels{0, 1, 2}));
}

TEST(Levels, Lists_of_lists_repeat_at_the_level_that_goes_on) {
  const Field field{.name = "l", .type = Type::list(Type::list(Type::of(TypeId::Int32))), .nullable = true};
  const std::vector<Value> rows = {Elements{Elements{1, 2}, Elements{3}},
                                   Elements{Elements{}, Null{}, Elements{Null{}}}, Null{}, Elements{}};
  const Decoded levels = levels_of(field, rows);
  EXPECT_EQ(levels.repetition, (Levels{0, 2, 1, 0, 1, 1, 0, 0}));
  EXPECT_EQ(levels.definition, (Levels{5, 5, 5, 3, 2, 4, 0, 1}));
}

TEST(Levels, Slots_of_a_slice_are_at_the_end_of_its_lists) {
  const Field field = list_field(true, true);
  const Column column = column_of(field, {Elements{1, 2}, Null{}, Elements{Null{}, 4}, Elements{5}});
  const Leaf leaf = leaf_of(field);
  PageLevels levels(leaf);
  const LeafSlots slots = levels.append(column, 1, 3);
  EXPECT_EQ(slots.begin, 2U);
  EXPECT_EQ(slots.end, 4U);
  EXPECT_EQ(slots.nulls, 1U);
  EXPECT_EQ(levels.count(), 3U);
  EXPECT_EQ(levels.values(), 1U);
}

TEST(Levels, Histograms_count_each_level) {
  const Field field = list_field(true, true);
  const Leaf leaf = leaf_of(field);
  PageLevels levels(leaf);
  levels.append(column_of(field, {Null{}, Elements{}, Elements{Null{}}, Elements{7, Null{}, 8}}), 0, 4);
  EXPECT_EQ(levels.rows(), 4U);
  std::vector<std::int64_t> definitions;
  std::vector<std::int64_t> repetitions = {10, 20};
  levels.add_histograms(definitions, repetitions);
  EXPECT_EQ(definitions, (std::vector<std::int64_t>{1, 1, 2, 2}));
  EXPECT_EQ(repetitions, (std::vector<std::int64_t>{14, 22}));
}

TEST(Levels, Histograms_of_a_column_without_lists_count_NULLs_and_values) {
  const Field field{.name = "i", .type = Type::of(TypeId::Int32), .nullable = true};
  const Leaf leaf = leaf_of(field);
  PageLevels levels(leaf);
  levels.append(column_of(field, {1, Null{}, 2}), 0, 3);
  std::vector<std::int64_t> definitions;
  std::vector<std::int64_t> repetitions;
  levels.add_histograms(definitions, repetitions);
  EXPECT_EQ(definitions, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(repetitions, (std::vector<std::int64_t>{3}));
}

RC_GTEST_PROP(Levels, They_do_not_depend_on_how_a_page_is_sliced, ()) {
  const Field field{.name = "i", .type = Type::of(TypeId::Int32), .nullable = true};
  const Leaf leaf = leaf_of(field);
  std::vector<Value> rows;
  Levels expected;
  for (const int run : *rc::gen::arbitrary<std::vector<int>>()) {
    // Runs of NULLs, of values, and mixed.
    for (int i = 0; i < 100; ++i) {
      const bool null = run % 3 == 0 || (run % 3 == 1 && i % 7 == 2);
      rows.push_back(null ? Value(Null{}) : Value(i));
      expected.push_back(null ? 0 : 1);
    }
  }
  const Column column = column_of(field, rows);
  PageLevels levels(leaf);
  std::size_t values = 0;
  for (std::size_t at = 0; at < rows.size();) {
    const std::size_t end = std::min(rows.size(), at + *rc::gen::inRange<std::size_t>(1, 200));
    const LeafSlots slots = levels.append(column, at, end);
    values += slots.size() - slots.nulls;
    at = end;
  }
  RC_ASSERT(decoded(leaf, levels).definition == expected);
  RC_ASSERT(levels.values() == values);
}

}  // namespace
}  // namespace pg2athena::parquet
