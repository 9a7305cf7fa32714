#include "config/yaml_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/utf8.h"

namespace pg2athena::config {
namespace {

// No configuration comes near; a file that does is something else.
constexpr std::size_t kLargestFile = std::size_t{16} << 20U;

// Whether something stands behind the first document. At a line's beginning --- and ... are document markers
// wherever they stand (YAML 1.2.2, 9.1.2). (yaml-cpp could read all documents, but 0.7 finds endlessly many
// in a lone comma.)
bool has_second_document(std::string_view text) {
  const auto is_marker = [](std::string_view line, std::string_view marker) {
    return line.starts_with(marker) && (line.size() == marker.size() || line[3] == ' ' || line[3] == '\t');
  };
  bool begun = false;
  bool ended = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (is_marker(line, "---") && begun) return true;
    if (is_marker(line, "...")) {
      ended = begun;
      continue;
    }
    const std::size_t content = line.find_first_not_of(" \t");
    if (content == std::string_view::npos || line[content] == '#' || line.starts_with('%')) continue;
    if (ended) return true;
    begun = true;
  }
  return false;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{} is a folder", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(Error(ErrorKind::InvalidArgument, fmt::format("{} can't be read: {}", path.string(),
                                                              std::generic_category().message(errno)))
                    .hint("name a file that is there, and may be read by this user"));
  }
  // Bounded, because it may be a pipe or a device.
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() <= kLargestFile && (file.read(part.data(), part.size()), file.gcount() > 0)) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > kLargestFile) {
    return fail(ErrorKind::InvalidArgument, fmt::format("{} is larger than 16 MiB", path.string()));
  }
  return text;
}

Result<YAML::Node> parse_yaml(const std::string& text, const std::string& path) {
  if (!is_utf8(as_bytes(text))) return fail(ErrorKind::InvalidArgument, path + " is not UTF-8");
  if (has_second_document(text)) {
    return fail(ErrorKind::InvalidArgument,
                path + " has more than one document: a line `---` begins another");
  }
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return fail(
        Error(ErrorKind::InvalidArgument, fmt::format("{}:{}:{}: this is no YAML: {}", path,
                                                      error.mark.line + 1, error.mark.column + 1, error.msg))
            .hint("put a text with : # * & or { in it between single quotes; tabs can't indent"));
  }
}

}  // namespace pg2athena::config
