#include "catalog/athena_ddl.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::catalog {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const DdlOptions kSales{.lake = {.bucket = "acme-lake", .prefix = "shop"}, .database = "sales"};
const DdlOptions kOptions{.lake = kSales.lake};
const DdlOptions kRegistered{
    .lake = kSales.lake, .database = "sales", .partitions = DdlPartitions::Registered};

TableRecord orders() {
  return {.table = "public.orders",
          .run_id = "R",
          .previous_run_id = "Q",
          .data = "public.orders/data/R/",
          .rows = 3,
          .bytes = 20,
          .files = 1,
          .columns = {{.name = "id", .type = "bigint", .comment = "the key"},
                      {.name = "total", .type = "decimal(12,2)", .comment = ""},
                      {.name = "tags", .type = "array<string>", .comment = ""}}};
}

TEST(AthenaDdl, A_table_is_one_statement_over_the_data_of_its_run) {
  EXPECT_EQ(create_table_sql(orders(), kSales),
            "-- public.orders: run R, 3 rows in 1 file\n"
            "CREATE EXTERNAL TABLE `sales`.`orders` (\n"
            "  `id` bigint COMMENT 'the key',\n"
            "  `total` decimal(12,2),\n"
            "  `tags` array<string>\n"
            ")\n"
            "STORED AS PARQUET\n"
            "LOCATION 's3://acme-lake/shop/public.orders/data/R/'\n"
            "TBLPROPERTIES (\n"
            "  'classification' = 'parquet',\n"
            "  'objectCount' = '1',\n"
            "  'pg2athena.run_id' = 'R',\n"
            "  'pg2athena.table' = 'public.orders',\n"
            "  'recordCount' = '3',\n"
            "  'sizeKey' = '20',\n"
            "  'typeOfData' = 'file'\n"
            ");\n");
  EXPECT_THAT(create_table_sql(orders(), kOptions), HasSubstr("CREATE EXTERNAL TABLE `orders` ("));
}

TEST(AthenaDdl, The_tables_comment_and_the_runs_snapshot_are_told) {
  TableRecord record = orders();
  record.comment = "who's ordered;\nwhat";
  record.snapshot_lsn = "0/16B3748";
  EXPECT_THAT(create_table_sql(record, kSales),
              AllOf(HasSubstr(")\nCOMMENT 'who\\'s ordered;\\u000awhat'\nSTORED AS PARQUET"),
                    HasSubstr("'pg2athena.snapshot_lsn' = '0/16B3748'"), Not(HasSubstr("warning"))));
  record.comment = std::string(3000, 'x');
  EXPECT_THAT(create_table_sql(record, kSales),
              HasSubstr("the comment of the table is cut from 3000 to 2048"));
}

TEST(AthenaDdl, Partitions_are_projected_in_the_tables_own_statement) {
  TableRecord record = orders();
  record.partitioning = {.column = "at_day",
                         .type = "date",
                         .by = "day",
                         .source_column = "at",
                         .values = {"2026-01-30", "2026-01-31"}};
  const std::string sql = create_table_sql(record, kSales);
  EXPECT_THAT(sql, HasSubstr(")\nPARTITIONED BY (`at_day` date)\nSTORED AS PARQUET\n"));
  EXPECT_THAT(sql, HasSubstr("  'projection.at_day.format' = 'yyyy-MM-dd',\n"
                             "  'projection.at_day.range' = '2026-01-30,2026-01-31',\n"
                             "  'projection.at_day.type' = 'date',\n"
                             "  'projection.enabled' = 'true',\n"));
  EXPECT_THAT(sql, HasSubstr("  'storage.location.template' = "
                             "'s3://acme-lake/shop/public.orders/data/R/at_day=${at_day}/',\n"));
  EXPECT_THAT(sql, Not(HasSubstr("ADD")));
  EXPECT_THAT(create_table_sql(record, kRegistered),
              AllOf(Not(HasSubstr("projection")), HasSubstr("PARTITION (`at_day` = '2026-01-31') LOCATION")));
}

TEST(AthenaDdl, Partitions_that_no_statement_has_room_for_are_registered) {
  TableRecord record = orders();
  record.partitioning = {.column = "c", .type = "string", .by = "value", .source_column = "id"};
  for (int i = 0; i < 1000; ++i) record.partitioning->values.push_back(fmt::format("{:0200}", i));
  const std::string sql = create_table_sql(record, kOptions);
  EXPECT_THAT(sql, HasSubstr("-- its partitions are registered one by one: their list has 20"));
  EXPECT_THAT(sql, Not(HasSubstr("warning")));
}

TEST(AthenaDdl, Where_partitions_cannot_be_projected_they_are_added_with_their_places) {
  TableRecord record = orders();
  record.partitioning = {.column = "id_value",
                         .type = "string",
                         .by = "value",
                         .source_column = "id",
                         .values = {"__HIVE_DEFAULT_PARTITION__", "it's a/b"}};
  const std::string sql = create_table_sql(record, kSales);
  EXPECT_THAT(sql, HasSubstr("-- its partitions are registered one by one: there are rows whose id is NULL"));
  EXPECT_THAT(sql, HasSubstr(")\nPARTITIONED BY (`id_value` string)\nSTORED AS PARQUET\n"));
  EXPECT_THAT(sql, testing::EndsWith(
                       ");\n"
                       "ALTER TABLE `sales`.`orders` ADD\n"
                       "  PARTITION (`id_value` = '__HIVE_DEFAULT_PARTITION__') LOCATION "
                       "'s3://acme-lake/shop/public.orders/data/R/id_value=__HIVE_DEFAULT_PARTITION__/'\n"
                       "  PARTITION (`id_value` = 'it\\'s a/b') LOCATION "
                       "'s3://acme-lake/shop/public.orders/data/R/id_value=it%27s a%2Fb/';\n"));
}

TEST(AthenaDdl, Partitions_that_are_to_be_registered_are) {
  TableRecord record = orders();
  record.partitioning = {.column = "id_value",
                         .type = "string",
                         .by = "value",
                         .source_column = "id",
                         .values = {"a"},
                         .catalog = CatalogPartitions::Registered};
  const std::string sql = create_table_sql(record, kSales);
  EXPECT_THAT(sql, AllOf(HasSubstr("registered one by one: partition_by wants them"),
                         HasSubstr("PARTITION (`id_value` = 'a')"), Not(HasSubstr("projection.enabled"))));
}

TEST(AthenaDdl, Many_partitions_are_several_statements) {
  TableRecord record = orders();
  record.partitioning = {.column = "d", .type = "int", .by = "value", .source_column = "id"};
  EXPECT_THAT(create_table_sql(record, kRegistered), Not(HasSubstr("ALTER")));
  for (int i = 0; i < 250; ++i) record.partitioning->values.push_back(std::to_string(i));
  const std::string sql = create_table_sql(record, kRegistered);
  const auto count = [&](std::string_view text) {
    int found = 0;
    for (std::size_t at = sql.find(text); at != std::string::npos; at = sql.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("ALTER TABLE `sales`.`orders` ADD\n  PARTITION"), 3);
  EXPECT_EQ(count(";\n"), 4);
  EXPECT_EQ(count("PARTITION (`d` = "), 250);
}

TEST(AthenaDdl, Comments_are_literals_of_one_line_whatever_is_in_them) {
  const struct {
    std::string comment;
    std::string_view sql;
  } cases[] = {
      {"it's", R"('it\'s')"},   {R"(C:\new)", R"('C:\\new')"},
      {R"(\')", R"('\\\'')"},   {"two\nlines\r\n", "'two lines  '"},
      {"a\tb", "'a b'"},        {"Größe „x“", "'Größe „x“'"},
      {"a; -- b", "'a; -- b'"}, {"`tick` \"quote\"", "'`tick` \"quote\"'"},
      {"100%", "'100%'"},
  };
  for (const auto& [comment, sql] : cases) {
    TableRecord record = orders();
    record.columns[0].comment = comment;
    EXPECT_THAT(create_table_sql(record, kOptions),
                HasSubstr("`id` bigint COMMENT " + std::string(sql) + ","));
  }
}

TEST(AthenaDdl, A_comment_that_Glue_would_refuse_is_cut_between_characters_with_a_warning) {
  TableRecord record = orders();
  record.columns[0].comment = std::string(254, 'x') + "é and more";
  const std::string sql = create_table_sql(record, kOptions);
  EXPECT_THAT(sql, HasSubstr("COMMENT '" + std::string(254, 'x') + "',\n"));
  EXPECT_THAT(sql, HasSubstr("-- warning: the comment of `id` is cut from 265 to 254 bytes"));
  record.columns[0].comment.resize(254);
  EXPECT_THAT(create_table_sql(record, kOptions), Not(HasSubstr("warning")));
}

TEST(AthenaDdl, What_Athena_will_refuse_is_a_warning) {
  TableRecord record = orders();
  record.columns[1].name = std::string(256, 'c');
  EXPECT_THAT(create_table_sql(record, kOptions), HasSubstr("has a name of 256 bytes; Athena will refuse"));
  record = orders();
  record.columns.assign(1600, {.name = "c", .type = "int", .comment = std::string(255, 'x')});
  EXPECT_THAT(create_table_sql(record, kOptions), HasSubstr("Athena will refuse it: 262144 are the most"));
}

TEST(AthenaDdl, A_location_is_quoted_as_Hive_has_it) {
  EXPECT_THAT(create_table_sql(orders(), {.lake = *storage::S3Location::parse("s3://bucket/o'clock")}),
              HasSubstr(R"(LOCATION 's3://bucket/o\'clock/public.orders/data/R/')"));
}

}  // namespace
}  // namespace pg2athena::catalog
