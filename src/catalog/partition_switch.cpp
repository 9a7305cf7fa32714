#include "catalog/partition_switch.h"

#include <utility>

#include "catalog/glue_names.h"

namespace pg2athena::catalog {

using nlohmann::json;

Result<bool> PartitionSwitch::bring(const TableRecord& record, const json& descriptor) {
  const std::string name = glue_table_name(record.table);
  PG2ATHENA_ASSIGN(const auto before, client_.get_partitions(name));
  if (!before) return false;
  PartitionChanges changes = partition_changes(record, lake_, descriptor, *before);
  if (changes.empty()) return true;
  PG2ATHENA_ASSIGN(const bool sent, send(record, std::move(changes)));
  if (!sent) return false;
  // Each of a call's partitions may have failed by itself, or been changed by others.
  PG2ATHENA_ASSIGN(const auto after, client_.get_partitions(name));
  return after && partition_changes(record, lake_, descriptor, *after).empty();
}

Result<bool> PartitionSwitch::send(const TableRecord& record, PartitionChanges changes) {
  const std::pair<PartitionOperation, std::vector<json>*> steps[] = {
      {PartitionOperation::Create, &changes.create},
      {PartitionOperation::Update, &changes.update},
      {PartitionOperation::Delete, &changes.remove}};
  for (const auto& [operation, entries] : steps) {
    PG2ATHENA_ASSIGN(const bool done, send_all(record, operation, std::move(*entries)));
    if (!done) return false;
  }
  return true;
}

Result<bool> PartitionSwitch::send_all(const TableRecord& record, PartitionOperation operation,
                                       std::vector<json> entries) {
  const std::string name = glue_table_name(record.table);
  for (const json& batch : batches(std::move(entries), most_partitions(operation))) {
    PG2ATHENA_ASSIGN(const bool current, is_current_run(store_, record.table, record.run_id));
    if (!current) return false;
    touched_ = true;
    PG2ATHENA_ASSIGN(const bool done, client_.change_partitions(name, operation, batch));
    if (!done) return false;
  }
  return true;
}

}  // namespace pg2athena::catalog
