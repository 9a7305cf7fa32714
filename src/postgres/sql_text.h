// Names and values as SQL text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pg2athena::postgres {

// "name" with its quotes doubled: right for every name, reserved words included.
std::string quote_identifier(std::string_view name);

// The same, quoted only where PostgreSQL would have to be told so; for people, and as --schema takes it.
std::string display_identifier(std::string_view name);

// 'text' as a literal of unknown type, whatever standard_conforming_strings says.
std::string quote_literal(std::string_view text);

// "a", "b": the names of columns, as a SELECT list.
template <typename Columns>
std::string select_list(const Columns& columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + quote_identifier(column.name);
  return list;
}

// A SELECT that returns nothing and locks all that it reads. LIMIT 0 runs nothing (ExecLimit in
// src/backend/executor/nodeLimit.c), but the statement is parsed, rewritten and planned.
std::string select_nothing(std::string_view list, std::string_view from);

// SQL of the operator's in parentheses. It stands on lines of its own, so that a comment at its end ends
// there.
std::string parenthesised(std::string_view sql);

// An array literal, as a parameter of a query: {"a","b\"c"}.
std::string array_literal(std::span<const std::string> elements);

struct RelationName {
  std::string schema;
  std::string name;

  // "schema"."name", for SQL.
  std::string quoted() const;
  // schema.name, quoted only where PostgreSQL would have to be told so; for people, and as --table takes it.
  std::string display() const;

  auto operator<=>(const RelationName&) const = default;
};

}  // namespace pg2athena::postgres
