#include "catalog/partition_projection.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/partition_name.h"

namespace pg2athena::catalog {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::string_view kUrl = "s3://bucket/lake/public.events/data/run/";

TableRecord partitioned(const std::string& by, const std::string& type, std::vector<std::string> values) {
  TableRecord record{.table = "public.events", .run_id = "run", .rows = 7};
  record.partitioning = TablePartitioning{
      .column = "at_" + by, .type = type, .by = by, .source_column = "at", .values = std::move(values)};
  return record;
}

TEST(PartitionProjection, Days_go_from_the_first_to_the_last) {
  const auto parameters =
      projection_parameters(partitioned("day", "date", {"2026-01-31", "2020-10-15", "2026-02-01"}), kUrl);
  EXPECT_THAT(parameters.value(),
              UnorderedElementsAre(Pair("projection.enabled", "true"), Pair("projection.at_day.type", "date"),
                                   Pair("projection.at_day.format", "yyyy-MM-dd"),
                                   Pair("projection.at_day.range", "2020-10-15,2026-02-01"),
                                   Pair("storage.location.template",
                                        "s3://bucket/lake/public.events/data/run/at_day=${at_day}/")));
}

TEST(PartitionProjection, Months_are_a_list) {
  const auto parameters =
      projection_parameters(partitioned("month", "string", {"2025-12", "2026-01"}), kUrl).value();
  EXPECT_EQ(parameters.at("projection.at_month.type"), "enum");
  EXPECT_EQ(parameters.at("projection.at_month.values"), "2025-12,2026-01");
}

// Trino refuses a range whose ends are the same.
TEST(PartitionProjection, The_only_day_has_a_neighbour) {
  const auto range = [](const std::string& day) {
    return projection_parameters(partitioned("day", "date", {day}), kUrl)
        .value()
        .at("projection.at_day.range");
  };
  EXPECT_EQ(range("2024-02-28"), "2024-02-28,2024-02-29");
  EXPECT_EQ(range("9999-12-31"), "9999-12-30,9999-12-31");
}

TEST(PartitionProjection, Numbers_are_a_range_with_the_step_that_all_are_on) {
  const auto years = projection_parameters(partitioned("year", "int", {"2026", "999"}), kUrl).value();
  EXPECT_EQ(years.at("projection.at_year.type"), "integer");
  EXPECT_EQ(years.at("projection.at_year.range"), "999,2026");
  EXPECT_EQ(years.at("projection.at_year.interval"), "1027");
  const auto one = projection_parameters(partitioned("value", "bigint", {"-7"}), kUrl).value();
  EXPECT_EQ(one.at("projection.at_value.range"), "-7,-7");
  EXPECT_EQ(one.at("projection.at_value.interval"), "1");
}

TEST(PartitionProjection, Numbers_too_far_apart_are_refused) {
  const auto far = projection_parameters(
      partitioned("value", "bigint", {"-9223372036854775808", "0", "9223372036854775807"}), kUrl);
  ASSERT_FALSE(far.has_value());
  EXPECT_EQ(far.error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(far.error().context("column"), "at");
}

TEST(PartitionProjection, Texts_are_a_list) {
  const auto parameters =
      projection_parameters(partitioned("value", "string", {"DE", "Zürich", "a b", "true"}), kUrl).value();
  EXPECT_EQ(parameters.at("projection.at_value.type"), "enum");
  EXPECT_EQ(parameters.at("projection.at_value.values"), "DE,Zürich,a b,true");
}

TEST(PartitionProjection, Of_injected_ones_nothing_is_listed) {
  const auto injected = [](std::vector<std::string> values) {
    TableRecord record = partitioned("value", "string", std::move(values));
    record.partitioning->catalog = CatalogPartitions::Injected;
    return projection_parameters(record, kUrl);
  };
  EXPECT_THAT(
      injected({"a,b", "1900-01-01", "9999-12-31", "Ö"}).value(),
      UnorderedElementsAre(Pair("projection.enabled", "true"), Pair("projection.at_value.type", "injected"),
                           Pair("storage.location.template",
                                "s3://bucket/lake/public.events/data/run/at_value=${at_value}/")));
  for (const std::string value : {"a/b", "$0", " a", "a\xC2\xA0", "__HIVE_DEFAULT_PARTITION__"}) {
    const auto refused = injected({"a", value});
    ASSERT_FALSE(refused.has_value()) << value;
    EXPECT_EQ(refused.error().kind(), ErrorKind::Unsupported);
    EXPECT_THAT(refused.error().hint(), HasSubstr("default"));
  }
}

TEST(PartitionProjection, Days_too_far_apart_are_refused) {
  const auto far = projection_parameters(partitioned("day", "date", {"2026-01-31", "9999-12-31"}), kUrl);
  ASSERT_FALSE(far.has_value());
  EXPECT_THAT(far.error().message(), HasSubstr("from 2026-01-31 to 9999-12-31 lie so far apart"));
  // Of many there may be more between: here 14 600.
  std::vector<std::string> many;
  for (int month = 0; month < 480; ++month)
    many.push_back(fmt::format("{}-{:02}-01", 1990 + month / 12, 1 + month % 12));
  EXPECT_TRUE(projection_parameters(partitioned("day", "date", many), kUrl).has_value());
}

TEST(PartitionProjection, A_list_that_Glue_would_refuse_is_refused_before) {
  std::vector<std::string> values;
  for (int i = 0; i < 5000; ++i) values.push_back(std::string(100, 'x') + std::to_string(i));
  const auto refused = projection_parameters(partitioned("value", "string", values), kUrl);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("and Glue takes 512000"));
}

TEST(PartitionProjection, What_Athena_would_leave_out_is_refused) {
  for (const std::string value :
       {"a,b", " a", "a ", "a/b", "100%", "a=b", "US$", "$0-10", "\u00A0a", "a\u3000", "a\u2003"}) {
    const auto refused = projection_parameters(partitioned("value", "string", {"DE", value}), kUrl);
    ASSERT_FALSE(refused.has_value()) << value;
    EXPECT_EQ(refused.error().kind(), ErrorKind::Unsupported);
    EXPECT_THAT(refused.error().message(), HasSubstr('"' + value + '"'));
  }
  const auto nulls =
      projection_parameters(partitioned("day", "date", {"2026-01-31", std::string(kDefaultPartition)}), kUrl);
  ASSERT_FALSE(nulls.has_value());
  EXPECT_THAT(nulls.error().message(), HasSubstr("NULL"));
}

TEST(PartitionProjection, Of_a_table_without_rows_one_partition_is_looked_for_that_isn_t_there) {
  TableRecord record = partitioned("day", "date", {std::string(kDefaultPartition)});
  record.rows = 0;
  const auto parameters = projection_parameters(record, kUrl).value();
  EXPECT_EQ(parameters.at("projection.enabled"), "true");
  EXPECT_EQ(parameters.at("projection.at_day.range"), "1970-01-01,1970-01-02");
}

}  // namespace
}  // namespace pg2athena::catalog
