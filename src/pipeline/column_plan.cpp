#include "pipeline/column_plan.h"

#include <map>

#include <fmt/format.h>

#include "pipeline/column_choices.h"
#include "types/lake_name.h"

namespace pg2athena::pipeline {
namespace {

using postgres::RelationColumn;

constexpr std::string_view kRenameHint =
    "the configuration file can give a column another name in the lake: `rename: {column: new_name}` at its "
    "table";
// Adds a table's columns, one by one.
class ColumnPlanner {
 public:
  ColumnPlanner(const types::MappingRules& rules, const std::vector<postgres::ColumnChoice>& choices,
                PlannedTable& table)
      : rules_(rules), choices_(choices), table_(table) {}

  Result<void> add(const std::vector<RelationColumn>& columns, bool trust_not_null) {
    if (columns.empty()) {
      return fail(
          Error(ErrorKind::Unsupported, "it has no columns")
              .with("table", table_.display())
              .hint("leave it out with --exclude: Parquet and Athena have no tables without columns"));
    }
    PG2ATHENA_TRY(check_chosen_columns(choices_, columns, table_));
    for (const RelationColumn& column : columns) {
      PG2ATHENA_TRY(add_column(column, trust_not_null && column.not_null));
    }
    return {};
  }

 private:
  Result<void> add_column(const RelationColumn& column, bool not_null) {
    PG2ATHENA_ASSIGN(const std::string name, claim_name(column.name));
    const types::TypeChoice choice = type_choice(choices_, column.name);
    auto mapped = types::map_type(column.type, rules_, choice);
    if (!mapped) {
      return fail(std::move(mapped).error().with("table", table_.display()).with("column", column.name));
    }
    types::TypeMapping& mapping = *mapped;
    const bool becomes_null =
        mapping.on_unrepresentable == types::OnUnrepresentable::Null && !mapping.can_fail_on.empty();
    table_.schema.fields.push_back({.name = name,
                                    .type = mapping.column,
                                    .nullable = !not_null || becomes_null,
                                    .source_name = name == column.name ? "" : column.name,
                                    .comment = column.comment});
    std::string form = chosen_form(mapping, rules_, choice);
    table_.columns.push_back({.source_name = column.name,
                              .type = column.type,
                              .mapping = std::move(mapping),
                              .as = std::move(form)});
    return {};
  }

  Result<std::string> claim_name(const std::string& column) {
    std::string name = new_name(choices_, column);
    if (name.empty()) name = types::lake_name(column);
    PG2ATHENA_TRY(check_length("column " + postgres::quote_identifier(column), name, kRenameHint, table_));
    if (const auto [other, is_new] = names_.emplace(name, column); !is_new) {
      if (other->second == column) return fail(named_twice(column));
      return fail(
          Error(ErrorKind::NameCollision, fmt::format("columns {} and {} would both be named {} in the lake",
                                                      postgres::quote_identifier(other->second),
                                                      postgres::quote_identifier(column), name))
              .with("table", table_.display())
              .hint(std::string(kRenameHint)));
    }
    return name;
  }

  // Only a query can have two: what is chosen for one of them would be for both.
  Error named_twice(const std::string& column) const {
    const std::string quoted = postgres::quote_identifier(column);
    return Error(ErrorKind::NameCollision, fmt::format("two of its columns are named {}", quoted))
        .with("table", table_.display())
        .hint(fmt::format("give one of them another name in the SQL: … AS {}",
                          postgres::quote_identifier(fmt::format("{}_2", column))));
  }

  const types::MappingRules& rules_;
  const std::vector<postgres::ColumnChoice>& choices_;
  PlannedTable& table_;
  std::map<std::string, std::string> names_;  // in the lake → in PostgreSQL
};

}  // namespace

Result<void> add_columns(const std::vector<RelationColumn>& columns, bool trust_not_null,
                         const types::MappingRules& rules, const std::vector<postgres::ColumnChoice>& choices,
                         PlannedTable& table) {
  return ColumnPlanner(rules, choices, table).add(columns, trust_not_null);
}

// Glue takes no longer names; and in a local folder a table is a folder, whose name has the same limit on
// Linux (NAME_MAX).
Result<void> check_length(std::string_view what, const std::string& name, std::string_view hint,
                          const PlannedTable& table) {
  if (name.size() <= types::kLakeNameBytes) return {};
  return fail(Error(ErrorKind::Unsupported,
                    fmt::format("{} would have {} characters in the lake, and {} are the most", what,
                                name.size(), types::kLakeNameBytes))
                  .with("table", table.display())
                  .hint(std::string(hint)));
}

// The Column structure of Glue's API: Type has at most 131072 bytes
// (docs.aws.amazon.com/glue/latest/webapi/API_Column.html).
constexpr std::size_t kMaxGlueTypeBytes = 131'072;

void warn_of_long_types(const PlannedTable& table, std::vector<std::string>& warnings) {
  for (const columnar::Field& field : table.schema.fields) {
    const std::size_t bytes = columnar::hive_name(field.type).size();
    if (bytes <= kMaxGlueTypeBytes) continue;
    warnings.push_back(
        fmt::format("{}: column {} can't be in a table of Athena: its type is a text of {} bytes there, "
                    "and {} are Glue's most",
                    table.name, field.name, bytes, kMaxGlueTypeBytes));
  }
}

namespace {

void add_once(std::string& list, std::string_view values) {
  if (values.empty() || list.contains(values)) return;
  list += fmt::format("{}{}", list.empty() ? "" : ", ", values);
}

void add_unfit(const types::TypeMapping& mapping, UnfitValues& unfit) {
  // What has parts says in its own part of the table what it adds to theirs.
  const std::string_view own =
      mapping.parts.empty() ? std::string_view(mapping.can_fail_on) : mapping.form->can_fail_on;
  switch (mapping.on_unrepresentable) {
    case types::OnUnrepresentable::Null:
      add_once(unfit.become_null, own);
      break;
    case types::OnUnrepresentable::Clamp:
      add_once(unfit.clamped, own);
      break;
    case types::OnUnrepresentable::Error:
    case types::OnUnrepresentable::String:  // which has become a type that holds them
      add_once(unfit.fail, own);
      break;
  }
  for (const types::TypeMapping& part : mapping.parts) add_unfit(part, unfit);
}

}  // namespace

UnfitValues unfit_values(const types::TypeMapping& mapping) {
  UnfitValues unfit;
  add_unfit(mapping, unfit);
  return unfit;
}

}  // namespace pg2athena::pipeline
