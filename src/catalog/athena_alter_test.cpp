#include "catalog/athena_alter.h"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::catalog {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const DdlOptions kSales{.lake = {.bucket = "acme-lake", .prefix = "shop"}, .database = "sales"};

DdlOptions with(DroppedColumns dropped) {
  DdlOptions options = kSales;
  options.dropped_columns = dropped;
  return options;
}

DdlOptions registered() {
  DdlOptions options = kSales;
  options.partitions = DdlPartitions::Registered;
  return options;
}

TableRecord orders(const std::string& run) {
  return {.table = "public.orders",
          .run_id = run,
          .previous_run_id = "",
          .data = "public.orders/data/" + run + "/",
          .rows = 3,
          .bytes = 20,
          .files = 1,
          .columns = {{.name = "id", .type = "int", .comment = "the key"},
                      {.name = "total", .type = "decimal(12,2)", .comment = ""}}};
}

TableRecord by_day(const std::string& run, std::vector<std::string> days) {
  TableRecord record = orders(run);
  record.partitioning = {
      .column = "at_day", .type = "date", .by = "day", .source_column = "at", .values = std::move(days)};
  return record;
}

std::string alter(const TableRecord& from, const TableRecord& to, const DdlOptions& options = kSales) {
  auto text = alter_table_sql(from, to, options);
  EXPECT_TRUE(text) << text.error();
  return text.value_or("");
}

// The statements' first lines, without the table's name, which all have.
std::vector<std::string> heads(const std::string& text) {
  constexpr std::string_view kTable = " `sales`.`orders`";
  std::vector<std::string> heads;
  bool begins = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("--")) continue;
    const bool ends = line.ends_with(';');
    if (begins) {
      if (const std::size_t name = line.find(kTable); name != std::string::npos) {
        line.erase(name, kTable.size());
      }
      heads.push_back(line);
    }
    begins = ends;
  }
  return heads;
}

TEST(AthenaAlter, Without_a_change_of_columns_only_the_place_moves_and_then_what_says_so) {
  EXPECT_EQ(alter(orders("Q"), orders("R")),
            "-- public.orders: from run Q to run R, 3 rows in 1 file\n"
            "ALTER TABLE `sales`.`orders` SET LOCATION 's3://acme-lake/shop/public.orders/data/R/';\n"
            "ALTER TABLE `sales`.`orders` SET TBLPROPERTIES (\n"
            "  'classification' = 'parquet',\n"
            "  'objectCount' = '1',\n"
            "  'pg2athena.run_id' = 'R',\n"
            "  'pg2athena.table' = 'public.orders',\n"
            "  'recordCount' = '3',\n"
            "  'sizeKey' = '20',\n"
            "  'typeOfData' = 'file'\n"
            ");\n");
}

TEST(AthenaAlter, Of_the_same_run_there_is_nothing_to_do) {
  EXPECT_EQ(alter(orders("R"), orders("R")),
            "-- public.orders: it shows run R already, and nothing is to do\n");
}

TEST(AthenaAlter, New_columns_come_first_and_behind_the_others_wherever_the_run_has_them) {
  TableRecord now = orders("R");
  now.columns.insert(now.columns.begin(), {.name = "note", .type = "array<string>", .comment = "it's"});
  const std::string text = alter(orders("Q"), now);
  EXPECT_THAT(text, HasSubstr("ALTER TABLE `sales`.`orders` ADD COLUMNS (\n"
                              "  `note` array<string> COMMENT 'it\\'s'\n"
                              ");\n"
                              "ALTER TABLE `sales`.`orders` SET LOCATION"));
}

TEST(AthenaAlter, Columns_that_grew_are_replaced_with_all_others_and_those_that_stay) {
  TableRecord before = orders("Q");
  before.columns.push_back({.name = "old", .type = "string", .comment = ""});
  TableRecord now = orders("R");
  now.columns[0].type = "bigint";
  EXPECT_THAT(alter(before, now, with(DroppedColumns::Keep)),
              AllOf(HasSubstr("REPLACE COLUMNS (\n"
                              "  `id` bigint COMMENT 'the key',\n"
                              "  `total` decimal(12,2),\n"
                              "  `old` string\n"
                              ");\n"),
                    HasSubstr("-- REPLACE COLUMNS: `id` grew"), HasSubstr("If Athena refuses it, nothing")));
  EXPECT_THAT(alter(before, now, with(DroppedColumns::Remove)), Not(HasSubstr("`old` string")));
}

TEST(AthenaAlter, Columns_that_went_stay_without_a_statement_or_are_removed_by_one) {
  TableRecord before = orders("Q");
  before.columns.push_back({.name = "old", .type = "string", .comment = ""});
  EXPECT_THAT(alter(before, orders("R"), with(DroppedColumns::Keep)), Not(HasSubstr("COLUMNS")));
  EXPECT_THAT(alter(before, orders("R"), with(DroppedColumns::Remove)),
              AllOf(HasSubstr("REPLACE COLUMNS (\n  `id` int"), HasSubstr("`old` went")));
}

TEST(AthenaAlter, Where_Athena_takes_no_date_the_table_is_made_again) {
  TableRecord now = orders("R");
  now.columns.push_back({.name = "born", .type = "array<date>", .comment = ""});
  const std::string text = alter(orders("Q"), now);
  EXPECT_THAT(heads(text), ElementsAre("DROP TABLE;", "CREATE EXTERNAL TABLE ("));
  EXPECT_THAT(text, HasSubstr("-- ADD COLUMNS of Athena takes no date (`born`): so the table is removed"));
  // One that is there already is in nobody's way until all are named.
  TableRecord later = now;
  later.run_id = "S";
  later.columns.push_back({.name = "note", .type = "struct<date:string,update:int>", .comment = ""});
  EXPECT_THAT(heads(alter(now, later)),
              ElementsAre("ALTER TABLE ADD COLUMNS (", StartsWith("ALTER TABLE SET"),
                          "ALTER TABLE SET TBLPROPERTIES ("));
  later.columns[0].type = "bigint";
  EXPECT_THAT(alter(now, later), HasSubstr("-- REPLACE COLUMNS of Athena takes no date (`born`)"));
}

TEST(AthenaAlter, What_stays_is_in_a_table_that_is_made_again_too) {
  TableRecord before = orders("Q");
  before.columns.push_back({.name = "old", .type = "string", .comment = ""});
  TableRecord now = orders("R");
  now.columns.push_back({.name = "born", .type = "date", .comment = ""});
  EXPECT_THAT(alter(before, now), HasSubstr("  `born` date,\n  `old` string\n)\n"));
}

TEST(AthenaAlter, A_projection_moves_in_one_statement_behind_the_columns) {
  TableRecord now = by_day("R", {"2026-01-30", "2026-02-01"});
  now.columns.push_back({.name = "note", .type = "string", .comment = ""});
  const std::string text = alter(by_day("Q", {"2026-01-30"}), now);
  EXPECT_THAT(heads(text), ElementsAre("ALTER TABLE ADD COLUMNS (", "ALTER TABLE SET TBLPROPERTIES (",
                                       StartsWith("ALTER TABLE SET LOCATION")));
  EXPECT_THAT(text, AllOf(HasSubstr("'projection.at_day.range' = '2026-01-30,2026-02-01'"),
                          HasSubstr("data/R/at_day=${at_day}/'"), HasSubstr("'pg2athena.run_id' = 'R'")));
}

TEST(AthenaAlter, Registered_partitions_come_move_and_go) {
  const std::string text = alter(by_day("Q", {"2026-01-30", "2026-01-31"}),
                                 by_day("R", {"2026-01-31", "2026-02-01"}), registered());
  EXPECT_THAT(heads(text), ElementsAre("ALTER TABLE ADD",
                                       "ALTER TABLE PARTITION (`at_day` = '2026-01-31') SET LOCATION "
                                       "'s3://acme-lake/shop/public.orders/data/R/at_day=2026-01-31/';",
                                       "ALTER TABLE DROP", "ALTER TABLE SET TBLPROPERTIES (",
                                       StartsWith("ALTER TABLE SET LOCATION")));
  EXPECT_THAT(text, HasSubstr("DROP\n  PARTITION (`at_day` = '2026-01-30');\n"));
  EXPECT_THAT(text, HasSubstr("-- partitions move one after the other"));
}

TEST(AthenaAlter, Registered_partitions_are_added_anew_where_columns_have_changed) {
  std::vector<std::string> days;
  for (int i = 0; i < 101; ++i) days.push_back(fmt::format("2026-{:02}-{:02}", 1 + i / 28, 1 + i % 28));
  TableRecord now = by_day("R", days);
  now.columns[0].type = "bigint";
  const std::string text = alter(by_day("Q", days), now, registered());
  EXPECT_THAT(heads(text),
              ElementsAre("ALTER TABLE REPLACE COLUMNS (", "ALTER TABLE DROP", "ALTER TABLE ADD",
                          "ALTER TABLE DROP", "ALTER TABLE ADD", "ALTER TABLE SET TBLPROPERTIES (",
                          StartsWith("ALTER TABLE SET LOCATION")));
  EXPECT_THAT(text, HasSubstr("partitions are added anew"));
  EXPECT_THAT(text, HasSubstr("DROP\n  PARTITION (`at_day` = '2026-01-01'),\n"));
}

TEST(AthenaAlter, A_projection_that_is_no_more_possible_is_switched_off_when_all_partitions_are_there) {
  const TableRecord now = by_day("R", {"2026-01-31", "__HIVE_DEFAULT_PARTITION__"});
  const std::string text = alter(by_day("Q", {"2026-01-31"}), now);
  EXPECT_THAT(heads(text), ElementsAre("ALTER TABLE ADD", "ALTER TABLE SET TBLPROPERTIES (",
                                       StartsWith("ALTER TABLE SET LOCATION")));
  EXPECT_THAT(text,
              AllOf(HasSubstr("'projection.enabled' = 'false'"), HasSubstr("there are rows whose at is"),
                    Not(HasSubstr("move one after the other"))));
  const std::string back = alter(now, by_day("S", {"2026-01-31"}));
  EXPECT_THAT(heads(back), ElementsAre("ALTER TABLE SET TBLPROPERTIES (",
                                       StartsWith("ALTER TABLE SET LOCATION"), "ALTER TABLE DROP"));
  EXPECT_THAT(back,
              AllOf(HasSubstr("'projection.enabled' = 'true'"), EndsWith("__HIVE_DEFAULT_PARTITION__');\n")));
}

TEST(AthenaAlter, A_statement_that_is_too_long_is_a_warning) {
  TableRecord now = orders("R");
  for (int i = 0; i < 1500; ++i) {
    now.columns.push_back({.name = fmt::format("c{}", i), .type = "int", .comment = std::string(255, 'x')});
  }
  EXPECT_THAT(alter(orders("Q"), now), HasSubstr("-- warning: the statement has"));
}

TEST(AthenaAlter, What_readers_would_fail_on_is_refused_by_name) {
  TableRecord now = orders("R");
  now.columns[1].type = "string";
  const auto refused = alter_table_sql(orders("Q"), now, kSales);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Unsupported);
  EXPECT_THAT(refused.error().message(), HasSubstr("total is decimal(12,2) there and string now"));
  EXPECT_FALSE(alter_table_sql(orders("Q"), by_day("R", {"2026-01-31"}), kSales));
}

}  // namespace
}  // namespace pg2athena::catalog
