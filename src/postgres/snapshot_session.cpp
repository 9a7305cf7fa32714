#include "postgres/snapshot_session.h"

#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "postgres/lock_statements.h"
#include "postgres/name_lookup.h"
#include "postgres/plan_comparison.h"

namespace pg2athena::postgres {

Result<SnapshotSession> SnapshotSession::open(LoginProvider& logins, Cancellation& cancellation,
                                              SnapshotIds& ids, const SessionSettings& settings,
                                              RetryTimes& times) {
  PG2ATHENA_ASSIGN(OpenSession session, open_session(logins, cancellation, settings));
  return SnapshotSession(std::move(session.connection), &ids, settings.lock_timeout, cancellation, times);
}

Result<SnapshotSession> SnapshotSession::open_on_standby(LoginProvider& logins, Cancellation& cancellation,
                                                         const SessionSettings& settings, RetryTimes& times) {
  PG2ATHENA_ASSIGN(OpenSession opened, open_session(logins, cancellation, settings));
  Connection& connection = opened.connection;
  PG2ATHENA_TRY(begin_transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  // The first statement's snapshot is the transaction's.
  PG2ATHENA_ASSIGN(const QueryResult taken,
                   connection.execute("SELECT pg_current_snapshot(), pg_last_wal_replay_lsn()"));
  Snapshot snapshot{.id = "", .horizon = std::string(taken.text(0, 0)), .lsn = std::string(taken.text(0, 1))};
  SnapshotSession session(std::move(connection), nullptr, settings.lock_timeout, cancellation, times);
  session.own_snapshot_ = std::move(snapshot);
  return session;
}

Result<void> SnapshotSession::enter(const ScanSource& source, bool block_ranges) {
  if (entered_ == &source) return {};
  PG2ATHENA_TRY(leave());
  if (auto ready = begin_and_compare(source); !ready) {
    return fail(std::move(ready).error().with("table", source.display()));
  }
  PG2ATHENA_TRY(scan_by_blocks(block_ranges));
  entered_ = &source;
  return {};
}

Result<void> SnapshotSession::begin_and_compare(const ScanSource& source) {
  // On a standby the keeper has locked it, and a lock that can't be had would end the transaction, as would a
  // look at names, which takes one of its own.
  if (ids_ != nullptr) {
    PG2ATHENA_TRY(compare_names(source));
    PG2ATHENA_TRY(begin_and_lock(source));
  }
  // From here to the transaction's end names in statements mean what they mean to the role.
  if (source.in_search_path()) PG2ATHENA_TRY(enter_search_path(connection_, source.search_path));
  return compare_with_plan(connection_, source);
}

Result<void> SnapshotSession::leave_unchanged(const ScanSource& source) {
  PG2ATHENA_TRY(compare_with_plan(connection_, source));
  if (ids_ == nullptr) return {};
  if (source.locks_tell) {
    // The COPY keeps its locks until the transaction's end: whatever the table's name meant, before and
    // after.
    PG2ATHENA_ASSIGN(const bool another,
                     locked_another_of_the_name(connection_, source.oid, source.relation->name));
    if (!another) return {};
    return fail(changed_since_plan(source, "another table came to have the name"));
  }
  if (source.names.statement.empty()) return {};
  PG2ATHENA_TRY(leave());
  return compare_names(source);
}

Result<void> SnapshotSession::compare_names(const ScanSource& source) {
  if (source.names.statement.empty()) return {};
  return try_for_lock([&]() -> Result<void> {
    PG2ATHENA_TRY(begin_transaction(
        connection_, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL lock_timeout = 10"));
    auto now = look_up_names(connection_, source.names.statement, source.search_path);
    PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
    if (!now && now.error().kind() != ErrorKind::NotFound) return fail(std::move(now).error());
    if (!now || now->relations != source.names.relations) {
      return fail(
          changed_since_plan(source, "a name in the query, condition or view came to mean something else"));
    }
    // What is read by itself has only its own rows.
    if (source.only || now->with_parts == source.names.with_parts) return {};
    return fail(changed_since_plan(source, "a partition was attached or detached"));
  });
}

std::optional<Error> SnapshotSession::find_change(const ScanSource& source) {
  if (ids_ == nullptr) return std::nullopt;  // whose snapshot is gone with its transaction
  entered_ = nullptr;
  // Whoever waits for a lock has not changed anything yet.
  const auto patience = std::exchange(lock_timeout_, std::chrono::milliseconds(0));
  const auto compare = [&]() -> Result<void> {
    PG2ATHENA_TRY(connection_.abandon_copy());
    PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
    return begin_and_compare(source);
  };
  auto compared = compare();
  lock_timeout_ = patience;
  const bool changed = !compared && compared.error().kind() == ErrorKind::ChangedWhilePlanning;
  return changed ? std::optional<Error>(std::move(compared).error()) : std::nullopt;
}

Result<void> SnapshotSession::leave() {
  if (entered_ == nullptr) return {};
  entered_ = nullptr;
  if (ids_ == nullptr) {
    PG2ATHENA_TRY(connection_.execute("SET LOCAL search_path = ''"));
    return {};
  }
  PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
  return {};
}

Result<void> SnapshotSession::begin() {
  abandonable_ = false;
  // Each holder has an id of its own, and those that come have new ones.
  std::set<std::string> refused;
  std::string id = ids_->current();
  while (true) {
    auto begun = begin_in_snapshot(connection_, id);
    if (begun || begun.error().kind() != ErrorKind::SnapshotLost || !refused.insert(id).second) return begun;
    PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
    PG2ATHENA_ASSIGN(id, ids_->after(id));
  }
}

Result<void> SnapshotSession::lock(const ScanSource& source) {
  if (!source.relation) return {};
  if (source.lock_table) {
    PG2ATHENA_TRY(
        connection_.execute(fmt::format("LOCK TABLE {} IN ACCESS SHARE MODE NOWAIT", source.from_clause())));
    return {};
  }
  PG2ATHENA_TRY(connection_.execute("SET LOCAL lock_timeout = '10ms'"));
  PG2ATHENA_TRY(connection_.execute(select_nothing(select_list(source.columns), source.from_clause())));
  PG2ATHENA_TRY(connection_.execute("SET LOCAL lock_timeout = 0"));
  return {};
}

Result<void> SnapshotSession::begin_and_lock(const ScanSource& source) {
  return try_for_lock([&]() -> Result<void> {
    PG2ATHENA_TRY(begin());
    auto locked = lock(source);
    if (locked) return {};
    PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
    if (locked.error().kind() == ErrorKind::NotFound) {
      return fail(changed_since_plan(source, "the table was dropped or renamed"));
    }
    return locked;
  });
}

// We hold the lock elsewhere, but a request in the queue goes before ours: NOWAIT says so at once, and
// waiting in the queue would only make everybody else's wait longer.
Result<void> SnapshotSession::try_for_lock(const std::function<Result<void>()>& attempt) {
  constexpr std::chrono::milliseconds kPause{200};
  const RetryPolicy policy{.attempts = std::numeric_limits<int>::max(),
                           .base = kPause,
                           .longest = kPause,
                           .deadline = lock_timeout_};
  Retry retry(policy, *times_);
  while (true) {
    auto tried = attempt();
    if (tried || tried.error().kind() != ErrorKind::LockNotAvailable) return tried;
    const auto wait = retry.next(std::nullopt);
    if (!wait) {
      return fail(
          std::move(tried).error().hint("an ALTER or TRUNCATE has been waiting for this run; run again when "
                                        "it is done, or wait longer with "
                                        "--lock-timeout"));
    }
    PG2ATHENA_TRY(times_->wait(*wait, cancellation_));
  }
}

// A range of blocks is a TID range scan or, for a planner that thinks the range large, a scan of the whole
// table for each shard; and with a condition that has an index, a scan of that index for each.
Result<void> SnapshotSession::scan_by_blocks(bool block_ranges) {
  if (!block_ranges && ids_ != nullptr) return {};
  // The next relation, in the same transaction on a standby, may want them back.
  const std::string_view value = block_ranges ? "off" : "DEFAULT";
  PG2ATHENA_TRY(connection_.execute(
      fmt::format("SET LOCAL enable_seqscan = {0}; SET LOCAL enable_indexscan = {0}; "
                  "SET LOCAL enable_indexonlyscan = {0}; SET LOCAL enable_bitmapscan = {0}",
                  value)));
  return {};
}

// A savepoint and not a new transaction: on a standby the snapshot goes with the transaction, and elsewhere
// the lock would have to be had again.
Result<void> SnapshotSession::make_abandonable() {
  // One at a time: each open one is a subtransaction.
  PG2ATHENA_TRY(connection_.execute(abandonable_ ? "RELEASE SAVEPOINT reading; SAVEPOINT reading"
                                                 : "SAVEPOINT reading"));
  abandonable_ = true;
  return {};
}

Result<void> SnapshotSession::abandon_copy() {
  PG2ATHENA_TRY(connection_.abandon_copy());
  PG2ATHENA_TRY(connection_.execute("ROLLBACK TO SAVEPOINT reading"));
  return {};
}

std::optional<std::string> SnapshotSession::find_ctid(const ScanSource& source, const BlockRange& blocks,
                                                      std::uint64_t row) {
  entered_ = nullptr;
  if (ids_ == nullptr) return std::nullopt;  // whose snapshot is gone with its transaction
  const auto query = [&]() -> Result<std::string> {
    PG2ATHENA_TRY(connection_.abandon_copy());
    PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
    PG2ATHENA_TRY(begin());
    PG2ATHENA_TRY(scan_by_blocks(true));
    if (source.in_search_path()) PG2ATHENA_TRY(enter_search_path(connection_, source.search_path));
    // It reads as many rows as the shard did.
    connection_.expect_answers_within(std::nullopt);
    PG2ATHENA_ASSIGN(const QueryResult found, connection_.execute(ctid_statement(source, blocks, row)));
    connection_.expect_answers_within(Connection::kAnswerWithin);
    PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
    if (found.rows() == 0) return fail(ErrorKind::NotFound, "no such row");
    return std::string(found.text(0, 0));
  };
  auto ctid = query();
  return ctid ? std::optional<std::string>(std::move(*ctid)) : std::nullopt;
}

}  // namespace pg2athena::postgres
