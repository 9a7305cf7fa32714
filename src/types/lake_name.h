// The names of tables and columns in the lake.
#pragma once

#include <string>
#include <string_view>

namespace pg2athena::types {

// Glue's limit for table and column names, in bytes.
inline constexpr std::size_t kLakeNameBytes = 255;

// The rule: ASCII letters become lower-case; every other character (a Unicode code point, or a byte that is
// no part of one) that isn't a digit or '_' becomes '_'. A leading digit stays: Glue accepts it. PostgreSQL's
// names have at most 63 bytes, so the limit is never passed.
std::string lake_name(std::string_view source);

}  // namespace pg2athena::types
