#include "postgres/shard_range.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

using testing::ElementsAre;
namespace oid = types::oid;

TEST(ShardRange, Block_ranges_cover_the_table_and_the_last_is_open) {
  EXPECT_THAT(split_blocks(10, 3),
              ElementsAre(BlockRange{0, 3}, BlockRange{3, 6}, BlockRange{6, std::nullopt}));
  EXPECT_THAT(split_blocks(10, 1), ElementsAre(BlockRange{0, std::nullopt}));
  EXPECT_THAT(split_blocks(0, 4), ElementsAre(BlockRange{0, std::nullopt})) << "an empty table may grow";
  EXPECT_THAT(split_blocks(2, 4), ElementsAre(BlockRange{0, 1}, BlockRange{1, std::nullopt}));
  EXPECT_EQ(split_blocks(0xFFFFFFFE, 1000).back().first, 4290672326U) << "the largest heap there is";
}

std::string lower_condition(types::Oid type, const std::string& lower, bool by_bytes = false) {
  return range_condition(KeyRange{.key = {.name = "Key \"é\"", .type = type, .by_bytes = by_bytes},
                                  .lower = lower,
                                  .upper = std::nullopt});
}

TEST(ShardRange, A_bound_is_a_literal_of_the_keys_own_type_and_compared_by_pg_catalogs_operators) {
  struct Case {
    types::Oid type;
    std::string bound;
    std::string literal;
  };
  const std::vector<Case> cases = {
      {oid::kInt2, "-32768", "'-32768'::pg_catalog.int2"},
      {oid::kInt8, "-9223372036854775808", "'-9223372036854775808'::pg_catalog.int8"},
      {oid::kDate, "0044-03-15 BC", "'0044-03-15 BC'::pg_catalog.date"},
      {oid::kTimestamptz, "infinity", "'infinity'::pg_catalog.timestamptz"},
      {oid::kText, R"(it's a \ and 日本)", R"(E'it''s a \\ and 日本'::pg_catalog.text)"},
      {oid::kVarchar, "", "''::pg_catalog.text"},
      {oid::kBpchar, "a  ", "'a  '::pg_catalog.bpchar"},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(is_key_type(c.type));
    EXPECT_EQ(lower_condition(c.type, c.bound), "\"Key \"\"é\"\"\" OPERATOR(pg_catalog.>=) " + c.literal);
  }
  EXPECT_EQ(lower_condition(oid::kText, "x", true),
            "(\"Key \"\"é\"\"\" COLLATE pg_catalog.\"C\") OPERATOR(pg_catalog.>=) 'x'::pg_catalog.text");
  EXPECT_FALSE(is_key_type(oid::kFloat8));
  EXPECT_FALSE(is_key_type(oid::kJsonb));
}

TEST(ShardRange, Without_bounds_the_keys_that_are_there_are_one_range) {
  const KeyColumn key{.name = "k", .type = oid::kInt4};
  const auto ranges = ranges_between(key, {}, true);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(range_condition(ranges[0]), "\"k\" IS NOT NULL");
  EXPECT_EQ(range_condition(ranges[1]), "\"k\" IS NULL");
  EXPECT_EQ(ranges_between(key, {}, false).size(), 1U);
}

// As the server judges a condition, of a key that is a number.
bool has(const KeyRange& range, std::optional<int> value) {
  if (range.nulls || !value) return range.nulls && !value;
  return (!range.lower || *value >= std::stoi(*range.lower)) &&
         (!range.upper || *value < std::stoi(*range.upper));
}

TEST(ShardRange, Every_row_is_in_exactly_one_range_whatever_the_bounds_are) {
  std::mt19937 random(20260131);  // NOLINT(cert-msc51-cpp): the same every time
  std::uniform_int_distribution<int> values(-20, 20);
  for (int i = 0; i < 300; ++i) {
    std::vector<int> numbers(static_cast<std::size_t>(i % 8));
    for (int& number : numbers) number = values(random);
    std::ranges::sort(numbers);  // with equal ones
    std::vector<std::string> bounds;
    for (const int number : numbers) bounds.push_back(std::to_string(number));
    const bool nullable = i % 2 == 0;
    const auto ranges = ranges_between({.name = "k", .type = oid::kInt4}, bounds, nullable);
    EXPECT_EQ(ranges.size(), bounds.size() + (nullable ? 2 : 1));
    EXPECT_FALSE(ranges.front().lower);
    for (int value = -30; value <= 30; ++value) {
      EXPECT_EQ(std::ranges::count_if(ranges, [&](const KeyRange& range) { return has(range, value); }), 1)
          << value << " between " << fmt::format("{}", fmt::join(bounds, ", "));
    }
    EXPECT_EQ(std::ranges::count_if(ranges, [](const KeyRange& range) { return has(range, std::nullopt); }),
              nullable ? 1 : 0);
  }
}

TEST(ShardRange, A_message_has_no_bound_and_a_receipt_has) {
  const KeyRange range{.key = {.name = "email", .type = oid::kText}, .lower = "a@b", .upper = "c@d"};
  EXPECT_EQ(range_text(range), "a range of email");
  EXPECT_EQ(range_text_with_bounds(range), "email from a@b to before c@d");
  EXPECT_EQ(range_text_with_bounds(KeyRange{.key = range.key, .lower = std::nullopt, .upper = "c@d"}),
            "email before c@d");
  EXPECT_EQ(range_text_with_bounds(
                KeyRange{.key = range.key, .lower = std::nullopt, .upper = std::nullopt, .nulls = true}),
            "the NULLs of email");
  EXPECT_EQ(range_text_with_bounds(BlockRange{3, 6}), "blocks 3..5");
  EXPECT_EQ(range_text_with_bounds(BlockRange{3, std::nullopt}), "blocks 3..the last");
  EXPECT_EQ(range_text_with_bounds(WholeSource()), "");
}

}  // namespace
}  // namespace pg2athena::postgres
