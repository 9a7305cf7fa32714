#include "catalog/glue_names.h"

#include <algorithm>
#include <map>

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

Result<void> check_glue_table_names(std::span<const TableRecord> tables, std::string_view database) {
  std::map<std::string, std::string_view> taken;  // in the catalog → in the lake
  for (const TableRecord& table : tables) {
    const std::string name = glue_table_name(table.table);
    const auto [other, is_new] = taken.emplace(name, table.table);
    if (is_new) continue;
    const std::string where = database.empty() ? "" : fmt::format(" in the database {}", database);
    return fail(
        Error(ErrorKind::NameCollision,
              fmt::format("{} and {} would both be the table {}{}", other->second, table.table, name, where))
            .hint("`as:` gives one of them another name; or give each schema a database of its own: "
                  "by a run for each (catalog.glue.database), or by `pg2athena ddl --table 'public.*' "
                  "--database shop`"));
  }
  return {};
}

std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, is_ascii_control, ' ');
  return line;
}

bool is_glue_text(std::string_view text) {
  const bool control =
      std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
  return !control && !text.contains("\xEF\xBF\xBE") && !text.contains("\xEF\xBF\xBF");
}

namespace {

// U+FFFE and U+FFFF, which a comment in PostgreSQL may have: shown as any character that can't be shown is.
std::string with_replacements(std::string text) {
  for (const std::string_view refused : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = text.find(refused); at != std::string::npos; at = text.find(refused, at)) {
      text.replace(at, refused.size(), "\xEF\xBF\xBD");
    }
  }
  return text;
}

}  // namespace

std::string glue_comment(std::string_view comment) {
  const std::string line = with_replacements(on_one_line(comment));
  return std::string(utf8_prefix(line, kGlueCommentBytes));
}

std::string glue_description(std::string_view comment) {
  std::string text = with_replacements(std::string(comment));
  constexpr std::string_view kKept = "\t\r\n";
  std::ranges::replace_if(text, [&](char c) { return is_ascii_control(c) && !kKept.contains(c); }, ' ');
  return std::string(utf8_prefix(text, kGlueDescriptionBytes));
}

}  // namespace pg2athena::catalog
