#include "catalog/glue_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/utf8.h"

namespace pg2athena::catalog {

Result<void> check_glue_database(std::string_view name) {
  const bool characters =
      std::ranges::all_of(name, [](char c) { return is_ascii_lower_or_digit(c) || c == '_' || c == '-'; });
  if (characters && !name.empty() && name.size() <= kGlueNameBytes) return {};
  return fail(
      Error(ErrorKind::InvalidArgument, fmt::format("\"{}\" can't be a database of Athena", name))
          .hint("its name has lower-case letters, digits and underscores: CREATE DATABASE makes one there"));
}

std::string glue_table_name(std::string_view table) {
  // The lake's names have the one dot behind the schema, and a query's have none (types/lake_name.h).
  return std::string(table.substr(table.find('.') + 1));
}

std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, is_ascii_control, ' ');
  return line;
}

std::string glue_comment(std::string_view comment) {
  const std::string line = on_one_line(comment);
  return std::string(utf8_prefix(line, kGlueCommentBytes));
}

}  // namespace pg2athena::catalog
