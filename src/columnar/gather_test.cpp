#include "columnar/gather.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/append.h"

namespace pg2athena::columnar {
namespace {

using Row = std::tuple<std::optional<bool>, std::optional<std::int16_t>, std::int64_t, std::optional<double>,
                       std::optional<std::string>, std::optional<std::vector<std::optional<std::string>>>,
                       std::optional<std::map<std::string, std::optional<int>>>,
                       std::optional<std::tuple<std::optional<int>, std::vector<std::vector<int>>>>>;

Schema every_kind() {
  const Type pair = Type::structure({{.name = "a", .type = Type::of(TypeId::Int32)},
                                     {.name = "b",
                                      .type = Type::list(Type::list(Type::of(TypeId::Int32), false), false),
                                      .nullable = false}});
  return {{{.name = "flag", .type = Type::of(TypeId::Boolean)},
           {.name = "small", .type = Type::of(TypeId::Int16)},
           {.name = "wide", .type = Type::decimal(30, 2), .nullable = false},
           {.name = "number", .type = Type::of(TypeId::Float64)},
           {.name = "text", .type = Type::of(TypeId::String)},
           {.name = "texts", .type = Type::list(Type::of(TypeId::String))},
           {.name = "map", .type = Type::map(Type::of(TypeId::String), Type::of(TypeId::Int32))},
           {.name = "pair", .type = pair}}};
}

std::vector<Row> rows() {
  return {
      {true,
       1,
       10,
       0.5,
       "one",
       {{"a", std::nullopt, "ccc"}},
       {{{"k", 1}, {"l", std::nullopt}}},
       {{1, {{1, 2}, {}, {3}}}}},
      {std::nullopt, std::nullopt, 20, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt},
      {false, -2, 30, -1.5, "", {{}}, {{}}, {{std::nullopt, {}}}},
      {true, 4, 40, 4, "four 🐘", {{"", "x"}}, {{{"", 4}}}, {{4, {{}}}}},
      {false, 5, 50, 5, "five", {{std::nullopt}}, {{{"m", 5}}}, {{5, {{5}, {5, 5}}}}},
  };
}

Batch batch_of(const std::vector<Row>& rows) {
  Batch batch(every_kind());
  for (const Row& row : rows) {
    const auto appended =
        std::apply([&](const auto&... values) { return append_row(batch, values...); }, row);
    EXPECT_TRUE(appended.has_value()) << appended.error();
  }
  return batch;
}

// What NULL slots hold isn't anybody's.
void expect_same(const Column& column, const Column& wanted) {
  ASSERT_EQ(column.length, wanted.length);
  EXPECT_EQ(column.null_count, wanted.null_count);
  EXPECT_EQ(column.validity.size(), wanted.validity.size());
  for (std::size_t i = 0; i < wanted.length; ++i) EXPECT_EQ(column.is_null(i), wanted.is_null(i)) << i;
  EXPECT_TRUE(std::ranges::equal(column.offsets.span(), wanted.offsets.span()));
  EXPECT_TRUE(std::ranges::equal(column.values.span(), wanted.values.span()));
  ASSERT_EQ(column.children.size(), wanted.children.size());
  for (std::size_t i = 0; i < wanted.children.size(); ++i)
    expect_same(column.children[i], wanted.children[i]);
}

void expect_same(const Batch& batch, const Batch& wanted) {
  for (std::size_t i = 0; i < wanted.columns.size(); ++i) {
    SCOPED_TRACE(every_kind().fields[i].name);
    expect_same(batch.columns[i], wanted.columns[i]);
  }
}

TEST(Gather, Rows_of_every_kind_arrive_as_if_they_had_been_appended) {
  const std::vector<Row> all = rows();
  const Batch from = batch_of(all);
  Batch to(every_kind());
  for (const std::vector<RowRange>& ranges : std::vector<std::vector<RowRange>>{{{0, 5}},
                                                                                {{0, 1}},
                                                                                {{1, 2}},
                                                                                {{4, 5}, {0, 1}},
                                                                                {{0, 2}, {3, 5}},
                                                                                {{2, 3}, {1, 3}, {1, 2}},
                                                                                {{0, 1}, {1, 1}, {2, 3}}}) {
    std::vector<Row> wanted;
    for (const RowRange& range : ranges) {
      wanted.insert(wanted.end(), all.begin() + range.begin, all.begin() + range.end);
    }
    gather(from, ranges, to);
    expect_same(to, batch_of(wanted));
  }
}

TEST(Gather, No_rows_make_an_empty_batch) {
  const Batch from = batch_of(rows());
  Batch to = batch_of(rows());
  gather(from, {}, to);
  expect_same(to, Batch(every_kind()));
  gather(Batch(every_kind()), {}, to);
  expect_same(to, Batch(every_kind()));
}

TEST(Gather, A_batch_is_used_again_without_new_memory) {
  const Batch from = batch_of(rows());
  Batch to(every_kind());
  const RowRange all{.begin = 0, .end = 5};
  gather(from, {&all, 1}, to);
  const std::size_t held = to.capacity_bytes();
  gather(from, {&all, 1}, to);
  EXPECT_EQ(to.capacity_bytes(), held);
}

}  // namespace
}  // namespace pg2athena::columnar
