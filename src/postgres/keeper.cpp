#include "postgres/keeper.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "postgres/column_statistics.h"
#include "postgres/condition.h"
#include "postgres/name_lookup.h"
#include "postgres/pooler.h"
#include "postgres/privileges.h"
#include "postgres/projection.h"
#include "postgres/shard_key.h"

namespace pg2athena::postgres {
namespace {

// How often a plan starts over because a relation went away between listing and locking.
constexpr int kPlanAttempts = 5;
// How often the catalog is read again because something new appeared; each time takes what a partition needs
// to be attached, so more than a few means that someone attaches them in a loop.
constexpr int kLockRounds = 10;

constexpr std::string_view kLockTableHint =
    "raise max_locks_per_transaction on the server, or split the run with --schema or --table";

std::string without_semicolon(std::string sql) {
  const auto ignorable = [](char c) { return c == ';' || std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!sql.empty() && ignorable(sql.back())) sql.pop_back();
  return sql;
}

// A SELECT that returns nothing and locks what the query reads. (A prepared statement can't be two.)
std::string query_select(const std::string& sql) {
  return select_nothing("*", fmt::format("{} AS q", parenthesised(sql)));
}

// Whether what is read of it depends on names, or on what is attached: of a condition, and of what the
// planner takes apart.
bool has_names(const Relation& relation) {
  return !relation.where.empty() || !relation.reads_leaves();
}

std::string relation_select(const Relation& relation) {
  if (!relation.where.empty()) return condition_select(relation);
  return select_nothing(select_list(relation.columns), relation.name.quoted());
}

Error lock_hint(Error error) {
  if (error.kind() != ErrorKind::LockNotAvailable) return error;
  return std::move(error).hint(
      "an ALTER, TRUNCATE or VACUUM FULL holds the table or waits for it: run again when it is done, or wait "
      "longer with --lock-timeout (limits.lock_timeout)");
}

}  // namespace

Result<Keeper> Keeper::open(LoginProvider& logins, Cancellation& cancellation,
                            const SessionSettings& settings) {
  PG2ATHENA_ASSIGN(Connection connection, connect(logins, settings.application_name, cancellation));
  PG2ATHENA_ASSIGN(const bool pooled, find_pooler(connection, logins, cancellation));
  PG2ATHENA_ASSIGN(ServerInfo server, prepare_session(connection, settings));
  server.pooled = pooled;
  // A pooler's own connections are used, and may be ours all the same.
  if (!pooled) server.room = read_connection_room(connection);
  return Keeper(std::move(connection), std::move(server), settings);
}

Result<Source> Keeper::survey() {
  PG2ATHENA_ASSIGN(Source source, find_source({}));
  source.server = server_;
  return source;
}

Result<void> Keeper::begin(const std::vector<NamedQuery>& queries) {
  held_.clear();
  locks_ = {};
  names_.clear();
  PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
  PG2ATHENA_TRY(begin_transaction(
      connection_, fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL lock_timeout = {}",
                               lock_timeout_.count())));
  for (const NamedQuery& query : queries) {
    if (auto found = look_up(query_select(without_semicolon(query.sql))); !found) {
      return fail(std::move(found).error().with("query", query.name));
    }
  }
  return {};
}

Result<Source> Keeper::lock_source(const Selection& selection, const std::vector<NamedQuery>& queries) {
  Source source;
  if (!selection.whole_database() || queries.empty()) {
    for (int attempt = 1;; ++attempt) {
      PG2ATHENA_TRY(begin(queries));
      auto locked = lock_relations(selection);
      if (locked) {
        source = std::move(*locked);
        break;
      }
      // A relation that was listed and is gone when we lock it: look again.
      const bool gone =
          locked.error().kind() == ErrorKind::NotFound && !locked.error().context("sqlstate").empty();
      if (!gone || attempt == kPlanAttempts) return fail(lock_hint(std::move(locked).error()));
    }
  } else {
    PG2ATHENA_TRY(begin(queries));
  }
  for (const NamedQuery& query : queries) {
    auto locked = lock_query(query);
    if (!locked) return fail(lock_hint(std::move(locked).error()).with("query", query.name));
    source.queries.push_back(std::move(*locked));
  }
  PG2ATHENA_TRY(check_room_left());
  source.server = server_;
  return source;
}

// What the server has against a statement is told when it is planned.
Result<void> Keeper::look_up(const std::string& statement) {
  PG2ATHENA_TRY(connection_.execute("SAVEPOINT names"));
  auto names = look_up_names(connection_, statement, server_.search_path_setting);
  const ErrorKind kind = names ? ErrorKind::Database : names.error().kind();
  const bool told_later = kind == ErrorKind::Database || kind == ErrorKind::NotFound ||
                          kind == ErrorKind::PermissionDenied || kind == ErrorKind::Unsupported;
  if (!told_later) return fail(lock_hint(std::move(names).error()));
  // Its locks are given back, so that the next look-up has only its own.
  PG2ATHENA_TRY(connection_.execute("ROLLBACK TO SAVEPOINT names; RELEASE SAVEPOINT names"));
  if (names) names_[statement] = std::move(*names);
  return {};
}

// Before the first relation is locked.
Result<void> Keeper::look_up_names_of(const std::vector<Relation>& relations) {
  for (const Relation& relation : relations) {
    if (!has_names(relation)) continue;
    if (auto found = look_up(relation_select(relation)); !found) {
      return fail(std::move(found).error().with("table", relation.name.display()));
    }
  }
  return {};
}

Result<NameLookup> Keeper::names_of(const std::string& statement) const {
  const auto found = names_.find(statement);
  if (found != names_.end()) return found->second;
  return fail(ErrorKind::ChangedWhilePlanning,
              "what a condition or a query reads was changed while the run was planned");
}

Result<Source> Keeper::lock_relations(const Selection& selection) {
  for (int round = 1; round <= kLockRounds; ++round) {
    PG2ATHENA_ASSIGN(Source source, read_source(selection));
    PG2ATHENA_TRY(check_readable(source.relations, server_));
    if (round == 1) PG2ATHENA_TRY(look_up_names_of(source.relations));
    PG2ATHENA_ASSIGN(const bool locked_more, lock_new(source.relations));
    if (locked_more) continue;
    PG2ATHENA_TRY(plan_conditions(source.relations));
    for (Relation& relation : source.relations) {
      if (has_names(relation)) {
        PG2ATHENA_ASSIGN(relation.names, names_of(relation_select(relation)));
      }
      PG2ATHENA_TRY(read_key_values(connection_, server_, relation));
      PG2ATHENA_TRY(read_partition_statistics(relation));
    }
    return source;
  }
  return fail(Error(ErrorKind::Unsupported, "tables or partitions keep appearing while the run locks them")
                  .hint("run when nothing attaches partitions or renames tables"));
}

// Which of its values the operator's condition wants, nobody knows.
Result<void> Keeper::read_partition_statistics(Relation& relation) {
  const auto choice = std::ranges::find_if(
      relation.column_choices, [](const ColumnChoice& each) { return each.partition_by.has_value(); });
  if (choice == relation.column_choices.end() || !relation.where.empty()) return {};
  PG2ATHENA_ASSIGN(relation.partition_statistics,
                   read_column_statistics(connection_, relation, choice->column));
  return {};
}

Result<void> Keeper::plan_conditions(std::vector<Relation>& relations) {
  if (std::ranges::all_of(relations, &std::string::empty, &Relation::where)) return {};
  PG2ATHENA_TRY(enter_search_path(connection_, server_.search_path_setting));
  for (Relation& relation : relations) {
    if (relation.where.empty()) continue;
    PG2ATHENA_TRY(plan_condition(connection_, relation));
    locks_.selects_in_search_path.push_back(condition_select(relation));
  }
  return leave_search_path(connection_);
}

Result<Source> Keeper::find_source(const Selection& selection) {
  PG2ATHENA_ASSIGN(const std::vector<ListedRelation> listed, list_relations(connection_));
  PG2ATHENA_ASSIGN(Selected selected, select_relations(listed, selection, server_.search_path));
  Source source;
  source.warnings = std::move(selected.warnings);
  std::vector<Oid> oids;
  for (const SelectedRelation& taken : selected.relations) oids.push_back(taken.relation.oid);
  PG2ATHENA_ASSIGN(source.relations, read_relations(connection_, oids));
  // In the order of what was asked for, without what is gone.
  auto next = source.relations.begin();
  for (const SelectedRelation& taken : selected.relations) {
    if (next == source.relations.end() || next->oid != taken.relation.oid) continue;
    const auto relation = next++;
    PG2ATHENA_TRY(choose_shard_key(*relation, taken.shard_by, server_));
    relation->column_choices = taken.column_choices;
    relation->as = taken.as;
    if (!taken.where.empty()) {
      for (const RelationColumn& column : relation->columns) relation->row_columns.push_back(column.name);
    }
    PG2ATHENA_TRY(project(*relation, taken.columns));
    relation->where = taken.where;
  }
  return source;
}

Result<Source> Keeper::read_source(const Selection& selection) {
  PG2ATHENA_ASSIGN(Source source, find_source(selection));
  std::erase_if(source.relations, [&](const Relation& relation) {
    if (relation.populated) return false;
    source.warnings.push_back(
        fmt::format("{} is skipped: the materialized view has not been populated; "
                    "REFRESH MATERIALIZED VIEW fills it",
                    relation.name.display()));
    return true;
  });
  return source;
}

Result<bool> Keeper::lock_new(const std::vector<Relation>& relations) {
  LockStatements more;
  // Of a view LOCK TABLE leaves out the materialized views below.
  const auto add = [&](const RelationName& name, RelationKind kind, bool table_privilege, bool only,
                       const Relation& relation) {
    const bool is_table = kind == RelationKind::Table || kind == RelationKind::Partitioned;
    const std::string from = (only && is_table ? "ONLY " : "") + name.quoted();
    if (is_table && table_privilege) {
      more.tables.push_back(from);
    } else {
      more.selects.push_back(select_nothing(select_list(relation.columns), from));
    }
  };
  for (const Relation& relation : relations) {
    if (relation.reads_leaves()) {
      if (held_.insert({.oid = relation.oid, .name = relation.name}).second) {
        add(relation.name, relation.kind, relation.table_privilege, true, relation);
      }
      for (const StoredRelation& stored : relation.storage) {
        if (!held_.insert({.oid = stored.oid, .name = stored.name}).second) continue;
        add(stored.name, stored.kind, stored.table_privilege, true, relation);
      }
    } else {
      // Leaves that we have no right on are locked through the parent, which asks for none.
      bool is_new = held_.insert({.oid = relation.oid, .name = relation.name}).second;
      for (const StoredRelation& stored : relation.storage) {
        is_new |= held_.insert({.oid = stored.oid, .name = stored.name}).second;
      }
      if (is_new) add(relation.name, relation.kind, relation.table_privilege, false, relation);
    }
  }
  PG2ATHENA_TRY(check_room_for(more.size()));
  PG2ATHENA_TRY(take_locks(connection_, more, server_.search_path_setting));
  locks_.add(more);
  return more.size() > 0;
}

// The server's lock table has room for so many objects, over all sessions (src/backend/storage/lmgr/lock.c,
// NLOCKENTS). A full one makes other sessions fail, not only us.
Result<Keeper::LockTable> Keeper::read_lock_table() {
  PG2ATHENA_ASSIGN(const QueryResult found, connection_.execute(R"(
SELECT current_setting('max_locks_per_transaction')::bigint
         * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint),
       (SELECT count(*) FROM (SELECT DISTINCT locktype, database, relation, page, tuple, virtualxid, transactionid,
                                     classid, objid, objsubid
                              FROM pg_locks WHERE NOT fastpath) AS locked))"));
  constexpr std::size_t kShareInPercent = 75;
  const auto places = static_cast<std::size_t>(found.integer(0, 0));
  return LockTable{.places = places,
                   .taken = static_cast<std::size_t>(found.integer(0, 1)),
                   .most = places * kShareInPercent / 100};
}

Result<void> Keeper::check_room_for(std::size_t relations) {
  PG2ATHENA_ASSIGN(const LockTable table, read_lock_table());
  const std::size_t room = table.most > table.taken ? table.most - table.taken : 0;
  // The second is an advisory lock against other runs of the same table.
  const std::size_t needed = 2 * relations;
  if (needed <= room) return {};
  return fail(
      Error(ErrorKind::Unsupported,
            fmt::format("the run needs {} locks, and the server's lock table has room for {}", needed, room))
          .hint(std::string(kLockTableHint)));
}

// What views, queries and conditions read is known when it is locked.
Result<void> Keeper::check_room_left() {
  PG2ATHENA_ASSIGN(const LockTable table, read_lock_table());
  if (table.taken <= table.most) return {};
  return fail(
      Error(ErrorKind::Unsupported,
            fmt::format("with what the run has to lock, {} of the {} places in the server's lock table are "
                        "taken, and then others would fail",
                        table.taken, table.places))
          .hint(std::string(kLockTableHint)));
}

Result<QuerySource> Keeper::lock_query(const NamedQuery& query) {
  QuerySource source{.name = query.name,
                     .sql = without_semicolon(query.sql),
                     .columns = {},
                     .column_choices = query.column_choices,
                     .key = {},
                     .key_values = {}};
  PG2ATHENA_TRY(enter_search_path(connection_, server_.search_path_setting));
  const std::string sql = query_select(source.sql);
  auto described = connection_.describe(sql);
  if (!described) {
    Error error = std::move(described).error();
    if (error.kind() != ErrorKind::Database) return fail(std::move(error));
    // Whatever the server has against the SQL, the plan refuses it.
    Error refused = Error(ErrorKind::Unsupported, error.message())
                        .with("sqlstate", std::string(error.context("sqlstate")));
    return fail(std::move(refused).hint("a query is one SELECT, VALUES or TABLE statement"));
  }
  PG2ATHENA_TRY(connection_.execute(sql));
  PG2ATHENA_ASSIGN(source.names, names_of(sql));
  locks_.selects_in_search_path.push_back(sql);
  PG2ATHENA_TRY(leave_search_path(connection_));
  PG2ATHENA_ASSIGN(source.columns, resolve_columns(connection_, *described));
  PG2ATHENA_TRY(choose_shard_key(source, query.shard_by, server_));
  PG2ATHENA_TRY(read_key_values(connection_, server_, source));
  return source;
}

Result<Snapshot> Keeper::export_snapshot() {
  PG2ATHENA_ASSIGN(
      const QueryResult exported,
      connection_.execute("SELECT pg_export_snapshot(), pg_current_snapshot(), pg_current_wal_insert_lsn()"));
  return Snapshot{.id = std::string(exported.text(0, 0)),
                  .horizon = std::string(exported.text(0, 1)),
                  .lsn = std::string(exported.text(0, 2))};
}

Result<void> Keeper::check_unchanged(const Selection& selection, const Source& source) {
  if (source.relations.empty()) return {};
  PG2ATHENA_ASSIGN(const Source now, read_source(selection));
  const auto same = [](const Relation& a, const Relation& b) {
    return a.oid == b.oid &&
           std::ranges::equal(a.storage, b.storage, {}, &StoredRelation::oid, &StoredRelation::oid);
  };
  if (!std::ranges::equal(source.relations, now.relations, same)) {
    return fail(ErrorKind::ChangedWhilePlanning,
                "a table was made or a partition was attached while the run was planned");
  }
  // The plan may rest on how large a row can be.
  const auto as_large = [](const Relation& a, const Relation& b) {
    return std::ranges::equal(a.storage, b.storage, std::ranges::greater_equal(),
                              &StoredRelation::largest_row, &StoredRelation::largest_row);
  };
  if (!std::ranges::equal(source.relations, now.relations, as_large)) {
    return fail(ErrorKind::ChangedWhilePlanning,
                "a table's TOAST table has grown much while the run was planned");
  }
  return {};
}

Result<std::optional<std::size_t>> Keeper::take_advisory_locks(const std::vector<std::int64_t>& keys) {
  return postgres::take_advisory_locks(connection_, keys);
}

Result<std::optional<LockHolder>> Keeper::advisory_holder(std::int64_t key) {
  return find_advisory_holder(connection_, key);
}

Result<SnapshotHolder> Keeper::hold(const Snapshot& snapshot) && {
  PG2ATHENA_TRY(connection_.execute(SnapshotHolder::kWithoutTimeout));
  return SnapshotHolder(std::move(connection_), snapshot.id);
}

}  // namespace pg2athena::postgres
