#include "cli/ddl_command.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/decision.h"
#include "catalog/object_keys.h"
#include "catalog/table_record.h"
#include "storage/memory_store.h"

namespace pg2athena::cli {
namespace {

using testing::AllOf;
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
  // In the order of the calls: runs that were published, each with the tables of these columns.
  void publish_run(const std::string& run, const std::string& previous,
                   const std::map<std::string, std::string>& types) {
    catalog::Decision decision{.run_id = run, .decided_at = "", .tables = {}};
    for (const auto& [table, type] : types) {
      const catalog::TableRecord record{.table = table,
                                        .run_id = run,
                                        .previous_run_id = previous,
                                        .data = catalog::data_prefix(table, run),
                                        .rows = 1,
                                        .bytes = 1,
                                        .files = 1,
                                        .columns = {{.name = "id", .type = type, .comment = ""}}};
      decision.tables.push_back({.record = record, .previous_etag = ""});
      ASSERT_TRUE(lake_.put(catalog::table_key(table), to_json(record), storage::PutCondition::none()));
    }
    ASSERT_TRUE(lake_.put(catalog::commit_key(run), to_json(decision), storage::PutCondition::none()));
  }
  Result<std::string> altered(const std::string& from = "", std::vector<std::string> tables = {}) {
    return ddl_text({.location = "s3://bucket/x", .tables = std::move(tables), .alter = true, .from = from},
                    lake_);
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

TEST_F(DdlCommand, Tables_are_altered_from_the_run_before_and_new_ones_created) {
  publish_run("20260101T000000.000Z-0000000000000001", "", {{"public.a", "int"}});
  publish_run("20260102T000000.000Z-0000000000000002", "20260101T000000.000Z-0000000000000001",
              {{"public.a", "int"}});
  publish_run("20260102T000000.000Z-0000000000000003", "", {{"public.b", "int"}});
  const auto made = altered();
  ASSERT_TRUE(made) << made.error();
  EXPECT_THAT(*made, HasSubstr("ALTER TABLE `a` SET LOCATION "
                               "'s3://bucket/x/public.a/data/20260102T000000.000Z-0000000000000002/'"));
  EXPECT_THAT(*made, HasSubstr("CREATE EXTERNAL TABLE `b`"));
}

TEST_F(DdlCommand, The_run_to_alter_from_may_be_named) {
  const std::string first = "20260101T000000.000Z-0000000000000001";
  const std::string second = "20260102T000000.000Z-0000000000000002";
  const std::string third = "20260103T000000.000Z-0000000000000003";
  publish_run(first, "", {{"public.a", "smallint"}});
  publish_run(second, first, {{"public.a", "int"}});
  publish_run(third, second, {{"public.a", "int"}});
  EXPECT_THAT(altered().value_or(""), Not(HasSubstr("COLUMNS")));
  EXPECT_THAT(altered(first).value_or(""), HasSubstr("REPLACE COLUMNS (\n  `id` int"));
  EXPECT_THAT(altered(third).value_or(""), HasSubstr("nothing is to do"));
}

TEST_F(DdlCommand, A_run_that_nobody_remembers_is_said_with_what_to_do) {
  const std::string first = "20260101T000000.000Z-0000000000000001";
  const std::string second = "20260102T000000.000Z-0000000000000002";
  publish_run(second, first, {{"public.a", "int"}});
  const auto refused = altered();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(refused.error().message(), HasSubstr("no record of run " + first));
  EXPECT_THAT(refused.error().hint(), AllOf(HasSubstr("--from"), HasSubstr("DROP TABLE")));
  publish_run(first, "", {{"public.b", "int"}});
  const auto of_others = altered("", {"public.a"});
  ASSERT_FALSE(of_others);
  EXPECT_THAT(of_others.error().message(), HasSubstr("had no table public.a"));
}

TEST_F(DdlCommand, A_run_that_was_never_published_is_no_run_to_alter_from) {
  const std::string first = "20260101T000000.000Z-0000000000000001";
  publish_run("20260102T000000.000Z-0000000000000002", "", {{"public.a", "int"}});
  const catalog::Decision abandoned{
      .run_id = first, .verdict = catalog::Decision::Verdict::Abandon, .decided_at = "", .tables = {}};
  ASSERT_TRUE(lake_.put(catalog::commit_key(first), to_json(abandoned), storage::PutCondition::none()));
  const auto refused = altered(first);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("never published"));
}

TEST_F(DdlCommand, A_request_is_checked_before_the_lake_is_opened) {
  EXPECT_TRUE(check_ddl_request({.location = "s3://bucket", .database = "shop", .tables = {"a.*"}}));
  // Whether there is a lake at all is asked first.
  const DdlRequest nowhere{.location = "", .database = "", .tables = {}};
  EXPECT_TRUE(check_ddl_request(nowhere));
  publish({"public.a"});
  const auto refused = ddl_text(nowhere, lake_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
  EXPECT_EQ(refused.error().message(), "--location is missing");
  for (const DdlRequest& request : std::vector<DdlRequest>{
           {.location = "lake", .database = "", .tables = {}},
           {.location = "s3://bucket", .database = "a.b", .tables = {}},
           {.location = "s3://bucket", .database = "", .tables = {"a.b.c"}},
           {.location = "s3://bucket", .from = "20260101T000000.000Z-0000000000000001"},
           {.location = "s3://bucket", .alter = true, .from = "../x"},
           {.location = "s3://bucket", .dropped_columns = catalog::DroppedColumns::Keep}}) {
    const auto checked = check_ddl_request(request);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind(), ErrorKind::InvalidArgument);
  }
}

}  // namespace
}  // namespace pg2athena::cli
