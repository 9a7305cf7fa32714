#include "catalog/glue_difference.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "catalog/glue_table.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

const storage::S3Location kLake{.bucket = "acme-lake", .prefix = "shop"};
const GlueOptions kOptions{.database = "sales"};

TableRecord orders() {
  return {.table = "public.orders",
          .run_id = "R2",
          .data = "public.orders/data/R2/",
          .rows = 3,
          .columns = {{.name = "id", .type = "bigint", .comment = "the key"},
                      {.name = "total", .type = "decimal(12,2)", .comment = ""}}};
}

TableRecord by_day() {
  TableRecord record = orders();
  record.partitioning = TablePartitioning{.column = "at_day",
                                          .type = "date",
                                          .by = "day",
                                          .source_column = "at",
                                          .values = {"2026-01-30", "2026-01-31"}};
  return record;
}

json shown(const TableRecord& record) {
  return glue_table_input(record, kLake, kOptions, nullptr).value();
}

// "found instead of expected"
std::vector<std::string> differences(const TableRecord& record, const json& existing,
                                     const GlueOptions& options = kOptions) {
  std::vector<std::string> texts;
  for (const ShownDifference& difference : glue_differences(record, kLake, options, existing)) {
    texts.push_back(difference.expected.empty() ? difference.found
                                                : difference.found + " instead of " + difference.expected);
  }
  return texts;
}

TEST(GlueDifference, What_Glue_was_told_has_none) {
  EXPECT_THAT(differences(orders(), shown(orders())), IsEmpty());
  EXPECT_THAT(differences(by_day(), shown(by_day())), IsEmpty());
}

TEST(GlueDifference, What_others_may_say_of_a_table_is_none) {
  json there = shown(orders());
  there["Description"] = "for the board";
  there["Parameters"]["recordCount"] = "7";
  there["Parameters"]["projection.enabled"] = "false";
  there["StorageDescriptor"]["Columns"][0]["Comment"] = "the id";
  EXPECT_THAT(differences(orders(), there), IsEmpty());
}

TEST(GlueDifference, A_table_that_is_not_there_is_one) {
  EXPECT_THAT(differences(orders(), nullptr), ElementsAre("there is no table `sales`.`orders`"));
  EXPECT_THAT(differences(orders(), json::object()), testing::SizeIs(7)) << "nor is an empty answer";
}

TEST(GlueDifference, Another_run_and_another_place_are) {
  TableRecord newer = orders();
  newer.run_id = "R3";
  newer.data = "public.orders/data/R3/";
  EXPECT_THAT(differences(newer, shown(orders())),
              ElementsAre("parameter pg2athena.run_id R2 instead of R3",
                          "location s3://acme-lake/shop/public.orders/data/R2/ instead of "
                          "s3://acme-lake/shop/public.orders/data/R3/"));
}

TEST(GlueDifference, Columns_are_compared_by_name_type_and_place) {
  json there = shown(orders());
  json& columns = there["StorageDescriptor"]["Columns"];
  columns[0]["Type"] = "int";
  EXPECT_THAT(differences(orders(), there), ElementsAre("column 1 id int instead of id bigint"));
}

TEST(GlueDifference, A_column_that_is_missing_or_too_much_is_one_difference_and_not_those_behind_it) {
  TableRecord wide = orders();
  for (const char* const name : {"a", "b", "c"}) {
    wide.columns.push_back({.name = name, .type = "string", .comment = ""});
  }
  const json whole = shown(wide);
  json there = whole;
  json& columns = there["StorageDescriptor"]["Columns"];
  columns.erase(0);
  EXPECT_THAT(differences(wide, there), ElementsAre("no column id instead of id bigint"));
  columns[1]["Type"] = "int";
  EXPECT_THAT(differences(wide, there),
              ElementsAre("no column id instead of id bigint", "column 2 a int instead of a string"));
  columns = whole["StorageDescriptor"]["Columns"];
  columns.insert(columns.begin() + 1, json{{"Name", "new"}, {"Type", "int"}});
  EXPECT_THAT(differences(wide, there), ElementsAre("column 2 new int"));
  columns = json::object({{"a", 1}});
  EXPECT_THAT(differences(wide, there), testing::SizeIs(5)) << "that is no list of columns";
}

TEST(GlueDifference, The_order_of_columns_is_one_difference_where_all_else_is_equal) {
  json there = shown(orders());
  json& columns = there["StorageDescriptor"]["Columns"];
  std::swap(columns[0], columns[1]);
  EXPECT_THAT(differences(orders(), there),
              ElementsAre("columns in another order: column 1 is total instead of id"));
  columns[0]["Type"] = "double";
  EXPECT_THAT(differences(orders(), there),
              ElementsAre("column 1 total double instead of total decimal(12,2)"));
}

TEST(GlueDifference, Columns_behind_the_others_are_those_that_were_dropped_unless_these_go) {
  json there = shown(orders());
  there["StorageDescriptor"]["Columns"].push_back({{"Name", "note"}, {"Type", "string"}});
  EXPECT_THAT(differences(orders(), there), IsEmpty());
  GlueOptions remove = kOptions;
  remove.dropped_columns = DroppedColumns::Remove;
  EXPECT_THAT(differences(orders(), there, remove), ElementsAre("column 3 note string"));
}

TEST(GlueDifference, Another_format_is) {
  json there = shown(orders());
  there["StorageDescriptor"]["InputFormat"] = "org.apache.hadoop.mapred.TextInputFormat";
  there["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] = "org.openx.data.jsonserde.JsonSerDe";
  EXPECT_THAT(differences(orders(), there),
              ElementsAre("input format org.apache.hadoop.mapred.TextInputFormat instead of Parquet's",
                          "SerDe org.openx.data.jsonserde.JsonSerDe instead of Parquet's"));
}

TEST(GlueDifference, Partition_keys_and_their_projection_are_compared_without_their_values) {
  json there = shown(by_day());
  there["PartitionKeys"] = json::array();
  EXPECT_THAT(differences(by_day(), there), ElementsAre("no partition key instead of at_day date"));
  there = shown(by_day());
  there["Parameters"]["projection.at_day.range"] = "2026-01-30,2026-01-30";
  there["Parameters"].erase("projection.enabled");
  there["Parameters"]["projection.other.type"] = "integer";
  EXPECT_THAT(differences(by_day(), there),
              ElementsAre("parameter projection.at_day.range has another value",
                          "no parameter projection.enabled", "parameter projection.other.type"));
  EXPECT_THAT(differences(orders(), shown(by_day())),
              testing::Contains("partition key at_day date instead of no partition key"));
}

}  // namespace
}  // namespace pg2athena::catalog
