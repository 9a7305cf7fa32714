// The keeper: the connection that holds the locks and the snapshot of a run from its plan to its end.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "postgres/catalog.h"
#include "postgres/connection.h"
#include "postgres/lock_holder.h"
#include "postgres/lock_statements.h"
#include "postgres/login.h"
#include "postgres/selection.h"
#include "postgres/session.h"
#include "postgres/snapshot_holder.h"

namespace pg2athena::postgres {

// A SELECT of the operator's, exported under a name.
struct NamedQuery {
  std::string name;
  std::string sql;
  std::vector<ColumnChoice> column_choices = {};
  std::string shard_by = {};  // the column by whose values it is split; empty: one shard
};

// All that a run reads, locked.
struct Source {
  ServerInfo server;
  std::vector<Relation> relations;  // sorted by name
  std::vector<QuerySource> queries;
  std::vector<std::string> warnings;
};

// A snapshot, of which the run's manifest tells.
struct Snapshot {
  std::string id;       // for SET TRANSACTION SNAPSHOT, while the transaction lasts; empty on a standby
  std::string horizon;  // pg_current_snapshot(): xmin:xmax:running
  std::string lsn;      // the write-ahead log's insert position when it was taken
};

class Keeper {
 public:
  static Result<Keeper> open(LoginProvider& logins, Cancellation& cancellation,
                             const SessionSettings& settings);

  // Everything that the database has to export, as the catalog has it now; nothing is locked or refused.
  Result<Source> survey();

  // Opens the run's transaction, locks what the selection and the queries read in ACCESS SHARE mode, and
  // reads the catalog. The locks come first and the catalog is read again after them, until nothing new
  // appears: only then is what it says true for as long as we hold them. Refuses (PermissionDenied,
  // Unsupported, NotFound) before it locks.
  Result<Source> lock_source(const Selection& selection, const std::vector<NamedQuery>& queries);

  // Exports the snapshot. The transaction is READ COMMITTED, so the snapshot is this statement's: taken under
  // all locks. (Taken before them, a TRUNCATE in between would make workers read no rows, without an error;
  // and in REPEATABLE READ the first statement of all would fix it.)
  Result<Snapshot> export_snapshot();

  // To be called when the snapshot is taken: looks once more whether the selection still finds what was
  // locked. Our locks don't keep partitions from being attached or tables from being made, and what came
  // between the catalog and the snapshot would be in the one and not in the other. ChangedWhilePlanning if
  // so.
  Result<void> check_unchanged(const Selection& selection, const Source& source);

  // What took the locks.
  const LockStatements& locks() const { return locks_; }

  // Advisory locks, which stay when the transaction ends: as take_advisory_locks().
  Result<std::optional<std::size_t>> take_advisory_locks(const std::vector<std::int64_t>& keys);

  // Another session that has one of them, as find_advisory_holder().
  Result<std::optional<LockHolder>> advisory_holder(std::int64_t key);

  // From now on the connection has nothing to do but to hold what it holds.
  Result<SnapshotHolder> hold(const Snapshot& snapshot) &&;

  const ServerInfo& server() const { return server_; }

 private:
  struct Held {
    Oid oid;
    RelationName name;
    auto operator<=>(const Held&) const = default;
  };

  Keeper(Connection connection, ServerInfo server, const SessionSettings& settings)
      : connection_(std::move(connection)),
        server_(std::move(server)),
        lock_timeout_(settings.lock_timeout) {}

  // The server's lock table: how many objects it has room for, how many are locked by anybody, and how many
  // may be.
  struct LockTable {
    std::size_t places = 0;
    std::size_t taken = 0;
    std::size_t most = 0;
  };

  // Begins the run's transaction, and looks up what the names in the queries mean.
  Result<void> begin(const std::vector<NamedQuery>& queries);
  Result<void> look_up_names_of(const std::vector<Relation>& relations);
  Result<void> look_up(const std::string& statement);
  Result<NameLookup> names_of(const std::string& statement) const;
  Result<Source> lock_relations(const Selection& selection);
  // What the selection finds in the catalog now.
  Result<Source> find_source(const Selection& selection);
  // The same, without what has nothing to read.
  Result<Source> read_source(const Selection& selection);
  Result<LockTable> read_lock_table();
  Result<void> check_room_for(std::size_t relations);
  Result<void> check_room_left();
  // Locks what isn't locked yet; true when there was something.
  Result<bool> lock_new(const std::vector<Relation>& relations);
  // Checks, locks and plans the operator's conditions.
  Result<void> plan_conditions(std::vector<Relation>& relations);
  Result<void> read_partition_statistics(Relation& relation);
  Result<QuerySource> lock_query(const NamedQuery& query);

  Connection connection_;
  ServerInfo server_;
  std::chrono::milliseconds lock_timeout_;
  std::set<Held> held_;
  LockStatements locks_;
  std::map<std::string, NameLookup> names_;  // by statement
};

}  // namespace pg2athena::postgres
