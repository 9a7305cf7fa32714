// `pg2athena ddl`: the SQL that makes Athena know the tables of a lake in S3, or takes them to its present
// run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/athena_ddl.h"
#include "storage/object_store.h"

namespace pg2athena::cli {

struct DdlRequest {
  std::string location;                  // where the lake is in S3; empty: nobody said it
  std::string database;                  // of Athena; empty: the session's
  std::vector<std::string> tables = {};  // patterns of names in the lake; empty: all tables
  catalog::DdlPartitions partitions = catalog::DdlPartitions::Projection;
  bool alter = false;
  // Of --alter: which run Athena's tables show; empty: each the run before the present one.
  std::string from = {};
  // Of --alter; nothing: as the configuration says.
  std::optional<catalog::DroppedColumns> dropped_columns = {};
};

// InvalidArgument for what can't be meant, whatever the lake has.
Result<void> check_ddl_request(const DdlRequest& request);

// For each table of the lake that the patterns take, by name: its CREATE EXTERNAL TABLE; with --alter the
// ALTER statements from the run that Athena's table shows, or, where no run was shown before, the CREATE.
// InvalidArgument without a location; NotFound when there is no table, or nothing says what the earlier run
// was; NameCollision when two of them would be one table of Athena; Unsupported for a change that readers
// would fail on.
Result<std::string> ddl_text(const DdlRequest& request, storage::ObjectStore& lake);

}  // namespace pg2athena::cli
