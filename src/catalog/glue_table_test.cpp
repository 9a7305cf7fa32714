#include "catalog/glue_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const storage::S3Location kLake{.bucket = "acme-lake", .prefix = "shop"};
const GlueOptions kOptions{.database = "sales"};

TableRecord orders() {
  return {.table = "public.orders",
          .run_id = "R2",
          .previous_run_id = "R1",
          .data = "public.orders/data/R2/",
          .rows = 3,
          .bytes = 20,
          .files = 1,
          .columns = {{.name = "id", .type = "bigint", .comment = "the\nkey"},
                      {.name = "total", .type = "decimal(12,2)", .comment = ""}}};
}

// As Glue has the table after the run before.
json before() {
  TableRecord record = orders();
  record.run_id = "R1";
  record.data = "public.orders/data/R1/";
  return glue_table_input(record, kLake, kOptions, nullptr).value();
}

std::vector<std::string> column_texts(const json& input) {
  std::vector<std::string> texts;
  for (const json& column : input["StorageDescriptor"]["Columns"]) {
    texts.push_back(column["Name"].get<std::string>() + " " + column["Type"].get<std::string>());
  }
  return texts;
}

Error refusal(const TableRecord& record, const json& existing, const GlueOptions& options = kOptions) {
  const auto input = glue_table_input(record, kLake, options, existing);
  EXPECT_FALSE(input.has_value());
  return input ? Error(ErrorKind::Internal, "not refused") : input.error();
}

TEST(GlueTable, A_new_table_is_an_external_one_over_the_files_of_its_run) {
  const json expected = json::parse(R"json({
    "Name": "orders",
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {
      "EXTERNAL": "TRUE", "classification": "parquet", "typeOfData": "file", "compressionType": "none",
      "recordCount": "3", "objectCount": "1", "sizeKey": "20",
      "pg2athena.table": "public.orders", "pg2athena.run_id": "R2"},
    "PartitionKeys": [],
    "StorageDescriptor": {
      "Columns": [{"Name": "id", "Type": "bigint", "Comment": "the key"}, {"Name": "total", "Type": "decimal(12,2)"}],
      "Location": "s3://acme-lake/shop/public.orders/data/R2/",
      "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
      "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
      "Compressed": false, "NumberOfBuckets": -1, "StoredAsSubDirectories": false,
      "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                    "Parameters": {"serialization.format": "1"}}}})json");
  EXPECT_EQ(glue_table_input(orders(), kLake, kOptions, nullptr).value(), expected);
}

TEST(GlueTable, What_others_wrote_in_the_table_stays) {
  json there = before();
  there["Description"] = "for the board";
  there["Owner"] = "finance";
  there["Retention"] = 0;
  there["CreateTime"] = 1.5;  // not a TableInput's
  there["Parameters"]["team"] = "bi";
  there["Parameters"]["projection.enabled"] = "true";
  const json input = glue_table_input(orders(), kLake, kOptions, there).value();
  EXPECT_EQ(input["Description"], "for the board");
  EXPECT_EQ(input["Owner"], "finance");
  EXPECT_EQ(input["Retention"], 0);
  EXPECT_FALSE(input.contains("CreateTime"));
  EXPECT_EQ(input["Parameters"]["team"], "bi");
  EXPECT_FALSE(input["Parameters"].contains("projection.enabled"));
  EXPECT_EQ(input["Parameters"]["pg2athena.run_id"], "R2");
}

// Run after run, each as Glue has it after the one before.
TEST(GlueTable, The_comment_is_the_description_until_somebody_writes_another) {
  const auto next = [](const json& there, const char* comment) {
    TableRecord record = orders();
    record.comment = comment;
    return glue_table_input(record, kLake, kOptions, there).value();
  };
  json table = next(nullptr, "who\nbought what");
  EXPECT_EQ(table["Description"], "who\nbought what");
  table = next(table, "who bought");
  EXPECT_EQ(table["Description"], "who bought");
  table = next(table, "");
  EXPECT_FALSE(table.contains("Description")) << "the source has none any more";
  EXPECT_FALSE(table["Parameters"].contains("pg2athena.description"));
  table = next(table, "who bought");
  table["Description"] = "for the board";
  for (const char* const comment : {"who bought", "another", ""}) {
    table = next(table, comment);
    EXPECT_EQ(table["Description"], "for the board");
  }
  table["Description"] = "";
  EXPECT_EQ(next(table, "who bought")["Description"], "who bought");
  EXPECT_EQ(next(before(), "x")["Description"], "x") << "of a table that had none";
}

TEST(GlueTable, The_run_s_snapshot_is_among_the_parameters_where_it_is_known) {
  TableRecord record = orders();
  record.snapshot_lsn = "0/16B3748";
  const json table = glue_table_input(record, kLake, kOptions, before()).value();
  EXPECT_EQ(table["Parameters"]["pg2athena.snapshot_lsn"], "0/16B3748");
  EXPECT_FALSE(glue_table_input(orders(), kLake, kOptions, table)
                   .value()["Parameters"]
                   .contains("pg2athena.snapshot_lsn"))
      << "another run's says nothing";
}

TEST(GlueTable, A_prepared_table_keeps_its_run_and_its_description) {
  TableRecord record = orders();
  record.partitioning = TablePartitioning{.column = "c",
                                          .type = "string",
                                          .by = "value",
                                          .source_column = "id",
                                          .values = {"a"},
                                          .catalog = CatalogPartitions::Registered};
  record.comment = "before";
  const json there = glue_table_input(record, kLake, kOptions, nullptr).value();
  EXPECT_TRUE(prepared_table_input(there, there).is_null()) << "nothing to prepare";
  record.run_id = "R3";
  record.data = "public.orders/data/R3/";
  record.comment = "after";
  record.columns[1].type = "decimal(14,2)";
  const json input = glue_table_input(record, kLake, kOptions, there).value();
  const json prepared = prepared_table_input(input, there);
  EXPECT_EQ(prepared["Parameters"], there["Parameters"]);
  EXPECT_EQ(prepared["Description"], "before");
  EXPECT_EQ(prepared["StorageDescriptor"]["Location"], there["StorageDescriptor"]["Location"]);
  EXPECT_EQ(prepared["StorageDescriptor"]["Columns"], input["StorageDescriptor"]["Columns"]);
  EXPECT_EQ(glue_table_input(record, kLake, kOptions, prepared).value()["Description"], "after");
}

TEST(GlueTable, Columns_come_anywhere_and_types_grow) {
  TableRecord record = orders();
  record.columns.insert(record.columns.begin() + 1, {.name = "note", .type = "string", .comment = ""});
  record.columns[2].type = "decimal(14,3)";
  EXPECT_THAT(column_texts(glue_table_input(record, kLake, kOptions, before()).value()),
              ElementsAre("id bigint", "note string", "total decimal(14,3)"));
}

TEST(GlueTable, A_dropped_column_stays_behind_the_others_or_goes) {
  TableRecord record = orders();
  record.columns.erase(record.columns.begin());
  record.columns.push_back({.name = "note", .type = "string", .comment = ""});
  EXPECT_THAT(column_texts(glue_table_input(record, kLake, kOptions, before()).value()),
              ElementsAre("total decimal(12,2)", "note string", "id bigint"));
  GlueOptions remove = kOptions;
  remove.dropped_columns = DroppedColumns::Remove;
  EXPECT_THAT(column_texts(glue_table_input(record, kLake, remove, before()).value()),
              ElementsAre("total decimal(12,2)", "note string"));
}

TEST(GlueTable, A_type_that_readers_would_fail_on_is_refused_by_name) {
  TableRecord record = orders();
  record.columns[0].type = "int";
  record.columns[1].type = "double";
  const Error error = refusal(record, before());
  EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
  EXPECT_THAT(error.message(), AllOf(HasSubstr("id is bigint there and int now"),
                                     HasSubstr("total is decimal(12,2) there and double now")));
  EXPECT_THAT(error.hint(), HasSubstr("DROP TABLE `sales`.`orders`"));
}

TEST(GlueTable, Another_way_of_partitioning_is_refused) {
  TableRecord record = orders();
  record.partitioning = TablePartitioning{
      .column = "total_value", .type = "bigint", .by = "value", .source_column = "total", .values = {"1"}};
  EXPECT_THAT(refusal(record, before()).message(),
              HasSubstr("is partitioned by nothing, and would be by total_value bigint now"));
}

TEST(GlueTable, A_partitioned_table_says_how_its_folders_are_called) {
  TableRecord record = orders();
  record.partitioning = TablePartitioning{
      .column = "at_day", .type = "date", .by = "day", .source_column = "at", .values = {"2026-01-31"}};
  const json input = glue_table_input(record, kLake, kOptions, nullptr).value();
  EXPECT_EQ(input["PartitionKeys"], json::array({{{"Name", "at_day"}, {"Type", "date"}}}));
  EXPECT_EQ(input["Parameters"]["storage.location.template"],
            "s3://acme-lake/shop/public.orders/data/R2/at_day=${at_day}/");
}

TEST(GlueTable, What_another_program_made_is_taken_over_only_where_that_is_wanted) {
  json foreign = before();
  foreign["Parameters"] = {{"classification", "csv"},
                           {"team", "bi"},
                           {"numRows", "7"},
                           {"skip.header.line.count", "1"},
                           {"spark.sql.sources.schema", "{}"}};
  foreign["StorageDescriptor"]["Location"] = "s3://elsewhere/orders/";
  EXPECT_THAT(refusal(orders(), foreign).message(), HasSubstr("that pg2athena didn't make"));
  GlueOptions adopt = kOptions;
  adopt.adopt = true;
  const json input = glue_table_input(orders(), kLake, adopt, foreign).value();
  EXPECT_EQ(input["Parameters"]["classification"], "parquet");
  EXPECT_EQ(input["Parameters"]["team"], "bi");
  for (const char* const old : {"numRows", "skip.header.line.count", "spark.sql.sources.schema"}) {
    EXPECT_FALSE(input["Parameters"].contains(old)) << old;
  }
  EXPECT_EQ(input["StorageDescriptor"]["Location"], "s3://acme-lake/shop/public.orders/data/R2/");
}

TEST(GlueTable, A_table_of_another_lake_is_not_ours) {
  const storage::S3Location other{.bucket = "acme-lake", .prefix = "shop2"};
  const auto input = glue_table_input(orders(), other, kOptions, before());
  ASSERT_FALSE(input.has_value());
  EXPECT_THAT(input.error().message(),
              HasSubstr("belongs to another lake: s3://acme-lake/shop/public.orders/"));
}

TEST(GlueTable, Two_tables_of_the_lake_are_never_one) {
  TableRecord record = orders();
  record.table = "archive.orders";
  record.data = "archive.orders/data/R2/";
  GlueOptions adopt = kOptions;
  adopt.adopt = true;
  const Error error = refusal(record, before(), adopt);
  EXPECT_EQ(error.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(error.message(), HasSubstr("is public.orders of this lake already"));
}

TEST(GlueTable, Views_and_tables_of_other_formats_are_left_alone) {
  GlueOptions adopt = kOptions;
  adopt.adopt = true;
  json view = before();
  view["TableType"] = "VIRTUAL_VIEW";
  EXPECT_THAT(refusal(orders(), view, adopt).message(), HasSubstr("is a view"));
  const auto with_parameter = [](const char* name, const char* value) {
    json table = before();
    table["Parameters"][name] = value;
    return table;
  };
  EXPECT_THAT(refusal(orders(), with_parameter("table_type", "ICEBERG"), adopt).message(),
              HasSubstr("is a table of ICEBERG"));
  EXPECT_THAT(refusal(orders(), with_parameter("spark.sql.sources.provider", "delta"), adopt).message(),
              HasSubstr("is a table of delta"));
  json hudi = before();
  hudi["StorageDescriptor"]["InputFormat"] = "org.apache.hudi.hadoop.HoodieParquetInputFormat";
  EXPECT_THAT(refusal(orders(), hudi, adopt).message(), HasSubstr("is a table of hudi"));
  json link = before();
  link["TargetTable"] = {{"CatalogId", "123456789012"}, {"DatabaseName", "theirs"}, {"Name", "orders"}};
  EXPECT_THAT(refusal(orders(), link, adopt).message(), HasSubstr("is a link to another catalog's table"));
  json governed = before();
  governed["TableType"] = "GOVERNED";
  EXPECT_THAT(refusal(orders(), governed, adopt).message(), HasSubstr("GOVERNED"));
}

TEST(GlueTable, A_name_that_Glue_would_refuse_is_refused_before) {
  TableRecord record = orders();
  record.columns[1].name = std::string(256, 'c');
  EXPECT_THAT(refusal(record, nullptr).message(), HasSubstr("has 256 bytes, and Glue takes 255"));
  record = orders();
  record.partitioning = TablePartitioning{.column = std::string(236, 'p'),
                                          .type = "int",
                                          .by = "year",
                                          .source_column = "at",
                                          .values = {"2026"}};
  EXPECT_THAT(refusal(record, nullptr).message(), HasSubstr("has 256 bytes, and Glue takes 255"));
}

TEST(GlueTable, An_answer_that_lacks_things_is_read_all_the_same) {
  for (const char* const text :
       {"{}", R"({"Parameters": null, "StorageDescriptor": null, "PartitionKeys": null})",
        R"({"Parameters": 7, "StorageDescriptor": {"Columns": [1, {}]}})"}) {
    EXPECT_EQ(refusal(orders(), json::parse(text)).kind(), ErrorKind::Unsupported) << text;
    GlueOptions adopt = kOptions;
    adopt.adopt = true;
    EXPECT_TRUE(glue_table_input(orders(), kLake, adopt, json::parse(text)).has_value()) << text;
  }
}

TEST(GlueTable, It_shows_a_run_when_name_run_and_place_are_right) {
  const json there = before();
  TableRecord record = orders();
  EXPECT_FALSE(shows_run(there, record, kLake));
  EXPECT_FALSE(shows_run(nullptr, record, kLake));
  record.run_id = "R1";
  record.data = "public.orders/data/R1/";
  EXPECT_TRUE(shows_run(there, record, kLake));
}

TEST(GlueTable, The_runs_that_it_leads_to_are_read_from_wherever_they_are_named) {
  const std::string first = "20260131T010000.000Z-0123456789abcdef";
  const std::string second = "20260131T020000.000Z-0123456789abcdef";
  const std::string third = "20260131T030000.000Z-0123456789abcdef";
  json table = {
      {"StorageDescriptor", {{"Location", "s3://acme-lake/shop/public.orders/data/" + first + "/"}}},
      {"Parameters",
       {{"storage.location.template", "s3://acme-lake/shop/public.orders/data/" + second + "/day=${day}"},
        {"pg2athena.run_id", third}}}};
  EXPECT_THAT(runs_of_table(table, kLake), ElementsAre(first, second, third));
  // As people write it.
  for (const char* const location :
       {"s3://acme-lake/shop/public.orders/data/", "s3a://acme-lake/shop/t/data/"}) {
    table = {{"StorageDescriptor", {{"Location", location + first}}}};
    EXPECT_THAT(runs_of_table(table, kLake), ElementsAre(first)) << location;
  }
  // Other lakes', or none's.
  for (const char* const location : {"s3://acme-lake/shop2/t/data/", "s3://other/shop/t/data/",
                                     "s3://acme-lake/t/data/", "s3://acme-lake/shop/t/", ""}) {
    table = {{"StorageDescriptor", {{"Location", location + first}}}};
    EXPECT_THAT(runs_of_table(table, kLake), ElementsAre()) << location;
  }
  EXPECT_THAT(runs_of_table(json::object(), kLake), ElementsAre());
}

}  // namespace
}  // namespace pg2athena::catalog
