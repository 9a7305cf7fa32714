#include "catalog/old_runs.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using Fault = storage::FaultyStore::Fault;
using std::chrono::hours;
using storage::FaultyStore;
using storage::MemoryStore;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr const char* kCustomers = "public.customers";
constexpr const char* kOrders = "public.orders";
constexpr const char* kShop = "glue::eu:shop";

// The same id for the same number.
const std::string& the_run(int n) {
  static std::map<int, std::string> runs;
  std::string& run = runs[n];
  if (run.empty()) run = run_number(n);
  return run;
}

std::chrono::system_clock::time_point at_hour(int hour) {
  return run_id_time(the_run(0)).value() + hours(hour);
}

class FixedClock final : public Clock {
 public:
  std::chrono::system_clock::time_point time;
  std::chrono::system_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

// A catalog, or none, that shows what the records say, unless it refuses.
class Shop final : public Publisher {
 public:
  Shop(storage::ObjectStore& store, std::string name) : store_(store), name_(std::move(name)) {}

  std::string catalog() const override { return name_; }
  Result<void> show(const std::string& table) override {
    const std::lock_guard lock(mutex_);
    if (table == refused) return fail(ErrorKind::PermissionDenied, "glue:UpdateTable is refused");
    PG2ATHENA_ASSIGN(const std::optional<CurrentRun> current, read_current(store_, table));
    shown[table] = current ? current->run_id : std::string();
    return {};
  }
  Result<std::vector<std::string>> shown_runs(const std::string& table, Cancellation& /*stop*/) override {
    const std::lock_guard lock(mutex_);
    if (silent) return fail(ErrorKind::PermissionDenied, "glue:GetTable is refused");
    const auto found = shown.find(table);
    if (name_.empty() || found == shown.end()) return {};
    return std::vector{found->second};
  }

  std::string refused;  // a table that it doesn't move
  bool silent = false;
  std::map<std::string, std::string> shown;

 private:
  storage::ObjectStore& store_;
  std::string name_;
  std::mutex mutex_;
};

class OldRunsTest : public testing::Test {
 protected:
  using Tables = std::vector<std::string>;

  // A run that is planned on the lake as it is; decided() and publish() go on from there.
  std::unique_ptr<RunRecord> planned(int n, const std::string& catalog = "",
                                     const Tables& tables = kTestTables) {
    RunPlan plan = plan_run(store_, the_run(n)).value();
    plan.catalog = catalog;
    std::erase_if(plan.tables, [&](const PlannedTable& table) {
      return std::ranges::find(tables, table.name) == tables.end();
    });
    for (std::size_t i = 0; i < plan.tables.size(); ++i) plan.tables[i].first_shard = static_cast<int>(i);
    return run_shards(store_, plan).value();
  }
  // Published at this hour; whether it is finished.
  bool publish(RunRecord& record, int hour, Publisher& publisher) {
    store_.set_time(at_hour(hour));
    EXPECT_TRUE(record.commit().has_value());
    return record.publish(publisher).finished;
  }
  bool published(int n, int hour, const Tables& tables = kTestTables) {
    return publish(*planned(n, "", tables), hour, nobody_);
  }
  bool published_in_shop(int n, int hour) { return publish(*planned(n, kShop), hour, shop_); }

  OldRunSearch lake(storage::ObjectStore& store, Publisher& publisher) {
    return {.store = store, .publisher = publisher, .clock = clock_, .stop = stop_};
  }
  Result<OldRuns> search(storage::ObjectStore& store, Publisher& publisher, int hour) {
    clock_.time = at_hour(hour);
    PG2ATHENA_ASSIGN(const FoundRuns found, find_runs(store, stop_));
    return find_old_runs(lake(store, publisher), found, hours(24));
  }
  OldRuns find(int hour, Publisher* publisher = nullptr) {
    return search(store_, publisher != nullptr ? *publisher : nobody_, hour).value();
  }
  std::vector<Removal> remove(int hour, Publisher* publisher = nullptr) {
    Publisher& asked = publisher != nullptr ? *publisher : nobody_;
    return remove_old_runs(lake(store_, asked), find(hour, publisher));
  }

  // "1 orders: old since 10", of each table of each run; and "1 records: old".
  static std::vector<std::string> told(const OldRuns& old) {
    std::vector<std::string> lines;
    for (const PublishedRun& run : old.runs) {
      const auto number = (run.started - at_hour(0)) / std::chrono::seconds(1);
      for (const TableOfRun& table : run.tables) {
        lines.push_back(
            fmt::format("{} {}: {}", number, old.tables[table.table].substr(7), to_string(table.verdict)));
        if (table.catalog != TableOfRun::kNone) lines.back() += " in " + old.catalogs[table.catalog];
        if (table.replaced_at)
          lines.back() += fmt::format(" since {}", (*table.replaced_at - at_hour(0)) / hours(1));
      }
      if (run.records_go && run.records.objects != 0) lines.push_back(fmt::format("{} records: old", number));
    }
    return lines;
  }
  std::vector<std::string> told(int hour, Publisher* publisher = nullptr) {
    return told(find(hour, publisher));
  }

  std::set<std::string> keys() {
    std::set<std::string> found;
    const std::vector<storage::ObjectInfo> objects = store_.list("").value();
    for (const storage::ObjectInfo& object : objects) found.insert(object.key);
    return found;
  }
  static std::set<std::string> without(std::set<std::string> all, const std::set<std::string>& some) {
    for (const std::string& key : some) all.erase(key);
    return all;
  }
  // What goes of a run of both tables that is old as a whole.
  static std::set<std::string> all_of(int n) {
    std::set<std::string> all = {plan_key(the_run(n))};
    for (int shard = 0; shard < 2; ++shard) {
      all.insert(receipt_key(the_run(n), shard));
      all.insert(data_key(kTestTables[static_cast<std::size_t>(shard)], the_run(n), "", shard, 0, 0));
    }
    return all;
  }
  void put(const std::string& key, const std::string& content = "somebody's") {
    ASSERT_TRUE(store_.put(key, content, storage::PutCondition::none()).has_value());
  }

  MemoryStore store_;
  Shop nobody_{store_, ""};
  Shop shop_{store_, kShop};
  FixedClock clock_;
  Cancellation stop_;
};

TEST_F(OldRunsTest, A_run_goes_some_time_after_the_next_one_was_finished) {
  published(1, 0);
  published(2, 10);
  EXPECT_THAT(told(33), ElementsAre("1 customers: young since 10", "1 orders: young since 10",
                                    "2 customers: shown", "2 orders: shown"));
  EXPECT_THAT(remove(33), IsEmpty());
  EXPECT_THAT(told(34), ElementsAre("1 customers: old since 10", "1 orders: old since 10", "1 records: old",
                                    "2 customers: shown", "2 orders: shown"));
  const std::set<std::string> before = keys();
  const OldRuns old = find(34);
  const std::vector<Removal> removals = remove(34);
  ASSERT_EQ(removals.size(), 1U);
  EXPECT_EQ(removals[0].run_id, the_run(1));
  EXPECT_EQ((Counted{removals[0].objects, removals[0].bytes}), old.runs[0].garbage());
  EXPECT_EQ(keys(), without(before, all_of(1)));
  EXPECT_TRUE(keys().contains(commit_key(the_run(1))) && keys().contains(published_key(the_run(1))));
  // A second time there is nothing to do.
  EXPECT_THAT(told(34), ElementsAre("2 customers: shown", "2 orders: shown"));
  EXPECT_THAT(remove(34), IsEmpty());
  // And the next run works.
  EXPECT_TRUE(published(3, 40));
}

TEST_F(OldRunsTest, Of_a_run_that_is_partly_replaced_only_that_part_goes) {
  published(1, 0);
  published(2, 10, {kOrders});
  EXPECT_THAT(told(40), ElementsAre("1 customers: shown", "1 orders: old since 10", "2 orders: shown"));
  const std::set<std::string> before = keys();
  remove(40);
  EXPECT_EQ(keys(), without(before, {data_key(kOrders, the_run(1), "", 1, 0, 0)})) << "and not its records";
  published(3, 50);
  remove(80);
  const std::set<std::string> after = keys();
  for (const std::string& key : all_of(1)) EXPECT_FALSE(after.contains(key)) << key;
}

TEST_F(OldRunsTest, Nothing_goes_of_a_table_whose_record_was_removed) {
  published(1, 0);
  published(2, 10);
  ASSERT_TRUE(store_.remove(table_key(kOrders)).has_value());
  EXPECT_THAT(told(40), ElementsAre("1 customers: old since 10", "1 orders: no_record", "2 customers: shown",
                                    "2 orders: no_record"));
  // Until there is one again, which everything before it is older than.
  published(3, 50);
  EXPECT_THAT(told(73), IsSupersetOf({"1 orders: young since 50", "2 orders: young since 50"}));
  EXPECT_THAT(told(74), IsSupersetOf({"1 orders: old since 50", "2 orders: old since 50"}));
}

TEST_F(OldRunsTest, What_a_run_that_is_not_finished_replaced_is_kept) {
  published(1, 0);
  nobody_.refused = kOrders;
  EXPECT_FALSE(published(2, 10));
  EXPECT_THAT(told(100), ElementsAre("1 customers: not_finished", "1 orders: not_finished"));
  nobody_.refused.clear();
  store_.set_time(at_hour(100));
  ASSERT_TRUE(roll_forward(store_, nobody_).value()[0].finished);
  EXPECT_THAT(told(100), IsSupersetOf({"1 customers: young since 100", "1 orders: young since 100"}));
  EXPECT_THAT(told(124), IsSupersetOf({"1 customers: old since 100", "1 orders: old since 100"}));
}

TEST_F(OldRunsTest, Runs_that_are_not_finished_one_after_the_other_keep_only_what_they_were_to_replace) {
  published(1, 0);
  published(2, 10);
  nobody_.refused = kOrders;
  EXPECT_FALSE(published(3, 20));
  EXPECT_FALSE(published(4, 30));
  EXPECT_THAT(told(100), ElementsAre("1 customers: old since 10", "1 orders: old since 10", "1 records: old",
                                     "2 customers: not_finished", "2 orders: not_finished"));
}

TEST_F(OldRunsTest, A_run_that_lost_the_race_goes_some_time_after_it_was_finished) {
  published(1, 0);
  const auto second = planned(2);
  const auto third = planned(3);
  publish(*third, 10, nobody_);
  EXPECT_TRUE(publish(*second, 20, nobody_));
  EXPECT_THAT(told(34), ElementsAre("1 customers: old since 10", "1 orders: old since 10", "1 records: old",
                                    "2 customers: young since 20", "2 orders: young since 20",
                                    "3 customers: shown", "3 orders: shown"));
  remove(44);
  EXPECT_THAT(told(44), ElementsAre("3 customers: shown", "3 orders: shown"));
}

TEST_F(OldRunsTest, What_replaced_what_is_not_the_order_of_run_ids) {
  published(2, 0);
  published(1, 10);  // it began before, and was planned behind it
  EXPECT_THAT(told(34), ElementsAre("1 customers: shown", "1 orders: shown", "2 customers: old since 10",
                                    "2 orders: old since 10", "2 records: old"));
}

TEST_F(OldRunsTest, A_run_that_was_replaced_and_is_finished_late_says_nothing_about_those_behind_it) {
  // The first run is stuck at another table, the second replaces it, and then the first is finished; the
  // third replaces the second an hour before now.
  nobody_.refused = kCustomers;
  EXPECT_FALSE(published(1, 0));
  nobody_.refused.clear();
  published(2, 1, {kOrders});
  store_.set_time(at_hour(2));
  ASSERT_TRUE(roll_forward(store_, nobody_).value()[0].finished);
  published(3, 40, {kOrders});
  EXPECT_THAT(told(41), ElementsAre("1 customers: shown", "1 orders: old since 1", "2 orders: young since 40",
                                    "3 orders: shown"));
}

TEST_F(OldRunsTest, A_catalog_that_runs_left_behind_may_show_every_run_since) {
  published_in_shop(1, 0);
  published_in_shop(2, 10);
  published(3, 20);
  published(4, 30);
  const std::string in = " in " + std::string(kShop);
  EXPECT_THAT(
      told(100),
      ElementsAre("1 customers: old since 10", "1 orders: old since 10", "1 records: old",
                  "2 customers: may_be_shown" + in + " since 20", "2 orders: may_be_shown" + in + " since 20",
                  "3 customers: may_be_shown" + in + " since 30", "3 orders: may_be_shown" + in + " since 30",
                  "4 customers: shown", "4 orders: shown"));
  // Who asks it knows.
  EXPECT_THAT(told(100, &shop_),
              IsSupersetOf({"2 customers: led_to since 20", "2 orders: led_to since 20",
                            "3 customers: old since 30", "3 orders: old since 30", "3 records: old"}));
  // And once a run is shown there again, everybody.
  published_in_shop(5, 100);
  EXPECT_THAT(told(123), IsSupersetOf({"2 orders: young since 100", "3 orders: young since 100"}));
  EXPECT_THAT(told(124), IsSupersetOf({"2 orders: old since 100", "3 orders: old since 100"}));
}

TEST_F(OldRunsTest, A_run_that_was_finished_without_its_catalog_proves_nothing_about_it) {
  published_in_shop(1, 0);
  shop_.refused = kOrders;
  EXPECT_FALSE(published_in_shop(2, 10));
  // A run without the catalog takes over, and then finishes it.
  published(3, 20);
  store_.set_time(at_hour(21));
  ASSERT_TRUE(roll_forward(store_, nobody_).value()[0].finished);
  ASSERT_EQ(shop_.shown[kOrders], the_run(1));
  EXPECT_THAT(told(100), testing::Contains("1 orders: may_be_shown in " + std::string(kShop) + " since 20"));
  EXPECT_THAT(told(100, &shop_), testing::Contains("1 orders: led_to since 20"));
}

TEST_F(OldRunsTest, What_a_catalog_shows_by_somebodys_hand_is_kept) {
  published_in_shop(1, 0);
  published_in_shop(2, 10);
  shop_.shown[kOrders] = the_run(1);
  EXPECT_THAT(told(100, &shop_), ElementsAre("1 customers: old since 10", "1 orders: led_to since 10",
                                             "2 customers: shown", "2 orders: shown"));
}

TEST_F(OldRunsTest, When_the_catalog_can_not_be_asked_nothing_is_known_to_be_old) {
  published_in_shop(1, 0);
  published_in_shop(2, 10);
  shop_.silent = true;
  const auto old = search(store_, shop_, 100);
  ASSERT_FALSE(old.has_value());
  EXPECT_THAT(old.error().message(), HasSubstr("glue:GetTable"));
  EXPECT_THAT(old.error().hint(), HasSubstr("nothing of it was removed"));
  // Nor when it falls silent behind the search.
  shop_.silent = false;
  const OldRuns found = find(100, &shop_);
  shop_.silent = true;
  const std::set<std::string> before = keys();
  const auto removals = remove_old_runs(lake(store_, shop_), found);
  EXPECT_EQ(removals.at(0).error->kind(), ErrorKind::PermissionDenied);
  EXPECT_EQ(keys(), before);
}

TEST_F(OldRunsTest, A_record_that_somebody_put_back_keeps_its_run) {
  published(1, 0);
  const std::string first = store_.get(table_key(kOrders)).value()->content;
  published(2, 10);
  const OldRuns found = find(100);
  put(table_key(kOrders), first);
  const std::set<std::string> before = keys();
  const auto removals = remove_old_runs(lake(store_, nobody_), found);
  EXPECT_THAT(removals.at(0).error->message(), HasSubstr("see an old run again"));
  EXPECT_EQ(removals[0].error->context("run_id"), the_run(1));
  EXPECT_EQ(keys(), without(before, {data_key(kCustomers, the_run(1), "", 0, 0, 0)}));
  // One that is gone: nobody knows.
  ASSERT_TRUE(store_.remove(table_key(kOrders)).has_value());
  EXPECT_THAT(remove_old_runs(lake(store_, nobody_), found).at(0).error->message(), HasSubstr("vanished"));
  EXPECT_EQ(keys(), without(before, {data_key(kCustomers, the_run(1), "", 0, 0, 0), table_key(kOrders)}));
}

TEST_F(OldRunsTest, A_copy_of_a_tables_record_stops_the_search) {
  published(1, 0);
  const std::string first = store_.get(table_key(kOrders)).value()->content;
  published(2, 10);
  put(tables_prefix() + "public.orders-before.json", first);
  const auto old = search(store_, nobody_, 100);
  ASSERT_FALSE(old.has_value());
  EXPECT_THAT(old.error().describe(), HasSubstr("this record is of the table public.orders"));
}

TEST_F(OldRunsTest, What_is_not_the_runs_own_stays) {
  published(1, 0);
  published(2, 10);
  const std::set<std::string> ours = all_of(1);
  for (const std::string& key :
       {data_prefix(kOrders, the_run(1)) + "_SUCCESS", data_prefix(kOrders, the_run(1)) + "01-0-0.parquet",
        data_prefix(kOrders, the_run(1)) + "sub/0-0-0.parquet",
        data_key("public.others", the_run(1), "", 0, 0, 0),
        data_key("shop/public.orders", the_run(1), "", 0, 0, 0), data_key(kOrders, the_run(9), "", 0, 0, 0),
        run_prefix(the_run(1)) + "notes.txt", run_prefix(the_run(1)) + "receipts/0.json.bak",
        run_prefix(the_run(1)) + "plan.json.bak", std::string("README.txt")}) {
    put(key);
  }
  const std::set<std::string> before = keys();
  remove(100);
  EXPECT_EQ(keys(), without(before, ours));
}

TEST_F(OldRunsTest, A_run_without_a_decision_that_can_be_read_is_kept_and_keeps_nobody_else) {
  for (int n = 1; n <= 4; ++n) published(n, n);
  put(commit_key(the_run(2)), "{");
  ASSERT_TRUE(store_.remove(commit_key(the_run(3))).has_value());
  EXPECT_THAT(told(100), ElementsAre("1 customers: old since 3", "1 orders: old since 3", "1 records: old",
                                     "2 customers: unknown_origin", "2 orders: unknown_origin",
                                     "3 customers: unknown_origin", "3 orders: unknown_origin",
                                     "4 customers: shown", "4 orders: shown"));
  const std::set<std::string> before = keys();
  remove(100);
  EXPECT_EQ(keys(), without(before, all_of(1)));
}

TEST_F(OldRunsTest, A_removal_that_fails_anywhere_leaves_what_the_next_one_finds) {
  bool failed = true;
  for (int failing = 0; failed; ++failing) {
    ASSERT_LT(failing, 1000);
    failed = false;
    store_.set_time(at_hour(0));
    for (const std::string& key : keys()) ASSERT_TRUE(store_.remove(key).has_value());
    published(1, 0);
    published(2, 10, {kOrders});
    published(3, 20);
    const std::set<std::string> before = keys();
    std::set<std::string> garbage = all_of(1);
    for (const std::string& key :
         {data_key(kOrders, the_run(2), "", 0, 0, 0), plan_key(the_run(2)), receipt_key(the_run(2), 0)}) {
      garbage.insert(key);
    }
    FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
      if (call.number != failing) return Fault::None;
      failed = true;
      return failing % 2 == 0 ? Fault::Refused : Fault::LostAnswer;
    });
    if (const auto found = search(faulty, nobody_, 100); found)
      remove_old_runs(lake(faulty, nobody_), *found);
    for (const std::string& key : without(before, keys())) EXPECT_TRUE(garbage.contains(key)) << key;
    remove(100);
    EXPECT_EQ(keys(), without(before, garbage)) << failing;
  }
}

TEST_F(OldRunsTest, A_run_keeps_its_records_as_long_as_any_of_its_data_is_there) {
  published(1, 0);
  published(2, 10);
  const std::set<std::string> before = keys();
  FaultyStore refusing(store_, [](const FaultyStore::Call& call) {
    return call.operation == "remove" && call.key.starts_with(kOrders) ? Fault::Refused : Fault::None;
  });
  const auto removals = remove_old_runs(lake(refusing, nobody_), find(100));
  EXPECT_EQ(removals.at(0).objects, 1U);
  EXPECT_EQ(removals[0].error->kind(), ErrorKind::Storage);
  EXPECT_EQ(keys(), without(before, {data_key(kCustomers, the_run(1), "", 0, 0, 0)}));
  remove(100);
  EXPECT_EQ(keys(), without(before, all_of(1)));
}

TEST_F(OldRunsTest, What_a_late_worker_uploads_is_found_by_the_next_search) {
  published(1, 0);
  published(2, 10);
  remove(100);
  const std::set<std::string> before = keys();
  put(data_key(kOrders, the_run(1), "", 1, 1, 0));
  EXPECT_THAT(told(100), testing::Contains("1 orders: old since 10"));
  remove(100);
  EXPECT_EQ(keys(), before);
}

TEST_F(OldRunsTest, When_it_is_stopped_it_says_so_and_the_rest_is_left) {
  published(1, 0);
  published(2, 10);
  const OldRuns old = find(100);
  const std::set<std::string> before = keys();
  FaultyStore stopping(store_, [this](const FaultyStore::Call& call) {
    if (call.operation == "remove") stop_.request(Cancellation::Reason::Operator);
    return Fault::None;
  });
  const auto removals = remove_old_runs(lake(stopping, nobody_), old);
  EXPECT_EQ(removals.back().error->kind(), ErrorKind::Interrupted);
  EXPECT_TRUE(keys().contains(plan_key(the_run(1))));
  EXPECT_EQ(search(store_, nobody_, 100).error().kind(), ErrorKind::Interrupted);
  EXPECT_THAT(before, IsSupersetOf(keys()));
}

TEST_F(OldRunsTest, Where_a_store_does_not_say_when_only_an_age_of_0_is_old_enough) {
  published(1, 0);
  publish(*planned(2), 10, nobody_);
  MemoryStore timeless;
  for (const std::string& key : keys()) {
    ASSERT_TRUE(
        timeless.put(key, store_.get(key).value()->content, storage::PutCondition::none()).has_value());
  }
  EXPECT_THAT(told(search(timeless, nobody_, 1000).value()), testing::Contains("1 orders: young since 1000"));
  const FoundRuns found = find_runs(timeless, stop_).value();
  EXPECT_THAT(told(find_old_runs(lake(timeless, nobody_), found, hours(0)).value()),
              testing::Contains("1 orders: old since 1000"));
}

}  // namespace
}  // namespace pg2athena::catalog
