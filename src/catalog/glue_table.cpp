#include "catalog/glue_table.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/run_id.h"
#include "catalog/glue_json.h"
#include "catalog/glue_names.h"
#include "catalog/glue_partitions.h"
#include "catalog/object_keys.h"
#include "catalog/partition_projection.h"
#include "catalog/table_change.h"
#include "catalog/table_parameters.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using storage::S3Location;

constexpr const char* kDescriptionParameter = "pg2athena.description";
constexpr const char* kRegistered = "registered";

// Names and types of Columns, or of PartitionKeys.
std::vector<TableColumn> columns_of(const json& told) {
  std::vector<TableColumn> columns;
  for (const json& column : told) {
    columns.push_back({.name = text_at(column, "Name"), .type = text_at(column, "Type"), .comment = {}});
  }
  return columns;
}

bool same_columns(const json& one, const json& other) {
  return columns_of(part_of(one, "Columns")) == columns_of(part_of(other, "Columns"));
}

class TableInput {
 public:
  TableInput(const TableRecord& record, const S3Location& lake, const GlueOptions& options,
             const json& existing)
      : record_(record),
        lake_(lake),
        options_(options),
        existing_(existing),
        name_(glue_table_name(record.table)) {}

  Result<json> make() {
    PG2ATHENA_TRY(check_names());
    if (!existing_.is_null()) {
      PG2ATHENA_TRY(check_owner());
    }
    PG2ATHENA_ASSIGN(json columns, all_columns());
    PG2ATHENA_ASSIGN(json parameters, all_parameters());
    json input = kept();
    describe(input, parameters);
    input["Name"] = name_;
    input["TableType"] = "EXTERNAL_TABLE";
    input["Parameters"] = std::move(parameters);
    input["PartitionKeys"] = partition_keys();
    input["StorageDescriptor"] = {
        {"Columns", std::move(columns)},
        {"Location", lake_.url(record_.data)},
        {"InputFormat", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"},
        {"OutputFormat", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"},
        {"Compressed", false},
        {"NumberOfBuckets", -1},
        {"StoredAsSubDirectories", false},
        {"SerdeInfo",
         {{"SerializationLibrary", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
          {"Parameters", {{"serialization.format", "1"}}}}}};
    return input;
  }

 private:
  std::string display() const { return fmt::format("`{}`.`{}`", options_.database, name_); }

  std::unexpected<Error> refuse(ErrorKind kind, std::string message, std::string hint) const {
    return fail(Error(kind, std::move(message)).with("table", record_.table).hint(std::move(hint)));
  }

  Result<void> check_names() const {
    std::vector<std::string_view> names = {name_};
    for (const TableColumn& column : record_.columns) names.push_back(column.name);
    // A parameter's name has as many bytes at most, and "projection.<column>.interval" is one.
    const std::string parameter =
        record_.partitioning ? fmt::format("projection.{}.interval", record_.partitioning->column) : "";
    names.push_back(parameter);
    for (const std::string_view name : names) {
      if (name.size() <= kGlueNameBytes) continue;
      return refuse(ErrorKind::Unsupported,
                    fmt::format("{} has {} bytes, and Glue takes {} of a name", on_one_line(name),
                                name.size(), kGlueNameBytes),
                    "`as:` gives a table another name in the lake, `rename:` a column");
    }
    return {};
  }

  std::string location() const { return text_at(part_of(existing_, "StorageDescriptor"), "Location"); }

  bool is_of_this_lake() const {
    const std::string table = parameter(existing_, kTableParameter);
    return !table.empty() && location().starts_with(lake_.url(table + "/"));
  }

  // What the table in Glue is, if it isn't one of files: Athena's views; tables of Iceberg, Hudi and Delta
  // Lake, which each say so in another place; a link to a table of another account, which would be changed.
  std::string what_else() const {
    const std::string type = text_at(existing_, "TableType");
    if (type == "VIRTUAL_VIEW" || existing_.contains("ViewDefinition")) return "a view";
    if (existing_.contains("TargetTable")) return "a link to another catalog's table";
    if (existing_.contains("FederatedTable")) return "a table of another system";
    for (const char* const name : {"table_type", "spark.sql.sources.provider"}) {
      const std::string format = parameter(existing_, name);
      if (!format.empty() && format != "parquet") return "a table of " + format;
    }
    const json& storage = part_of(existing_, "StorageDescriptor");
    const std::string input = text_at(storage, "InputFormat");
    for (const char* const format : {"hudi", "delta", "iceberg"}) {
      if (input.contains(format)) return fmt::format("a table of {}", format);
    }
    if (type.empty() || type == "EXTERNAL_TABLE" || type == "MANAGED_TABLE") return {};
    return "a table of the type " + type;
  }

  // Parameters that say what the table's files and rows are: of one that is taken over they are another's.
  static bool describes_files(std::string_view name) {
    constexpr std::array<std::string_view, 9> kBegin = {
        "spark.sql.", "trino.", "presto", "skip.", "parquet.", "orc.", "avro.", "Crawler", "UPDATED_BY"};
    constexpr std::array<std::string_view, 12> kNames = {"numRows",
                                                         "rawDataSize",
                                                         "totalSize",
                                                         "numFiles",
                                                         "COLUMN_STATS_ACCURATE",
                                                         "averageRecordSize",
                                                         "compressionType",
                                                         "areColumnsQuoted",
                                                         "columnsOrdered",
                                                         "delimiter",
                                                         "exclusions",
                                                         "has_encrypted_data"};
    return std::ranges::find(kNames, name) != kNames.end() ||
           std::ranges::any_of(kBegin, [&](auto begin) { return name.starts_with(begin); });
  }

  Result<void> check_owner() const {
    if (const std::string what = what_else(); !what.empty()) {
      return refuse(ErrorKind::Unsupported,
                    fmt::format("{} in Glue is {}, and can't show the files of a run", display(), what),
                    "`as:` gives the table another name; or choose another database (catalog.glue.database)");
    }
    const std::string table = parameter(existing_, kTableParameter);
    const bool of_this_lake = is_of_this_lake();
    if (of_this_lake && table != record_.table) {
      return refuse(ErrorKind::NameCollision,
                    fmt::format("{} in Glue is {} of this lake already", display(), table),
                    fmt::format("`as:` gives {} another name; where {} isn't exported any more, remove it in "
                                "Athena: DROP TABLE {}",
                                record_.table, table, display()));
    }
    if (of_this_lake || options_.adopt) return {};
    return refuse(
        ErrorKind::Unsupported,
        table.empty() ? fmt::format("there is a table {} in Glue that pg2athena didn't make", display())
                      : fmt::format("{} in Glue belongs to another lake: {}", display(), location()),
        "catalog.glue.adopt: true takes it over, and its old files are not touched; or choose another "
        "database, or another name with `as:`");
  }

  json partition_keys() const {
    json keys = json::array();
    if (record_.partitioning) {
      keys.push_back({{"Name", record_.partitioning->column}, {"Type", record_.partitioning->type}});
    }
    return keys;
  }

  // The record's, in its order; behind them those that Glue has and the record doesn't, if they are to stay.
  Result<json> all_columns() const {
    json columns = json::array();
    for (const TableColumn& column : record_.columns) columns.push_back(column_json(column));
    if (existing_.is_null()) return columns;
    const json& there = part_of(part_of(existing_, "StorageDescriptor"), "Columns");
    const KnownTable known{.columns = columns_of(there),
                           .partition_keys = columns_of(part_of(existing_, "PartitionKeys"))};
    PG2ATHENA_ASSIGN(const TableChange change, table_change(known, record_, display()));
    if (options_.dropped_columns == DroppedColumns::Remove) return columns;
    for (const std::size_t place : change.dropped) columns.push_back(there[place]);
    return columns;
  }

  static json column_json(const TableColumn& column) {
    json told = {{"Name", column.name}, {"Type", column.type}};
    if (!column.comment.empty()) told["Comment"] = glue_comment(column.comment);
    return told;
  }

  Result<json> all_parameters() const {
    json parameters = json::object();
    const bool taken_over = !is_of_this_lake();
    for (const auto& [name, value] : part_of(existing_, "Parameters").items()) {
      if (!is_projection_parameter(name) && !(taken_over && describes_files(name))) parameters[name] = value;
    }
    if (registers_partitions(record_)) {
      PG2ATHENA_TRY(check_registered(record_));
      parameters[kRegisteredParameter] = kRegistered;
    } else if (record_.partitioning) {
      PG2ATHENA_ASSIGN(const auto projection, projection_parameters(record_, lake_.url(record_.data)));
      for (const auto& [name, value] : projection) parameters[name] = value;
    }
    parameters.erase(kSnapshotParameter);  // of an earlier run: this one may not say
    for (const auto& [name, value] : run_parameters(record_)) parameters[name] = value;
    parameters["EXTERNAL"] = "TRUE";
    // Of files as a whole: pages are compressed inside of them, and Parquet's readers see to that. So have
    // Glue's crawlers it.
    parameters["compressionType"] = "none";
    return parameters;
  }

  // Of a TableInput's members, those that aren't ours and that GetTable tells too: UpdateTable takes the
  // whole table, and would forget them.
  json kept() const {
    json input = json::object();
    for (const char* const name :
         {"Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention"}) {
      if (const auto found = existing_.find(name); found != existing_.end()) input[name] = *found;
    }
    return input;
  }

  // PostgreSQL's comment, as long as nobody else describes the table. What we wrote last is kept among the
  // parameters: a description that is another was written by hand, and stays until somebody empties it.
  void describe(json& input, json& parameters) const {
    const std::string there = text_at(existing_, "Description");
    const bool of_others = !there.empty() && there != parameter(existing_, kDescriptionParameter);
    parameters.erase(kDescriptionParameter);
    if (of_others) return;
    input.erase("Description");
    const std::string ours = glue_description(record_.comment);
    if (ours.empty()) return;
    input["Description"] = ours;
    parameters[kDescriptionParameter] = ours;
  }

  const TableRecord& record_;
  const S3Location& lake_;
  const GlueOptions& options_;
  const json& existing_;
  const std::string name_;
};

}  // namespace

Result<json> glue_table_input(const TableRecord& record, const S3Location& lake, const GlueOptions& options,
                              const json& existing) {
  return TableInput(record, lake, options, existing).make();
}

namespace {

// "s3://", and what Hadoop calls the same.
std::string_view without_scheme(std::string_view url) {
  const std::size_t end = url.find("://");
  return end == std::string_view::npos ? url : url.substr(end + 3);
}

}  // namespace

std::string run_of_place(std::string_view url, const S3Location& lake) {
  const std::string root = lake.url() + "/";
  std::string_view place = without_scheme(url);
  if (!place.starts_with(without_scheme(root))) return {};
  place.remove_prefix(without_scheme(root).size());
  return std::string(run_of_folder(fmt::format("{}/", place)));
}

std::vector<std::string> runs_of_table(const json& existing, const S3Location& lake) {
  std::vector<std::string> runs;
  const auto add = [&](std::string run_id) {
    if (!run_id.empty() && std::ranges::find(runs, run_id) == runs.end()) runs.push_back(std::move(run_id));
  };
  add(run_of_place(text_at(part_of(existing, "StorageDescriptor"), "Location"), lake));
  add(run_of_place(parameter(existing, "storage.location.template"), lake));
  if (std::string run_id = parameter(existing, kRunParameter); is_run_id(run_id)) add(std::move(run_id));
  return runs;
}

json prepared_table_input(const json& input, const json& existing) {
  json prepared = input;
  if (existing.is_null()) {
    prepared["Parameters"].erase(kRunParameter);
    return prepared;
  }
  // While Athena projects, registered partitions don't count, and the last step is the whole switch.
  const bool projected = parameter(existing, "projection.enabled") == "true";
  const json& there = part_of(existing, "StorageDescriptor");
  if (has_registered(existing) && (projected || same_columns(there, input["StorageDescriptor"])))
    return nullptr;
  prepared["Parameters"] = part_of(existing, "Parameters");
  prepared["Parameters"][kRegisteredParameter] = kRegistered;
  // With those parameters it would be taken for another's.
  prepared.erase("Description");
  if (std::string described = text_at(existing, "Description"); !described.empty()) {
    prepared["Description"] = std::move(described);
  }
  if (projected) {
    prepared["StorageDescriptor"] = there;
  } else {
    prepared["StorageDescriptor"]["Location"] = text_at(there, "Location");
  }
  return prepared;
}

bool has_registered(const json& existing) {
  return !parameter(existing, kRegisteredParameter).empty();
}

bool names_run(const json& existing, const TableRecord& record, const S3Location& lake) {
  return parameter(existing, kTableParameter) == record.table &&
         parameter(existing, kRunParameter) == record.run_id &&
         text_at(part_of(existing, "StorageDescriptor"), "Location") == lake.url(record.data);
}

bool shows_run(const json& existing, const TableRecord& record, const S3Location& lake) {
  return names_run(existing, record, lake) && has_registered(existing) == registers_partitions(record);
}

}  // namespace pg2athena::catalog
