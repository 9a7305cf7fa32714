#include "pipeline/athena_warnings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/relations_for_tests.h"

namespace pg2athena::pipeline {
namespace {

using postgres::Relation;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A table of a thousand MB with a timestamptz `at`, partitioned by it, whose values go from the first day of
// 2020 for so many days.
Relation events(int number, const std::string& last_day, types::PartitionBy by = types::PartitionBy::Day) {
  Relation relation =
      table(static_cast<types::Oid>(number), "public", fmt::format("events{}", number), 1000 * kMiB);
  relation.storage[0].estimated_rows = 1e7;
  relation.columns.push_back(
      {.name = "at", .type = {.oid = types::oid::kTimestamptz, .name = "timestamptz"}, .not_null = true});
  relation.column_choices = {{.column = "at", .encoding = {}, .partition_by = by, .place = "shop.yaml:7:15"}};
  relation.partition_statistics = {
      .distinct = -1, .correlation = 1, .least = "2020-01-01 00:00:00+00", .greatest = last_day};
  return relation;
}

std::vector<std::string> warnings(const std::vector<Relation>& relations, RunOptions options = {},
                                  bool in_s3 = true) {
  options.uploads = in_s3;
  options.memory_bytes = std::uint64_t{4} << 30U;
  auto made = make_plan({.relations = relations, .queries = {}, .warnings = {}}, options);
  EXPECT_TRUE(made) << made.error();
  return made ? made->warnings : std::vector<std::string>{};
}

RunOptions with_limit(std::uint64_t partitions) {
  RunOptions options;
  options.most_partitions = partitions;
  return options;
}

TEST(AthenaWarnings, Few_and_large_files_are_none) {
  EXPECT_THAT(warnings({table(1, "public", "t"), events(2, "2020-03-01")}), IsEmpty());
}

TEST(AthenaWarnings, Many_small_files_are_said_with_what_helps) {
  // 999 days, whose rows lie in no order: each of the two parts has rows of all.
  Relation relation = events(1, "2022-09-25");
  relation.partition_statistics->correlation = 0;
  EXPECT_THAT(
      warnings({relation}),
      ElementsAre(AllOf(HasSubstr("public.events1: about 1998 files in 999 partitions, of less than 0.5 "
                                  "MiB on average"),
                        HasSubstr("partition it by month or year"), HasSubstr("`shard_by: at`"))));
  relation.key =
      postgres::ShardKey{.column = {.name = "at", .type = types::oid::kTimestamptz}, .named = true};
  EXPECT_THAT(warnings({relation}), IsEmpty()) << "each part has partitions of its own";
  relation = events(1, "2022-09-25");
  relation.storage[0].bytes = 100'000 * kMiB;
  EXPECT_THAT(warnings({relation}), IsEmpty()) << "large enough";
}

TEST(AthenaWarnings, Nothing_is_said_of_a_local_folder_but_of_the_limit) {
  Relation relation = events(1, "2022-09-25");
  relation.partition_statistics->correlation = 0;
  EXPECT_THAT(warnings({relation}, {}, false), IsEmpty());
  EXPECT_THAT(warnings({events(1, "2029-12-31")}, {}, false), ElementsAre(HasSubstr("limits.partitions")));
}

TEST(AthenaWarnings, More_partitions_than_the_limit_takes_are_said_before_a_row_is_read) {
  EXPECT_THAT(
      warnings({events(1, "2029-12-31")}),
      ElementsAre(AllOf(HasSubstr("public.events1: about 3653 partitions by at_day, and the run ends at "
                                  "more than 1000 (limits.partitions)"),
                        HasSubstr("or raise the limit"))));
  EXPECT_THAT(warnings({events(1, "2029-12-31", types::PartitionBy::Month)}), IsEmpty());
}

TEST(AthenaWarnings, Where_the_limit_allows_many_partitions_a_query_without_a_condition_is_dear) {
  Relation relation = events(1, "2029-12-31");
  relation.storage[0].bytes = 1'000'000 * kMiB;
  EXPECT_THAT(warnings({relation}, with_limit(10'000)),
              ElementsAre(HasSubstr("a query without a condition on at_day looks into each of them")));
}

TEST(AthenaWarnings, A_condition_or_no_statistics_leave_it_open) {
  Relation relation = events(1, "2029-12-31");
  relation.partition_statistics.reset();
  EXPECT_THAT(warnings({relation}), IsEmpty());
}

Relation with_numeric(int number) {
  Relation relation = table(static_cast<types::Oid>(number), "public", fmt::format("t{}", number));
  relation.columns.push_back(
      {.name = "amount", .type = {.oid = types::oid::kNumeric, .name = "numeric"}, .comment = ""});
  return relation;
}

TEST(AthenaWarnings, Numbers_that_are_text_are_said_unless_they_were_chosen_to_be) {
  Relation relation = with_numeric(1);
  EXPECT_THAT(warnings({relation}),
              ElementsAre(AllOf(HasSubstr("public.t1: amount: numeric without a precision"),
                                HasSubstr("`types: {amount: {as: \"decimal(38,9)\"}}`"))));
  EXPECT_THAT(warnings({relation}, {}, false), IsEmpty());
  relation.column_choices = {chosen("amount", {.as = "string", .on_unrepresentable = {}})};
  EXPECT_THAT(warnings({relation}), IsEmpty());
  relation.column_choices = {chosen("amount", {.as = "decimal(38,9)", .on_unrepresentable = {}})};
  EXPECT_THAT(warnings({relation}), IsEmpty());
}

TEST(AthenaWarnings, Of_many_tables_one_line_speaks_for_all) {
  std::vector<Relation> many;
  for (int i = 1; i <= 500; ++i) many.push_back(with_numeric(i));
  EXPECT_THAT(
      warnings(many),
      ElementsAre(AllOf(HasSubstr("500 tables have numerics without a precision"),
                        HasSubstr("public.t1, public.t2, public.t3, public.t4, public.t5 and 495 more"),
                        HasSubstr("{numeric: {as: \"decimal(38,9)\"}}"), Not(HasSubstr("t6")))));
  many.resize(5);
  EXPECT_EQ(warnings(many).size(), 5U);
}

TEST(AthenaWarnings, A_codec_that_Athena_has_no_decoder_for_is_said) {
  RunOptions options;
  options.profile = parquet::Profile::Modern;
  options.compression = parquet::Compression::Lz4Raw;
  EXPECT_THAT(warnings({table(1, "public", "t")}, options), ElementsAre(HasSubstr("lz4_raw")));
  EXPECT_THAT(warnings({table(1, "public", "t")}, options, false), IsEmpty());
}

}  // namespace
}  // namespace pg2athena::pipeline
