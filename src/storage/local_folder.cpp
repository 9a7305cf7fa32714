#include "storage/local_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "storage/content_digest.h"
#include "storage/folder_file.h"
#include "storage/folder_tree.h"
#include "storage/pending_file.h"

namespace pg2athena::storage {

struct LocalFolder::Root {
  FolderTree tree;
  FileDescriptor lock_file;  // open with Access::Write
};

namespace {

constexpr const char* kLockName = ".lock";

Result<void> expect_writable(const FileDescriptor& lock_file, const FolderTree& tree) {
  if (lock_file.is_open()) return {};
  return fail(ErrorKind::Internal, fmt::format("{} was opened for reading only", tree.path().native()));
}

// Not open on failure. NFS wants a descriptor for writing (flock(2), "NFS details"); elsewhere one for
// reading will do where another user made the file.
FileDescriptor open_lock(const FolderTree& tree) {
  constexpr int kFlags = O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  FileDescriptor file(::openat(tree.root(), kLockName, O_RDWR | kFlags, 0666));
  if (!file.is_open() && errno == EACCES) {
    file = FileDescriptor(::openat(tree.root(), kLockName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  }
  return file;
}

std::chrono::system_clock::time_point last_modified(const struct stat& about) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(about.st_mtim.tv_sec) +
                                               std::chrono::nanoseconds(about.st_mtim.tv_nsec));
}

// Holds a hidden file that no living process holds, so that none can take it as long as the result lives.
// None when somebody still writes it, or it vanished. (A link on its way to its place can't be held: whoever
// has the folder's lock knows that nobody is making it.)
std::optional<FileDescriptor> hold_abandoned(int folder, const std::string& name) {
  FileDescriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open() && errno != ELOOP) return std::nullopt;
  if (file.is_open() && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return file;
}

// The target of the link, or an empty text when there is nothing of this name.
Result<std::string> read_link(const FolderTree& tree, int folder, const std::string& key) {
  const std::string name(split_key(key).name);
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(folder, name.c_str(), target.data(), target.size());
  if (length >= 0) return std::string(target.data(), static_cast<std::size_t>(length));
  if (errno == ENOENT) return std::string();
  if (errno != EINVAL) return fail(tree.error(errno, "read the link", key));
  return fail(
      Error(ErrorKind::Storage, fmt::format("{} is not a symbolic link", (tree.path() / key).native()))
          .hint("it wasn't made by pg2athena, which keeps a link there: move it away"));
}

}  // namespace

// Exclusive, between threads by the mutex and between processes by flock().
class LocalFolder::Lock {
 public:
  Lock(std::unique_lock<std::mutex> threads, int fd) : threads_(std::move(threads)), fd_(fd) {}
  Lock(Lock&& other) noexcept : threads_(std::move(other.threads_)), fd_(std::exchange(other.fd_, -1)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::flock(fd_, LOCK_UN);
  }

 private:
  std::unique_lock<std::mutex> threads_;
  int fd_;
};

// Gathers small writes; big ones go straight through.
class LocalFolder::Upload final : public ObjectUpload {
 public:
  Upload(const FolderTree& tree, std::string key, std::unique_ptr<PendingFile> file)
      : tree_(tree), key_(std::move(key)), file_(std::move(file)) {}

  Result<void> write(std::span<const std::byte> bytes) override {
    constexpr std::size_t kGathered = 262'144;
    if (gathered_.size() + bytes.size() < kGathered) {
      gathered_.append(bytes);
      return {};
    }
    PG2ATHENA_TRY(flush());
    return keep(file_->write(bytes));
  }

  Result<void> complete() override {
    if (failed_) return fail(ErrorKind::Internal, fmt::format("the upload of {} failed before", key_));
    PG2ATHENA_TRY(flush());
    gathered_.release();
    PG2ATHENA_TRY(keep(file_->sync()));
    PG2ATHENA_ASSIGN(const PendingFile::Placed placed, file_->place_if_absent());
    if (placed == PendingFile::Placed::Done) return {};
    return fail(ErrorKind::Storage, fmt::format("{} exists already, and data is never overwritten",
                                                (tree_.path() / key_).native()));
  }

 private:
  Result<void> flush() {
    PG2ATHENA_TRY(keep(file_->write(gathered_.span())));
    gathered_.clear();
    return {};
  }
  Result<void> keep(Result<void> result) {
    failed_ = failed_ || !result;
    return result;
  }

  const FolderTree& tree_;
  std::string key_;
  std::unique_ptr<PendingFile> file_;
  ByteBuffer gathered_;
  bool failed_ = false;
};

LocalFolder::LocalFolder(std::unique_ptr<Root> root) : root_(std::move(root)) {}
LocalFolder::~LocalFolder() = default;

const std::filesystem::path& LocalFolder::path() const {
  return root_->tree.path();
}

Result<std::unique_ptr<LocalFolder>> LocalFolder::open(const std::filesystem::path& path, Access access) {
  PG2ATHENA_ASSIGN(FolderTree tree, FolderTree::open(path, access == Access::Write));
  FileDescriptor lock_file;
  if (access == Access::Write) {
    // The lock may be there from before the folder became unwritable; a new file tells.
    PG2ATHENA_TRY(PendingFile::create(tree, "probe"));
    lock_file = open_lock(tree);
    if (!lock_file.is_open()) return fail(tree.error(errno, "open", kLockName));
  }
  auto root = std::make_unique<Root>(Root{.tree = std::move(tree), .lock_file = std::move(lock_file)});
  return std::unique_ptr<LocalFolder>(new LocalFolder(std::move(root)));
}

Result<LocalFolder::Lock> LocalFolder::lock() {
  PG2ATHENA_TRY(expect_writable(root_->lock_file, root_->tree));
  std::unique_lock threads(mutex_);
  while (::flock(root_->lock_file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return fail(root_->tree.error(errno, "lock", kLockName));
  }
  return Lock(std::move(threads), root_->lock_file.get());
}

Result<std::unique_ptr<ObjectUpload>> LocalFolder::start_upload(const std::string& key,
                                                                const UploadOptions& /*options*/) {
  PG2ATHENA_TRY(check_key(key));
  PG2ATHENA_TRY(expect_writable(root_->lock_file, root_->tree));
  PG2ATHENA_ASSIGN(auto file, PendingFile::create(root_->tree, key));
  return std::make_unique<Upload>(root_->tree, key, std::move(file));
}

Result<std::optional<StoredObject>> LocalFolder::get(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  PG2ATHENA_ASSIGN(std::optional<std::string> content, read_file(root_->tree, key));
  if (!content) return std::nullopt;
  std::string etag = digest_of(as_bytes(*content));
  return StoredObject{.content = std::move(*content), .etag = std::move(etag)};
}

Result<std::unique_ptr<ByteSource>> LocalFolder::open(const std::string& key, const ReadOptions& options) {
  PG2ATHENA_TRY(check_key(key));
  PG2ATHENA_ASSIGN(std::optional<FolderFile> file, open_file(root_->tree, key));
  if (!file) {
    return fail(ErrorKind::NotFound, fmt::format("there is no file {}", (root_->tree.path() / key).native()));
  }
  return std::make_unique<FolderFileSource>(root_->tree, key, std::move(*file), options.stop);
}

Result<PutOutcome> LocalFolder::put(const std::string& key, std::string_view content,
                                    const PutCondition& condition) {
  PG2ATHENA_TRY(check_key(key));
  PG2ATHENA_TRY(expect_writable(root_->lock_file, root_->tree));
  PG2ATHENA_ASSIGN(const auto file, PendingFile::create(root_->tree, key));
  PG2ATHENA_TRY(file->write(as_bytes(content)));
  PG2ATHENA_TRY(file->sync());
  Stored stored{digest_of(as_bytes(content))};

  PG2ATHENA_ASSIGN(const Lock held, lock());
  if (condition.kind == PutCondition::Kind::IfAbsent) {
    PG2ATHENA_ASSIGN(const PendingFile::Placed placed, file->place_if_absent());
    if (placed == PendingFile::Placed::Exists) return ConditionFailed{};
    return stored;
  }
  if (condition.kind == PutCondition::Kind::IfMatches) {
    PG2ATHENA_ASSIGN(const std::optional<StoredObject> current, get(key));
    if (!current || current->etag != condition.etag) return ConditionFailed{};
  }
  PG2ATHENA_TRY(file->place_over());
  return stored;
}

Result<void> LocalFolder::visit(const std::string& prefix, const WantedFolder& wanted, const Visit& visit) {
  PG2ATHENA_TRY(check_prefix(prefix));
  const auto [folder, stem] = split_key(prefix);
  return root_->tree.walk(folder, stem, wanted, [&](const FolderTree::Entry& entry) -> Result<void> {
    if (!entry.regular || entry.name.starts_with('.')) return {};
    struct stat about{};
    if (::fstatat(entry.folder, entry.name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
      return {};  // it vanished
    return visit({.key = entry.relative,
                  .size = static_cast<std::uint64_t>(about.st_size),
                  .last_modified = last_modified(about)});
  });
}

Result<std::vector<ObjectInfo>> LocalFolder::list(const std::string& prefix) {
  std::vector<ObjectInfo> found;
  PG2ATHENA_TRY(visit(prefix, [&](const ObjectInfo& object) -> Result<void> {
    found.push_back(object);
    return {};
  }));
  std::ranges::sort(found, {}, &ObjectInfo::key);
  return found;
}

Result<std::vector<std::string>> LocalFolder::non_objects(const std::string& prefix) {
  PG2ATHENA_TRY(check_prefix(prefix));
  const auto [folder, stem] = split_key(prefix);
  std::vector<std::string> found;
  PG2ATHENA_TRY(
      root_->tree.walk(folder, stem, any_folder, [&](const FolderTree::Entry& entry) -> Result<void> {
        const bool object = entry.regular && !entry.name.starts_with('.');
        if (!object && !is_unfinished_name(entry.name)) found.push_back(entry.relative);
        return {};
      }));
  std::ranges::sort(found);
  return found;
}

Result<void> LocalFolder::remove(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  const auto [folder_key, name] = split_key(key);
  PG2ATHENA_ASSIGN(const Lock held, lock());
  PG2ATHENA_ASSIGN(const FileDescriptor folder, root_->tree.open_folder(folder_key));
  if (!folder.is_open()) return {};
  if (::unlinkat(folder.get(), std::string(name).c_str(), 0) != 0 && errno != ENOENT && errno != EISDIR) {
    return fail(root_->tree.error(errno, "remove", key));
  }
  root_->tree.prune(folder_key);
  return {};
}

Result<void> LocalFolder::set_link(const std::string& key, const LinkTarget& decide) {
  PG2ATHENA_TRY(check_key(key));
  PG2ATHENA_ASSIGN(const Lock held, lock());
  PG2ATHENA_ASSIGN(const std::optional<std::string> target, decide());
  if (!target) return {};
  PG2ATHENA_TRY(check_key(*target));
  const auto [folder_key, name] = split_key(key);
  PG2ATHENA_ASSIGN(const FileDescriptor folder, root_->tree.make_folder(folder_key));
  if (!folder.is_open()) return fail(root_->tree.error(ENOENT, "make the link", key));
  PG2ATHENA_ASSIGN(const std::string current, read_link(root_->tree, folder.get(), key));
  if (current == *target) return {};
  const std::string hidden = unfinished_name();
  if (::symlinkat(target->c_str(), folder.get(), hidden.c_str()) != 0) {
    return fail(root_->tree.error(errno, "make the link", key));
  }
  if (::renameat(folder.get(), hidden.c_str(), folder.get(), std::string(name).c_str()) != 0) {
    const int code = errno;
    ::unlinkat(folder.get(), hidden.c_str(), 0);
    return fail(root_->tree.error(code, "swap the link", key));
  }
  if (::fsync(folder.get()) != 0) return fail(root_->tree.error(errno, "sync the folder of", key));
  return {};
}

Result<std::optional<std::string>> LocalFolder::link_target(const std::string& key) const {
  PG2ATHENA_TRY(check_key(key));
  const auto [folder_key, name] = split_key(key);
  PG2ATHENA_ASSIGN(const FileDescriptor folder, root_->tree.open_folder(folder_key));
  if (!folder.is_open()) return std::nullopt;
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(folder.get(), std::string(name).c_str(), target.data(), target.size());
  if (length >= 0) return std::string(target.data(), static_cast<std::size_t>(length));
  if (errno == ENOENT || errno == EINVAL) return std::nullopt;  // nothing, or no link
  return fail(root_->tree.error(errno, "read the link", key));
}

Result<std::vector<UnfinishedUpload>> LocalFolder::unfinished(const std::string& prefix,
                                                              const WantedFolder& wanted) {
  PG2ATHENA_TRY(check_prefix(prefix));
  const auto [folder, stem] = split_key(prefix);
  std::vector<UnfinishedUpload> found;
  PG2ATHENA_TRY(root_->tree.walk(folder, stem, wanted, [&](const FolderTree::Entry& entry) -> Result<void> {
    if (!is_unfinished_name(entry.name) || !hold_abandoned(entry.folder, entry.name)) return {};
    struct stat about{};
    if (::fstatat(entry.folder, entry.name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return {};
    found.push_back({.key = entry.relative, .id = {}, .begun = last_modified(about), .hidden_file = true});
    return {};
  }));
  return found;
}

Result<void> LocalFolder::abort(const UnfinishedUpload& upload) {
  const auto [folder_key, name] = split_key(upload.key);
  if (!is_unfinished_name(name)) {
    return fail(ErrorKind::Internal, fmt::format("{} is not an unfinished upload", upload.key));
  }
  PG2ATHENA_ASSIGN(const Lock held, lock());  // keeps set_link() out, as in remove_unfinished()
  PG2ATHENA_ASSIGN(const FileDescriptor folder, root_->tree.open_folder(folder_key));
  if (!folder.is_open()) return {};
  const std::optional<FileDescriptor> file = hold_abandoned(folder.get(), std::string(name));
  if (!file) return {};
  if (::unlinkat(folder.get(), std::string(name).c_str(), 0) != 0 && errno != ENOENT) {
    return fail(root_->tree.error(errno, "remove", upload.key));
  }
  root_->tree.prune(folder_key);
  return {};
}

Result<void> LocalFolder::remove_unfinished(const std::string& prefix) {
  PG2ATHENA_TRY(check_prefix(prefix));
  const auto [folder, stem] = split_key(prefix);
  // The lock keeps set_link() out, whose hidden links nobody holds.
  PG2ATHENA_ASSIGN(const Lock held, lock());
  PG2ATHENA_TRY(
      root_->tree.walk(folder, stem, any_folder, [&](const FolderTree::Entry& entry) -> Result<void> {
        if (!is_unfinished_name(entry.name)) return {};
        const std::optional<FileDescriptor> file = hold_abandoned(entry.folder, entry.name);
        if (!file) return {};
        if (::unlinkat(entry.folder, entry.name.c_str(), 0) == 0 || errno == ENOENT) return {};
        return fail(root_->tree.error(errno, "remove", entry.relative));
      }));
  if (!stem.empty()) return {};
  PG2ATHENA_TRY(root_->tree.remove_empty_folders(folder));
  root_->tree.prune(folder);
  return {};
}

}  // namespace pg2athena::storage
