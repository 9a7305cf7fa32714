#include "pipeline/verify/source_comparison.h"

#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::pipeline {
namespace {

using catalog::Receipt;
using columnar::Type;
using columnar::TypeId;
using postgres::LeafSql;
using postgres::ServerTotals;
using testing::ElementsAre;
using testing::IsEmpty;

ExactSum sum(std::string_view text, int scale = 0) {
  return ExactSum::parse(text, scale).value();
}

const columnar::Schema kSchema{{{.name = "price", .type = Type::decimal(9, 2)},
                                {.name = "ratio", .type = Type::of(TypeId::Float32)},
                                {.name = "note", .type = Type::of(TypeId::String)}}};

std::vector<LeafSql> leaves() {
  return {{.measures = {.count = true, .sum = true, .bounds = true}},
          {.measures = {.count = true, .bounds = true}},
          {.measures = {.count = true, .sum = true}}};
}

// Two files of 3 rows and of 1, which is empty but for a NULL in each column.
Receipt receipt() {
  return {.table = "public.t",
          .shard = 4,
          .rows = 4,
          .files = {{.rows = 3,
                     .columns = {{"price", 2, 1, "-1.50", "12.25", "10.75"},
                                 {"ratio", 3, 0, "-0", "0.1", {}},
                                 {"note", 3, 0, {}, {}, "17"}}},
                    {.rows = 1,
                     .columns = {{"price", 0, 1, {}, {}, "0.00"},
                                 {"ratio", 0, 1, {}, {}, {}},
                                 {"note", 0, 1, {}, {}, "0"}}}}};
}

ServerTotals server() {
  return {
      .rows = 4,
      .leaves = {
          {.values = 2, .nulls = 2, .sum = sum("10.75", 2), .min = sum("-1.50", 2), .max = sum("12.25", 2)},
          {.values = 3, .nulls = 1, .least = 0.0, .most = 0.1},
          {.values = 3, .nulls = 1, .sum = sum("17")}}};
}

// "kind column"
std::vector<std::string> found(const std::function<void(Receipt&, ServerTotals&)>& change) {
  Receipt written = receipt();
  ServerTotals said = server();
  change(written, said);
  std::vector<std::string> all;
  for (const Difference& difference : compare_with_source(written, kSchema, leaves(), said)) {
    EXPECT_EQ(difference.table, "public.t");
    EXPECT_EQ(difference.shard, 4);
    all.push_back(fmt::format("{} {}", to_string(difference.kind), difference.column));
  }
  return all;
}

TEST(SourceComparison, What_is_the_same_is_no_difference_whatever_the_files_and_the_sign_of_zero) {
  EXPECT_THAT(found([](Receipt&, ServerTotals&) {}), IsEmpty());
}

TEST(SourceComparison, Each_measure_is_compared) {
  EXPECT_THAT(found([](Receipt& r, ServerTotals&) { r.rows = 5; }), ElementsAre("rows "));
  EXPECT_THAT(found([](Receipt&, ServerTotals& s) { s.leaves[2].values = 4; }), ElementsAre("values note"));
  EXPECT_THAT(found([](Receipt&, ServerTotals& s) { s.leaves[0].nulls = 1; }), ElementsAre("nulls price"));
  EXPECT_THAT(found([](Receipt&, ServerTotals& s) { s.leaves[0].sum = sum("10.76", 2); }),
              ElementsAre("sum price"));
  EXPECT_THAT(found([](Receipt&, ServerTotals& s) { s.leaves[0].min = sum("-1.49", 2); }),
              ElementsAre("min price"));
  EXPECT_THAT(found([](Receipt&, ServerTotals& s) { s.leaves[1].most = 0.2; }), ElementsAre("max ratio"));
  EXPECT_THAT(found([](Receipt& r, ServerTotals&) { r.files[0].columns[2].sum = "18"; }),
              ElementsAre("sum note"));
  EXPECT_THAT(found([](Receipt& r, ServerTotals&) { r.files[0].columns[2].sum.reset(); }),
              ElementsAre("sum note"));
  EXPECT_THAT(found([](Receipt& r, ServerTotals&) { r.files[0].columns[0].min = "nothing"; }),
              ElementsAre("min price", "max price"));
}

TEST(SourceComparison, A_shard_without_files_has_no_rows) {
  const Receipt nothing{.table = "public.t", .shard = 4};
  ServerTotals said;
  said.leaves.resize(3);
  said.leaves[0].sum = said.leaves[2].sum = ExactSum();
  EXPECT_THAT(compare_with_source(nothing, kSchema, leaves(), said), IsEmpty());
}

TEST(SourceComparison, Digests_are_compared_where_the_server_has_some) {
  EXPECT_THAT(compare_digests(receipt(), kSchema, {1, std::nullopt, 3}, {1, 77, 3}), IsEmpty());
  const auto differences = compare_digests(receipt(), kSchema, {1, std::nullopt, 3}, {1, 77, 4});
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(difference_text(differences[0]), "shard 4, column note: has values with another digest");
}

}  // namespace
}  // namespace pg2athena::pipeline
