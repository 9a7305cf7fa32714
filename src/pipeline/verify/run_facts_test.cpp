#include "pipeline/verify/run_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/object_keys.h"
#include "storage/memory_store.h"

namespace pg2athena::pipeline {
namespace {

using storage::MemoryStore;
using storage::PutCondition;
using testing::HasSubstr;

constexpr const char* kRun = "20260131T030000.125Z-9f86d081884c7d65";

constexpr const char* kPlan =
    R"json({"run_id": "20260131T030000.125Z-9f86d081884c7d65", "workers": 2, "tables": [
  {"name": "public.orders", "source": "public.\"Orders\"", "columns": [{"name": "id", "shards": 3}],
   "shards": [{"shard": 0, "source": "x"}, {"shard": 1}]},
  {"name": "public.empty", "source": "public.empty", "columns": [], "shards": [{"shard": 2}]}]})json";

TEST(RunFacts, A_plan_says_which_shards_a_table_has) {
  const auto planned = planned_shards(kPlan, kRun).value();
  ASSERT_EQ(planned.size(), 2U);
  EXPECT_EQ(planned.at("public.orders"), (PlannedShards{.source = "public.\"Orders\"", .shards = {0, 1}}));
  EXPECT_EQ(planned.at("public.empty"), (PlannedShards{.source = "public.empty", .shards = {2}}));
}

TEST(RunFacts, What_is_no_plan_of_the_run_is_corrupt) {
  const std::string run = R"("run_id": "20260131T030000.125Z-9f86d081884c7d65")";
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
        std::string(R"({"run_id": "other"})"), "{" + run + "}", "{" + run + R"(, "tables": {}})",
        "{" + run + R"(, "tables": [1]})", "{" + run + R"(, "tables": [{"name": "t"}]})",
        "{" + run + R"(, "tables": [{"name": "t", "shards": [{}]}]})",
        "{" + run + R"(, "tables": [{"name": "t", "shards": [{"shard": -1}]}]})",
        "{" + run + R"(, "tables": [{"shards": []}]})"}) {
    const auto planned = planned_shards(text, kRun);
    ASSERT_FALSE(planned) << text;
    EXPECT_EQ(planned.error().kind(), ErrorKind::CorruptInput);
  }
}

TEST(RunFacts, What_is_not_there_is_said_and_is_no_error) {
  MemoryStore store;
  const RunFacts nothing = read_run_facts(store, kRun).value();
  EXPECT_FALSE(nothing.decision);
  EXPECT_THAT(nothing.commit_problem, HasSubstr("isn't there"));
  EXPECT_THAT(nothing.plan_problem, HasSubstr("isn't there"));
  EXPECT_FALSE(nothing.pending || nothing.published);

  ASSERT_TRUE(store.put(catalog::plan_key(kRun), kPlan, PutCondition::none()));
  ASSERT_TRUE(store.put(catalog::commit_key(kRun), "not JSON", PutCondition::none()));
  ASSERT_TRUE(store.put(catalog::pending_key(kRun), kRun, PutCondition::none()));
  ASSERT_TRUE(store.put(catalog::published_key(kRun), "{}", PutCondition::none()));
  const RunFacts facts = read_run_facts(store, kRun).value();
  EXPECT_EQ(facts.plan_problem, "");
  EXPECT_EQ(facts.plan.size(), 2U);
  EXPECT_FALSE(facts.decision);
  EXPECT_NE(facts.commit_problem, "");
  EXPECT_TRUE(facts.pending && facts.published);
}

TEST(RunFacts, What_the_store_refuses_is_an_error) {
  MemoryStore store;
  storage::FaultyStore faulty(store, [](const auto&) { return storage::FaultyStore::Fault::Lost; });
  EXPECT_EQ(read_run_facts(faulty, kRun).error().kind(), ErrorKind::Connection);
}

}  // namespace
}  // namespace pg2athena::pipeline
