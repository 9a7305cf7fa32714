#include "catalog/glue_difference.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catalog/glue_json.h"
#include "catalog/glue_names.h"
#include "catalog/glue_partitions.h"
#include "catalog/partition_projection.h"
#include "catalog/table_parameters.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using storage::S3Location;

class Comparison {
 public:
  Comparison(const TableRecord& record, const S3Location& lake, const GlueOptions& options,
             const json& existing)
      : record_(record), lake_(lake), options_(options), existing_(existing) {}

  std::vector<ShownDifference> run() {
    if (existing_.is_null()) {
      add({}, fmt::format("there is no table `{}`.`{}`", options_.database, glue_table_name(record_.table)));
      return std::move(differences_);
    }
    compare("parameter pg2athena.table", record_.table, parameter(existing_, kTableParameter));
    compare("parameter pg2athena.run_id", record_.run_id, parameter(existing_, kRunParameter));
    compare_storage();
    compare_columns();
    compare_partitions();
    return std::move(differences_);
  }

 private:
  void add(std::string expected, std::string found) {
    differences_.push_back({.expected = std::move(expected), .found = std::move(found)});
  }
  void compare(std::string_view what, const std::string& expected, const std::string& found) {
    if (expected == found) return;
    add(expected, found.empty() ? fmt::format("no {}", what) : fmt::format("{} {}", what, found));
  }

  const json& descriptor() const { return part_of(existing_, "StorageDescriptor"); }

  void compare_storage() {
    compare("location", lake_.url(record_.data), text_at(descriptor(), "Location"));
    // What another tool reads, or writes, in its place is not Parquet's.
    const std::string input = text_at(descriptor(), "InputFormat");
    const std::string serde = text_at(part_of(descriptor(), "SerdeInfo"), "SerializationLibrary");
    if (!input.contains("Parquet")) add("Parquet's", fmt::format("input format {}", input));
    if (!serde.contains("Parquet")) add("Parquet's", fmt::format("SerDe {}", serde));
  }

  static std::string column_text(const json& column) {
    return fmt::format("{} {}", text_at(column, "Name"), text_at(column, "Type"));
  }

  // By their names: one that is missing shifts all behind it, which is no difference of theirs.
  void compare_columns() {
    const json none = json::array();
    const json& there = part_of(descriptor(), "Columns");
    const json& columns = there.is_array() ? there : none;
    std::map<std::string, std::size_t> places;  // of Glue's columns, by name
    for (std::size_t i = 0; i < columns.size(); ++i) places.emplace(text_at(columns[i], "Name"), i);
    const std::size_t before = differences_.size();
    std::vector<std::size_t> found;  // the places of the record's
    for (const TableColumn& column : record_.columns) {
      const std::string expected = fmt::format("{} {}", column.name, column.type);
      const auto at = places.find(column.name);
      if (at == places.end()) {
        add(expected, fmt::format("no column {}", column.name));
        continue;
      }
      found.push_back(at->second);
      compare(fmt::format("column {}", at->second + 1), expected, column_text(columns[at->second]));
    }
    std::ranges::sort(found);
    compare_other_columns(columns, found);
    if (differences_.size() == before) compare_order(columns, found);
  }

  // Columns that the record doesn't have. Those behind all others may be of earlier runs. `known`: the places
  // of those that it has, in order.
  void compare_other_columns(const json& columns, const std::vector<std::size_t>& known) {
    const std::size_t end = known.empty() ? 0 : known.back() + 1;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (std::ranges::binary_search(known, i)) continue;
      if (i >= end && options_.dropped_columns == DroppedColumns::Keep) continue;
      add({}, fmt::format("column {} {}", i + 1, column_text(columns[i])));
    }
  }

  // All of the record's are there, with nothing between them: the first that stands in another one's place.
  void compare_order(const json& columns, const std::vector<std::size_t>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::string found = text_at(columns[places[i]], "Name");
      if (found == record_.columns[i].name) continue;
      return add(record_.columns[i].name,
                 fmt::format("columns in another order: column {} is {}", i + 1, found));
    }
  }

  // By which columns, and how each partition's folder is found.
  void compare_partitions() {
    const json& keys = part_of(existing_, "PartitionKeys");
    std::string found;
    for (const json& key : keys) found += (found.empty() ? "" : ", ") + column_text(key);
    const std::string expected =
        record_.partitioning ? fmt::format("{} {}", record_.partitioning->column, record_.partitioning->type)
                             : std::string();
    if (found != expected) {
      add(expected.empty() ? "no partition key" : expected,
          found.empty() ? "no partition key" : "partition key " + found);
    }
    compare_projection();
  }

  // Not what the parameters say: values of partitions are for those who list folders.
  void compare_projection() {
    std::map<std::string, std::string> expected;
    if (record_.partitioning && !registers_partitions(record_)) {
      auto projection = projection_parameters(record_, lake_.url(record_.data));
      if (!projection) return add({}, projection.error().message());
      expected = std::move(*projection);
    }
    for (const auto& [name, value] : expected) {
      const std::string found = parameter(existing_, name.c_str());
      if (found == value) continue;
      add({}, found.empty() ? fmt::format("no parameter {}", name)
                            : fmt::format("parameter {} has another value", name));
    }
    for (const auto& [name, value] : part_of(existing_, "Parameters").items()) {
      // "false" is as good as none.
      const bool off = name == "projection.enabled" && value == "false";
      if (!is_projection_parameter(name) || expected.contains(name) || off) continue;
      add({}, fmt::format("parameter {}", name));
    }
  }

  const TableRecord& record_;
  const S3Location& lake_;
  const GlueOptions& options_;
  const json& existing_;
  std::vector<ShownDifference> differences_;
};

}  // namespace

std::vector<ShownDifference> glue_differences(const TableRecord& record, const S3Location& lake,
                                              const GlueOptions& options, const json& existing) {
  return Comparison(record, lake, options, existing).run();
}

}  // namespace pg2athena::catalog
