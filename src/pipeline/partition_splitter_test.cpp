#include "pipeline/partition_splitter.h"

#include <functional>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columnar/append.h"

namespace pg2athena::pipeline {
namespace {

using columnar::RowRange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using types::PartitionBy;

constexpr std::int64_t kDay = 86'400'000'000;

PlannedTable table(types::Oid type, PartitionBy by, const types::TypeChoice& choice = {}) {
  PlannedTable table{.name = "public.t", .source = "public.t", .kind = "table"};
  const types::PgType pg{.oid = type, .name = "its type"};
  types::TypeMapping mapping = types::map_type(pg, {}, choice).value();
  table.schema.fields = {{.name = "c", .type = mapping.column}};
  table.columns.push_back({.source_name = "C", .type = pg, .mapping = std::move(mapping)});
  table.partitioning = PlannedPartitioning{.by = by, .column = 0, .name = "c_value", .type = "string"};
  return table;
}

// What of the batch is in which partition, or why not.
using Parts = std::vector<std::pair<std::string, std::vector<RowRange>>>;
Parts parts(PartitionSplitter& splitter, const columnar::Batch& batch) {
  const auto split = splitter.split(batch);
  if (!split) return {{std::string(split.error().message()), {}}};
  Parts found;
  for (const PartitionRows& part : **split) found.emplace_back(splitter.value(part.partition), part.rows);
  return found;
}

template <typename Value>
columnar::Batch batch_of(const PlannedTable& table, const std::vector<std::optional<Value>>& values) {
  columnar::Batch batch(table.schema);
  for (const auto& value : values) EXPECT_TRUE(columnar::append_row(batch, value).has_value());
  return batch;
}

template <typename Value>
std::vector<std::string> names(const PlannedTable& table, const std::vector<std::optional<Value>>& values) {
  PartitionSplitter splitter(table);
  std::vector<std::string> found;
  for (const auto& value : values) found.push_back(parts(splitter, batch_of<Value>(table, {value}))[0].first);
  return found;
}

using Numbers = std::vector<std::optional<std::int64_t>>;
using Texts = std::vector<std::optional<std::string>>;

TEST(PartitionSplitter, Rows_are_told_apart_in_the_order_of_their_first_and_runs_stay_together) {
  const PlannedTable by_value = table(types::oid::kInt4, PartitionBy::Value);
  PartitionSplitter splitter(by_value);
  const Numbers values = {7, 7, {}, 7, -1, -1, {}, 7};
  EXPECT_THAT(parts(splitter, batch_of<std::int64_t>(by_value, values)),
              ElementsAre(Pair("7", ElementsAre(RowRange{0, 2}, RowRange{3, 4}, RowRange{7, 8})),
                          Pair("__HIVE_DEFAULT_PARTITION__", ElementsAre(RowRange{2, 3}, RowRange{6, 7})),
                          Pair("-1", ElementsAre(RowRange{4, 6}))));
  // The next batch begins anew, and partitions keep their numbers.
  EXPECT_THAT(parts(splitter, batch_of<std::int64_t>(by_value, {-1, -1})),
              ElementsAre(Pair("-1", ElementsAre(RowRange{0, 2}))));
  EXPECT_EQ((*splitter.split(batch_of<std::int64_t>(by_value, {-1})).value())[0].partition, 2U);
  EXPECT_TRUE(parts(splitter, columnar::Batch(by_value.schema)).empty());
}

TEST(PartitionSplitter, Days_months_and_years_are_those_of_UTC_before_1970_too) {
  const Numbers times = {0, -1, kDay - 1, kDay, -kDay, -kDay - 1, 1'769'904'000'000'000, {}};
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kTimestamptz, PartitionBy::Day), times),
              ElementsAre("1970-01-01", "1969-12-31", "1970-01-01", "1970-01-02", "1969-12-31", "1969-12-30",
                          "2026-02-01", "__HIVE_DEFAULT_PARTITION__"));
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kTimestamp, PartitionBy::Month), times),
              ElementsAre("1970-01", "1969-12", "1970-01", "1970-01", "1969-12", "1969-12", "2026-02",
                          "__HIVE_DEFAULT_PARTITION__"));
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kDate, PartitionBy::Year), {0, -1, -719'162, 2'932'896}),
              ElementsAre("1970", "1969", "1", "9999"));
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kDate, PartitionBy::Value), {0, -719'162}),
              ElementsAre("1970-01-01", "0001-01-01"));
}

TEST(PartitionSplitter, More_days_than_are_remembered_are_still_the_same_partitions) {
  const PlannedTable by_year = table(types::oid::kDate, PartitionBy::Year);
  PartitionSplitter splitter(by_year);
  Numbers days;
  for (int day = 0; day < 20'000; ++day) days.emplace_back(day);
  const Parts first = parts(splitter, batch_of<std::int64_t>(by_year, days));
  EXPECT_EQ(first.size(), 55U);
  EXPECT_EQ(first[2], (std::pair<std::string, std::vector<RowRange>>("1972", {{730, 1096}})));
  EXPECT_EQ(parts(splitter, batch_of<std::int64_t>(by_year, days)), first);
}

TEST(PartitionSplitter, Times_that_are_kept_as_text_or_numbers_have_the_same_partitions) {
  const types::TypeChoice text{.as = "string", .on_unrepresentable = {}, .trim = {}, .place = {}};
  const types::TypeChoice number{.as = "bigint", .on_unrepresentable = {}, .trim = {}, .place = {}};
  EXPECT_THAT(names<std::string>(table(types::oid::kTimestamptz, PartitionBy::Day, text),
                                 {"2026-01-31 23:59:59.5+00", "1969-12-31 00:00:00+00"}),
              ElementsAre("2026-01-31", "1969-12-31"));
  EXPECT_THAT(names<std::string>(table(types::oid::kTimestamp, PartitionBy::Month, text),
                                 {"2026-01-31 23:59:59.5", "infinity", "0044-03-15 00:00:00 BC"}),
              ElementsAre("2026-01", HasSubstr("an infinity"), HasSubstr("before 0001-01-01")));
  EXPECT_THAT(
      names<std::string>(table(types::oid::kDate, PartitionBy::Year, text), {"2026-01-31", "-infinity"}),
      ElementsAre("2026", HasSubstr("an infinity")));
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kTimestamptz, PartitionBy::Day, number), {-1}),
              ElementsAre("1969-12-31"));
}

TEST(PartitionSplitter, Values_are_named_as_PostgreSQL_prints_them) {
  EXPECT_THAT(names<bool>(table(types::oid::kBool, PartitionBy::Value), {true, false, {}}),
              ElementsAre("true", "false", "__HIVE_DEFAULT_PARTITION__"));
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kInt8, PartitionBy::Value),
                                  {std::numeric_limits<std::int64_t>::min(), 0}),
              ElementsAre("-9223372036854775808", "0"));
  EXPECT_THAT(names<std::string>(table(types::oid::kText, PartitionBy::Value), {"a/b", " ", "", {}}),
              ElementsAre("a/b", " ", "__HIVE_DEFAULT_PARTITION__", "__HIVE_DEFAULT_PARTITION__"));
}

TEST(PartitionSplitter, A_value_without_a_partition_is_an_error_with_its_row_or_goes_by_the_policy) {
  struct Case {
    types::Oid type;
    PartitionBy by;
    std::function<columnar::Batch(const PlannedTable&)> batch;
    const char* said;
  };
  const auto number = [](std::int64_t value) {
    return [value](const PlannedTable& t) { return batch_of<std::int64_t>(t, {0, value}); };
  };
  const auto text = [](const std::string& value) {
    return [value](const PlannedTable& t) { return batch_of<std::string>(t, {"a", value}); };
  };
  const std::vector<Case> cases = {
      {types::oid::kDate, PartitionBy::Day, number(-719'163), "before 0001-01-01"},
      {types::oid::kDate, PartitionBy::Year, number(2'932'897), "after 9999-12-31"},
      {types::oid::kTimestamp, PartitionBy::Month, number(std::numeric_limits<std::int64_t>::max()), "9999"},
      {types::oid::kText, PartitionBy::Value, text(std::string(248, 'x')), "255 bytes"},
      {types::oid::kText, PartitionBy::Value, text("__HIVE_DEFAULT_PARTITION__"), "means NULL"}};
  for (const Case& c : cases) {
    const PlannedTable strict = table(c.type, c.by);
    PartitionSplitter splitter(strict);
    const auto split = splitter.split(c.batch(strict));
    ASSERT_FALSE(split.has_value());
    EXPECT_EQ(split.error().kind(), ErrorKind::Unrepresentable);
    EXPECT_THAT(std::string(split.error().message()), HasSubstr(c.said));
    EXPECT_EQ(split.error().context("column"), "C");
    EXPECT_EQ(splitter.failed_row(), 1U);
    const PlannedTable with_null =
        table(c.type, c.by,
              {.as = {}, .on_unrepresentable = types::OnUnrepresentable::Null, .trim = {}, .place = {}});
    PartitionSplitter lenient(with_null);
    EXPECT_EQ(parts(lenient, c.batch(with_null)).back().first, "__HIVE_DEFAULT_PARTITION__");
  }
  const types::TypeChoice clamp{
      .as = {}, .on_unrepresentable = types::OnUnrepresentable::Clamp, .trim = {}, .place = {}};
  EXPECT_THAT(names<std::int64_t>(table(types::oid::kDate, PartitionBy::Day, clamp), {-800'000, 3'000'000}),
              ElementsAre("0001-01-01", "9999-12-31"));
}

PlannedTable with_default(types::Oid type, PartitionBy by, const std::string& value) {
  PlannedTable made = table(type, by);
  made.partitioning->default_value = value;
  return made;
}

TEST(PartitionSplitter, A_default_is_where_NULLs_go_and_what_no_partition_can_be_named_by) {
  EXPECT_THAT(
      names<std::string>(with_default(types::oid::kText, PartitionBy::Value, "unknown"),
                         {"DE", {}, "", "unknown", std::string(248, 'x'), "__HIVE_DEFAULT_PARTITION__"}),
      ElementsAre("DE", "unknown", "unknown", "unknown", "unknown", "unknown"));
  EXPECT_THAT(names<std::int64_t>(with_default(types::oid::kInt4, PartitionBy::Value, "0"), {7, {}, 0}),
              ElementsAre("7", "0", "0"));
  EXPECT_THAT(names<std::int64_t>(with_default(types::oid::kDate, PartitionBy::Day, "1900-01-01"),
                                  {0, {}, -719'163, 2'932'897}),
              ElementsAre("1970-01-01", "1900-01-01", "1900-01-01", "1900-01-01"));
  EXPECT_THAT(names<bool>(with_default(types::oid::kBool, PartitionBy::Value, "unknown"), {true, {}}),
              ElementsAre("true", "unknown"));
}

TEST(PartitionSplitter, Rows_that_have_the_default_are_in_one_partition_with_those_that_get_it) {
  const PlannedTable by_text = with_default(types::oid::kText, PartitionBy::Value, "b");
  PartitionSplitter splitter(by_text);
  EXPECT_EQ(splitter.null_partition(), 0U);
  EXPECT_THAT(parts(splitter, batch_of<std::string>(by_text, {"a", "b", {}, "", "a", "b"})),
              ElementsAre(Pair("a", ElementsAre(RowRange{0, 1}, RowRange{4, 5})),
                          Pair("b", ElementsAre(RowRange{1, 4}, RowRange{5, 6}))));
  EXPECT_TRUE(splitter.scatters_nulls());
}

TEST(PartitionSplitter, What_could_not_be_shown_is_an_error_with_its_row_or_in_the_default) {
  int asked = 0;
  const PartitionSplitter::Check check = [&](const std::string& value) -> Result<void> {
    ++asked;
    if (!value.contains(',') && value != "__HIVE_DEFAULT_PARTITION__") return {};
    return fail(ErrorKind::Unsupported, "no " + value);
  };
  const PlannedTable strict = table(types::oid::kText, PartitionBy::Value);
  PartitionSplitter refusing(strict, &check);
  EXPECT_EQ(parts(refusing, batch_of<std::string>(strict, {"a", "a", "b,c"}))[0].first, "no b,c");
  EXPECT_EQ(refusing.failed_row(), 2U);
  PartitionSplitter refusing_null(strict, &check);
  refusing_null.null_partition();
  EXPECT_EQ(parts(refusing_null, batch_of<std::string>(strict, {"a", {}}))[0].first,
            "no __HIVE_DEFAULT_PARTITION__");

  const PlannedTable lenient = with_default(types::oid::kText, PartitionBy::Value, "none");
  PartitionSplitter splitter(lenient, &check);
  asked = 0;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(parts(splitter, batch_of<std::string>(lenient, {"a", "b,c", {}, "a", ","})),
                ElementsAre(Pair("a", ElementsAre(RowRange{0, 1}, RowRange{3, 4})),
                            Pair("none", ElementsAre(RowRange{1, 3}, RowRange{4, 5}))));
    EXPECT_EQ(splitter.failed_row(), std::nullopt);
  }
  EXPECT_EQ(asked, 3) << "once for each value";
}

TEST(PartitionSplitter, More_values_than_are_remembered_are_still_in_the_default) {
  const PartitionSplitter::Check none = [](const std::string&) -> Result<void> {
    return fail(ErrorKind::Unsupported, "no");
  };
  const PlannedTable lenient = with_default(types::oid::kText, PartitionBy::Value, "none");
  PartitionSplitter splitter(lenient, &none);
  Texts values;
  for (int i = 0; i < 10'000; ++i) values.emplace_back(fmt::format("v{}", i));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(parts(splitter, batch_of<std::string>(lenient, values)),
                ElementsAre(Pair("none", ElementsAre(RowRange{0, 10'000}))));
  }
}

TEST(PartitionSplitter, An_error_that_is_not_about_the_value_ends_the_run_with_a_default_too) {
  const PartitionSplitter::Check broken = [](const std::string&) -> Result<void> {
    return fail(ErrorKind::Internal, "broken");
  };
  const PlannedTable lenient = with_default(types::oid::kText, PartitionBy::Value, "none");
  PartitionSplitter splitter(lenient, &broken);
  EXPECT_EQ(parts(splitter, batch_of<std::string>(lenient, {"a"}))[0].first, "broken");
}

TEST(PartitionSplitter, The_longest_name_of_a_folder_has_255_bytes) {
  const PlannedTable by_text = table(types::oid::kText, PartitionBy::Value);
  EXPECT_EQ(names<std::string>(by_text, {std::string(247, 'x')})[0].size(), 247U) << "c_value= and 247 more";
  EXPECT_THAT(names<std::string>(by_text, {std::string(82, '/') + "xx"})[0], HasSubstr("255 bytes"));
  EXPECT_EQ(names<std::string>(by_text, {std::string(82, '/') + "x"})[0].size(), 83U);
}

}  // namespace
}  // namespace pg2athena::pipeline
