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

  void compare_columns() {
    const json& columns = part_of(descriptor(), "Columns");
    const std::size_t there = columns.is_array() ? columns.size() : 0;
    for (std::size_t i = 0; i < record_.columns.size(); ++i) {
      const TableColumn& column = record_.columns[i];
      const std::string expected = fmt::format("{} {}", column.name, column.type);
      const std::string found = i < there ? column_text(columns[i]) : std::string();
      compare(fmt::format("column {}", i + 1), expected, found);
    }
    if (options_.dropped_columns == DroppedColumns::Keep) return;
    for (std::size_t i = record_.columns.size(); i < there; ++i) {
      add({}, fmt::format("column {} {}", i + 1, column_text(columns[i])));
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
