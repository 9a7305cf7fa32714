#include "catalog/partition_name.h"

#include <fmt/format.h>

#include "base/ascii.h"

namespace pg2athena::catalog {

std::string partition_folder(std::string_view column, std::string_view value) {
  // charToEscape in FileUtils.java of Apache Hive, of which these are what isn't a control character.
  constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^";
  std::string folder = fmt::format("{}=", column);
  for (const char c : value) {
    if (is_ascii_control(c) || kEscaped.contains(c)) {
      folder += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      folder += c;
    }
  }
  return folder;
}

std::string partition_prefix(std::string_view data, std::string_view column, std::string_view value) {
  return fmt::format("{}{}/", data, partition_folder(column, value));
}

}  // namespace pg2athena::catalog
