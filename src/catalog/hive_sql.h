// How Athena's DDL writes things, which is how Apache Hive's does.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace pg2athena::catalog {

// Of one statement: "Query string length" of docs.aws.amazon.com/athena/latest/ug/service-limits.html.
inline constexpr std::size_t kMaxStatementBytes = 262'144;

// A name between backticks. A backtick in it is doubled (no name of a lake has one).
std::string hive_identifier(std::string_view name);

// A string literal on one line, whatever is in it, so that a semicolon at a line's end ends a statement.
std::string hive_literal(std::string_view text);

// What stands behind TBLPROPERTIES: the parameters in brackets, each on a line of its own.
std::string hive_properties(const std::map<std::string, std::string>& parameters);

}  // namespace pg2athena::catalog
