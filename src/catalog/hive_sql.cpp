#include "catalog/hive_sql.h"

#include <fmt/format.h>

#include "base/ascii.h"

namespace pg2athena::catalog {

std::string hive_identifier(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

// As Hive's parser reads it: the backslash escapes, and nothing else does; a doubled quote would be two
// literals (BaseSemanticAnalyzer.unescapeSQLString in Apache Hive, whose grammar Athena's DDL is).
std::string hive_literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    if (is_ascii_control(c)) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string hive_properties(const std::map<std::string, std::string>& parameters) {
  std::string text = "(";
  for (const auto& [name, value] : parameters) {
    text +=
        fmt::format("{}\n  {} = {}", text.size() == 1 ? "" : ",", hive_literal(name), hive_literal(value));
  }
  return text + "\n)";
}

}  // namespace pg2athena::catalog
