// What the file system refuses, as the operator gets to hear it. Each case runs in a child process, which may
// give up its rights or mount what it likes.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "storage/local_folder.h"
#include "storage/temporary_folder.h"

namespace pg2athena::storage {
namespace {

namespace fs = std::filesystem;
using Access = LocalFolder::Access;
using testing::ExitedWithCode;

constexpr int kNotPossible = 77;

// Prints the error for EXPECT_EXIT's pattern, and leaves.
[[noreturn]] void tell(const Error& error) {
  std::fprintf(stderr, "%s | %s\n", error.describe().c_str(), error.hint().c_str());
  ::_exit(0);
}
template <typename T>
[[noreturn]] void tell(const Result<T>& result) {
  if (!result) tell(result.error());
  std::fputs("no error\n", stderr);
  ::_exit(1);
}

// Root may write everywhere; nobody may not.
void become_nobody() {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() != 0) return;
  if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(kNotPossible);
}

// A file system of one megabyte on `path`, for this process alone.
void mount_small(const fs::path& path, unsigned long flags = 0) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ::_exit(kNotPossible);
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (::mount("tmpfs", path.c_str(), "tmpfs", flags, "size=1m") != 0) ::_exit(kNotPossible);
}
bool can_mount(const fs::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    mount_small(path);
    ::_exit(0);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

void limit_file_size() {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{.rlim_cur = 1000, .rlim_max = 1000};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

Result<void> upload(LocalFolder& store, std::size_t size) {
  PG2ATHENA_ASSIGN(const auto upload, store.start_upload("t/data/1.parquet"));
  PG2ATHENA_TRY(upload->write(as_bytes(std::string(size, 'x'))));
  return upload->complete();
}

TEST(LocalFolderFailure, A_file_in_the_place_of_the_folder_is_refused) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  for (const fs::path& path : {folder.path() / "file", folder.path() / "file" / "lake"}) {
    const Error error = LocalFolder::open(path, Access::Write).error();
    EXPECT_EQ(error.kind(), ErrorKind::Storage);
    EXPECT_NE(error.message().find(path.native() + ": Not a directory"), std::string::npos) << error;
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(LocalFolderFailure, A_folder_that_cannot_be_written_is_refused_when_it_is_opened) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  EXPECT_EXIT(
      {
        become_nobody();
        tell(LocalFolder::open(folder.path(), Access::Write));
      },
      ExitedWithCode(0),
      "storage: can't create .*: Permission denied \\| give the user with uid [0-9]+ the right");
  EXPECT_EXIT(
      {
        become_nobody();
        tell(LocalFolder::open(folder.path() / "lake", Access::Write));
      },
      ExitedWithCode(0), "storage: can't make the folder .*/lake: Permission denied");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
}

TEST(LocalFolderFailure, A_full_disk_is_StorageFull_and_leaves_nothing) {
  const TemporaryFolder folder;
  if (!can_mount(folder.path()))
    GTEST_SKIP() << "can't mount a small tmpfs here: needs root or user namespaces";
  EXPECT_EXIT(
      {
        mount_small(folder.path());
        const auto store = LocalFolder::open(folder.path(), Access::Write).value();
        const Result<void> result = upload(*store, 2'000'000);
        if (fs::exists(folder.path() / "t")) ::_exit(2);
        if (!upload(*store, 500'000)) ::_exit(3);
        tell(result);
      },
      ExitedWithCode(0),
      "storage_full: can't write .*/t/data/1.parquet: No space left on device; 0.0 MB of 1.0 MB are free \\| "
      "make room");
}

TEST(LocalFolderFailure, A_read_only_file_system_is_refused_when_it_is_opened) {
  const TemporaryFolder folder;
  if (!can_mount(folder.path()))
    GTEST_SKIP() << "can't mount a small tmpfs here: needs root or user namespaces";
  EXPECT_EXIT(
      {
        mount_small(folder.path(), MS_RDONLY);
        tell(LocalFolder::open(folder.path(), Access::Write));
      },
      ExitedWithCode(0), "storage: can't create .*: Read-only file system \\| .*mount it writable");
}

TEST(LocalFolderFailure, A_limit_on_the_size_of_files_is_named) {
  const TemporaryFolder folder;
  EXPECT_EXIT(
      {
        const auto store = LocalFolder::open(folder.path(), Access::Write).value();
        limit_file_size();
        tell(upload(*store, 1'000'000));
      },
      ExitedWithCode(0), "storage: can't write .*: File too large \\| .*ulimit -f");
}

TEST(LocalFolderFailure, A_failed_upload_cannot_be_completed) {
  const TemporaryFolder folder;
  EXPECT_EXIT(
      {
        const auto store = LocalFolder::open(folder.path(), Access::Write).value();
        limit_file_size();
        const auto upload = store->start_upload("t").value();
        if (upload->write(as_bytes(std::string(1'000'000, 'x')))) ::_exit(2);
        tell(upload->complete());
      },
      ExitedWithCode(0), "internal: the upload of t failed before");
}

TEST(LocalFolderFailure, A_name_that_is_too_long_says_so) {
  const TemporaryFolder folder;
  const auto store = LocalFolder::open(folder.path(), Access::Write).value();
  const Error error = store->put(std::string(300, 'n'), "x", PutCondition::none()).error();
  EXPECT_EQ(error.kind(), ErrorKind::Storage);
  EXPECT_NE(error.hint().find("shorter"), std::string::npos) << error;
}

}  // namespace
}  // namespace pg2athena::storage
