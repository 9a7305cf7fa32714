// A Glue that answers as the real one does, and is overtaken, cut off and out of order at any step.
#include "catalog/glue_publisher.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/fake_glue_for_tests.h"
#include "catalog/glue_names.h"
#include "catalog/glue_table.h"
#include "catalog/records_publisher.h"
#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class GluePublisherTest : public testing::Test {
 protected:
  GluePublisher publisher() {
    return {GlueClient::create({glue, signer, times, clock_offset}, credentials, {.database = "sales"}, "r")
                .value(),
            store,
            {.bucket = "lake", .prefix = "shop"},
            times};
  }
  // Of the runs, which sort as they are numbered.
  const std::string& id(int number) { return ids.try_emplace(number, run_number(number)).first->second; }
  // The whole run; then Glue shows it, or what kept it from that.
  RunOutcome run(int number) {
    RunPlan plan = plan_run(store, id(number)).value();
    plan.catalog = this->publisher().catalog();
    const auto record = run_shards(store, plan).value();
    EXPECT_TRUE(record->commit().has_value());
    GluePublisher publisher = this->publisher();
    return record->publish(publisher);
  }
  std::string shown(const std::string& table) {
    const auto found = glue.tables.find(table);
    return found == glue.tables.end()
               ? ""
               : found->second.table["Parameters"]["pg2athena.run_id"].get<std::string>();
  }
  int count(const std::string& operation) {
    return static_cast<int>(std::ranges::count(glue.asked, operation));
  }

  aws::CrtLibrary library;
  aws::Signer signer{library};
  FakeGlue glue;
  FakeTimes times;
  aws::ClockOffset clock_offset;
  aws::StaticCredentials credentials{{.access_key_id = "a", .secret_access_key = "s"}};
  storage::MemoryStore store;
  std::map<int, std::string> ids;
};

TEST_F(GluePublisherTest, What_somebody_else_made_of_a_table_is_a_difference) {
  ASSERT_TRUE(run(1).finished);
  const TableRecord record = read_table_record(store, "public.orders").value().value();
  EXPECT_TRUE(publisher().differences(record).value().empty());
  glue.tables.at("orders").table["StorageDescriptor"]["Location"] = "s3://elsewhere/";
  EXPECT_EQ(publisher().differences(record).value().size(), 1U);
  glue.tables.erase("orders");
  EXPECT_EQ(publisher().differences(record).value().size(), 1U);
}

TEST_F(GluePublisherTest, Database_and_tables_are_made_and_then_moved_from_run_to_run) {
  EXPECT_TRUE(run(1).finished);
  EXPECT_EQ(shown("orders"), id(1));
  EXPECT_EQ(shown("customers"), id(1));
  glue.asked.clear();
  EXPECT_TRUE(run(2).finished);
  EXPECT_EQ(shown("orders"), id(2));
  EXPECT_EQ(count("UpdateTable"), 2);
  EXPECT_EQ(count("CreateTable") + count("CreateDatabase"), 0);
}

TEST_F(GluePublisherTest, What_Glue_shows_already_is_not_written_again) {
  EXPECT_TRUE(run(1).finished);
  glue.asked.clear();
  GluePublisher publisher = this->publisher();
  EXPECT_TRUE(publisher.show("public.orders").has_value());
  EXPECT_TRUE(publisher.show("public.unknown").has_value()) << "there is no record of it";
  EXPECT_THAT(glue.asked, ElementsAre("GetTable", "GetTable"));
}

TEST_F(GluePublisherTest, Who_is_overtaken_looks_again) {
  EXPECT_TRUE(run(1).finished);
  int left = 3;
  glue.before = [&](const std::string& operation) {
    if (operation != "UpdateTable" || left-- <= 0) return;
    auto& [table, version, partitions] = glue.tables["orders"];
    table["Parameters"]["crawler"] = std::to_string(++version);
  };
  EXPECT_TRUE(run(2).finished);
  EXPECT_EQ(shown("orders"), id(2));
  EXPECT_TRUE(glue.tables["orders"].table["Parameters"].contains("crawler")) << "what others wrote is lost";
}

TEST_F(GluePublisherTest, Who_is_overtaken_always_gives_up_and_says_so) {
  EXPECT_TRUE(run(1).finished);
  glue.before = [&](const std::string& operation) {
    if (operation == "UpdateTable") {
      for (auto& [name, table] : glue.tables) ++table.version;
    }
  };
  const RunOutcome outcome = run(2);
  EXPECT_FALSE(outcome.finished);
  EXPECT_EQ(outcome.tables[0].state, TableOutcome::State::Unfinished);
  EXPECT_THAT(outcome.tables[0].error->message(), HasSubstr("somebody else changed the table in Glue"));
  EXPECT_EQ(shown("orders"), id(1));
  glue.before = {};
  GluePublisher publisher = this->publisher();
  EXPECT_TRUE(roll_forward(store, publisher).value()[0].finished);
  EXPECT_EQ(shown("orders"), id(2));
}

// A newer run that is published between our look at the record and our update.
TEST_F(GluePublisherTest, An_older_run_never_comes_back) {
  EXPECT_TRUE(run(1).finished);
  bool once = true;
  glue.before = [&](const std::string& operation) {
    if (operation != "UpdateTable" || !std::exchange(once, false)) return;
    for (const std::string& table : kTestTables) {
      TableRecord record = read_table_record(store, table).value().value();
      record.run_id = id(3);
      record.data = data_prefix(table, record.run_id);
      ASSERT_TRUE(store.put(table_key(table), to_json(record), storage::PutCondition::none()).has_value());
      auto& [shown, version, partitions] = glue.tables[table.substr(table.find('.') + 1)];
      shown["Parameters"]["pg2athena.run_id"] = record.run_id;
      shown["StorageDescriptor"]["Location"] = "s3://lake/shop/" + record.data;
      ++version;
    }
  };
  run(2);
  EXPECT_EQ(shown("orders"), id(3));
  EXPECT_EQ(shown("customers"), id(3));
}

TEST_F(GluePublisherTest, An_answer_that_gets_lost_after_its_effect_is_none_the_worse) {
  std::set<std::string> lost;
  glue.lose = [&](const std::string& operation) {
    return operation != "GetTable" && lost.insert(operation).second;
  };
  for (const int number : {1, 2}) {
    EXPECT_TRUE(run(number).finished);
    EXPECT_EQ(shown("orders"), id(number));
    EXPECT_EQ(shown("customers"), id(number));
  }
  EXPECT_THAT(lost, ElementsAre("CreateDatabase", "CreateTable", "UpdateTable"));
}

TEST_F(GluePublisherTest, When_no_answer_comes_Glue_is_asked_what_it_shows) {
  EXPECT_TRUE(run(1).finished);
  glue.lose = [](const std::string& operation) { return operation == "UpdateTable"; };
  EXPECT_TRUE(run(2).finished) << "the updates had their effect";
  EXPECT_EQ(shown("orders"), id(2));
}

TEST_F(GluePublisherTest, When_nobody_knows_that_is_said) {
  EXPECT_TRUE(run(1).finished);
  bool updated = false;
  glue.refuse = [&](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    updated = updated || operation == "UpdateTable";
    if (!updated) return std::nullopt;
    return fail(ErrorKind::Connection, "the connection was reset");
  };
  const RunOutcome outcome = run(2);
  EXPECT_FALSE(outcome.finished);
  const auto unknown = std::ranges::find_if(outcome.tables, [](const TableOutcome& table) {
    return table.error && table.error->kind() == ErrorKind::CommitUnknown;
  });
  ASSERT_NE(unknown, outcome.tables.end());
  glue.refuse = {};
  GluePublisher publisher = this->publisher();
  EXPECT_TRUE(roll_forward(store, publisher).value()[0].finished);
  EXPECT_EQ(shown("orders"), id(2));
}

// The first answer gets lost, the second is that the table has changed (by the first), and then nobody can
// look.
TEST_F(GluePublisherTest, A_conflict_with_ourselves_is_no_refusal) {
  EXPECT_TRUE(run(1).finished);
  std::map<std::string, int> asked;
  glue.lose = [&](const std::string& operation) {
    return operation == "UpdateTable" && asked[operation]++ < 2;
  };
  glue.refuse = [&](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation != "GetTable" || asked["UpdateTable"] == 0) return std::nullopt;
    return fail(ErrorKind::Connection, "the connection was reset");
  };
  const RunOutcome outcome = run(2);
  EXPECT_TRUE(std::ranges::any_of(outcome.tables, [](const TableOutcome& table) {
    return table.error && table.error->kind() == ErrorKind::CommitUnknown;
  }));
}

TEST_F(GluePublisherTest, Others_who_make_the_same_are_waited_for) {
  std::set<std::string> refused;
  glue.refuse = [&](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation == "GetTable" || !refused.insert(operation).second) return std::nullopt;
    return FakeGlue::error("ConcurrentModificationException");
  };
  EXPECT_TRUE(run(1).finished);
  EXPECT_TRUE(run(2).finished);
  EXPECT_THAT(refused, ElementsAre("CreateDatabase", "CreateTable", "UpdateTable"));
}

TEST_F(GluePublisherTest, Nobody_finishes_a_run_without_the_catalog_that_it_was_meant_for) {
  glue.refuse = [](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation == "CreateTable") return FakeGlue::error("AccessDeniedException");
    return std::nullopt;
  };
  EXPECT_FALSE(run(1).finished);
  glue.refuse = {};
  RecordsPublisher without;
  const RunOutcome outcome = roll_forward(store, without).value().at(0);
  EXPECT_FALSE(outcome.finished);
  EXPECT_THAT(outcome.tables[0].error->message(), HasSubstr("in Glue's database sales"));
  GluePublisher publisher = this->publisher();
  EXPECT_TRUE(roll_forward(store, publisher).value().at(0).finished);
  EXPECT_EQ(shown("orders"), id(1));
}

TEST_F(GluePublisherTest, Throttling_is_waited_out_and_a_missing_right_is_not) {
  int left = 3;
  glue.refuse = [&](const std::string&) -> std::optional<Result<aws::HttpResponse>> {
    if (left-- > 0) return FakeGlue::error("ThrottlingException");
    return std::nullopt;
  };
  EXPECT_TRUE(run(1).finished);
  glue.refuse = [](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation == "UpdateTable") return FakeGlue::error("AccessDeniedException");
    return std::nullopt;
  };
  const RunOutcome outcome = run(2);
  EXPECT_EQ(outcome.tables[0].error->kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(outcome.tables[0].error->hint(), HasSubstr("glue:UpdateTable"));
  EXPECT_EQ(shown("orders"), id(1));
}

TEST_F(GluePublisherTest, A_table_that_is_dropped_meanwhile_is_made_again) {
  EXPECT_TRUE(run(1).finished);
  bool once = true;
  glue.before = [&](const std::string& operation) {
    if (operation == "UpdateTable" && std::exchange(once, false)) glue.tables.clear();
  };
  EXPECT_TRUE(run(2).finished);
  EXPECT_EQ(shown("orders"), id(2));
}

TEST_F(GluePublisherTest, What_it_could_not_show_is_refused_when_the_plan_is_made) {
  GluePublisher publisher = this->publisher();
  const TableRecord orders{.table = "public.orders", .run_id = "R", .data = "public.orders/data/R/"};
  Cancellation stop;
  EXPECT_TRUE(publisher.check({{orders}}, stop).has_value())
      << "there is no database yet, and nothing is made";
  EXPECT_FALSE(glue.database);
  const TableRecord other{.table = "archive.orders", .run_id = "R", .data = "archive.orders/data/R/"};
  const auto collision = publisher.check(std::vector{orders, other}, stop);
  ASSERT_FALSE(collision.has_value());
  EXPECT_EQ(collision.error().kind(), ErrorKind::NameCollision);
  EXPECT_THAT(collision.error().message(), HasSubstr("archive.orders"));
  glue.database = true;
  glue.tables["orders"] = {.table = {{"Name", "orders"}, {"TableType", "EXTERNAL_TABLE"}}};
  const auto foreign = publisher.check({{orders}}, stop);
  ASSERT_FALSE(foreign.has_value());
  EXPECT_THAT(foreign.error().message(), HasSubstr("pg2athena didn't make"));
  stop.request(Cancellation::Reason::Operator);
  EXPECT_EQ(publisher.check({{orders}}, stop).error().kind(), ErrorKind::Interrupted);
}

// Records of a run of so many tables, the first ones of which Glue has already.
std::vector<TableRecord> many_tables(FakeGlue& glue, int tables, int known) {
  glue.database = true;
  std::vector<TableRecord> records;
  for (int i = 0; i < tables; ++i) {
    TableRecord record{.table = fmt::format("public.t{:05}", i),
                       .run_id = "R1",
                       .previous_run_id = "",
                       .data = fmt::format("public.t{:05}/data/R1/", i),
                       .columns = {{.name = "id", .type = "int", .comment = ""}}};
    if (i < known) {
      const auto input =
          glue_table_input(record, {.bucket = "lake", .prefix = "shop"}, {.database = "sales"}, {});
      glue.tables[glue_table_name(record.table)] = {.table = input.value()};
    }
    records.push_back(std::move(record));
  }
  return records;
}

TEST_F(GluePublisherTest, Many_tables_are_asked_for_by_pages_and_new_ones_by_themselves) {
  const auto tables = many_tables(glue, 1000, 990);
  Cancellation stop;
  const auto accepted = publisher().check(tables, stop);
  EXPECT_TRUE(accepted) << accepted.error();
  EXPECT_EQ(count("GetTables"), 10);
  EXPECT_EQ(count("GetTable"), 10);
}

TEST_F(GluePublisherTest, What_a_page_has_is_refused_as_what_was_asked_for_by_itself) {
  auto tables = many_tables(glue, 600, 600);
  tables[450].columns[0].type = "string";
  Cancellation stop;
  const auto refused = publisher().check(tables, stop);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().describe(), HasSubstr("id is int there and string now"));
}

TEST_F(GluePublisherTest, Few_tables_are_asked_for_one_by_one) {
  const auto tables = many_tables(glue, 499, 499);
  Cancellation stop;
  EXPECT_TRUE(publisher().check(tables, stop));
  EXPECT_EQ(count("GetTables"), 0);
  EXPECT_EQ(count("GetTable"), 499);
}

TEST_F(GluePublisherTest, Who_may_not_list_asks_one_by_one) {
  const auto tables = many_tables(glue, 600, 600);
  glue.refuse = [](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation != "GetTables") return std::nullopt;
    return FakeGlue::error("AccessDeniedException");
  };
  Cancellation stop;
  EXPECT_TRUE(publisher().check(tables, stop));
  EXPECT_EQ(count("GetTable"), 600);
}

TEST_F(GluePublisherTest, Of_a_database_with_many_more_tables_only_some_pages_are_asked_for) {
  many_tables(glue, 10'000, 10'000);
  auto tables = many_tables(glue, 10'500, 0);
  tables.erase(tables.begin(), tables.begin() + 9'900);
  Cancellation stop;
  EXPECT_TRUE(publisher().check(tables, stop));
  EXPECT_EQ(count("GetTables"), 37);
  EXPECT_EQ(count("GetTable"), 600);
}

TEST_F(GluePublisherTest, Who_removes_old_runs_is_told_what_Glue_shows_whatever_the_record_says) {
  EXPECT_TRUE(run(1).finished);
  glue.refuse = [](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation == "UpdateTable") return FakeGlue::error("AccessDeniedException");
    return std::nullopt;
  };
  EXPECT_FALSE(run(2).finished);
  GluePublisher publisher = this->publisher();
  Cancellation stop;
  EXPECT_THAT(publisher.shown_runs("public.orders", stop).value(), ElementsAre(id(1)));
  EXPECT_THAT(publisher.shown_runs("public.unknown", stop).value(), ElementsAre());
  glue.refuse = [](const std::string&) { return std::optional(FakeGlue::error("AccessDeniedException")); };
  EXPECT_EQ(publisher.shown_runs("public.orders", stop).error().kind(), ErrorKind::PermissionDenied);
}

}  // namespace
}  // namespace pg2athena::catalog
