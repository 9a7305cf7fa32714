#include "columnar/row_digest.h"

#include <bit>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/append.h"

namespace pg2athena::columnar {
namespace {

using Numbers = std::vector<std::optional<int>>;
using Pair = std::optional<std::tuple<std::optional<int>, std::optional<std::string>>>;
using Row = std::tuple<std::optional<std::string>, std::optional<std::string>, std::optional<double>,
                       std::optional<Numbers>, Pair>;

Schema schema() {
  const Type pair = Type::structure(
      {{.name = "a", .type = Type::of(TypeId::Int32)}, {.name = "b", .type = Type::of(TypeId::String)}});
  return {{{.name = "s", .type = Type::of(TypeId::String)},
           {.name = "t", .type = Type::of(TypeId::String)},
           {.name = "f", .type = Type::of(TypeId::Float64)},
           {.name = "l", .type = Type::list(Type::of(TypeId::Int32))},
           {.name = "p", .type = pair}}};
}

Batch batch_of(const std::vector<Row>& rows) {
  Batch batch(schema());
  for (const Row& row : rows) {
    const auto appended =
        std::apply([&](const auto&... values) { return append_row(batch, values...); }, row);
    EXPECT_TRUE(appended.has_value()) << appended.error();
  }
  return batch;
}

std::string digest(const std::vector<Row>& rows) {
  RowDigest digest;
  digest.add(batch_of(rows));
  return digest.hex();
}

const Row kRow = {"ab", "c", 0.5, {{1, 2}}, {{1, "x"}}};
const Row kOther = {"", std::nullopt, -1, Numbers{}, std::nullopt};

TEST(RowDigest, No_rows_are_zeros) {
  EXPECT_EQ(digest({}), "00000000000000000000000000000000");
}

TEST(RowDigest, The_order_of_rows_and_their_batches_do_not_count) {
  EXPECT_EQ(digest({kRow, kOther, kRow}), digest({kRow, kRow, kOther}));
  RowDigest parts;
  parts.add(batch_of({kRow}));
  parts.add(batch_of({kOther, kRow}));
  EXPECT_EQ(parts.hex(), digest({kRow, kOther, kRow}));
  RowDigest first;
  first.add(batch_of({kOther}));
  RowDigest second;
  second.add(batch_of({kRow, kRow}));
  first.add(second);
  EXPECT_EQ(first, parts);
}

TEST(RowDigest, A_row_that_is_lost_or_doubled_makes_another) {
  EXPECT_NE(digest({kRow, kRow}), digest({}));
  EXPECT_NE(digest({kRow, kRow, kOther}), digest({kOther}));
}

TEST(RowDigest, Values_that_only_look_alike_make_another) {
  const std::vector<Row> different = {
      kRow,
      {"a", "bc", 0.5, {{1, 2}}, {{1, "x"}}},
      {std::nullopt, "c", 0.5, {{1, 2}}, {{1, "x"}}},
      {"", "c", 0.5, {{1, 2}}, {{1, "x"}}},
      {"ab", "c", -0.0, {{1, 2}}, {{1, "x"}}},
      {"ab", "c", 0.0, {{1, 2}}, {{1, "x"}}},
      {"ab", "c", std::numeric_limits<double>::quiet_NaN(), {{1, 2}}, {{1, "x"}}},
      {"ab", "c", std::bit_cast<double>(0x7ff8000000000001), {{1, 2}}, {{1, "x"}}},
      {"ab", "c", 0.5, {{2, 1}}, {{1, "x"}}},
      {"ab", "c", 0.5, Numbers{}, {{1, "x"}}},
      {"ab", "c", 0.5, std::nullopt, {{1, "x"}}},
      {"ab", "c", 0.5, Numbers{std::nullopt}, {{1, "x"}}},
      {"ab", "c", 0.5, {{1, 2}}, std::nullopt},
      {"ab", "c", 0.5, {{1, 2}}, {{std::nullopt, std::nullopt}}},
  };
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(digest({different[i]}), digest({different[j]})) << i << " " << j;
  }
}

TEST(RowDigest, What_a_NULL_hides_does_not_count) {
  Batch batch = batch_of({kOther, kRow});
  reinterpret_cast<std::int32_t*>(batch.columns[4].children[0].values.data())[0] = 77;
  RowDigest digest;
  digest.add(batch);
  EXPECT_EQ(digest.hex(), RowDigest::parse(digest.hex())->hex());
  RowDigest untouched;
  untouched.add(batch_of({kOther, kRow}));
  EXPECT_EQ(digest, untouched);
}

// What a receipt has, and what others may want to make: it can't change without notice.
TEST(RowDigest, The_digest_of_a_known_row_stays_what_it_is) {
  EXPECT_EQ(digest({kRow}), "2b6197ce87f8d82751a739086ec0a456");
}

TEST(RowDigest, Other_texts_are_none) {
  for (const char* text : {"", "0", "0000000000000000000000000000000g", "0000000000000000000000000000000A",
                           "-0000000000000000000000000000000", "000000000000000000000000000000000"}) {
    EXPECT_FALSE(RowDigest::parse(text)) << text;
  }
}

}  // namespace
}  // namespace pg2athena::columnar
