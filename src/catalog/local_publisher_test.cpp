// Whole runs in a real folder, with real deaths.
#include "catalog/local_publisher.h"

#include <csignal>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catalog/run_for_tests.h"
#include "storage/local_folder.h"
#include "storage/temporary_folder.h"

namespace pg2athena::catalog {
namespace {

namespace fs = std::filesystem;
using storage::FaultyStore;
using storage::LocalFolder;
using storage::ObjectStore;

std::unique_ptr<LocalFolder> open(const fs::path& path) {
  return LocalFolder::open(path, LocalFolder::Access::Write).value();
}

std::string link_of(const LocalFolder& folder, const std::string& table) {
  std::error_code none;
  return fs::read_symlink(folder.path() / table / "latest", none).native();
}

RunOutcome whole_run(ObjectStore& store, Publisher& publisher, const std::string& run_id) {
  const auto record = run_shards(store, plan_run(store, run_id).value()).value();
  EXPECT_TRUE(record->commit().has_value());
  return record->publish(publisher);
}

TEST(LocalPublisher, The_link_leads_to_the_current_run) {
  const storage::TemporaryFolder folder;
  const auto store = open(folder.path());
  LocalPublisher publisher(*store);
  for (const int n : {1, 2}) {
    const std::string run = run_number(n);
    ASSERT_TRUE(whole_run(*store, publisher, run).finished);
    for (const std::string& table : kTestTables) {
      EXPECT_EQ(link_of(*store, table), "data/" + run);
      EXPECT_FALSE(fs::is_empty(folder.path() / table / "latest"));
    }
  }
}

TEST(LocalPublisher, A_link_that_leads_elsewhere_or_is_none_is_a_difference) {
  const storage::TemporaryFolder folder;
  const auto store = open(folder.path());
  LocalPublisher publisher(*store);
  ASSERT_TRUE(whole_run(*store, publisher, run_number(1)).finished);
  const TableRecord record = read_table_record(*store, kTestTables[0]).value().value();
  EXPECT_TRUE(publisher.differences(record).value().empty());
  const fs::path link = folder.path() / kTestTables[0] / "latest";
  fs::remove(link);
  EXPECT_EQ(publisher.differences(record).value(),
            std::vector{
                ShownDifference{.found = fmt::format("there is no link latest to data/{}", record.run_id)}});
  fs::create_symlink("data/another", link);
  const auto other = publisher.differences(record).value();
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0],
            (ShownDifference{.expected = "data/" + record.run_id, .found = "latest leads to data/another"}));
  fs::remove(link);
  fs::create_directory(link);
  EXPECT_EQ(publisher.differences(record).value().size(), 1U) << "a folder is no link";
}

TEST(LocalPublisher, A_late_publisher_shows_what_is_current_not_what_it_published) {
  const storage::TemporaryFolder folder;
  const auto store = open(folder.path());
  LocalPublisher publisher(*store);
  const std::string newest = run_number(2);
  ASSERT_TRUE(whole_run(*store, publisher, run_number(1)).finished);
  ASSERT_TRUE(whole_run(*store, publisher, newest).finished);
  ASSERT_TRUE(publisher.show("public.orders").has_value());
  EXPECT_EQ(link_of(*store, "public.orders"), "data/" + newest);
  ASSERT_TRUE(publisher.show("never.published").has_value());
  EXPECT_FALSE(fs::exists(folder.path() / "never.published"));
}

// A process that does a run and gets SIGKILL right before its n-th call of the store. False: there was no
// such call.
bool run_and_die(const fs::path& path, const std::string& run_id, int step) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto folder = open(path);
    LocalPublisher publisher(*folder);
    FaultyStore dying(*folder, [step](const FaultyStore::Call& call) {
      if (call.number == step) ::raise(SIGKILL);
      return FaultyStore::Fault::None;
    });
    whole_run(dying, publisher, run_id);
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status);
}

TEST(LocalPublisher, Killed_at_any_step_the_next_run_mends_everything) {
  bool died = true;
  int steps = 0;
  for (; died; ++steps) {
    const storage::TemporaryFolder folder;
    const auto store = open(folder.path());
    LocalPublisher publisher(*store);
    const std::string old = run_number(1);
    const std::string killed = run_number(2);
    ASSERT_TRUE(whole_run(*store, publisher, old).finished);
    died = run_and_die(folder.path(), killed, steps);

    bool complete = true;
    for (const auto& [table, run] : visible(*store, complete)) EXPECT_TRUE(run == old || run == killed);
    EXPECT_TRUE(complete) << "killed before call " << steps;
    const bool decided = store->get(commit_key(killed)).value().has_value();
    const std::vector<RunOutcome> rolled = roll_forward(*store, publisher).value();
    for (const RunOutcome& outcome : rolled) EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(visible(*store, complete), all_tables_show(decided ? killed : old))
        << "killed before call " << steps;
    for (const std::string& table : kTestTables) {
      EXPECT_EQ(link_of(*store, table), "data/" + (decided ? killed : old)) << "killed before call " << steps;
    }
    const std::string next = run_number(3);
    ASSERT_TRUE(whole_run(*store, publisher, next).finished) << "killed before call " << steps;
    EXPECT_EQ(link_of(*store, "public.orders"), "data/" + next);
  }
  EXPECT_GT(steps, 12);
}

// Several processes run and roll forward as they like; the link is never behind the record in the end.
TEST(LocalPublisher, Links_follow_records_whoever_publishes) {
  const storage::TemporaryFolder folder;
  ASSERT_NE(open(folder.path()), nullptr);
  constexpr int kProcesses = 3;
  for (int p = 0; p < kProcesses; ++p) {
    if (::fork() != 0) continue;
    const auto store = open(folder.path());
    LocalPublisher publisher(*store);
    for (int n = 0; n < 8; ++n) {
      whole_run(*store, publisher, run_number(n));
      EXPECT_TRUE(roll_forward(*store, publisher).has_value());
    }
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  for (int p = 0; p < kProcesses; ++p) {
    int status = 0;
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  const auto store = open(folder.path());
  bool complete = true;
  for (const auto& [table, run] : visible(*store, complete)) {
    EXPECT_NE(run, "");
    EXPECT_EQ(link_of(*store, table), "data/" + run);
  }
  EXPECT_TRUE(complete);
  EXPECT_TRUE(store->list(pending_prefix()).value().empty());
}

TEST(LocalPublisher, Who_removes_old_runs_is_told_where_the_link_leads) {
  const storage::TemporaryFolder folder;
  const auto store = open(folder.path());
  LocalPublisher publisher(*store);
  Cancellation stop;
  const std::string first = run_number(1);
  const auto shown = [&] { return publisher.shown_runs("public.orders", stop).value(); };
  EXPECT_EQ(shown(), std::vector<std::string>{});
  EXPECT_TRUE(whole_run(*store, publisher, first).finished);
  EXPECT_EQ(shown(), std::vector{first});
  const fs::path link = store->path() / "public.orders/latest";
  for (const std::string& target :
       {"./data/" + first + "/", (store->path() / "public.orders/data" / first).string()}) {
    fs::remove(link);
    fs::create_symlink(target, link);
    EXPECT_EQ(shown(), std::vector{first}) << target;
  }
  fs::create_symlink("data/" + first, store->path() / "public.orders/now");
  for (const char* const target : {"now", "../public.orders/now/.", "data", "/"}) {
    fs::remove(link);
    fs::create_symlink(target, link);
    EXPECT_EQ(shown(), std::vector{first}) << target;
  }
  for (const char* const target : {"../public.customers", "nowhere", "../public.orders/nowhere"}) {
    fs::remove(link);
    fs::create_symlink(target, link);
    EXPECT_EQ(shown(), std::vector<std::string>{}) << target;
  }
  fs::remove(link);
  fs::create_symlink("latest", link);
  EXPECT_EQ(publisher.shown_runs("public.orders", stop).error().kind(), ErrorKind::Storage) << "to itself";
  fs::remove(link);
  fs::create_directory(link);  // somebody's
  EXPECT_EQ(shown(), std::vector<std::string>{});
}

}  // namespace
}  // namespace pg2athena::catalog
