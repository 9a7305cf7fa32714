#include "catalog/run_record.h"

#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/partition_name.h"
#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using storage::FaultyStore;
using storage::MemoryStore;
using Fault = FaultyStore::Fault;
using testing::HasSubstr;

std::vector<std::string> keys(storage::ObjectStore& store, const std::string& prefix) {
  std::vector<std::string> found;
  const std::vector<storage::ObjectInfo> objects = store.list(prefix).value();
  found.reserve(objects.size());
  for (const storage::ObjectInfo& object : objects) found.push_back(object.key);
  return found;
}
using Keys = std::vector<std::string>;

class RunRecordTest : public testing::Test {
 protected:
  const std::string run_ = run_number(1);
  MemoryStore store_;
  KeepingPublisher publisher_{store_};
};

TEST_F(RunRecordTest, A_run_is_planned_received_decided_and_shown) {
  const RunPlan plan = plan_run(store_, run_).value();
  const auto record = run_shards(store_, plan).value();
  EXPECT_EQ(record->receipts().size(), 2U);
  EXPECT_FALSE(read_current(store_, "public.orders").value().has_value());

  const Result<void> committed = record->commit();
  ASSERT_TRUE(committed.has_value()) << committed.error();
  EXPECT_FALSE(read_current(store_, "public.orders").value().has_value());

  const RunOutcome outcome = record->publish(publisher_);
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(publisher_.shown, all_tables_show(run_));
  const TableRecord orders = read_table_record(store_, "public.orders").value().value();
  EXPECT_EQ(orders.data, "public.orders/data/" + run_ + "/");
  EXPECT_EQ(orders.rows, 1U);
  EXPECT_EQ(orders.columns, plan.tables[1].columns);
  EXPECT_EQ(read_plan(store_, run_).value(), "{}\n");
  std::vector<Receipt> stored = read_receipts(store_, run_).value();
  EXPECT_EQ(stored, (std::vector<Receipt>{receipt_for(plan, 0), receipt_for(plan, 1)}));
  for (Receipt& receipt : stored) receipt.files[0].columns.clear();
  EXPECT_EQ(record->receipts(), stored);
  EXPECT_EQ(keys(store_, pending_prefix()), Keys{});
}

TEST_F(RunRecordTest, The_second_run_replaces_the_first) {
  for (const int n : {1, 2}) {
    const auto record = run_shards(store_, plan_run(store_, run_number(n)).value()).value();
    ASSERT_TRUE(record->commit().has_value());
    ASSERT_TRUE(record->publish(publisher_).finished);
    EXPECT_EQ(publisher_.shown, all_tables_show(record->run_id()));
    if (n == 2) {
      EXPECT_NE(read_table_record(store_, "public.orders").value()->previous_run_id, "");
    }
  }
}

TEST_F(RunRecordTest, A_plan_that_makes_no_sense_is_refused) {
  const std::function<void(RunPlan&)> changes[] = {
      [](RunPlan& plan) { plan.run_id = "today"; },
      [](RunPlan& plan) { plan.tables.clear(); },
      [](RunPlan& plan) { plan.tables[1].name = plan.tables[0].name; },
      [](RunPlan& plan) { plan.tables[1].first_shard = 0; },
      [](RunPlan& plan) { plan.tables[0].shards = 2; },
      [](RunPlan& plan) { plan.tables[0].shards = 0; },
      [](RunPlan& plan) { plan.tables[0].name = "../x"; },
  };
  for (const auto& change : changes) {
    RunPlan plan = plan_run(store_, run_).value();
    change(plan);
    EXPECT_FALSE(RunRecord::begin(store_, kTestClock, plan).has_value());
  }
  EXPECT_EQ(keys(store_, ""), Keys{});
}

TEST_F(RunRecordTest, A_run_id_is_used_once) {
  RunPlan plan = plan_run(store_, run_).value();
  ASSERT_TRUE(RunRecord::begin(store_, kTestClock, plan).has_value());
  plan.json = "another plan";
  EXPECT_FALSE(RunRecord::begin(store_, kTestClock, plan).has_value());
}

TEST_F(RunRecordTest, The_first_attempt_of_a_shard_wins_and_the_files_of_others_are_removed) {
  using Outcome = RunRecord::ReceiptOutcome;
  const RunPlan plan = plan_run(store_, run_).value();
  const auto record = RunRecord::begin(store_, kTestClock, plan).value();
  const Receipt slow = receipt_for(plan, 0, 0);
  const Receipt quick = receipt_for(plan, 0, 1);
  for (const Receipt& receipt : {slow, quick}) {
    ASSERT_TRUE(upload_text(store_, receipt.files[0].key, receipt.files[0].key).has_value());
  }
  EXPECT_EQ(record->add_receipt(quick).value(), Outcome::Counted);
  EXPECT_EQ(record->add_receipt(quick).value(), Outcome::Counted)
      << "said again after an answer that got lost";
  EXPECT_EQ(record->add_receipt(slow).value(), Outcome::AnotherAttemptWon);
  EXPECT_EQ(read_receipts(store_, run_).value(), std::vector<Receipt>{quick});
  EXPECT_EQ(record->receipts().at(0).attempt, 1);

  // What a third attempt left, which failed before its receipt.
  ASSERT_TRUE(upload_text(store_, data_key("public.customers", run_, "", 0, 2, 0), "half").has_value());
  ASSERT_TRUE(run_shard(store_, *record, receipt_for(plan, 1)).has_value());
  ASSERT_TRUE(record->commit().has_value());
  EXPECT_EQ(keys(store_, "public.customers/"), Keys{quick.files[0].key})
      << "a Hive reader takes all that is there";
}

TEST_F(RunRecordTest, The_record_of_a_partitioned_table_has_its_partitions) {
  RunPlan plan = plan_run(store_, run_).value();
  plan.tables[0].partitioning = {.column = "d", .type = "string", .by = "value", .source_column = "id"};
  const auto record = RunRecord::begin(store_, kTestClock, plan).value();
  Receipt receipt = receipt_for(plan, 0);
  receipt.files.clear();
  receipt.rows = receipt.bytes = 0;
  for (const std::string value : {"b/c", "a", "__HIVE_DEFAULT_PARTITION__", "a"}) {
    const std::string folder = partition_folder("d", value) + "/";
    const std::string key =
        data_key("public.customers", run_, folder, 0, 0, static_cast<int>(receipt.files.size()));
    receipt.files.push_back(
        {.key = key, .rows = 1, .bytes = key.size(), .xxh3_128 = "", .partition = value, .columns = {}});
    receipt.rows += 1;
    receipt.bytes += key.size();
  }
  ASSERT_TRUE(run_shard(store_, *record, receipt).has_value());
  ASSERT_TRUE(run_shard(store_, *record, receipt_for(plan, 1)).has_value());
  ASSERT_TRUE(record->commit().has_value());
  ASSERT_TRUE(record->publish(publisher_).finished);
  const TableRecord customers = read_table_record(store_, "public.customers").value().value();
  ASSERT_TRUE(customers.partitioning.has_value());
  EXPECT_EQ(customers.partitioning->values, (Keys{"__HIVE_DEFAULT_PARTITION__", "a", "b/c"}));
  EXPECT_EQ(customers.partitioning->column, "d");
  EXPECT_EQ(customers.files, 4U);
  EXPECT_FALSE(read_table_record(store_, "public.orders").value()->partitioning.has_value());
}

TEST_F(RunRecordTest, A_file_outside_of_its_partition_is_refused) {
  RunPlan plan = plan_run(store_, run_).value();
  plan.tables[0].partitioning = {.column = "d", .type = "string", .by = "value", .source_column = "id"};
  const auto record = RunRecord::begin(store_, kTestClock, plan).value();
  const auto accepted = [&](int shard, const std::string& folder, std::optional<std::string> value) {
    Receipt receipt = receipt_for(plan, shard);
    receipt.files[0].key = data_key(receipt.table, run_, folder, shard, 0, 0);
    receipt.files[0].partition = std::move(value);
    return record->add_receipt(receipt).has_value();
  };
  EXPECT_FALSE(accepted(0, "", std::nullopt));
  EXPECT_FALSE(accepted(0, "", "a"));
  EXPECT_FALSE(accepted(0, "d=a/", std::nullopt));
  EXPECT_FALSE(accepted(0, "d=a/", "ab"));
  EXPECT_FALSE(accepted(0, "d=/", ""));
  EXPECT_FALSE(accepted(1, "d=a/", "a")) << "a table without partitions";
  EXPECT_TRUE(accepted(0, "d=a/", "a"));
}

TEST_F(RunRecordTest, A_receipt_that_lies_is_refused) {
  const RunPlan plan = plan_run(store_, run_).value();
  const auto record = RunRecord::begin(store_, kTestClock, plan).value();
  const std::function<void(Receipt&)> changes[] = {
      [](Receipt& receipt) { receipt.run_id = run_number(9); },
      [](Receipt& receipt) { receipt.shard = 2; },
      [](Receipt& receipt) { receipt.table = "public.customers"; },
      [](Receipt& receipt) { receipt.rows = 2; },
      [](Receipt& receipt) { receipt.bytes = 0; },
      [](Receipt& receipt) { receipt.files[0].key = "public.customers/data/x"; },
  };
  for (const auto& change : changes) {
    Receipt receipt = receipt_for(plan, 1);
    change(receipt);
    EXPECT_EQ(record->add_receipt(receipt).error().kind(), ErrorKind::Internal);
  }
}

TEST_F(RunRecordTest, Receipts_come_from_many_threads) {
  RunPlan plan = plan_run(store_, run_).value();
  plan.tables.pop_back();
  plan.tables[0].shards = 64;
  const auto record = RunRecord::begin(store_, kTestClock, plan).value();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int shard = t; shard < 64; shard += 4) {
        Receipt receipt = receipt_for(plan, 0);
        receipt.shard = shard;
        receipt.files.clear();
        receipt.rows = receipt.bytes = 0;
        EXPECT_TRUE(record->add_receipt(receipt).has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(record->commit().has_value());
}

TEST_F(RunRecordTest, A_run_is_not_decided_while_something_is_missing) {
  const RunPlan plan = plan_run(store_, run_).value();
  const auto record = RunRecord::begin(store_, kTestClock, plan).value();
  ASSERT_TRUE(run_shard(store_, *record, receipt_for(plan, 0)).has_value());
  EXPECT_THAT(record->commit().error().describe(),
              HasSubstr("a shard has no receipt (table=public.orders, shard=1)"));

  const Receipt orders = receipt_for(plan, 1);
  ASSERT_TRUE(record->add_receipt(orders).has_value());
  EXPECT_THAT(record->commit().error().describe(), HasSubstr("was written and isn't there"));

  ASSERT_TRUE(upload_text(store_, orders.files[0].key, "short").has_value());
  EXPECT_THAT(record->commit().error().describe(), HasSubstr("has 5 bytes, but"));

  ASSERT_TRUE(store_.remove(orders.files[0].key).has_value());
  ASSERT_TRUE(upload_text(store_, orders.files[0].key, orders.files[0].key).has_value());
  EXPECT_TRUE(record->commit().has_value());
}

TEST_F(RunRecordTest, Discarding_removes_the_run_and_nothing_else) {
  const auto first = run_shards(store_, plan_run(store_, run_).value()).value();
  ASSERT_TRUE(first->commit().has_value());
  ASSERT_TRUE(first->publish(publisher_).finished);
  ASSERT_TRUE(upload_text(store_, "public.orders/somebody's file", "x").has_value());
  const Keys before = keys(store_, "");
  const auto second = run_shards(store_, plan_run(store_, run_number(2)).value()).value();
  EXPECT_GT(keys(store_, "").size(), before.size());
  ASSERT_TRUE(second->discard().has_value());
  EXPECT_EQ(keys(store_, ""), before);
}

TEST_F(RunRecordTest, A_decided_run_is_not_discarded) {
  const auto record = run_shards(store_, plan_run(store_, run_).value()).value();
  ASSERT_TRUE(record->commit().has_value());
  EXPECT_EQ(record->discard().error().kind(), ErrorKind::Internal);
  EXPECT_TRUE(record->publish(publisher_).finished);
}

TEST_F(RunRecordTest, An_undecided_run_is_not_published) {
  const auto record = run_shards(store_, plan_run(store_, run_).value()).value();
  const RunOutcome outcome = record->publish(publisher_);
  EXPECT_FALSE(outcome.finished);
  EXPECT_EQ(outcome.error->kind(), ErrorKind::Internal);
}

// Puts of one key get lost, or arrive when it is too late.
class LateStore {
 public:
  explicit LateStore(MemoryStore& next) : next_(next) {}
  FaultyStore& store() { return faulty_; }
  void lose(std::string key, int times) {
    key_ = std::move(key);
    times_ = times;
  }

 private:
  MemoryStore& next_;
  std::string key_;
  int times_ = 0;
  FaultyStore faulty_{next_, [this](const FaultyStore::Call& call) {
                        if (call.operation != "put" || call.key != key_ || times_ == 0) return Fault::None;
                        --times_;
                        return Fault::Lost;
                      }};
};

TEST_F(RunRecordTest, A_decision_that_got_lost_is_made_a_decision_against_the_run) {
  LateStore late(store_);
  const auto record = run_shards(late.store(), plan_run(store_, run_).value()).value();
  late.lose(commit_key(run_), 1);
  EXPECT_EQ(record->commit().error().kind(), ErrorKind::CommitFailed);
  // The put that was on its way arrives now, and finds the place taken.
  const storage::PutOutcome arrived =
      store_.put(commit_key(run_), "the decision", storage::PutCondition::if_absent()).value();
  EXPECT_TRUE(std::holds_alternative<storage::ConditionFailed>(arrived));
  ASSERT_TRUE(record->discard().has_value());
  EXPECT_EQ(keys(store_, ""), Keys{commit_key(run_)}) << "what keeps the late decision out stays";
  EXPECT_TRUE(roll_forward(store_, publisher_).value().empty());
}

TEST_F(RunRecordTest, An_unknown_decision_is_told_apart_and_nothing_is_removed) {
  LateStore late(store_);
  const auto record = run_shards(late.store(), plan_run(store_, run_).value()).value();
  late.lose(commit_key(run_), 2);
  const Error error = record->commit().error();
  EXPECT_EQ(error.kind(), ErrorKind::CommitUnknown);
  EXPECT_THAT(error.hint(), HasSubstr("pg2athena publish"));
  EXPECT_EQ(record->discard().error().kind(), ErrorKind::Internal);
  EXPECT_EQ(record->commit().error().kind(), ErrorKind::Internal);
  bool complete = true;
  EXPECT_EQ(visible(store_, complete), all_tables_show(""));
  EXPECT_EQ(read_receipts(store_, run_).value().size(), 2U);
}

TEST_F(RunRecordTest, A_refused_decision_is_known_to_have_failed_and_may_be_tried_again) {
  bool refuse = true;
  FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
    return refuse && call.key == commit_key(run_) && call.operation == "put" ? Fault::Refused : Fault::None;
  });
  const auto record = run_shards(faulty, plan_run(store_, run_).value()).value();
  EXPECT_EQ(record->commit().error().kind(), ErrorKind::CommitFailed);
  refuse = false;
  EXPECT_TRUE(record->commit().has_value());
  EXPECT_TRUE(record->publish(publisher_).finished);
}

TEST_F(RunRecordTest, A_decision_that_took_effect_stands_whatever_the_answer_was) {
  for (const Fault fault : {Fault::LostAnswer, Fault::Unsynced}) {
    const std::string run = run_number(static_cast<int>(fault));
    FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
      return call.key == commit_key(run) && call.operation == "put" ? fault : Fault::None;
    });
    const auto record = run_shards(faulty, plan_run(store_, run).value()).value();
    EXPECT_TRUE(record->commit().has_value());
    EXPECT_TRUE(record->publish(publisher_).finished);
  }
}

}  // namespace
}  // namespace pg2athena::catalog
