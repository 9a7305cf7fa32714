#include "postgres/sql_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

std::string quoted_between(std::string_view text, char quote, std::string_view escaped, char escape) {
  std::string out(1, quote);
  for (const char c : text) {
    if (escaped.find(c) != std::string_view::npos) out += escape;
    out += c;
  }
  out += quote;
  return out;
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  return quoted_between(name, '"', "\"", '"');
}

// A backslash means itself twice in E'…', and needs no E'…' where there is none (quote_literal_internal in
// src/backend/utils/adt/quote.c does the same).
std::string quote_literal(std::string_view text) {
  std::string doubled;
  for (const char c : text) {
    if (c == '\'' || c == '\\') doubled += c;
    doubled += c;
  }
  return fmt::format("{}'{}'", text.contains('\\') ? "E" : "", doubled);
}

std::string select_nothing(std::string_view list, std::string_view from) {
  return fmt::format("SELECT {} FROM {} LIMIT 0", list, from);
}

std::string parenthesised(std::string_view sql) {
  std::string out = "(\n";
  out += sql;
  return out + "\n)";
}

std::string array_literal(std::span<const std::string> elements) {
  std::string out = "{";
  for (const std::string& element : elements) {
    if (out.size() > 1) out += ',';
    out += quoted_between(element, '"', "\"\\", '\\');
  }
  return out + "}";
}

std::string display_identifier(std::string_view name) {
  const bool plain =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  return plain ? std::string(name) : quote_identifier(name);
}

std::string RelationName::quoted() const {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

std::string RelationName::display() const {
  return display_identifier(schema) + "." + display_identifier(name);
}

}  // namespace pg2athena::postgres
