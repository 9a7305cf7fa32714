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

// By value, the place that it has to have.
std::map<std::string, std::string> wanted_places(const TableRecord& record, const S3Location& lake) {
  std::map<std::string, std::string> places;
  if (!registers_partitions(record) || record.rows == 0) return places;
  for (const std::string& value : record.partitioning->values) {
    places.emplace(value, partition_url(record, lake, value));
  }
  return places;
}

}  // namespace

RegisteredPartition registered_partition(const json& partition) {
  RegisteredPartition registered{.values = {},
                                 .location = text_at(part_of(partition, "StorageDescriptor"), "Location")};
  for (const json& value : part_of(partition, "Values")) {
    registered.values.push_back(value.is_string() ? value.get<std::string>() : "");
  }
  return registered;
}

bool registers_partitions(const TableRecord& record) {
  return record.partitioning && record.partitioning->catalog == CatalogPartitions::Registered;
}

std::string partition_url(const TableRecord& record, const S3Location& lake, const std::string& value) {
  return lake.url(partition_prefix(record.data, record.partitioning->column, value));
}

PartitionChanges partition_changes(const TableRecord& record, const S3Location& lake,
                                   std::span<const RegisteredPartition> existing) {
  PartitionChanges changes;
  const std::map<std::string, std::string> wanted_all = wanted_places(record, lake);
  std::map<std::string, std::string> places = wanted_all;  // that nothing was found for yet
  for (const auto& [values, location] : existing) {
    const auto wanted = values.size() == 1 ? wanted_all.find(values[0]) : wanted_all.end();
    if (wanted == wanted_all.end()) {
      changes.remove.push_back(values);
      continue;
    }
    // (Pages of a list that others change meanwhile may tell one twice.)
    const bool again = places.erase(wanted->first) == 0;
    if (!again && location != wanted->second) changes.update.push_back(values);
  }
  for (const auto& [value, place] : places) changes.create.push_back({value});
  return changes;
}

json partition_entry(PartitionOperation operation, const TableRecord& record, const S3Location& lake,
                     const json& descriptor, const PartitionValues& values) {
  if (operation == PartitionOperation::Delete) return {{"Values", values}};
  json input = {{"Values", values}, {"StorageDescriptor", descriptor}};
  input["StorageDescriptor"]["Location"] = partition_url(record, lake, values[0]);
  if (operation == PartitionOperation::Create) return input;
  return {{"PartitionValueList", values}, {"PartitionInput", std::move(input)}};
}

std::vector<ShownDifference> partition_differences(const TableRecord& record, const S3Location& lake,
                                                   std::span<const RegisteredPartition> existing) {
  const PartitionChanges changes = partition_changes(record, lake, existing);
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

json next_batch(std::size_t& next, std::size_t end, std::size_t count,
                const std::function<json(std::size_t)>& entry) {
  // Glue doesn't say how large a request may be.
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
  json batch = json::array();
  std::size_t bytes = 0;
  for (; next < end && batch.size() < count; ++next) {
    json one = entry(next);
    bytes += one.dump().size();
    if (!batch.empty() && bytes > kMostBytes) break;
    batch.push_back(std::move(one));
  }
  return batch;
}

}  // namespace pg2athena::catalog
