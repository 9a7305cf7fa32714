#include "cli/ddl_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/object_keys.h"
#include "catalog/table_record.h"
#include "storage/memory_store.h"

namespace pg2athena::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// A lake in memory with the records of these tables.
class DdlCommand : public testing::Test {
 protected:
  void publish(const std::vector<std::string>& tables) {
    for (const std::string& table : tables) {
      const catalog::TableRecord record{.table = table,
                                        .run_id = "R",
                                        .previous_run_id = {},
                                        .data = catalog::data_prefix(table, "R"),
                                        .rows = 1,
                                        .bytes = 1,
                                        .files = 1,
                                        .columns = {{.name = "id", .type = "int", .comment = ""}}};
      ASSERT_TRUE(lake_.put(catalog::table_key(table), to_json(record), storage::PutCondition::none()));
    }
  }
  Result<std::string> text(std::vector<std::string> tables = {}, std::string database = "") {
    return ddl_text(
        {.location = "s3://bucket/x", .database = std::move(database), .tables = std::move(tables)}, lake_);
  }
  std::string sql(std::vector<std::string> tables = {}) {
    auto made = text(std::move(tables));
    return made ? *made : made.error().describe();
  }
  Error refused(std::vector<std::string> tables) {
    auto made = text(std::move(tables));
    return made ? Error(ErrorKind::Internal, *made) : made.error();
  }

  storage::MemoryStore lake_;
};

TEST_F(DdlCommand, Every_published_table_has_its_statement) {
  publish({"public.orders", "public.customers", "revenue"});
  const std::string made = sql();
  EXPECT_THAT(made, HasSubstr("CREATE EXTERNAL TABLE `customers`"));
  EXPECT_THAT(made, HasSubstr("CREATE EXTERNAL TABLE `orders`"));
  EXPECT_THAT(made, HasSubstr("LOCATION 's3://bucket/x/revenue/data/R/'"));
  EXPECT_LT(made.find("customers"), made.find("orders"));
}

TEST_F(DdlCommand, Patterns_choose_by_the_names_of_the_lake) {
  publish({"public.orders", "public.order_items", "audit.log", "revenue"});
  EXPECT_THAT(sql({"orders"}), AllOf(HasSubstr("`orders`"), Not(HasSubstr("`order_items`"))));
  EXPECT_THAT(sql({"public.order*"}), AllOf(HasSubstr("`orders`"), HasSubstr("`order_items`")));
  EXPECT_THAT(sql({"audit.*", "revenue"}), AllOf(HasSubstr("`log`"), HasSubstr("`revenue`")));
  EXPECT_THAT(sql({"*"}), HasSubstr("`revenue`"));
  EXPECT_THAT(sql({"orders", "public.orders"}), HasSubstr("`orders`"));
}

TEST_F(DdlCommand, A_table_that_is_not_there_is_refused_with_the_nearest_name) {
  publish({"public.orders", "public.customers"});
  for (const auto& [wanted, near] :
       {std::pair("public.ordres", "public.orders"), {"customer", "customers"}}) {
    const Error error = refused({"orders", wanted});
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_THAT(error.message(), HasSubstr(wanted));
    EXPECT_THAT(error.hint(), HasSubstr(near));
  }
}

TEST_F(DdlCommand, A_lake_without_tables_is_refused) {
  EXPECT_EQ(refused({}).kind(), ErrorKind::NotFound);
  EXPECT_THAT(refused({}).hint(), HasSubstr("pg2athena run"));
}

TEST_F(DdlCommand, Tables_of_one_name_in_two_schemas_are_refused_until_one_is_chosen) {
  publish({"a.t", "b.t"});
  EXPECT_EQ(refused({}).kind(), ErrorKind::NameCollision);
  EXPECT_THAT(refused({}).message(), AllOf(HasSubstr("a.t"), HasSubstr("b.t")));
  EXPECT_THAT(sql({"b.*"}), HasSubstr("/b.t/data/R/"));
}

TEST_F(DdlCommand, A_request_is_checked_before_the_lake_is_opened) {
  EXPECT_TRUE(check_ddl_request({.location = "s3://bucket", .database = "shop", .tables = {"a.*"}}));
  for (const DdlRequest& request :
       std::vector<DdlRequest>{{.location = "lake", .database = "", .tables = {}},
                               {.location = "s3://bucket", .database = "a.b", .tables = {}},
                               {.location = "s3://bucket", .database = "", .tables = {"a.b.c"}}}) {
    const auto checked = check_ddl_request(request);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind(), ErrorKind::InvalidArgument);
  }
}

}  // namespace
}  // namespace pg2athena::cli
