// Levels of structs, maps and lists of them: against tables made by hand, and against the definition of
// levels, followed value by value in both directions.
#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/encoding/rle_encoding.h"
#include "parquet/encoding/test_decoding.h"
#include "parquet/schema_mapping.h"
#include "parquet/test_columns.h"
#include "parquet/writer/levels.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;
using columnar::Field;
using columnar::Type;
using columnar::TypeId;

// What a leaf has in a page. A value that isn't NULL is an integer here.
struct Striped {
  std::vector<std::uint32_t> repetition;
  std::vector<std::uint32_t> definition;
  std::vector<std::int64_t> values;

  bool operator==(const Striped&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Striped& striped) {
  const auto print = [&](const char* name, const auto& numbers) {
    out << name;
    for (const auto number : numbers) out << ' ' << number;
  };
  print("repetition", striped.repetition);
  print(", definition", striped.definition);
  print(", values", striped.values);
  return out;
}

// Cuts the rows into slices of so many rows, in turn.
Striped striped(const Leaf& leaf, const Column& column, const std::vector<std::size_t>& slices) {
  PageLevels levels(leaf);
  Striped result;
  std::size_t at = 0;
  for (std::size_t i = 0; at < column.length; ++i) {
    const std::size_t end = std::min(column.length, at + slices[i % slices.size()]);
    const LeafSlots slots = levels.append(column, at, end);
    EXPECT_EQ(slots.begin, leaf_slots(leaf, column, at, end).begin);
    EXPECT_EQ(slots.end, leaf_slots(leaf, column, at, end).end);
    EXPECT_EQ(slots.nulls == 0, slots.validity == nullptr);
    std::size_t nulls = 0;
    for (std::size_t slot = slots.begin; slot < slots.end; ++slot) {
      if (slots.nulls != 0 && ((unsigned{slots.validity[slot / 8]} >> (slot % 8)) & 1U) == 0) {
        ++nulls;
      } else {
        result.values.push_back(slots.column->fixed<std::int32_t>()[slot]);
      }
    }
    EXPECT_EQ(nulls, slots.nulls);
    at = end;
  }
  EXPECT_EQ(levels.rows(), column.length);
  EXPECT_EQ(levels.values(), result.values.size());

  const auto decode = [&](const auto& append, std::uint8_t highest) {
    ByteBuffer out;
    append(out);
    if (highest != 0) return decode_hybrid(out.span(), bit_width(highest), levels.count());
    EXPECT_TRUE(out.empty());
    return std::vector<std::uint32_t>(levels.count());
  };
  result.repetition = decode([&](ByteBuffer& out) { levels.append_repetition(out); }, leaf.max_repetition);
  result.definition = decode([&](ByteBuffer& out) { levels.append_definition(out); }, leaf.max_definition);

  std::vector<std::int64_t> definitions;
  std::vector<std::int64_t> repetitions;
  levels.add_histograms(definitions, repetitions);
  const auto check = [](const std::vector<std::int64_t>& histogram, const auto& all) {
    for (std::size_t level = 0; level < histogram.size(); ++level) {
      EXPECT_EQ(histogram[level], std::count(all.begin(), all.end(), level));
    }
  };
  check(definitions, result.definition);
  check(repetitions, result.repetition);
  return result;
}

std::vector<Striped> striped(const Field& field, const std::vector<Value>& rows) {
  const MappedSchema schema = map_schema({{field}}).value();
  const Column column = column_of(field, rows);
  std::vector<Striped> leaves;
  for (const Leaf& leaf : schema.leaves) leaves.push_back(striped(leaf, column, {1000}));
  return leaves;
}

Field number(std::string name, bool nullable) {
  return {.name = std::move(name), .type = Type::of(TypeId::Int32), .nullable = nullable};
}

TEST(NestedLevels, A_NULL_struct_hides_its_children) {
  const Field field{.name = "s",
                    .type = Type::structure({number("required", false), number("nullable", true)}),
                    .nullable = true};
  const std::vector<Value> rows = {Record{1, 2}, Null{}, Record{3, Null{}}, Null{}, Null{}, Record{4, 5}};
  EXPECT_EQ(striped(field, rows),
            (std::vector<Striped>{
                {.repetition = {0, 0, 0, 0, 0, 0}, .definition = {1, 0, 1, 0, 0, 1}, .values = {1, 3, 4}},
                {.repetition = {0, 0, 0, 0, 0, 0}, .definition = {2, 0, 1, 0, 0, 2}, .values = {2, 5}}}));
}

TEST(NestedLevels, Structs_within_structs_say_which_one_is_NULL) {
  const Type inner = Type::structure({number("n", true)});
  const Type middle = Type::structure({{.name = "i", .type = inner, .nullable = false}});
  const Field field{.name = "o",
                    .type = Type::structure({{.name = "m", .type = middle, .nullable = true}}),
                    .nullable = true};
  const std::vector<Value> rows = {Null{}, Record{Null{}}, Record{Record{Record{Null{}}}},
                                   Record{Record{Record{7}}}};
  EXPECT_EQ(striped(field, rows),
            (std::vector<Striped>{{.repetition = {0, 0, 0, 0}, .definition = {0, 1, 2, 3}, .values = {7}}}));
}

TEST(NestedLevels, A_struct_that_is_never_NULL_has_no_level) {
  const Field field{
      .name = "s", .type = Type::structure({number("a", false), number("b", true)}), .nullable = false};
  EXPECT_EQ(striped(field, {Record{1, Null{}}, Record{2, 3}}),
            (std::vector<Striped>{{.repetition = {0, 0}, .definition = {0, 0}, .values = {1, 2}},
                                  {.repetition = {0, 0}, .definition = {0, 1}, .values = {3}}}));
}

TEST(NestedLevels, A_map_is_a_list_of_keys_and_values) {
  const Field field{
      .name = "m", .type = Type::map(Type::of(TypeId::Int32), Type::of(TypeId::Int32)), .nullable = true};
  const std::vector<Value> rows = {Elements{Record{1, 10}, Record{2, Null{}}}, Null{}, Elements{},
                                   Elements{Record{3, 30}}};
  EXPECT_EQ(striped(field, rows),
            (std::vector<Striped>{
                {.repetition = {0, 1, 0, 0, 0}, .definition = {2, 2, 0, 1, 2}, .values = {1, 2, 3}},
                {.repetition = {0, 1, 0, 0, 0}, .definition = {3, 2, 0, 1, 3}, .values = {10, 30}}}));
}

TEST(NestedLevels, A_list_in_a_NULL_struct_ends_at_the_struct) {
  const Type type =
      Type::structure({{.name = "l", .type = Type::list(number("", true).type), .nullable = true},
                       {.name = "r", .type = Type::list(number("", true).type, false), .nullable = false}});
  const std::vector<Value> rows = {Null{}, Record{Null{}, Elements{}}, Record{Elements{}, Elements{1, 2}},
                                   Record{Elements{Null{}, 3}, Elements{4}}};
  EXPECT_EQ(striped({.name = "s", .type = type, .nullable = true}, rows),
            (std::vector<Striped>{
                {.repetition = {0, 0, 0, 0, 1}, .definition = {0, 1, 2, 3, 4}, .values = {3}},
                {.repetition = {0, 0, 0, 1, 0}, .definition = {0, 1, 2, 2, 2}, .values = {1, 2, 4}}}));
}

TEST(NestedLevels, Lists_of_structs_of_lists_repeat_at_the_list_that_goes_on) {
  const Type inner =
      Type::structure({number("n", true), {.name = "l", .type = Type::list(number("", true).type)}});
  const Field field{.name = "c", .type = Type::list(inner), .nullable = true};
  const std::vector<Value> rows = {Elements{Record{1, Elements{10, 11}}, Null{}, Record{Null{}, Elements{}}},
                                   Elements{}, Elements{Record{2, Null{}}, Record{3, Elements{12, Null{}}}}};
  EXPECT_EQ(striped(field, rows),
            (std::vector<Striped>{
                {.repetition = {0, 1, 1, 0, 0, 1}, .definition = {4, 2, 3, 1, 4, 4}, .values = {1, 2, 3}},
                {.repetition = {0, 2, 1, 1, 0, 0, 1, 2},
                 .definition = {6, 6, 2, 4, 1, 3, 6, 5},
                 .values = {10, 11, 12}}}));
}

// Figures 2 and 3 of Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets" (VLDB 2010), with
// three-level lists instead of bare repeated fields: a list that is never NULL and whose elements aren't
// either has the levels of a repeated field.
TEST(NestedLevels, The_document_of_the_Dremel_paper) {
  const auto repeated = [](std::string name, Type element) {
    return Field{.name = std::move(name), .type = Type::list(std::move(element), false), .nullable = false};
  };
  const Type integer = Type::of(TypeId::Int32);
  const Type language = Type::structure({number("Code", false), number("Country", true)});
  const Type name = Type::structure({repeated("Language", language), number("Url", true)});
  const Type links = Type::structure({repeated("Backward", integer), repeated("Forward", integer)});
  const Type document = Type::structure(
      {number("DocId", false), {.name = "Links", .type = links, .nullable = true}, repeated("Name", name)});
  // Texts as numbers: 100 en-us, 101 en, 102 en-gb; 200 us, 201 gb; 300 http://A, 301 http://B, 302 http://C.
  const Value r1 = Record{10, Record{Elements{}, Elements{20, 40, 60}},
                          Elements{Record{Elements{Record{100, 200}, Record{101, Null{}}}, 300},
                                   Record{Elements{}, 301}, Record{Elements{Record{102, 201}}, Null{}}}};
  const Value r2 = Record{20, Record{Elements{10, 30}, Elements{80}}, Elements{Record{Elements{}, 302}}};
  EXPECT_EQ(striped({.name = "Document", .type = document, .nullable = false}, {r1, r2}),
            (std::vector<Striped>{
                {.repetition = {0, 0}, .definition = {0, 0}, .values = {10, 20}},
                {.repetition = {0, 0, 1}, .definition = {1, 2, 2}, .values = {10, 30}},
                {.repetition = {0, 1, 1, 0}, .definition = {2, 2, 2, 2}, .values = {20, 40, 60, 80}},
                {.repetition = {0, 2, 1, 1, 0}, .definition = {2, 2, 1, 2, 1}, .values = {100, 101, 102}},
                {.repetition = {0, 2, 1, 1, 0}, .definition = {3, 2, 1, 3, 1}, .values = {200, 201}},
                {.repetition = {0, 1, 1, 0}, .definition = {2, 2, 1, 2}, .values = {300, 301, 302}}}));
}

TEST(NestedLevels, A_page_without_NULLs_and_empty_lists_is_one_run_of_definition_levels) {
  const Field field{.name = "c",
                    .type = Type::list(Type::structure({number("a", true), number("b", false)})),
                    .nullable = true};
  const Leaf leaf = map_schema({{field}})->leaves.at(0);
  PageLevels levels(leaf);
  const Column column = column_of(field, std::vector<Value>(10'000, Elements{Record{1, 2}, Record{3, 4}}));
  levels.append(column, 0, 10'000);
  ByteBuffer out;
  levels.append_definition(out);
  EXPECT_EQ(out.size(), 3U + 1);
}

// The definition of levels, followed for one value after the other.
class ByDefinition {
 public:
  explicit ByDefinition(const Leaf& leaf) : leaf_(leaf) {}

  void add(const Value& value, std::size_t step = 0, std::uint32_t definition = 0,
           std::uint32_t repetition = 0, std::uint32_t depth = 0) {
    const bool leaf = step == leaf_.steps.size();
    const bool nullable = leaf ? leaf_.nullable : leaf_.steps[step].nullable;
    if (value.is_null()) return put(definition, repetition);
    if (nullable) ++definition;
    if (leaf) {
      out.values.push_back(static_cast<std::int64_t>(value.number()));
      return put(definition, repetition);
    }
    const auto& children = std::get<Elements>(value.value);
    if (!leaf_.steps[step].list) {
      return add(children[leaf_.steps[step].child], step + 1, definition, repetition, depth);
    }
    if (children.empty()) return put(definition, repetition);
    ++depth;
    for (std::size_t i = 0; i < children.size(); ++i) {
      add(children[i], step + 1, definition + 1, i == 0 ? repetition : depth, depth);
    }
  }

  Striped out;

 private:
  void put(std::uint32_t definition, std::uint32_t repetition) {
    out.definition.push_back(definition);
    out.repetition.push_back(repetition);
  }

  const Leaf& leaf_;
};

// And back: rows from a leaf's levels and values, as text in which a struct has only the leaf's field.
class Assembly {
 public:
  Assembly(const Leaf& leaf, const Striped& striped) : leaf_(leaf), striped_(striped) {}

  std::string rows() {
    std::string text;
    while (at_ < striped_.definition.size()) text += node(0, 0, 0) + "\n";
    return text;
  }

 private:
  std::string node(std::size_t step, std::uint32_t definition, std::uint32_t depth) {
    const bool leaf = step == leaf_.steps.size();
    const bool nullable = leaf ? leaf_.nullable : leaf_.steps[step].nullable;
    if (nullable && striped_.definition[at_] == definition) {
      ++at_;
      return "NULL";
    }
    if (nullable) ++definition;
    if (leaf) {
      ++at_;
      return std::to_string(striped_.values[value_++]);
    }
    if (!leaf_.steps[step].list) return "(" + node(step + 1, definition, depth) + ")";
    if (striped_.definition[at_] == definition) {
      ++at_;
      return "[]";
    }
    std::string text = "[";
    do text += node(step + 1, definition + 1, depth + 1) + ",";
    while (at_ < striped_.repetition.size() && striped_.repetition[at_] == depth + 1);
    return text + "]";
  }

  const Leaf& leaf_;
  const Striped& striped_;
  std::size_t at_ = 0;
  std::size_t value_ = 0;
};

std::string printed(const Leaf& leaf, const Value& value, std::size_t step = 0) {
  if (value.is_null()) return "NULL";
  if (step == leaf.steps.size()) return std::to_string(static_cast<std::int64_t>(value.number()));
  const auto& children = std::get<Elements>(value.value);
  if (!leaf.steps[step].list)
    return fmt::format("({})", printed(leaf, children[leaf.steps[step].child], step + 1));
  if (children.empty()) return "[]";
  std::string text = "[";
  for (const Value& child : children) text += printed(leaf, child, step + 1) + ",";
  return text + "]";
}

Field any_field(std::string name, int depth, bool may_be_null = true) {
  const auto flip = [] { return *rc::gen::arbitrary<bool>(); };
  Field field{.name = std::move(name), .type = Type::of(TypeId::Int32), .nullable = may_be_null && flip()};
  switch (depth == 0 ? 0 : *rc::gen::inRange(0, 5)) {
    case 1:
    case 2: {
      Field element = any_field("element", depth - 1);
      field.type = Type::list(std::move(element.type), element.nullable);
      break;
    }
    case 3: {
      Field key = any_field("key", depth - 1, false);
      Field value = any_field("value", depth - 1);
      field.type = Type::map(std::move(key.type), std::move(value.type), value.nullable);
      break;
    }
    case 4: {
      std::vector<Field> fields;
      const int count = *rc::gen::inRange(1, 4);
      for (int i = 0; i < count; ++i)
        fields.push_back(any_field(std::string(1, static_cast<char>('a' + i)), depth - 1));
      field.type = Type::structure(std::move(fields));
      break;
    }
    default:
      break;
  }
  return field;
}

// NULLs and empty lists now and then, mostly or never: what is rare has ways of its own.
struct Shape {
  int null_percent;
  int empty_percent;
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  bool percent(int p) { return static_cast<int>(below(100)) < p; }
  std::uint64_t below(std::uint64_t limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 33U) % limit;
  }

 private:
  std::uint64_t state_;
};

Value any_value(const Type& type, bool nullable, const Shape& shape, Random& random) {
  if (nullable && random.percent(shape.null_percent)) return Null{};
  switch (type.id) {
    case TypeId::List:
    case TypeId::Map: {
      Elements list;
      if (random.percent(shape.empty_percent)) return list;
      const std::uint64_t length = random.percent(2) ? 100 : 1 + random.below(3);
      for (std::uint64_t i = 0; i < length; ++i) {
        if (type.id == TypeId::List) {
          list.push_back(any_value(type.children[0].type, type.children[0].nullable, shape, random));
        } else {
          list.push_back(any_value(Type::structure(type.children), false, shape, random));
        }
      }
      return list;
    }
    case TypeId::Struct: {
      Record record;
      for (const Field& field : type.children) {
        record.push_back(any_value(field.type, field.nullable, shape, random));
      }
      return record;
    }
    default:
      return static_cast<std::int64_t>(random.below(1000));
  }
}

RC_GTEST_PROP(NestedLevels, They_are_as_defined_and_the_rows_can_be_assembled_again, ()) {
  const Field field = any_field("c", *rc::gen::inRange(0, 5));
  const int percents[] = {0, 1, 30, 90, 100};
  const Shape shape{.null_percent = percents[*rc::gen::inRange(0, 5)],
                    .empty_percent = percents[*rc::gen::inRange(0, 5)]};
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  std::vector<Value> rows;
  const auto count = *rc::gen::inRange<std::size_t>(0, 200);
  for (std::size_t i = 0; i < count; ++i)
    rows.push_back(any_value(field.type, field.nullable, shape, random));

  const Column column = column_of(field, rows);
  const auto slices =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 100)));
  const MappedSchema schema = map_schema({{field}}).value();
  for (const Leaf& leaf : schema.leaves) {
    ByDefinition expected(leaf);
    std::string text;
    for (const Value& row : rows) {
      expected.add(row);
      text += printed(leaf, row) + "\n";
    }
    const Striped found = striped(leaf, column, slices);
    RC_ASSERT(found == expected.out);
    RC_ASSERT(Assembly(leaf, found).rows() == text);
  }
}

}  // namespace
}  // namespace pg2athena::parquet
