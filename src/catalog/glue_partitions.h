// The partitions that Glue has registered of a table, each with its place, for tables whose record wants that
// (CatalogPartitions::Registered). Pure: nothing here asks anybody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

// One for each of the table's partition keys; of ours there is one.
using PartitionValues = std::vector<std::string>;

// What is looked at of a partition that Glue has: there may be ten thousand of a table.
struct RegisteredPartition {
  PartitionValues values;
  std::string location;
};
// Of a Partition of GetPartitions' answer, which may leave out anything.
RegisteredPartition registered_partition(const nlohmann::json& partition);

enum class PartitionOperation : std::uint8_t { Create, Update, Delete };
// That one call takes: BatchCreatePartition, BatchUpdatePartition and BatchDeletePartition of the API.
constexpr std::size_t most_partitions(PartitionOperation operation) {
  return operation == PartitionOperation::Delete ? 25 : 100;
}

// Which partitions are to be changed so that Glue's are those of the record.
struct PartitionChanges {
  std::vector<PartitionValues> create;
  std::vector<PartitionValues> update;
  std::vector<PartitionValues> remove;

  std::size_t count() const { return create.size() + update.size() + remove.size(); }
  bool empty() const { return count() == 0; }
};

// One is as it should be when it lies in the run's folder: place and columns are written together, and no two
// runs have a place in common. A table without rows has no partitions: its one file is in that of NULLs. Of a
// record that doesn't register any, all are removed.
PartitionChanges partition_changes(const TableRecord& record, const storage::S3Location& lake,
                                   std::span<const RegisteredPartition> existing);

// As the operation takes it in its list. `descriptor` is the table's StorageDescriptor, whose form each
// partition has as well: a partition has columns of its own, and readers take the file's types from them.
nlohmann::json partition_entry(PartitionOperation operation, const TableRecord& record,
                               const storage::S3Location& lake, const nlohmann::json& descriptor,
                               const PartitionValues& values);

// How Glue's partitions differ from the record's; empty where they don't. Counts, and no values: those are
// for who lists folders.
std::vector<ShownDifference> partition_differences(const TableRecord& record, const storage::S3Location& lake,
                                                   std::span<const RegisteredPartition> existing);

// Refuses (Unsupported) a value that Glue's API has no way to write; every other can be registered,
// kDefaultPartition, which is NULL to all readers, too.
Result<void> check_registered(const TableRecord& record);

// The entries of one call, from number `next` on, which moves behind them: at most `count`, and of so many
// bytes that no request is too large. `entry` makes them by their number, `end` of them; not all are made at
// once, since each has all columns of the table.
nlohmann::json next_batch(std::size_t& next, std::size_t end, std::size_t count,
                          const std::function<nlohmann::json(std::size_t)>& entry);

}  // namespace pg2athena::catalog
