#include "storage/folder_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <random>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "storage/file_error.h"

namespace pg2athena::storage {
namespace {

constexpr std::string_view kUnfinished = ".unfinished";
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// What is in a folder, but "." and "..". Reads everything first, so that a visitor may change the folder.
struct Listed {
  std::string name;
  mode_t type = 0;  // S_IFMT's bits
};

// Returns errno's value, or 0.
int read_folder(int folder, std::vector<Listed>& out) {
  // fdopendir takes the descriptor over and moves its position, so it gets one of its own.
  const int own = ::openat(folder, ".", kOpenFolder);
  if (own < 0) return errno;
  const Directory directory(::fdopendir(own));
  if (directory == nullptr) {
    const int code = errno;
    ::close(own);
    return code;
  }
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(directory.get());
    if (entry == nullptr) return errno;
    const std::string name(&entry->d_name[0]);
    if (name == "." || name == "..") continue;
    struct stat about{};
    if (::fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) continue;  // it vanished
    out.push_back({.name = name, .type = about.st_mode & S_IFMT});
  }
}

std::string join(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

// The parts of "a/b/c", one after the other.
template <typename Function>
Result<void> for_each_part(std::string_view relative, Function function) {
  while (!relative.empty()) {
    const std::size_t length = std::min(relative.find('/'), relative.size());
    PG2ATHENA_TRY(function(std::string(relative.substr(0, length))));
    relative.remove_prefix(std::min(length + 1, relative.size()));
  }
  return {};
}

// So that the entries of new folders are durable: syncs every folder from `existing` down to the parent of
// `path`.
void sync_parents(const std::filesystem::path& existing, const std::filesystem::path& path) {
  for (std::filesystem::path folder = path.parent_path();; folder = folder.parent_path()) {
    const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.is_open()) ::fsync(fd.get());
    if (folder == existing || folder == folder.parent_path()) return;
  }
}

Result<void> make_root(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::path existing = path;
  while (!std::filesystem::exists(existing, code) && existing != existing.parent_path()) {
    existing = existing.parent_path();
  }
  if (existing == path) return {};
  std::filesystem::create_directories(path, code);
  if (code) {
    const FileDescriptor fd(::open(existing.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fail(file_error(code.value(), "make the folder", path, fd.get()));
  }
  sync_parents(existing, path);
  return {};
}

}  // namespace

SplitKey split_key(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {.folder = {}, .name = key};
  return {.folder = key.substr(0, slash), .name = key.substr(slash + 1)};
}

std::string unfinished_name() {
  std::random_device random;
  return fmt::format(".{:016x}{}", (std::uint64_t{random()} << 32U) | random(), kUnfinished);
}

bool is_unfinished_name(std::string_view name) {
  return name.size() == 17 + kUnfinished.size() && name.starts_with('.') && name.ends_with(kUnfinished);
}

Result<FolderTree> FolderTree::open(const std::filesystem::path& path, bool make) {
  std::error_code code;
  std::filesystem::path absolute = std::filesystem::absolute(path, code).lexically_normal();
  if (code) return fail(file_error(code.value(), "find", path, -1));
  if (!absolute.has_filename()) absolute = absolute.parent_path();  // "lake/"
  if (make) PG2ATHENA_TRY(make_root(absolute));
  FileDescriptor root(::open(absolute.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root.is_open()) return FolderTree(std::move(absolute), std::move(root));
  const int failure = errno;
  if (failure == ENOENT) {
    return fail(ErrorKind::NotFound, fmt::format("there is no folder {}", absolute.native()));
  }
  return fail(file_error(failure, "open the folder", absolute, -1));
}

Error FolderTree::error(int code, std::string_view action, std::string_view relative) const {
  return file_error(code, action, relative.empty() ? path_ : path_ / relative, root_.get());
}

Result<FileDescriptor> FolderTree::open_folder(std::string_view relative) const {
  FileDescriptor folder(::openat(root_.get(), ".", kOpenFolder));
  if (!folder.is_open()) return fail(error(errno, "open", ""));
  PG2ATHENA_TRY(for_each_part(relative, [&](const std::string& part) -> Result<void> {
    if (!folder.is_open()) return {};
    FileDescriptor next(::openat(folder.get(), part.c_str(), kOpenFolder));
    if (!next.is_open() && errno != ENOENT) return fail(error(errno, "open the folder", relative));
    folder = std::move(next);
    return {};
  }));
  return folder;
}

Result<FileDescriptor> FolderTree::make_folder(std::string_view relative) const {
  FileDescriptor folder(::openat(root_.get(), ".", kOpenFolder));
  if (!folder.is_open()) return fail(error(errno, "open", ""));
  PG2ATHENA_TRY(for_each_part(relative, [&](const std::string& part) -> Result<void> {
    if (!folder.is_open()) return {};
    FileDescriptor next(::openat(folder.get(), part.c_str(), kOpenFolder));
    if (!next.is_open() && errno == ENOENT) {
      if (::mkdirat(folder.get(), part.c_str(), 0777) == 0) {
        if (::fsync(folder.get()) != 0) return fail(error(errno, "sync the parent of", relative));
      } else if (errno != EEXIST && errno != ENOENT) {
        return fail(error(errno, "make the folder", relative));
      }
      next = FileDescriptor(::openat(folder.get(), part.c_str(), kOpenFolder));
    }
    if (!next.is_open() && errno != ENOENT) return fail(error(errno, "open the folder", relative));
    folder = std::move(next);
    return {};
  }));
  return folder;
}

void FolderTree::prune(std::string_view relative) const {
  while (!relative.empty()) {
    const auto [parent, name] = split_key(relative);
    const Result<FileDescriptor> folder = open_folder(parent);
    // rmdir takes only what is empty: that is the whole check.
    if (!folder || !folder->is_open()) return;
    if (::unlinkat(folder->get(), std::string(name).c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return;
    relative = parent;
  }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a key has parts
Result<void> FolderTree::walk(std::string_view relative, std::string_view stem,
                              const std::function<bool(std::string_view)>& wanted,
                              const std::function<Result<void>(const Entry&)>& visit) const {
  PG2ATHENA_ASSIGN(const FileDescriptor folder, open_folder(relative));
  if (!folder.is_open()) return {};
  std::vector<Listed> entries;
  if (const int code = read_folder(folder.get(), entries); code != 0) {
    return fail(error(code, "read the folder", relative));
  }
  for (const Listed& entry : entries) {
    if (!entry.name.starts_with(stem)) continue;
    if (entry.type == S_IFDIR) {
      // A hidden folder is none of ours.
      const std::string below = join(relative, entry.name);
      if (!entry.name.starts_with('.') && wanted(below)) PG2ATHENA_TRY(walk(below, "", wanted, visit));
      continue;
    }
    PG2ATHENA_TRY(visit({.folder = folder.get(),
                         .relative = join(relative, entry.name),
                         .name = entry.name,
                         .regular = entry.type == S_IFREG}));
  }
  return {};
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a key has parts
Result<void> FolderTree::remove_empty_folders(std::string_view relative) const {
  PG2ATHENA_ASSIGN(const FileDescriptor folder, open_folder(relative));
  if (!folder.is_open()) return {};
  std::vector<Listed> entries;
  if (const int code = read_folder(folder.get(), entries); code != 0) {
    return fail(error(code, "read the folder", relative));
  }
  for (const Listed& entry : entries) {
    if (entry.type != S_IFDIR || entry.name.starts_with('.')) continue;
    PG2ATHENA_TRY(remove_empty_folders(join(relative, entry.name)));
    ::unlinkat(folder.get(), entry.name.c_str(), AT_REMOVEDIR);
  }
  return {};
}

}  // namespace pg2athena::storage
