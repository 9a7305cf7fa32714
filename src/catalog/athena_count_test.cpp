#include "catalog/athena_count.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using State = AthenaQueryState::State;

TEST(AthenaCount, The_question_counts_rows_and_each_column_by_quoted_names) {
  EXPECT_EQ(count_sql("shop", "orders", {"id", "select", "a\"b"}),
            R"sql(SELECT count(*), count("id"), count("select"), count("a""b") FROM "shop"."orders")sql");
  EXPECT_EQ(count_sql("shop", "orders", {}), R"sql(SELECT count(*) FROM "shop"."orders")sql");
}

AthenaQueryState state(const char* status) {
  return read_query_state(json::parse(fmt::format(R"({{"QueryExecution": {{"Status": {}}}}})", status)))
      .value();
}

TEST(AthenaCount, A_query_waits_runs_and_ends) {
  EXPECT_EQ(state(R"({"State": "QUEUED"})").state, State::Running);
  EXPECT_EQ(state(R"({"State": "RUNNING"})").state, State::Running);
  EXPECT_EQ(state(R"({"State": "SUCCEEDED"})").state, State::Succeeded);
  const AthenaQueryState failed = state(R"({"State": "FAILED", "StateChangeReason": "HIVE_BAD_DATA: x"})");
  EXPECT_EQ(failed.state, State::Failed);
  EXPECT_EQ(failed.reason, "HIVE_BAD_DATA: x");
  EXPECT_EQ(state(R"({"State": "CANCELLED"})").reason, "somebody cancelled it");
  for (const char* const other : {"{}", "[]", "null", R"({"QueryExecution": {"Status": {"State": 3}}})",
                                  R"({"QueryExecution": {"Status": {"State": "LOST"}}})"}) {
    EXPECT_EQ(read_query_state(json::parse(other)).error().kind(), ErrorKind::CorruptInput) << other;
  }
}

TEST(AthenaCount, Some_failures_are_of_the_table_and_others_of_rights_and_quotas) {
  EXPECT_TRUE(is_of_table("HIVE_BAD_DATA: Field price's type INT64 in parquet file s3://… is incompatible"));
  EXPECT_TRUE(is_of_table("COLUMN_NOT_FOUND: line 1:18: Column 'total' cannot be resolved"));
  EXPECT_TRUE(is_of_table("TABLE_NOT_FOUND: line 1:22: Table 'awsdatacatalog.shop.orders' does not exist"));
  EXPECT_FALSE(is_of_table("Access Denied: s3://…"));
  EXPECT_FALSE(is_of_table("HIVE_CANNOT_OPEN_SPLIT: … Access Denied (Service: Amazon S3; Status Code: 403)"));
  EXPECT_FALSE(is_of_table("Query exhausted resources at this scale factor"));
}

TEST(AthenaCount, Counts_are_the_row_behind_the_names) {
  const auto counts_of = [](const std::string& rows) {
    return read_counts(json::parse(fmt::format(R"({{"ResultSet": {{"Rows": {}}}}})", rows)), 1);
  };
  const auto behind_names = [](std::string_view rows) {
    return fmt::format(R"([{{"Data": [{{"VarCharValue": "_col0"}}, {{"VarCharValue": "_col1"}}]}}{}])", rows);
  };
  EXPECT_EQ(counts_of(behind_names(R"(, {"Data": [{"VarCharValue": "12"}, {"VarCharValue": "0"}]})")).value(),
            (TableCounts{.rows = 12, .values = {0}}));
  for (const std::string& rows :
       {std::string("[]"), std::string("{}"), std::string("[1, 2]"), behind_names(""),
        behind_names(R"(, {"Data": [{"VarCharValue": "12"}]})"),
        behind_names(R"(, {"Data": [{"VarCharValue": "12"}, {}]})"),
        behind_names(R"(, {"Data": [{"VarCharValue": "-1"}, {"VarCharValue": "1"}]})"),
        behind_names(R"(, {"Data": [{"VarCharValue": "1e3"}, {"VarCharValue": "1"}]})")}) {
    EXPECT_EQ(counts_of(rows).error().kind(), ErrorKind::CorruptInput) << rows;
  }
}

}  // namespace
}  // namespace pg2athena::catalog
