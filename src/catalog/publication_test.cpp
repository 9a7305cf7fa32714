// Runs that are killed, cut off or overtaken at any step: readers see the old run or the new one, whole.
#include "catalog/publication.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using storage::FaultyStore;
using storage::MemoryStore;
using storage::ObjectStore;
using Fault = FaultyStore::Fault;
using State = TableOutcome::State;
using Runs = std::map<std::string, std::string>;

// Shards, commit, publish; discards when it knows that the run failed.
Result<RunOutcome> whole_run(ObjectStore& store, Publisher& publisher, const std::string& run_id) {
  PG2ATHENA_ASSIGN(const RunPlan plan, plan_run(store, run_id));
  PG2ATHENA_ASSIGN(const auto record, run_shards(store, plan));
  if (const Result<void> committed = record->commit(); !committed) {
    if (committed.error().kind() != ErrorKind::CommitUnknown) discard_if_possible(*record);
    return fail(committed.error());
  }
  return record->publish(publisher);
}

class PublicationTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(whole_run(store_, publisher_, old_).value().finished); }

  Runs seen() {
    bool complete = true;
    Runs runs = visible(store_, complete);
    EXPECT_TRUE(complete) << "a run is visible whose files aren't all there";
    return runs;
  }
  bool decided(const std::string& run_id) {
    const auto commit = store_.get(commit_key(run_id)).value();
    return commit && decision_from_json(commit->content).value().verdict == Decision::Verdict::Publish;
  }
  std::unique_ptr<RunRecord> decided_run(const std::string& run_id) {
    auto record = run_shards(store_, plan_run(store_, run_id).value()).value();
    EXPECT_TRUE(record->commit().has_value());
    return record;
  }
  // What has to hold after anything: every table shows an old or the new run; rolling forward makes it one of
  // them for all; and the next run goes through.
  void check_recovery(const std::string& run_id, const std::string& story) {
    for (const auto& [table, run] : seen())
      EXPECT_TRUE(run == old_ || run == run_id) << story << ", " << table;
    const std::vector<RunOutcome> rolled = roll_forward(store_, publisher_).value();
    for (const RunOutcome& outcome : rolled) EXPECT_TRUE(outcome.finished) << story;
    EXPECT_EQ(seen(), all_tables_show(decided(run_id) ? run_id : old_)) << story;
    EXPECT_EQ(publisher_.shown, seen()) << story;
    EXPECT_TRUE(roll_forward(store_, publisher_).value().empty()) << story << ": all was finished before";
    const std::string next = run_number(3);
    ASSERT_TRUE(whole_run(store_, publisher_, next).value().finished) << story;
    EXPECT_EQ(publisher_.shown, all_tables_show(next)) << story;
  }

  const std::string old_ = run_number(1);
  const std::string new_ = run_number(2);
  MemoryStore store_;
  KeepingPublisher publisher_{store_};
};

// A fresh start for each case of a loop.
struct Scene : PublicationTest {
  Scene() { SetUp(); }
  void TestBody() override {}
  using PublicationTest::check_recovery;
  using PublicationTest::new_;
  using PublicationTest::publisher_;
  using PublicationTest::store_;
};

TEST(Publication, Killed_at_any_step_the_old_run_or_the_new_one_is_visible) {
  int last = 0;
  for (const bool after_effect : {false, true}) {
    for (int step = 0;; ++step) {
      Scene scene;
      int calls = 0;
      FaultyStore dying(scene.store_, [&](const FaultyStore::Call& call) {
        calls = call.number + 1;
        if (call.number < step) return Fault::None;
        return call.number == step && after_effect ? Fault::LostAnswer : Fault::Lost;
      });
      [[maybe_unused]] const auto outcome = whole_run(dying, scene.publisher_, scene.new_);
      if (calls <= step) break;  // the run had no such step
      scene.check_recovery(scene.new_, "killed " + std::string(after_effect ? "after" : "before") + " call " +
                                           std::to_string(step));
      last = step;
    }
  }
  EXPECT_GT(last, 12);
}

TEST(Publication, One_failure_anywhere_never_leaves_the_outcome_unknown) {
  for (const Fault fault : {Fault::Refused, Fault::Lost, Fault::LostAnswer, Fault::Unsynced}) {
    bool reached = true;
    for (int step = 0; reached; ++step) {
      Scene scene;
      reached = false;
      FaultyStore faulty(scene.store_, [&](const FaultyStore::Call& call) {
        reached = reached || call.number == step;
        return call.number == step ? fault : Fault::None;
      });
      const Result<RunOutcome> outcome = whole_run(faulty, scene.publisher_, scene.new_);
      const std::string story =
          "fault " + std::to_string(static_cast<int>(fault)) + " in call " + std::to_string(step);
      if (!outcome) {
        EXPECT_NE(outcome.error().kind(), ErrorKind::CommitUnknown) << story << ": " << outcome.error();
      }
      scene.check_recovery(scene.new_, story);
    }
  }
}

TEST(Publication, Two_failures_anywhere_leave_the_old_run_or_the_new_one) {
  int unknown = 0;
  for (int first = 0; first < 30; ++first) {
    for (int second = first + 1; second < 30; ++second) {
      for (const Fault fault : {Fault::Lost, Fault::LostAnswer}) {
        Scene scene;
        FaultyStore faulty(scene.store_, [&](const FaultyStore::Call& call) {
          if (call.number == first) return fault;
          return call.number == second ? Fault::Lost : Fault::None;
        });
        const Result<RunOutcome> outcome = whole_run(faulty, scene.publisher_, scene.new_);
        if (!outcome && outcome.error().kind() == ErrorKind::CommitUnknown) ++unknown;
        scene.check_recovery(scene.new_,
                             "faults in calls " + std::to_string(first) + " and " + std::to_string(second));
      }
    }
  }
  EXPECT_GT(unknown, 0);
}

TEST_F(PublicationTest, Of_two_runs_planned_on_one_state_the_first_to_publish_stays) {
  const RunPlan plan = plan_run(store_, run_number(3)).value();
  const auto slow = decided_run(new_);
  const auto quick = run_shards(store_, plan).value();
  ASSERT_TRUE(quick->commit().has_value());
  ASSERT_TRUE(quick->publish(publisher_).finished);

  const RunOutcome outcome = slow->publish(publisher_);
  EXPECT_TRUE(outcome.finished) << "there is nothing left to do for it";
  for (const TableOutcome& table : outcome.tables) {
    EXPECT_EQ(table.state, State::Superseded);
    EXPECT_EQ(table.current_run_id, quick->run_id());
    EXPECT_EQ(table.error->kind(), ErrorKind::Superseded);
  }
  EXPECT_EQ(seen(), all_tables_show(quick->run_id()));
  EXPECT_EQ(publisher_.shown, seen());
}

TEST_F(PublicationTest, A_table_that_is_superseded_does_not_stop_the_others) {
  const auto record = decided_run(new_);
  RunPlan plan = plan_run(store_, run_number(3)).value();
  plan.tables.pop_back();
  const auto customers_only = run_shards(store_, plan).value();
  ASSERT_TRUE(customers_only->commit().has_value());
  ASSERT_TRUE(customers_only->publish(publisher_).finished);

  const RunOutcome outcome = record->publish(publisher_);
  EXPECT_EQ(outcome.tables[0].state, State::Superseded);
  EXPECT_EQ(outcome.tables[1].state, State::Published);
  EXPECT_EQ(seen(), (Runs{{"public.customers", customers_only->run_id()}, {"public.orders", new_}}));
}

TEST_F(PublicationTest, A_decided_run_that_was_overtaken_is_not_brought_back) {
  const RunPlan plan = plan_run(store_, run_number(3)).value();
  decided_run(new_);  // and killed
  const auto newer = run_shards(store_, plan).value();
  ASSERT_TRUE(newer->commit().has_value());
  ASSERT_TRUE(newer->publish(publisher_).finished);

  const std::vector<RunOutcome> rolled = roll_forward(store_, publisher_).value();
  ASSERT_EQ(rolled.size(), 1U);
  EXPECT_EQ(rolled[0].run_id, new_);
  EXPECT_TRUE(rolled[0].finished);
  EXPECT_EQ(rolled[0].tables[0].state, State::Superseded);
  EXPECT_EQ(seen(), all_tables_show(newer->run_id()));
  EXPECT_EQ(publisher_.shown, seen());
}

TEST_F(PublicationTest, Of_several_decided_runs_the_newest_is_rolled_forward) {
  const RunPlan plan = plan_run(store_, run_number(3)).value();
  decided_run(new_);
  const auto newer = run_shards(store_, plan).value();
  ASSERT_TRUE(newer->commit().has_value());
  EXPECT_EQ(roll_forward(store_, publisher_).value().size(), 2U);
  EXPECT_EQ(seen(), all_tables_show(newer->run_id()));
}

TEST_F(PublicationTest, A_run_that_was_published_and_replaced_counts_as_published) {
  const auto first = decided_run(new_);
  const std::string marker = pending_key(new_);
  ASSERT_TRUE(first->publish(publisher_).finished);
  ASSERT_TRUE(store_.remove(published_key(new_)).has_value());  // as if killed right before
  ASSERT_TRUE(store_.put(marker, "", storage::PutCondition::none()).has_value());
  const auto second = decided_run(run_number(3));
  ASSERT_TRUE(second->publish(publisher_).finished);

  const std::vector<RunOutcome> rolled = roll_forward(store_, publisher_).value();
  ASSERT_EQ(rolled.size(), 1U);
  EXPECT_EQ(rolled[0].tables[0].state, State::Published);
  EXPECT_EQ(seen(), all_tables_show(second->run_id()));
  EXPECT_EQ(publisher_.shown, seen());
}

class RefusingPublisher final : public Publisher {
 public:
  Result<void> show(const std::string& table) override {
    if (table == kTestTables[0]) return fail(ErrorKind::PermissionDenied, "the catalog refuses");
    shown.push_back(table);
    return {};
  }
  std::vector<std::string> shown;
};

TEST_F(PublicationTest, A_table_that_fails_is_finished_later_and_does_not_stop_the_others) {
  RefusingPublisher refusing;
  const RunOutcome outcome = decided_run(new_)->publish(refusing);
  EXPECT_FALSE(outcome.finished);
  EXPECT_EQ(outcome.tables[0].state, State::Unfinished);
  EXPECT_EQ(outcome.tables[0].error->kind(), ErrorKind::PermissionDenied);
  EXPECT_EQ(outcome.tables[1].state, State::Published);
  EXPECT_EQ(refusing.shown, std::vector<std::string>{kTestTables[1]});

  const std::vector<RunOutcome> rolled = roll_forward(store_, publisher_).value();
  ASSERT_EQ(rolled.size(), 1U);
  EXPECT_TRUE(rolled[0].finished);
  EXPECT_EQ(publisher_.shown, all_tables_show(new_));
}

TEST_F(PublicationTest, A_decision_that_cannot_be_read_does_not_stop_other_runs) {
  const std::string broken = run_number(9);
  ASSERT_TRUE(store_.put(pending_key(broken), "", storage::PutCondition::none()).has_value());
  ASSERT_TRUE(store_.put(commit_key(broken), "{", storage::PutCondition::none()).has_value());
  ASSERT_TRUE(store_.put(pending_prefix() + "somebody's", "", storage::PutCondition::none()).has_value());
  decided_run(new_);
  const std::vector<RunOutcome> rolled = roll_forward(store_, publisher_).value();
  ASSERT_EQ(rolled.size(), 2U);
  EXPECT_EQ(rolled[0].run_id, broken);
  EXPECT_EQ(rolled[0].error->kind(), ErrorKind::CorruptInput);
  EXPECT_TRUE(rolled[1].finished);
}

TEST_F(PublicationTest, An_abandoned_run_is_only_cleared_away) {
  const Decision against{
      .run_id = new_, .verdict = Decision::Verdict::Abandon, .decided_at = "", .tables = {}};
  ASSERT_TRUE(store_.put(pending_key(new_), "", storage::PutCondition::none()).has_value());
  ASSERT_TRUE(store_.put(commit_key(new_), to_json(against), storage::PutCondition::none()).has_value());
  EXPECT_TRUE(roll_forward(store_, publisher_).value().empty());
  EXPECT_TRUE(store_.list(pending_prefix()).value().empty());
  EXPECT_FALSE(store_.get(published_key(new_)).value().has_value());
}

TEST_F(PublicationTest, Runs_that_go_on_are_left_alone) {
  const auto going_on = run_shards(store_, plan_run(store_, new_).value()).value();
  EXPECT_TRUE(roll_forward(store_, publisher_).value().empty());
  EXPECT_TRUE(going_on->commit().has_value());
  EXPECT_TRUE(going_on->publish(publisher_).finished);
}

TEST_F(PublicationTest, Many_may_roll_forward_at_once) {
  decided_run(new_);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      KeepingPublisher publisher(store_);
      const std::vector<RunOutcome> rolled = roll_forward(store_, publisher).value();
      for (const RunOutcome& outcome : rolled) {
        EXPECT_TRUE(outcome.finished);
        for (const TableOutcome& table : outcome.tables) EXPECT_EQ(table.state, State::Published);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen(), all_tables_show(new_));
}

}  // namespace
}  // namespace pg2athena::catalog
