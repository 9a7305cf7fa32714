#include "storage/folder_file.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quantity.h"
#include "storage/object_store.h"

namespace pg2athena::storage {
namespace {

// Appends all of a file, or a little more than a record may have. Returns errno's value, or 0.
int read_all(int fd, std::string& out) {
  constexpr std::size_t kPiece = 65'536;
  while (out.size() <= kLargestRecord) {
    const std::size_t size = out.size();
    out.resize(size + kPiece);
    // A compare-and-set reads under the lock, on purpose.
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection)
    const ssize_t count = ::read(fd, out.data() + size, kPiece);
    out.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return 0;
    if (count < 0 && errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

Result<std::optional<FolderFile>> open_file(const FolderTree& tree, const std::string& key) {
  const auto [folder_key, name] = split_key(key);
  PG2ATHENA_ASSIGN(const FileDescriptor folder, tree.open_folder(folder_key));
  if (!folder.is_open()) return std::nullopt;
  // O_NONBLOCK: somebody's named pipe under this name must not hold us up.
  FileDescriptor file(
      ::openat(folder.get(), std::string(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::nullopt;
    return fail(tree.error(errno, "open", key));
  }
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return fail(tree.error(errno, "look at", key));
  if (!S_ISREG(about.st_mode)) return std::nullopt;
  return FolderFile{.descriptor = std::move(file), .size = static_cast<std::uint64_t>(about.st_size)};
}

Result<std::optional<std::string>> read_file(const FolderTree& tree, const std::string& key) {
  PG2ATHENA_ASSIGN(const std::optional<FolderFile> file, open_file(tree, key));
  if (!file) return std::nullopt;
  const auto too_large = [&] {
    return fail(Error(ErrorKind::CorruptInput,
                      fmt::format("{} has more than the {} that a record has at most",
                                  (tree.path() / key).native(), byte_size_text(kLargestRecord)))
                    .hint("it isn't as pg2athena wrote it: put an earlier copy back, or move it away"));
  };
  if (file->size > kLargestRecord) return too_large();
  std::string content;
  content.reserve(file->size);
  if (const int code = read_all(file->descriptor.get(), content); code != 0) {
    return fail(tree.error(code, "read", key));
  }
  if (content.size() > kLargestRecord) return too_large();  // it grew
  return content;
}

Result<void> FolderFileSource::read(std::uint64_t offset, std::span<std::byte> to) {
  if (stop_ != nullptr) PG2ATHENA_TRY(stop_->check());
  while (!to.empty()) {
    const ssize_t count = ::pread(file_.descriptor.get(), to.data(), to.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(tree_.error(errno, "read", key_));
    if (count == 0) {
      return fail(ErrorKind::Storage,
                  fmt::format("{} became shorter while it was read", (tree_.path() / key_).native()));
    }
    offset += static_cast<std::uint64_t>(count);
    to = to.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace pg2athena::storage
