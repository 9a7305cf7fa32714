// The key by which a relation or query is split where blocks can't be: which column it is, and how its values
// are spread.
#pragma once

#include <string>

#include "postgres/connection.h"
#include "postgres/relation.h"
#include "postgres/session.h"

namespace pg2athena::postgres {

// Sets the key: the column that the operator named; or, where none is named, the first column of the primary
// key or else of another index that finds ranges of it. Comes before the relation is narrowed to chosen
// columns: the key need not be exported. A named column that isn't there (NotFound), that ranges can't be
// made of (InvalidArgument) or that we can't read (PermissionDenied) is refused.
Result<void> choose_shard_key(Relation& relation, const std::string& named, const ServerInfo& server);
Result<void> choose_shard_key(QuerySource& query, const std::string& named, const ServerInfo& server);

// Reads how the values of the key are spread, where the relation is large and can't be read by blocks, or
// where the operator named the key: from the server's statistics; else, of what can be counted, between its
// least and its greatest value; else, if it was named, from the values themselves. Of views and queries
// always from the values: the server keeps nothing else. Where nothing is found there will be one shard.
//
// It is read under the run's locks and before its snapshot, so it may be out of date, and statistics are
// anyway. That costs balance, never rows: ranges_between() says why. The session's search_path is empty
// before and after.
Result<void> read_key_values(Connection& connection, const ServerInfo& server, Relation& relation);
Result<void> read_key_values(Connection& connection, const ServerInfo& server, QuerySource& query);

}  // namespace pg2athena::postgres
