#include "pipeline/column_choices.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/spelling.h"
#include "parquet/encoding_choice.h"
#include "parquet/schema_mapping.h"

namespace pg2athena::pipeline {
namespace {

using parquet::Leaf;
using parquet::PhysicalType;
using postgres::ColumnChoice;
using postgres::RelationColumn;

std::unexpected<Error> no_such_column(const ColumnChoice& choice, std::span<const RelationColumn> columns,
                                      const PlannedTable& table) {
  std::vector<std::string> names;
  for (const RelationColumn& column : columns) names.push_back(column.name);
  const std::string near = nearest_name(choice.column, names);
  return fail_at(choice, ErrorKind::NotFound, table,
                 fmt::format("{} has no column {} that is exported", table.display(),
                             postgres::quote_identifier(choice.column)),
                 near.empty()
                     ? fmt::format("its columns: {}", fmt::join(names, ", "))
                     : fmt::format("did you mean {}? Columns are named as they are, without quotes", near));
}

std::string column_with_type(const PlannedColumn& column) {
  return fmt::format("column {}, {}", postgres::quote_identifier(column.source_name), column.type.name);
}

Result<void> choose_encoding(const ColumnChoice& choice, const Leaf& leaf, const PlannedTable& table,
                             PlannedColumn& column) {
  const auto encoding = parquet::encoding_named(choice.encoding);
  if (encoding && parquet::can_have(leaf.physical, *encoding)) {
    column.encoding = encoding;
    return {};
  }
  return fail_at(choice, ErrorKind::Unsupported, table,
                 fmt::format("{} can't have the encoding {}", column_with_type(column), choice.encoding),
                 fmt::format("its type can have {}", parquet::encodings_text(leaf.physical)));
}

}  // namespace

std::unexpected<Error> fail_at(const ColumnChoice& choice, ErrorKind kind, const PlannedTable& table,
                               const std::string& message, std::string hint) {
  return fail(Error(kind, choice.place.empty() ? message : fmt::format("{}: {}", choice.place, message))
                  .with("table", table.display())
                  .hint(std::move(hint)));
}

Result<void> check_chosen_columns(std::span<const ColumnChoice> choices,
                                  std::span<const RelationColumn> columns, const PlannedTable& table) {
  for (const ColumnChoice& choice : choices) {
    if (std::ranges::find(columns, choice.column, &RelationColumn::name) == columns.end()) {
      return no_such_column(choice, columns, table);
    }
  }
  return {};
}

types::TypeChoice type_choice(std::span<const ColumnChoice> choices, std::string_view column) {
  const auto found = std::ranges::find_if(
      choices, [&](const ColumnChoice& choice) { return choice.column == column && !choice.type.empty(); });
  return found == choices.end() ? types::TypeChoice() : found->type;
}

std::string new_name(std::span<const ColumnChoice> choices, std::string_view column) {
  const auto found = std::ranges::find_if(
      choices, [&](const ColumnChoice& choice) { return choice.column == column && !choice.rename.empty(); });
  return found == choices.end() ? std::string() : found->rename;
}

std::string chosen_form(const types::TypeMapping& mapping, const types::MappingRules& rules,
                        const types::TypeChoice& choice) {
  const auto of_type = rules.by_type.find(mapping.row->name);
  const types::TypeChoice general = of_type == rules.by_type.end() ? types::TypeChoice() : of_type->second;
  if (!choice.as.empty()) return choice.as;
  if (!general.as.empty()) return general.as;
  const auto policy = choice.on_unrepresentable ? choice.on_unrepresentable : general.on_unrepresentable;
  const bool as_text =
      policy == types::OnUnrepresentable::String && mapping.column.id == columnar::TypeId::String;
  return as_text ? "string" : "";
}

Result<void> choose(std::span<const ColumnChoice> choices, PlannedTable& table) {
  const auto for_files = [](const ColumnChoice& choice) {
    return !choice.encoding.empty() || choice.bloom_filter;
  };
  if (std::ranges::none_of(choices, for_files)) return {};
  PG2ATHENA_ASSIGN(const parquet::MappedSchema mapped, parquet::map_schema(table.schema));
  for (const ColumnChoice& choice : choices) {
    if (!for_files(choice)) continue;
    const auto found = std::ranges::find(table.columns, choice.column, &PlannedColumn::source_name);
    const auto index = static_cast<std::size_t>(found - table.columns.begin());
    PlannedColumn& column = table.columns[index];
    const auto leaf = std::ranges::find(mapped.leaves, index, &Leaf::column);
    if (std::ranges::count(mapped.leaves, index, &Leaf::column) != 1) {
      return fail_at(choice, ErrorKind::Unsupported, table,
                     fmt::format("{} is several columns in the files", column_with_type(column)),
                     "leave the choice out: the data decides");
    }
    column.leaf_path = leaf->dotted_path();
    if (!choice.encoding.empty()) PG2ATHENA_TRY(choose_encoding(choice, *leaf, table, column));
    if (!choice.bloom_filter) continue;
    if (leaf->physical == PhysicalType::Boolean) {
      return fail_at(choice, ErrorKind::Unsupported, table,
                     fmt::format("{} can't have a Bloom filter", column_with_type(column)),
                     "true and false are in nearly every row group: leave it out");
    }
    column.bloom_filter = true;
  }
  return {};
}

Result<void> expect_key_order(std::span<const std::string> primary_key, PlannedTable& table) {
  if (primary_key.empty()) return {};
  PG2ATHENA_ASSIGN(const parquet::MappedSchema mapped, parquet::map_schema(table.schema));
  std::vector<parquet::SortingColumn> order;
  for (const std::string& name : primary_key) {
    const auto column = std::ranges::find(table.columns, name, &PlannedColumn::source_name);
    if (column == table.columns.end()) return {};
    const auto index = static_cast<std::size_t>(column - table.columns.begin());
    const auto leaf = std::ranges::find(mapped.leaves, index, &Leaf::column);
    // Not NOT NULL: what is read isn't the table alone that has the key, but also what inherits from it. And
    // a composite or a range is several leaves, whose order isn't the order of the whole.
    if (table.schema.fields[index].nullable || leaf == mapped.leaves.end() || leaf->path.size() != 1 ||
        leaf->max_repetition != 0) {
      return {};
    }
    order.push_back({.column_idx = static_cast<std::int32_t>(leaf - mapped.leaves.begin())});
  }
  table.sorting_columns = std::move(order);
  return {};
}

std::vector<parquet::ColumnOptions> column_options(const PlannedTable& table) {
  std::vector<parquet::ColumnOptions> options;
  for (const PlannedColumn& column : table.columns) {
    if (column.leaf_path.empty()) continue;
    options.push_back(
        {.path = column.leaf_path, .encoding = column.encoding, .bloom_filter = column.bloom_filter});
  }
  return options;
}

}  // namespace pg2athena::pipeline
