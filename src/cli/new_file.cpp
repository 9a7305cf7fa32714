#include "cli/new_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace pg2athena::cli {

Result<void> write_new_file(const std::string& path, std::string_view text) {
  const auto reason = [] { return std::generic_category().message(errno); };
  std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "wx"), &std::fclose);
  if (!file && errno == EEXIST) {
    return fail(Error(ErrorKind::InvalidArgument, path + " is there already")
                    .hint("name another file, or move it away"));
  }
  if (!file) {
    return fail(Error(ErrorKind::Storage, fmt::format("{} can't be written: {}", path, reason()))
                    .hint("check its folder"));
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  if (written && std::fclose(file.release()) == 0) return {};
  Error error(ErrorKind::Storage, fmt::format("{} can't be written: {}", path, reason()));
  std::remove(path.c_str());
  return fail(std::move(error).hint("check its folder, and whether there is room"));
}

}  // namespace pg2athena::cli
