// The partitions that Glue has registered of a table, each with its place, for tables whose record wants that
// (CatalogPartitions::Registered). Pure: nothing here asks anybody.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "catalog/publisher.h"
#include "catalog/table_record.h"
#include "storage/s3_location.h"

namespace pg2athena::catalog {

bool registers_partitions(const TableRecord& record);

// Where the files of a partition of the record's run are.
std::string partition_url(const TableRecord& record, const storage::S3Location& lake,
                          const std::string& value);

// What makes Glue's partitions those of the record, each as its operation takes it.
struct PartitionChanges {
  std::vector<nlohmann::json> create;  // PartitionInputs
  std::vector<nlohmann::json> update;  // Entries of BatchUpdatePartition
  std::vector<nlohmann::json> remove;  // PartitionValueLists

  bool empty() const { return create.empty() && update.empty() && remove.empty(); }
};

// `descriptor` is the table's StorageDescriptor, whose form each partition has as well: a partition has
// columns of its own, and readers take the file's types from them. `existing` are Partitions of
// GetPartitions' answers. One is as it should be when it lies in the run's folder: place and columns are
// written together, and no two runs have a place in common. A table without rows has no partitions: its one
// file is in that of NULLs. Of a record that doesn't register any, all are removed.
PartitionChanges partition_changes(const TableRecord& record, const storage::S3Location& lake,
                                   const nlohmann::json& descriptor,
                                   std::span<const nlohmann::json> existing);

// How Glue's partitions differ from the record's; empty where they don't. Counts, and no values: those are
// for who lists folders.
std::vector<ShownDifference> partition_differences(const TableRecord& record, const storage::S3Location& lake,
                                                   std::span<const nlohmann::json> existing);

// Refuses (Unsupported) a value that Glue's API has no way to write; every other can be registered,
// kDefaultPartition, which is NULL to all readers, too.
Result<void> check_registered(const TableRecord& record);

// Batches that one call takes: at most `count` of them, and of so many bytes that no request is too large.
std::vector<nlohmann::json> batches(std::vector<nlohmann::json> entries, std::size_t count);

}  // namespace pg2athena::catalog
