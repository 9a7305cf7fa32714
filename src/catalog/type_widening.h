// Which changes of a column's type a table in Glue can go along with.
#pragma once

#include <string_view>

namespace pg2athena::catalog {

// Whether every value of the one type is a value of the other, and readers that know the column as the one
// go on when it is the other: the same type; a wider integer, float or decimal; a list, map or struct of
// such; a struct with more attributes. The types are Hive's, in any case and with blanks or without. What
// isn't one that is known here is only itself.
bool widens(std::string_view from, std::string_view to);

}  // namespace pg2athena::catalog
