// `pg2athena ddl`: the SQL that makes Athena know the tables of a lake that was copied to S3.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "storage/object_store.h"

namespace pg2athena::cli {

struct DdlRequest {
  std::string location;             // where the lake is in S3
  std::string database;             // of Athena; empty: the session's
  std::vector<std::string> tables;  // patterns of names in the lake; empty: all tables
};

// InvalidArgument for what can't be meant, whatever the lake has.
Result<void> check_ddl_request(const DdlRequest& request);

// A CREATE EXTERNAL TABLE for each table of the lake that the patterns take, by name. NotFound when there is
// none, NameCollision when two of them would be one table of Athena.
Result<std::string> ddl_text(const DdlRequest& request, storage::ObjectStore& lake);

}  // namespace pg2athena::cli
