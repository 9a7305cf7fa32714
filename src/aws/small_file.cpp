#include "aws/small_file.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace pg2athena::aws {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

Error cannot_read(const std::string& path, int code) {
  const ErrorKind kind = code == ENOENT   ? ErrorKind::NotFound
                         : code == EACCES ? ErrorKind::PermissionDenied
                                          : ErrorKind::Storage;
  return Error(kind, fmt::format("can't read {}: {}", path, std::generic_category().message(code)));
}

}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return fail(cannot_read(path, errno));
  std::string content(kLargest + 1, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
  if (std::ferror(file.get()) != 0) return fail(cannot_read(path, errno));
  if (content.size() > kLargest)
    return fail(ErrorKind::CorruptInput, fmt::format("{} has more than 1MiB", path));
  return content;
}

}  // namespace pg2athena::aws
