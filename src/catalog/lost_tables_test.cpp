#include "catalog/lost_tables.h"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string& kCustomers = kTestTables[0];
const std::string& kOrders = kTestTables[1];

class LostTables : public testing::Test {
 protected:
  // The same id for the same number.
  const std::string& the_run(int n) {
    std::string& run = runs_[n];
    if (run.empty()) run = run_number(n);
    return run;
  }
  void publish(int n) {
    KeepingPublisher publisher(store_);
    const auto record = run_shards(store_, plan_run(store_, the_run(n)).value()).value();
    ASSERT_TRUE(record->commit());
    ASSERT_TRUE(record->publish(publisher).finished);
  }
  void remove_data(int n, const std::string& table) {
    const auto objects = store_.list(data_prefix(table, the_run(n))).value();
    ASSERT_FALSE(objects.empty());
    for (const storage::ObjectInfo& object : objects) ASSERT_TRUE(store_.remove(object.key));
  }
  std::vector<std::string> lost() { return find_lost_tables(store_, stop_).value(); }

  std::map<int, std::string> runs_;
  storage::MemoryStore store_;
  Cancellation stop_;
};

TEST_F(LostTables, A_table_whose_record_is_gone_is_one_whichever_run_published_it) {
  EXPECT_THAT(lost(), IsEmpty());
  publish(1);
  publish(2);
  EXPECT_THAT(lost(), IsEmpty());
  ASSERT_TRUE(store_.remove(table_key(kOrders)));
  EXPECT_THAT(lost(), ElementsAre(kOrders));
  ASSERT_TRUE(store_.remove(table_key(kCustomers)));
  EXPECT_THAT(lost(), ElementsAre(kCustomers, kOrders));
  publish(3);
  EXPECT_THAT(lost(), IsEmpty()) << "a run makes new records";
}

TEST_F(LostTables, A_table_whose_folder_went_too_was_not_wanted_any_more) {
  publish(1);
  ASSERT_TRUE(store_.remove(table_key(kOrders)));
  remove_data(1, kOrders);
  EXPECT_THAT(lost(), IsEmpty());
}

TEST_F(LostTables, A_run_that_is_not_finished_has_published_nothing_yet) {
  publish(1);
  ASSERT_TRUE(store_.remove(published_key(the_run(1))));
  ASSERT_TRUE(store_.remove(table_key(kOrders)));
  EXPECT_THAT(lost(), IsEmpty());
}

TEST_F(LostTables, A_finish_that_is_none_is_passed_over) {
  publish(1);
  publish(2);
  ASSERT_TRUE(store_.put(published_key(the_run(2)), "{", storage::PutCondition::none()));
  ASSERT_TRUE(store_.remove(table_key(kOrders)));
  EXPECT_THAT(lost(), ElementsAre(kOrders)) << "by the run before";
}

TEST_F(LostTables, Neither_data_nor_runs_that_are_tidied_up_cost_a_request) {
  publish(1);
  publish(2);
  publish(3);
  // As gc leaves a run of which nothing is shown any more.
  ASSERT_TRUE(store_.remove(plan_key(the_run(1))));
  std::vector<std::string> asked;
  storage::FaultyStore counting(store_, [&](const storage::FaultyStore::Call& call) {
    asked.push_back(fmt::format("{} {}", call.operation, call.key));
    return storage::FaultyStore::Fault::None;
  });
  EXPECT_THAT(find_lost_tables(counting, stop_).value(), IsEmpty());
  std::ranges::sort(asked);
  EXPECT_THAT(asked,
              ElementsAre(fmt::format("get {}", published_key(the_run(2))),
                          fmt::format("get {}", published_key(the_run(3))),
                          fmt::format("list {}", runs_prefix()), fmt::format("list {}", tables_prefix())));
}

TEST_F(LostTables, A_stop_ends_it) {
  publish(1);
  stop_.request(Cancellation::Reason::Operator);
  EXPECT_EQ(find_lost_tables(store_, stop_).error().kind(), ErrorKind::Interrupted);
}

}  // namespace
}  // namespace pg2athena::catalog
