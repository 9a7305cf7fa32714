#include "catalog/partition_switch.h"

#include <utility>

#include "catalog/glue_names.h"

namespace pg2athena::catalog {

using nlohmann::json;

Result<bool> PartitionSwitch::bring(const TableRecord& record, const json& descriptor) {
  PartitionChanges changes;
  PG2ATHENA_ASSIGN(const bool there, look(record, changes));
  if (!there) return false;
  if (changes.empty()) return true;
  PG2ATHENA_ASSIGN(const bool sent, send(record, descriptor, changes));
  if (!sent) return false;
  // Each of a call's partitions may have failed by itself, or been changed by others.
  PG2ATHENA_ASSIGN(const bool still_there, look(record, changes));
  return still_there && changes.empty();
}

// False: there is no table.
Result<bool> PartitionSwitch::look(const TableRecord& record, PartitionChanges& changes) {
  PG2ATHENA_ASSIGN(const auto existing, client_.get_partitions(glue_table_name(record.table)));
  if (!existing) return false;
  changes = partition_changes(record, lake_, *existing);
  left_ = changes.count();
  return true;
}

Result<bool> PartitionSwitch::send(const TableRecord& record, const json& descriptor,
                                   const PartitionChanges& changes) {
  const std::pair<PartitionOperation, const std::vector<PartitionValues>*> steps[] = {
      {PartitionOperation::Create, &changes.create},
      {PartitionOperation::Update, &changes.update},
      {PartitionOperation::Delete, &changes.remove}};
  for (const auto& [operation, partitions] : steps) {
    PG2ATHENA_ASSIGN(const bool done, send_all(record, operation, descriptor, *partitions));
    if (!done) return false;
  }
  return true;
}

Result<bool> PartitionSwitch::send_all(const TableRecord& record, PartitionOperation operation,
                                       const json& descriptor, std::span<const PartitionValues> partitions) {
  const std::string name = glue_table_name(record.table);
  const auto entry = [&](std::size_t i) {
    return partition_entry(operation, record, lake_, descriptor, partitions[i]);
  };
  std::size_t next = 0;
  while (next < partitions.size()) {
    const json batch = next_batch(next, partitions.size(), most_partitions(operation), entry);
    PG2ATHENA_ASSIGN(const bool current, is_current_run(store_, record.table, record.run_id));
    if (!current) return false;
    touched_ = true;
    PG2ATHENA_ASSIGN(const bool done, client_.change_partitions(name, operation, batch));
    if (!done) return false;
  }
  return true;
}

}  // namespace pg2athena::catalog
