// What Glue's Data Catalog, and Athena with it, takes as a name or a comment.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {

// Of a database, a table or a column, and of a column's comment: Glue's API, structures Table and Column
// (docs.aws.amazon.com/glue, aws-glue-api-catalog-tables).
inline constexpr std::size_t kGlueNameBytes = 255;
inline constexpr std::size_t kGlueCommentBytes = 255;
inline constexpr std::size_t kGlueDescriptionBytes = 2048;  // of a table

// Refuses (InvalidArgument) what can't be the name of a database.
Result<void> check_glue_database(std::string_view name);

// A lake's table in Glue, whose names have no dots: "public.orders" is "orders", and the schema is for the
// database to tell. Two tables that become one: check_glue_table_names().
std::string glue_table_name(std::string_view table);

// Refuses (NameCollision) tables of the lake that would be one in the catalog; `database` is where.
Result<void> check_glue_table_names(std::span<const TableRecord> tables, std::string_view database);

// Glue takes one line (its "single-line string pattern"): line breaks and other control characters become
// blanks.
std::string on_one_line(std::string_view text);

// Whether Glue's patterns take it: no control character but the tab, and neither U+FFFE nor U+FFFF, which are
// the two that its "single-line string pattern" leaves out ([\u0020-\uD7FF\uE000-\uFFFD…]).
bool is_glue_text(std::string_view text);

// A column's comment as Glue takes it: on one line, and cut between characters where it is too long.
std::string glue_comment(std::string_view comment);
// A table's, which may have several lines.
std::string glue_description(std::string_view comment);

}  // namespace pg2athena::catalog
