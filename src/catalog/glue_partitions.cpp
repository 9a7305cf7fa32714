#include "catalog/glue_partitions.h"

#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "catalog/glue_json.h"
#include "catalog/glue_names.h"
#include "catalog/partition_name.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using storage::S3Location;

// Of a partition of GetPartitions' answer, which may leave out anything.
std::vector<std::string> values_of(const json& partition) {
  std::vector<std::string> values;
  for (const json& value : part_of(partition, "Values"))
    values.push_back(value.is_string() ? value.get<std::string>() : "");
  return values;
}

// By value, the place that it has to have.
std::map<std::string, std::string> wanted_places(const TableRecord& record, const S3Location& lake) {
  std::map<std::string, std::string> places;
  if (!registers_partitions(record) || record.rows == 0) return places;
  for (const std::string& value : record.partitioning->values) {
    places.emplace(value, partition_url(record, lake, value));
  }
  return places;
}

json partition_input(const std::string& value, const std::string& place, const json& descriptor) {
  json input = {{"Values", {value}}, {"StorageDescriptor", descriptor}};
  input["StorageDescriptor"]["Location"] = place;
  return input;
}

}  // namespace

bool registers_partitions(const TableRecord& record) {
  return record.partitioning && record.partitioning->catalog == CatalogPartitions::Registered;
}

std::string partition_url(const TableRecord& record, const S3Location& lake, const std::string& value) {
  return lake.url(partition_prefix(record.data, record.partitioning->column, value));
}

PartitionChanges partition_changes(const TableRecord& record, const S3Location& lake, const json& descriptor,
                                   std::span<const json> existing) {
  PartitionChanges changes;
  const std::map<std::string, std::string> wanted_all = wanted_places(record, lake);
  std::map<std::string, std::string> places = wanted_all;  // that nothing was found for yet
  for (const json& partition : existing) {
    const std::vector<std::string> values = values_of(partition);
    const auto wanted = values.size() == 1 ? wanted_all.find(values[0]) : wanted_all.end();
    if (wanted == wanted_all.end()) {
      changes.remove.push_back({{"Values", values}});
      continue;
    }
    // (Pages of a list that others change meanwhile may tell one twice.)
    const bool again = places.erase(wanted->first) == 0;
    if (!again && text_at(part_of(partition, "StorageDescriptor"), "Location") != wanted->second) {
      changes.update.push_back(
          {{"PartitionValueList", values},
           {"PartitionInput", partition_input(wanted->first, wanted->second, descriptor)}});
    }
  }
  for (const auto& [value, place] : places) {
    changes.create.push_back(partition_input(value, place, descriptor));
  }
  return changes;
}

std::vector<ShownDifference> partition_differences(const TableRecord& record, const S3Location& lake,
                                                   std::span<const json> existing) {
  const PartitionChanges changes = partition_changes(record, lake, json::object(), existing);
  std::vector<ShownDifference> differences;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count != 0)
      differences.push_back({.expected = {}, .found = fmt::format("partitions {}: {}", what, count)});
  };
  add(changes.create.size(), "that are not registered");
  add(changes.update.size(), "that lie in another place than the run's");
  add(changes.remove.size(), "that are registered, and that the run doesn't have");
  return differences;
}

Result<void> check_registered(const TableRecord& record) {
  for (const std::string& value : record.partitioning->values) {
    // LocationString's pattern in Glue's API. Control characters are escaped in a folder's name.
    if (is_glue_text(partition_folder(record.partitioning->column, value))) continue;
    return fail(
        Error(ErrorKind::Unsupported,
              fmt::format("Glue can't have the partition \"{}\" of {}: it takes neither U+FFFE nor U+FFFF",
                          value, record.partitioning->source_column))
            .with("table", record.table)
            .with("column", record.partitioning->source_column)
            .hint("give such rows a partition (`default` of partition_by), or leave them out with "
                  "`where`"));
  }
  return {};
}

std::vector<json> batches(std::vector<json> entries, std::size_t count) {
  // Glue doesn't say how large a request may be; each partition has all columns of its table with it.
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
  std::vector<json> all;
  std::size_t bytes = 0;
  for (json& entry : entries) {
    const std::size_t size = entry.dump().size();
    if (all.empty() || all.back().size() == count || bytes + size > kMostBytes) {
      all.push_back(json::array());
      bytes = 0;
    }
    bytes += size;
    all.back().push_back(std::move(entry));
  }
  return all;
}

}  // namespace pg2athena::catalog
