#include "storage/file_error.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace pg2athena::storage {
namespace {

std::string free_room(int folder_fd) {
  struct statvfs about{};
  if (::fstatvfs(folder_fd, &about) != 0) return {};
  if (about.f_files != 0 && about.f_favail == 0) return "; the file system has no inode left";
  constexpr double kMegabyte = 1e6;
  const double unit = static_cast<double>(about.f_frsize) / kMegabyte;
  return fmt::format("; {:.1f} MB of {:.1f} MB are free", static_cast<double>(about.f_bavail) * unit,
                     static_cast<double>(about.f_blocks) * unit);
}

std::string hint_for(int code) {
  switch (code) {
    case ENOSPC:
      return "make room there or choose another folder, and run again; nothing of this run is visible";
    case EDQUOT:
      return "the disk quota is used up: make room, have it raised or choose another folder";
    case EACCES:
    case EPERM:
      return fmt::format("give the user with uid {} the right to it, or choose another folder", ::geteuid());
    case EROFS:
      return "the file system is mounted read-only: choose another folder, or mount it writable";
    case ENOTDIR:
      return "a part of the path is a file or a symbolic link where a folder is needed";
    case ELOOP:
      return "symbolic links inside the lake aren't followed: put a real file or folder there";
    case ENAMETOOLONG:
      return "the file system allows names of at most 255 bytes: give the table a shorter name";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n), or use fewer workers";
    case EFBIG:
      return "files of this size aren't allowed here: look at ulimit -f and at the file system's limits";
    case EIO:
      return "the disk reports a failure: look into the kernel's log";
    case ENOLCK:
      return "the file system has no locks: mount it with locking, or choose another folder";
    default:
      return {};
  }
}

}  // namespace

Error file_error(int code, std::string_view action, const std::filesystem::path& path, int folder_fd) {
  const bool full = code == ENOSPC || code == EDQUOT;
  std::string message =
      fmt::format("can't {} {}: {}", action, path.native(), std::generic_category().message(code));
  if (full) message += free_room(folder_fd);
  return Error(full ? ErrorKind::StorageFull : ErrorKind::Storage, std::move(message)).hint(hint_for(code));
}

}  // namespace pg2athena::storage
