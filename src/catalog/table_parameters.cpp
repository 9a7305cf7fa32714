#include "catalog/table_parameters.h"

namespace pg2athena::catalog {

std::map<std::string, std::string> run_parameters(const TableRecord& record) {
  std::map<std::string, std::string> parameters = {
      {"classification", "parquet"},
      {"typeOfData", "file"},
      // As Glue's crawlers call them; Athena plans joins by the first.
      {"recordCount", std::to_string(record.rows)},
      {"objectCount", std::to_string(record.files)},
      {"sizeKey", std::to_string(record.bytes)},
      {kTableParameter, record.table},
      {kRunParameter, record.run_id}};
  if (!record.snapshot_lsn.empty()) parameters[kSnapshotParameter] = record.snapshot_lsn;
  return parameters;
}

}  // namespace pg2athena::catalog
