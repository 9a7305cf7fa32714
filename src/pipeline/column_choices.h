// What a table's columns are to be, from what the operator chose for them and from its key.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "pipeline/plan.h"
#include "postgres/relation.h"

namespace pg2athena::pipeline {

// An error about a choice, with its place before the message.
std::unexpected<Error> fail_at(const postgres::ColumnChoice& choice, ErrorKind kind,
                               const PlannedTable& table, const std::string& message, std::string hint);

// NotFound for a choice for a column that isn't exported; it says where the choice was made.
Result<void> check_chosen_columns(std::span<const postgres::ColumnChoice> choices,
                                  std::span<const postgres::RelationColumn> columns,
                                  const PlannedTable& table);

// What of them is about a column's type, and about its name: empty where nothing is.
types::TypeChoice type_choice(std::span<const postgres::ColumnChoice> choices, std::string_view column);
std::string new_name(std::span<const postgres::ColumnChoice> choices, std::string_view column);

// As what the operator wants the values of a column kept: what is said of the column wins over what is said
// of its type. Empty when nothing is said.
std::string chosen_form(const types::TypeMapping& mapping, const types::MappingRules& rules,
                        const types::TypeChoice& choice);

// Sets what is chosen for the files at the table's columns, all of which there are. Unsupported for an
// encoding that a type can't have; it says where the choice was made.
Result<void> choose(std::span<const postgres::ColumnChoice> choices, PlannedTable& table);

// Sets the order that the table's rows may be stored in: its primary key's, if all of it is exported.
Result<void> expect_key_order(std::span<const std::string> primary_key, PlannedTable& table);

// The writer's options for the columns that something was chosen for.
std::vector<parquet::ColumnOptions> column_options(const PlannedTable& table);

}  // namespace pg2athena::pipeline
