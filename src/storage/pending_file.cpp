#include "storage/pending_file.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace pg2athena::storage {
namespace {

// The disk begins to write after so many bytes, so that the sync at the end has little left to wait for, and
// a big file doesn't fill the page cache with dirty pages that stop every other writer.
constexpr std::int64_t kWritebackBytes = 16'777'216;

}  // namespace

Result<std::unique_ptr<PendingFile>> PendingFile::create(const FolderTree& tree, std::string_view key) {
  std::unique_ptr<PendingFile> file(new PendingFile(tree, key));
  // Others remove folders that they leave empty, perhaps the very one that was just made for this file.
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    PG2ATHENA_ASSIGN(const bool created, file->try_create());
    if (created) return file;
  }
  return fail(tree.error(ENOENT, "create", key));
}

// False: the folder, or the new file itself, was taken away meanwhile.
Result<bool> PendingFile::try_create() {
  const auto [folder, name] = split_key(key_);
  name_ = name;
  hidden_ = unfinished_name();
  PG2ATHENA_ASSIGN(folder_, tree_.make_folder(folder));
  if (!folder_.is_open()) return false;
  const int fd =
      ::openat(folder_.get(), hidden_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  const int code = errno;
  file_ = FileDescriptor(fd);
  if (!file_.is_open()) {
    if (code == ENOENT || code == EEXIST) return false;
    tree_.prune(folder);
    return fail(tree_.error(code, "create", key_));
  }
  created_ = true;
  struct stat about{};
  const bool ours = ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 ? errno != EWOULDBLOCK : true;
  return ours && ::fstat(file_.get(), &about) == 0 && about.st_nlink == 1;
}

PendingFile::~PendingFile() {
  if (!created_ || placed_) return;
  ::unlinkat(folder_.get(), hidden_.c_str(), 0);
  tree_.prune(split_key(key_).folder);
}

Result<void> PendingFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return fail(tree_.error(errno, "write", key_));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    written_ += count;
  }
  start_writeback();
  return {};
}

void PendingFile::start_writeback() {
  if (written_ - handed_to_disk_ < kWritebackBytes) return;
  // A hint to the kernel: where it isn't supported nothing is lost, and errors of the disk come out in
  // sync().
  ::sync_file_range(file_.get(), handed_to_disk_, written_ - handed_to_disk_, SYNC_FILE_RANGE_WRITE);
  handed_to_disk_ = written_;
}

Result<void> PendingFile::sync() {
  // Not to be tried again: after a failed fsync() Linux has dropped the pages, and the next one would
  // succeed.
  if (::fsync(file_.get()) != 0) return fail(tree_.error(errno, "sync", key_));
  return {};
}

// Returns errno's value, or 0.
int PendingFile::move_to_key() const {
  if (::renameat2(folder_.get(), hidden_.c_str(), folder_.get(), name_.c_str(), RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // NFS and other file systems without RENAME_NOREPLACE.
  if (::linkat(folder_.get(), hidden_.c_str(), folder_.get(), name_.c_str(), 0) != 0) {
    const int code = errno;
    // link(2): "On NFS filesystems, the return code may be wrong in case the NFS server performs the link
    // creation and dies before it can say so. Use stat(2) to find out if the link got created."
    struct stat about{};
    if (code != EEXIST || ::fstat(file_.get(), &about) != 0 || about.st_nlink != 2) return code;
  }
  ::unlinkat(folder_.get(), hidden_.c_str(), 0);
  return 0;
}

Result<PendingFile::Placed> PendingFile::place_if_absent() {
  if (const int code = move_to_key(); code == EEXIST) {
    return Placed::Exists;
  } else if (code != 0) {
    return fail(tree_.error(code, "create", key_));
  }
  placed_ = true;
  PG2ATHENA_TRY(sync_folder());
  return Placed::Done;
}

Result<void> PendingFile::place_over() {
  if (::renameat(folder_.get(), hidden_.c_str(), folder_.get(), name_.c_str()) != 0) {
    return fail(tree_.error(errno, "replace", key_));
  }
  placed_ = true;
  return sync_folder();
}

Result<void> PendingFile::sync_folder() {
  if (::fsync(folder_.get()) != 0) return fail(tree_.error(errno, "sync the folder of", key_));
  return {};
}

}  // namespace pg2athena::storage
