#include "catalog/garbage.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using State = RunRemains::State;
using Fault = storage::FaultyStore::Fault;
using std::chrono::hours;
using std::chrono::milliseconds;
using storage::FaultyStore;
using storage::MemoryStore;
using storage::UnfinishedUpload;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The same id for the same number.
const std::string& the_run(int n) {
  static std::map<int, std::string> runs;
  std::string& run = runs[n];
  if (run.empty()) run = run_number(n);
  return run;
}

class FakeUploads final : public storage::UnfinishedUploads {
 public:
  std::vector<UnfinishedUpload> all;
  bool whole_keys_only = false;  // as MinIO
  std::string refused;           // the key of one that can't be aborted

  using UnfinishedUploads::unfinished;
  Result<std::vector<UnfinishedUpload>> unfinished(const std::string& prefix,
                                                   const storage::WantedFolder& /*wanted*/) override {
    std::vector<UnfinishedUpload> found;
    for (const UnfinishedUpload& upload : all) {
      if (whole_keys_only ? upload.key == prefix : upload.key.starts_with(prefix)) found.push_back(upload);
    }
    return found;
  }
  bool by_whole_keys_only() const override { return whole_keys_only; }
  Result<void> abort(const UnfinishedUpload& upload) override {
    if (upload.key == refused) return fail(ErrorKind::PermissionDenied, "s3:AbortMultipartUpload is refused");
    std::erase(all, upload);
    return {};
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> found;
    for (const UnfinishedUpload& upload : all) found.push_back(upload.key);
    return found;
  }
};

class LaterClock final : public Clock {
 public:
  std::chrono::system_clock::time_point time = run_id_time(the_run(0)).value() + hours(48);
  std::chrono::system_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

std::string plan_text(const std::string& run) {
  return R"({"run_id": ")" + run + R"(", "tables": [
    {"name": "public.customers", "shards": [{"shard": 0}]}, {"name": "public.orders", "shards": [{"shard": 1}]}]})";
}

class GarbageTest : public testing::Test {
 protected:
  // Everything that a lake may have: run 1 was published, 2 replaced it, 3 is decided and not finished, 4 was
  // killed with one table done, 5 was killed right behind its plan; and what others put there.
  void SetUp() override {
    for (const int n : {1, 2}) {
      const auto record = run_shards(store_, plan(n)).value();
      ASSERT_TRUE(record->commit().has_value());
      ASSERT_TRUE(record->publish(publisher_).finished);
    }
    ASSERT_TRUE(run_shards(store_, plan(3)).value()->commit().has_value());
    RunPlan fourth = plan(4);
    fourth.json = plan_text(fourth.run_id);
    fourth_ = RunRecord::begin(store_, kTestClock, fourth).value();
    ASSERT_TRUE(run_shard(store_, *fourth_, receipt_for(fourth, 0)).has_value());
    ASSERT_TRUE(upload_text(store_, data(4, 1, 0), "the shard's first file").has_value());
    ASSERT_TRUE(RunRecord::begin(store_, kTestClock, plan(5)).has_value());
    for (const std::string& key :
         {std::string("README.txt"), std::string("other/data/file.parquet"),
          "public.orders/data/" + the_run(4) + "/_SUCCESS",
          data_key("public.orders", the_run(9), "", 0, 0, 0), run_prefix(the_run(4)) + "notes.txt",
          pending_key(the_run(9)), std::string("_pg2athena/doctor/x")}) {
      ASSERT_TRUE(store_.put(key, "somebody's", storage::PutCondition::none()).has_value());
    }
    before_ = keys();
  }

  RunPlan plan(int n) { return plan_run(store_, the_run(n)).value(); }
  static std::string data(int run, int shard, int file) {
    return data_key(kTestTables[static_cast<std::size_t>(shard)], the_run(run), "", shard, 0, file);
  }
  void upload(const std::string& key, const std::string& id = "u") {
    uploads_.all.push_back({.key = key, .id = id, .begun = run_id_time(the_run(4))});
  }
  std::set<std::string> keys() {
    std::set<std::string> found;
    const std::vector<storage::ObjectInfo> objects = store_.list("").value();
    for (const storage::ObjectInfo& object : objects) found.insert(object.key);
    return found;
  }
  Garbage find(milliseconds older_than = hours(24)) { return find(store_, older_than).value(); }
  Result<Garbage> find(storage::ObjectStore& store, milliseconds older_than) {
    PG2ATHENA_ASSIGN(const FoundRuns found, find_runs(store, stop_));
    return find_garbage(lake(store), found, older_than);
  }
  std::vector<Removal> remove(const Garbage& garbage) { return remove_garbage(lake(store_), garbage); }
  GarbageSearch lake(storage::ObjectStore& store) {
    return {.store = store, .uploads = uploads_, .clock = clock_, .stop = stop_};
  }
  static std::vector<std::string> described(const Garbage& garbage) {
    std::vector<std::string> runs;
    for (const RunRemains& run : garbage.runs) {
      runs.push_back(
          std::to_string((run.started - run_id_time(the_run(0)).value()) / std::chrono::seconds(1)) + " " +
          std::string(to_string(run.state)) + (run.is_garbage() ? "" : ", kept") + ": " +
          std::to_string(run.objects.size()) + " + " + std::to_string(run.uploads.size()));
    }
    return runs;
  }
  std::vector<std::string> runs(milliseconds older_than = hours(24)) { return described(find(older_than)); }
  // What is gone, and what is new.
  std::set<std::string> gone() {
    std::set<std::string> missing;
    const std::set<std::string> now = keys();
    std::ranges::set_difference(before_, now, std::inserter(missing, missing.end()));
    return missing;
  }
  std::set<std::string> added() {
    std::set<std::string> more;
    const std::set<std::string> now = keys();
    std::ranges::set_difference(now, before_, std::inserter(more, more.end()));
    return more;
  }
  std::set<std::string> of_fourth() const {
    return {data(4, 0, 0), data(4, 1, 0), receipt_key(the_run(4), 0), plan_key(the_run(4))};
  }
  std::set<std::string> of_dead() const {
    std::set<std::string> all = of_fourth();
    all.insert(plan_key(the_run(5)));
    return all;
  }
  std::set<std::string> verdicts() const { return {commit_key(the_run(4)), commit_key(the_run(5))}; }

  MemoryStore store_;
  KeepingPublisher publisher_{store_};
  FakeUploads uploads_;
  LaterClock clock_;
  Cancellation stop_;
  std::unique_ptr<RunRecord> fourth_;
  std::set<std::string> before_;
};

TEST_F(GarbageTest, Undecided_runs_are_found_and_decided_ones_kept_and_nothing_changes) {
  EXPECT_THAT(runs(), ElementsAre("3 decided, kept: 6 + 0", "4 undecided: 4 + 0", "5 undecided: 1 + 0"));
  EXPECT_EQ(keys(), before_);
}

TEST_F(GarbageTest, What_is_removed_is_exactly_the_dead_runs_own) {
  const Garbage garbage = find();
  const std::vector<Removal> removals = remove(garbage);
  ASSERT_EQ(removals.size(), 2U);
  EXPECT_EQ(removals[0].run_id, the_run(4));
  EXPECT_EQ(removals[0].objects, 4U);
  EXPECT_EQ(removals[0].bytes, garbage.runs[1].bytes());
  EXPECT_FALSE(removals[0].error) << *removals[0].error;
  EXPECT_EQ(gone(), of_dead());
  EXPECT_EQ(added(), verdicts());
  // A second time there is nothing to do.
  EXPECT_THAT(runs(), ElementsAre("3 decided, kept: 6 + 0"));
  EXPECT_THAT(remove(find()), IsEmpty());
}

TEST_F(GarbageTest, A_decided_run_is_rolled_forward_afterwards_as_before) {
  remove(find(milliseconds(0)));
  const std::vector<RunOutcome> outcomes = roll_forward(store_, publisher_).value();
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_TRUE(outcomes[0].finished);
  bool complete = true;
  EXPECT_EQ(visible(store_, complete), all_tables_show(the_run(3)));
  EXPECT_TRUE(complete);
}

TEST_F(GarbageTest, A_run_with_a_sign_of_life_is_young) {
  clock_.time = run_id_time(the_run(4)).value() + hours(1);
  EXPECT_THAT(runs(),
              ElementsAre("3 decided, kept: 6 + 0", "4 undecided, kept: 4 + 0", "5 undecided, kept: 1 + 0"));
  EXPECT_THAT(remove(find()), IsEmpty());
  EXPECT_EQ(keys(), before_);
  // An upload that began is one.
  clock_.time = run_id_time(the_run(4)).value() + hours(25);
  uploads_.all = {{.key = data(4, 1, 1), .id = "u", .begun = clock_.time - hours(2)}};
  EXPECT_THAT(runs(),
              ElementsAre("3 decided, kept: 6 + 0", "4 undecided, kept: 4 + 1", "5 undecided: 1 + 0"));
  // Whatever the store's clock says, nothing is too young for an age of 0.
  uploads_.all[0].begun = clock_.time + hours(1);
  EXPECT_THAT(runs(milliseconds(0)),
              ElementsAre("3 decided, kept: 6 + 0", "4 undecided: 4 + 1", "5 undecided: 1 + 0"));
}

TEST_F(GarbageTest, Unfinished_uploads_of_its_runs_are_aborted_and_no_others) {
  upload(data(4, 1, 1));
  upload(data(4, 1, 1), "another");
  upload(data(1, 0, 0));  // of a run that was published: what a lost answer left
  upload(data(3, 0, 0));  // of a decided one, which is left alone
  const std::vector<std::string> foreign = {"backup/2026.tar",
                                            "public.orders/data/" + the_run(4) + "/other.bin", data(9, 0, 0)};
  for (const std::string& key : foreign) upload(key);
  EXPECT_THAT(runs(), ElementsAre("1 published: 0 + 1", "3 decided, kept: 6 + 1", "4 undecided: 4 + 2",
                                  "5 undecided: 1 + 0"));
  const std::vector<Removal> removals = remove(find());
  EXPECT_EQ(removals[1].uploads, 2U);
  EXPECT_THAT(uploads_.keys(), ElementsAre(data(3, 0, 0), foreign[0], foreign[1], foreign[2]));
  EXPECT_EQ(gone(), of_dead());
}

TEST_F(GarbageTest, Where_uploads_are_known_by_whole_keys_only_the_plan_says_which) {
  uploads_.whole_keys_only = true;
  upload(data(4, 1, 1));  // behind the file that is there
  EXPECT_THAT(runs(), ElementsAre("3 decided, kept: 6 + 0", "4 undecided: 4 + 1", "5 undecided: 1 + 0"));
  remove(find());
  EXPECT_THAT(uploads_.all, IsEmpty());
}

TEST_F(GarbageTest, Partitions_that_the_lake_has_had_are_looked_at_for_uploads_too) {
  uploads_.whole_keys_only = true;
  const std::string run = the_run(5);
  const std::string plan = R"({"tables": [{"name": "public.orders", "partition_by": {"by": "day"},
    "shards": [{"shard": 0}, {"shard": 1}]}]})";
  ASSERT_TRUE(store_.put(plan_key(run), plan, storage::PutCondition::none()).has_value());
  // Of an older run, and of this one.
  ASSERT_TRUE(upload_text(store_, data_key("public.orders", the_run(2), "d=1/", 0, 0, 0), "x").has_value());
  ASSERT_TRUE(upload_text(store_, data_key("public.orders", run, "d=2/", 1, 0, 0), "x").has_value());
  upload(data_key("public.orders", run, "d=1/", 0, 0, 0), "a");
  upload(data_key("public.orders", run, "d=2/", 1, 0, 1), "b");
  upload(data_key("public.orders", run, "d=2/", 0, 1, 0), "c");  // as it was read again
  upload(data_key("public.orders", run, "d=3/", 0, 0, 0), "d");  // nobody knows of it
  EXPECT_THAT(runs(), ElementsAre("3 decided, kept: 6 + 0", "4 undecided: 4 + 0", "5 undecided: 2 + 3"));
  remove(find());
  EXPECT_THAT(uploads_.keys(), ElementsAre(data_key("public.orders", run, "d=3/", 0, 0, 0)));
}

TEST_F(GarbageTest, Hidden_files_of_killed_programs_go_with_their_run_or_alone) {
  const auto hidden = [&](const std::string& folder) {
    uploads_.all.push_back({.key = folder + ".0123456789abcdef.unfinished",
                            .id = {},
                            .begun = run_id_time(the_run(4)),
                            .hidden_file = true});
  };
  hidden(data_prefix("public.orders", the_run(4)));
  hidden(run_prefix(the_run(6)));  // killed before its plan was there
  hidden(tables_prefix());
  const Garbage garbage = find();
  EXPECT_THAT(described(garbage), ElementsAre("3 decided, kept: 6 + 0", "4 undecided: 4 + 1",
                                              "5 undecided: 1 + 0", "6 undecided: 0 + 1"));
  ASSERT_EQ(garbage.strays.size(), 1U);
  const std::vector<Removal> removals = remove(garbage);
  EXPECT_EQ(removals.back().run_id, "");
  EXPECT_EQ(removals.back().uploads, 1U);
  EXPECT_THAT(uploads_.all, IsEmpty());
}

TEST_F(GarbageTest, A_run_that_was_decided_in_the_meantime_is_left_alone) {
  const Garbage garbage = find(milliseconds(0));
  const RunPlan fourth = plan(4);
  ASSERT_TRUE(store_.remove(data(4, 1, 0)).has_value());
  ASSERT_TRUE(run_shard(store_, *fourth_, receipt_for(fourth, 1)).has_value());
  ASSERT_TRUE(fourth_->commit().has_value());
  std::set<std::string> decided = keys();
  const std::vector<Removal> removals = remove(garbage);
  EXPECT_TRUE(removals[0].decided_meanwhile);
  EXPECT_EQ(removals[0].objects, 0U);
  decided.erase(plan_key(the_run(5)));
  const std::set<std::string> left = keys();
  for (const std::string& key : decided) EXPECT_TRUE(left.contains(key)) << key;
  EXPECT_TRUE(fourth_->publish(publisher_).finished);
}

TEST_F(GarbageTest, A_run_that_lives_after_all_is_never_published_and_says_why) {
  const RunPlan fourth = plan(4);
  remove(find(milliseconds(0)));
  // It goes on with its second shard.
  ASSERT_TRUE(run_shard(store_, *fourth_, receipt_for(fourth, 1)).has_value());
  const Error error = fourth_->explain(fourth_->commit().error());
  EXPECT_EQ(error.kind(), ErrorKind::CommitFailed);
  EXPECT_THAT(error.message(), HasSubstr("pg2athena gc"));
  EXPECT_THAT(error.hint(), HasSubstr("--older-than"));
  ASSERT_TRUE(fourth_->discard().has_value());
  std::set<std::string> all = of_dead();
  all.insert(data_prefix("public.orders", the_run(4)) + "_SUCCESS");  // a run takes all of its own folder
  EXPECT_EQ(gone(), all);
  EXPECT_EQ(added(), verdicts());
  EXPECT_THAT(roll_forward(store_, publisher_).value(), testing::SizeIs(1)) << "the third run";
}

TEST_F(GarbageTest, A_run_whose_data_were_all_there_when_it_was_abandoned_says_why_too) {
  const RunPlan sixth = plan(6);
  const auto record = run_shards(store_, sixth).value();
  // Of the removal only the verdict has arrived.
  FaultyStore faulty(store_, [](const FaultyStore::Call& call) {
    return call.operation == "remove" ? Fault::Refused : Fault::None;
  });
  remove_garbage(lake(faulty), find(milliseconds(0)));
  const Error error = record->commit().error();
  EXPECT_EQ(error.kind(), ErrorKind::CommitFailed);
  EXPECT_THAT(error.message(), HasSubstr("pg2athena gc"));
}

TEST_F(GarbageTest, What_a_late_run_uploads_after_all_is_found_by_the_next_search) {
  remove(find(milliseconds(0)));
  ASSERT_TRUE(upload_text(store_, data(4, 1, 1), "late").has_value());
  EXPECT_THAT(runs(milliseconds(0)), ElementsAre("3 decided, kept: 6 + 0", "4 abandoned: 1 + 0"));
  remove(find(milliseconds(0)));
  EXPECT_EQ(gone(), of_dead());
  EXPECT_EQ(added(), verdicts());
}

TEST_F(GarbageTest, Nothing_goes_of_a_run_whose_verdict_is_not_known) {
  FaultyStore faulty(store_, [](const FaultyStore::Call& call) {
    return call.key == commit_key(the_run(4)) && call.operation == "put" ? Fault::Lost : Fault::None;
  });
  const std::vector<Removal> removals = remove_garbage(lake(faulty), find());
  ASSERT_TRUE(removals[0].error.has_value());
  EXPECT_EQ(removals[0].error->context("run_id"), the_run(4));
  EXPECT_EQ(gone(), std::set<std::string>{plan_key(the_run(5))}) << "the other run goes all the same";
}

TEST_F(GarbageTest, A_removal_that_fails_anywhere_leaves_what_the_next_one_finds) {
  upload(data(4, 1, 1));
  uploads_.whole_keys_only = true;
  bool failed = true;
  for (int failing = 0; failed; ++failing) {
    ASSERT_LT(failing, 1000);
    failed = false;
    FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
      if (call.number != failing) return Fault::None;
      failed = true;
      return failing % 2 == 0 ? Fault::Refused : Fault::LostAnswer;
    });
    // The search goes through the faulty store as well.
    if (const auto garbage = find(faulty, hours(24)); garbage) remove_garbage(lake(faulty), *garbage);
    for (const std::string& key : gone()) EXPECT_TRUE(of_dead().contains(key)) << key;
    remove(find());
    EXPECT_EQ(gone(), of_dead()) << failing;
    EXPECT_EQ(added(), verdicts()) << failing;
    // The dead run is there again, but for the verdict.
    for (const std::string& key : of_dead()) {
      const std::string content = key == plan_key(the_run(4)) ? plan_text(the_run(4)) : "again";
      ASSERT_TRUE(store_.put(key, content, storage::PutCondition::none()).has_value());
    }
    for (const std::string& key : verdicts()) ASSERT_TRUE(store_.remove(key).has_value());
    upload(data(4, 1, 1));
  }
}

TEST_F(GarbageTest, The_plan_stays_as_long_as_something_of_its_run_does) {
  upload(data(4, 1, 1));
  uploads_.refused = data(4, 1, 1);
  const std::vector<Removal> removals = remove(find());
  EXPECT_EQ(removals[0].error->kind(), ErrorKind::PermissionDenied);
  EXPECT_TRUE(keys().contains(plan_key(the_run(4))));
  uploads_.refused.clear();
  EXPECT_THAT(runs(), ElementsAre("3 decided, kept: 6 + 0", "4 abandoned: 1 + 1"));
  remove(find());
  EXPECT_EQ(gone(), of_dead());
}

TEST_F(GarbageTest, When_it_is_stopped_it_says_so_and_the_rest_is_left) {
  FaultyStore stopping(store_, [this](const FaultyStore::Call& call) {
    if (call.operation == "remove") stop_.request(Cancellation::Reason::Operator);
    return Fault::None;
  });
  const std::vector<Removal> removals = remove_garbage(lake(stopping), find());
  ASSERT_EQ(removals.size(), 1U);
  EXPECT_EQ(removals[0].error->kind(), ErrorKind::Interrupted);
  EXPECT_EQ(gone().size(), 1U);
}

TEST_F(GarbageTest, A_record_that_can_not_be_read_stops_the_search) {
  ASSERT_TRUE(store_.put(table_key("public.orders"), "{", storage::PutCondition::none()).has_value());
  EXPECT_EQ(find(store_, hours(0)).error().kind(), ErrorKind::CorruptInput);
}

TEST_F(GarbageTest, A_run_that_a_table_shows_is_kept_whatever_is_missing_of_its_records) {
  for (const std::string& key : {commit_key(the_run(2)), published_key(the_run(2))}) {
    ASSERT_TRUE(store_.remove(key).has_value());
  }
  before_ = keys();
  remove(find(milliseconds(0)));
  EXPECT_EQ(gone(), of_dead());
}

}  // namespace
}  // namespace pg2athena::catalog
