#include "storage/local_folder.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "storage/content_digest.h"
#include "storage/temporary_folder.h"

namespace pg2athena::storage {
namespace {

namespace fs = std::filesystem;
using Access = LocalFolder::Access;

class LocalFolderTest : public testing::Test {
 protected:
  std::unique_ptr<LocalFolder> open() { return LocalFolder::open(lake(), Access::Write).value(); }
  fs::path lake() const { return folder_.path() / "lake"; }
  fs::path outside() const { return folder_.path(); }

  static Result<void> upload(LocalFolder& store, const std::string& key, std::string_view content) {
    PG2ATHENA_ASSIGN(const auto upload, store.start_upload(key));
    PG2ATHENA_TRY(upload->write(as_bytes(content)));
    return upload->complete();
  }
  // A program that is killed while it writes t/data/run/0.parquet.
  void kill_while_uploading() {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto store = open();
      const auto upload = store->start_upload("t/data/run/0.parquet").value();
      EXPECT_TRUE(upload->write(as_bytes(std::string(1'000'000, 'x'))).has_value());
      ::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  // Everything in the lake but the lock, hidden or not.
  std::vector<std::string> everything() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(lake())) {
      if (entry.path().filename() != ".lock")
        found.push_back(entry.path().lexically_relative(lake()).native());
    }
    return found;
  }

 private:
  TemporaryFolder folder_;
};

using Paths = std::vector<std::string>;

TEST_F(LocalFolderTest, Opening_for_writing_makes_the_folder_and_its_parents) {
  const fs::path deep = lake() / "deep" / "er";
  const auto store = LocalFolder::open(deep / "", Access::Write).value();
  EXPECT_TRUE(fs::is_directory(deep));
  EXPECT_EQ(store->path(), deep);
}

TEST_F(LocalFolderTest, Opening_for_reading_makes_nothing) {
  EXPECT_EQ(LocalFolder::open(lake(), Access::Read).error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(fs::exists(lake()));
  fs::create_directory(lake());
  const auto store = LocalFolder::open(lake(), Access::Read).value();
  EXPECT_TRUE(store->list("").value().empty());
  EXPECT_FALSE(store->put("a", "x", PutCondition::none()).has_value());
  EXPECT_FALSE(store->start_upload("a").has_value());
  EXPECT_FALSE(store->remove("a").has_value());
  EXPECT_TRUE(fs::is_empty(lake()));
}

TEST_F(LocalFolderTest, An_aborted_upload_leaves_nothing_not_even_folders) {
  const auto store = open();
  {
    const auto upload = store->start_upload("t/data/run/0-0-0.parquet").value();
    ASSERT_TRUE(upload->write(as_bytes(std::string(1'000'000, 'x'))).has_value());
    EXPECT_EQ(everything().size(), 4U);
  }
  EXPECT_EQ(everything(), Paths{});
}

TEST_F(LocalFolderTest, Writes_of_any_size_arrive_in_order) {
  const auto store = open();
  std::string expected;
  {
    const auto upload = store->start_upload("data").value();
    for (std::size_t size = 1; size < 3'000'000; size = size * 3 + 1) {
      const std::string piece(size, static_cast<char>('a' + size % 26));
      ASSERT_TRUE(upload->write(as_bytes(piece)).has_value());
      expected += piece;
    }
    ASSERT_TRUE(upload->complete().has_value());
  }
  EXPECT_TRUE(store->get("data").value().value().content == expected);
}

TEST_F(LocalFolderTest, Removing_the_last_object_of_a_folder_removes_the_folder) {
  const auto store = open();
  ASSERT_TRUE(upload(*store, "t/data/run/a", "x").has_value());
  ASSERT_TRUE(upload(*store, "t/data/run/b", "x").has_value());
  ASSERT_TRUE(store->remove("t/data/run/a").has_value());
  EXPECT_EQ(store->list("").value().size(), 1U);
  ASSERT_TRUE(store->remove("t/data/run/b").has_value());
  EXPECT_EQ(everything(), Paths{});
}

TEST_F(LocalFolderTest, The_current_directory_does_not_matter_after_opening) {
  const fs::path before = fs::current_path();
  fs::current_path(outside());
  const auto store = LocalFolder::open("lake", Access::Write).value();
  fs::current_path(before);
  ASSERT_TRUE(upload(*store, "a/b", "x").has_value());
  EXPECT_EQ(store->path(), lake());
  EXPECT_TRUE(fs::exists(lake() / "a" / "b"));
}

TEST_F(LocalFolderTest, Links_inside_the_lake_lead_nowhere) {
  const auto store = open();
  fs::create_directory(outside() / "elsewhere");
  std::ofstream(outside() / "elsewhere" / "file") << "private";
  fs::create_directory_symlink(outside() / "elsewhere", lake() / "folder");
  fs::create_symlink(outside() / "elsewhere" / "file", lake() / "file");

  EXPECT_EQ(store->get("folder/file").error().kind(), ErrorKind::Storage);
  EXPECT_EQ(store->get("file").error().kind(), ErrorKind::Storage);
  EXPECT_FALSE(upload(*store, "folder/new", "x").has_value());
  EXPECT_FALSE(store->remove("folder/file").has_value());
  EXPECT_TRUE(store->list("").value().empty());
  EXPECT_TRUE(store->remove_unfinished("").has_value());
  EXPECT_TRUE(fs::exists(outside() / "elsewhere" / "file"));
  EXPECT_FALSE(fs::exists(outside() / "elsewhere" / "new"));
}

TEST_F(LocalFolderTest, A_named_pipe_or_a_folder_is_no_object) {
  const auto store = open();
  ASSERT_EQ(::mkfifo((lake() / "pipe").c_str(), 0600), 0);
  fs::create_directory(lake() / "folder");
  EXPECT_FALSE(store->get("pipe").value().has_value());
  EXPECT_FALSE(store->get("folder").value().has_value());
  EXPECT_TRUE(store->list("").value().empty());
}

TEST_F(LocalFolderTest, What_readers_could_take_for_an_object_is_told_by_itself) {
  const auto store = open();
  ASSERT_TRUE(upload(*store, "t/data/1.parquet", "x"));
  fs::create_symlink("1.parquet", lake() / "t/data/2.parquet");
  fs::create_directory_symlink(".", lake() / "t/data/d=1");
  ASSERT_EQ(::mkfifo((lake() / "t/data/3.parquet").c_str(), 0600), 0);
  std::ofstream(lake() / "t/data/.4.parquet") << "x";
  const auto unfinished = store->start_upload("t/data/5.parquet").value();
  EXPECT_EQ(store->non_objects("t/data/").value(),
            (Paths{"t/data/.4.parquet", "t/data/2.parquet", "t/data/3.parquet", "t/data/d=1"}));
  EXPECT_EQ(store->non_objects("u/").value(), Paths{});
}

TEST_F(LocalFolderTest, A_folder_that_isn_t_wanted_is_not_even_opened) {
  const auto store = open();
  ASSERT_TRUE(upload(*store, "t/data/1.parquet", "x"));
  ASSERT_TRUE(upload(*store, "theirs/a/b", "x"));
  std::vector<std::string> asked;
  std::vector<std::string> seen;
  const auto wanted = [&](std::string_view folder) {
    asked.emplace_back(folder);
    return folder != "theirs";
  };
  const auto see = [&](const ObjectInfo& object) -> Result<void> {
    seen.push_back(object.key);
    return {};
  };
  ASSERT_TRUE(store->visit("", wanted, see));
  EXPECT_EQ(seen, Paths{"t/data/1.parquet"});
  std::ranges::sort(asked);
  EXPECT_EQ(asked, (Paths{"t", "t/data", "theirs"}));
}

TEST_F(LocalFolderTest, A_record_of_any_size_is_refused_before_it_is_in_memory) {
  const auto store = open();
  ASSERT_TRUE(upload(*store, "record.json", "{}"));
  fs::resize_file(lake() / "record.json", std::uintmax_t{20} << 30U);  // sparse
  const auto read = store->get("record.json");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind(), ErrorKind::CorruptInput);
  EXPECT_THAT(read.error().message(), testing::HasSubstr("record.json has more than the 256MiB"));
}

TEST_F(LocalFolderTest, Rights_follow_the_umask) {
  const mode_t before = ::umask(027);
  const auto store = open();
  ASSERT_TRUE(upload(*store, "t/data", "x").has_value());
  ASSERT_TRUE(store->put("t/record", "x", PutCondition::none()).has_value());
  ::umask(before);
  const auto mode = [&](const char* name) {
    return static_cast<unsigned>(fs::status(lake() / name).permissions() & fs::perms::mask);
  };
  EXPECT_EQ(mode("t/data"), 0640U);
  EXPECT_EQ(mode("t/record"), 0640U);
  EXPECT_EQ(mode("t"), 0750U);
}

TEST_F(LocalFolderTest, The_ETag_is_the_digest_of_the_content) {
  const auto store = open();
  ASSERT_TRUE(store->put("r", "content", PutCondition::none()).has_value());
  EXPECT_EQ(store->get("r").value().value().etag, digest_of(as_bytes("content")));
}

TEST_F(LocalFolderTest, A_link_is_made_and_swapped) {
  const auto store = open();
  const auto to = [](const char* target) {
    return [target]() -> Result<std::optional<std::string>> { return target; };
  };
  ASSERT_TRUE(upload(*store, "t/data/1/x", "one").has_value());
  ASSERT_TRUE(upload(*store, "t/data/2/x", "two").has_value());
  for (const char* const target : {"data/1", "data/2", "data/2"}) {
    ASSERT_TRUE(store->set_link("t/latest", to(target)).has_value());
    EXPECT_EQ(fs::read_symlink(lake() / "t" / "latest"), target);
  }
  EXPECT_EQ(store->list("t/").value().size(), 2U) << "what is behind the link isn't listed twice";
  EXPECT_EQ(everything().size(), 7U) << "no temporary link is left";

  ASSERT_TRUE(
      store->set_link("t/latest", []() -> Result<std::optional<std::string>> { return std::nullopt; }));
  EXPECT_EQ(fs::read_symlink(lake() / "t" / "latest"), "data/2");
  EXPECT_FALSE(store->set_link("t/latest", to("../../etc")).has_value());
}

TEST_F(LocalFolderTest, A_file_in_the_place_of_a_link_is_left_alone) {
  const auto store = open();
  ASSERT_TRUE(upload(*store, "t/latest", "somebody's file").has_value());
  const auto result =
      store->set_link("t/latest", []() -> Result<std::optional<std::string>> { return "data/1"; });
  ASSERT_FALSE(result.has_value());
  EXPECT_FALSE(result.error().hint().empty());
  EXPECT_EQ(store->get("t/latest").value().value().content, "somebody's file");
}

TEST_F(LocalFolderTest, A_killed_program_leaves_only_what_remove_unfinished_takes) {
  kill_while_uploading();
  const auto store = open();
  EXPECT_TRUE(store->list("").value().empty());
  EXPECT_EQ(everything().size(), 4U);
  const auto living = store->start_upload("t/data/run/1.parquet").value();
  ASSERT_TRUE(store->remove_unfinished("t/").has_value());
  ASSERT_TRUE(living->complete().has_value());
  EXPECT_EQ(store->list("").value().size(), 1U);
  EXPECT_EQ(everything().size(), 4U) << "the living upload, and nothing of the dead one";
  ASSERT_TRUE(store->remove("t/data/run/1.parquet").has_value());
  EXPECT_EQ(everything(), Paths{});
}

TEST_F(LocalFolderTest, What_a_killed_program_left_is_listed_and_removed_one_by_one) {
  kill_while_uploading();
  const auto store = open();
  const auto living = store->start_upload("t/data/run/1.parquet").value();
  std::ofstream(lake() / "t/data/run/.unfinished") << "somebody's";
  const std::vector<UnfinishedUpload> found = store->unfinished("").value();
  ASSERT_EQ(found.size(), 1U) << "neither the living one nor another's";
  EXPECT_TRUE(found[0].hidden_file);
  EXPECT_TRUE(found[0].key.starts_with("t/data/run/."));
  EXPECT_LT(std::chrono::system_clock::now() - found[0].begun.value(), std::chrono::minutes(1));
  ASSERT_TRUE(store->abort(found[0]).has_value());
  ASSERT_TRUE(store->abort(found[0]).has_value()) << "is gone, which is no error";
  EXPECT_FALSE(store->abort({.key = "t/data/run/.unfinished"}).has_value());
  EXPECT_TRUE(store->unfinished("").value().empty());
  ASSERT_TRUE(living->complete().has_value());
  const std::vector<ObjectInfo> objects = store->list("").value();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_LT(std::chrono::system_clock::now() - objects[0].last_modified.value(), std::chrono::minutes(1));
}

TEST_F(LocalFolderTest, Uploads_and_removals_at_once_do_not_take_folders_from_each_other) {
  const auto store = open();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string key = "t/data/run/" + std::to_string(t);
        const Result<void> uploaded = upload(*store, key, "x");
        EXPECT_TRUE(uploaded.has_value()) << uploaded.error();
        const Result<void> removed = store->remove(key);
        EXPECT_TRUE(removed.has_value()) << removed.error();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(everything(), Paths{});
}

TEST_F(LocalFolderTest, Compare_and_set_loses_nothing_between_processes) {
  constexpr int kProcesses = 4;
  constexpr int kSteps = 25;
  ASSERT_TRUE(open()->put("counter", "0", PutCondition::if_absent()).has_value());
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child != 0) continue;
    const auto store = open();
    for (int done = 0; done < kSteps;) {
      const StoredObject current = store->get("counter").value().value();
      const std::string next = std::to_string(std::stoi(current.content) + 1);
      const PutOutcome outcome = store->put("counter", next, PutCondition::if_matches(current.etag)).value();
      if (std::holds_alternative<Stored>(outcome)) ++done;
    }
    ::_exit(0);
  }
  for (int p = 0; p < kProcesses; ++p) {
    int status = 0;
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(open()->get("counter").value().value().content, std::to_string(kProcesses * kSteps));
}

}  // namespace
}  // namespace pg2athena::storage
