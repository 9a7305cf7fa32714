#include "columnar/totals.h"

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "columnar/append.h"

namespace pg2athena::columnar {
namespace {

const LeafTotals& leaf(const Totals& totals, std::string_view path) {
  for (const LeafTotals& each : totals.leaves()) {
    if (each.path == path) return each;
  }
  ADD_FAILURE() << "no leaf " << path;
  return totals.leaves().front();
}

// "values nulls sum"
std::string text(const LeafTotals& totals) {
  return fmt::format("{} {} {}", totals.values, totals.nulls, totals.sum_text().value_or("-"));
}

template <typename... T>
std::string of_column(const Type& type, const std::vector<T>&... values) {
  Batch batch(Schema{{{.name = "c", .type = type}}});
  const auto append_all = [&](const auto& list) {
    for (const auto& value : list) EXPECT_TRUE(append_row(batch, value).has_value());
  };
  (append_all(values), ...);
  Totals totals({{{.name = "c", .type = type}}});
  totals.add(batch);
  return text(totals.leaves()[0]);
}

template <typename T>
using Optionals = std::vector<std::optional<T>>;

TEST(Totals, Every_type_that_has_an_exact_sum_is_summed) {
  EXPECT_EQ(of_column(Type::of(TypeId::Boolean), Optionals<bool>{true, std::nullopt, false, true}), "3 1 2");
  EXPECT_EQ(of_column(Type::of(TypeId::Int16), Optionals<int>{-32768, 32767, std::nullopt, -1}), "3 1 -2");
  EXPECT_EQ(of_column(Type::of(TypeId::Int32), Optionals<int>{2147483647, 2147483647}), "2 0 4294967294");
  EXPECT_EQ(of_column(Type::decimal(9, 2), Optionals<int>{-1250, 1}), "2 0 -12.49");
  EXPECT_EQ(of_column(Type::decimal(18, 0), Optionals<int>{5, std::nullopt}), "1 1 5");
  EXPECT_EQ(of_column(Type::of(TypeId::Date), Optionals<int>{-1, 20'000}), "2 0 19999");
  EXPECT_EQ(of_column(Type::timestamp(true), Optionals<int>{-1, 1'000'000}), "2 0 999999");
  EXPECT_EQ(of_column(Type::of(TypeId::Time), Optionals<int>{1, 2}), "2 0 3");
  EXPECT_EQ(of_column(Type::of(TypeId::String), Optionals<std::string>{"ä", "", std::nullopt, "abc"}),
            "3 1 5");
  EXPECT_EQ(of_column(Type::of(TypeId::Binary), Optionals<std::string>{"ab"}), "1 0 2");
}

TEST(Totals, Floating_point_is_counted_and_not_summed) {
  EXPECT_EQ(of_column(Type::of(TypeId::Float32), Optionals<float>{1, std::nullopt}), "1 1 -");
  EXPECT_EQ(of_column(Type::of(TypeId::Float64), Optionals<double>{1, 2}), "2 0 -");
}

TEST(Totals, Sums_have_more_bits_than_their_values) {
  const std::int64_t large = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(of_column(Type::of(TypeId::Int64), Optionals<std::int64_t>{large, large, large}),
            "3 0 27670116110564327421");
  const Int128 largest = power_of_ten(38) - 1;
  EXPECT_EQ(of_column(Type::decimal(38, 38), Optionals<Int128>{largest, largest, std::nullopt, largest}),
            "3 1 2.99999999999999999999999999999999999997");
  EXPECT_EQ(of_column(Type::decimal(38, 0), Optionals<Int128>{-largest, -largest}),
            "2 0 -199999999999999999999999999999999999998");
}

TEST(Totals, What_a_NULL_hides_is_not_summed) {
  Optionals<int> values;
  for (int i = 0; i < 200; ++i) values.push_back(i % 3 == 0 ? std::nullopt : std::optional(i));
  Batch batch(Schema{{{.name = "c", .type = Type::of(TypeId::Int32)}}});
  for (const auto& value : values) EXPECT_TRUE(append_row(batch, value).has_value());
  auto* const slots = reinterpret_cast<std::int32_t*>(batch.columns[0].values.data());
  for (std::size_t i = 0; i < values.size(); i += 3) slots[i] = 77;
  Totals totals({{{.name = "c", .type = Type::of(TypeId::Int32)}}});
  totals.add(batch);
  EXPECT_EQ(text(totals.leaves()[0]), "133 67 13267");
}

Schema nested() {
  const Type inner = Type::structure({{.name = "number", .type = Type::of(TypeId::Int64)},
                                      {.name = "text", .type = Type::of(TypeId::String)}});
  const Type outer = Type::structure(
      {{.name = "inner", .type = inner}, {.name = "tags", .type = Type::list(Type::of(TypeId::Int32))}});
  return {{{.name = "outer", .type = outer},
           {.name = "list", .type = Type::list(inner)},
           {.name = "map", .type = Type::map(Type::of(TypeId::String), Type::of(TypeId::Int32))}}};
}

using Inner = std::optional<std::tuple<std::optional<int>, std::optional<std::string>>>;
using Outer = std::optional<std::tuple<Inner, std::optional<std::vector<std::optional<int>>>>>;
using Map = std::optional<std::map<std::string, std::optional<int>>>;

Batch nested_batch() {
  Batch batch(nested());
  const auto add = [&](const Outer& outer, const std::optional<std::vector<Inner>>& list, const Map& map) {
    EXPECT_TRUE(append_row(batch, outer, list, map).has_value());
  };
  add({{Inner{{1, "one"}}, {{1, std::nullopt, 3}}}}, {{Inner{{1, "a"}}, std::nullopt}}, {{{"k", 1}}});
  add(std::nullopt, std::nullopt, std::nullopt);
  add({{std::nullopt, std::nullopt}}, std::vector<Inner>{}, Map::value_type{});
  add({{Inner{{std::nullopt, "four"}}, {{}}}}, {{Inner{{4, std::nullopt}}}},
      {{{"kk", std::nullopt}, {"l", 5}}});
  return batch;
}

TEST(Totals, Nested_columns_count_what_Parquets_levels_do) {
  Batch batch = nested_batch();
  // What a NULL struct has in its children is anything.
  Column& inner = batch.columns[0].children[0];
  reinterpret_cast<std::int64_t*>(inner.children[0].values.data())[2] = 1000;
  Totals totals(nested());
  totals.add(batch);
  EXPECT_EQ(text(leaf(totals, "outer.inner.number")), "1 3 1");
  EXPECT_EQ(text(leaf(totals, "outer.inner.text")), "2 2 7");
  EXPECT_EQ(text(leaf(totals, "outer.tags.list.element")), "2 4 4");
  EXPECT_EQ(text(leaf(totals, "list.list.element.number")), "2 3 5");
  EXPECT_EQ(text(leaf(totals, "list.list.element.text")), "1 4 1");
  EXPECT_EQ(text(leaf(totals, "map.key_value.key")), "3 2 4");
  EXPECT_EQ(text(leaf(totals, "map.key_value.value")), "2 3 6");
  EXPECT_EQ(totals.leaves().size(), 7U);
}

TEST(Totals, Totals_of_parts_add_up) {
  const Batch batch = nested_batch();
  Totals once(nested());
  once.add(batch);
  Totals twice(nested());
  twice.add(once);
  twice.add(Batch(nested()));
  twice.add(once);
  Totals both(nested());
  both.add(batch);
  both.add(batch);
  EXPECT_EQ(twice.leaves(), both.leaves());
}

}  // namespace
}  // namespace pg2athena::columnar
