#include "postgres/snapshot_holder.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "postgres/sql_text.h"

namespace pg2athena::postgres {
SnapshotHolder::SnapshotHolder(Connection connection, std::string snapshot_id)
    : connection_(std::move(connection)), snapshot_id_(std::move(snapshot_id)) {
  connection_.expect_answers_within(Connection::kAnswerWithin);
}

Result<SnapshotHolder> SnapshotHolder::open_spare(LoginProvider& logins, Cancellation& cancellation,
                                                  const SessionSettings& settings,
                                                  const std::string& snapshot_id,
                                                  const LockStatements& locks) {
  PG2ATHENA_ASSIGN(OpenSession session, open_session(logins, cancellation, settings));
  Connection& connection = session.connection;
  PG2ATHENA_TRY(begin_in_snapshot(connection, snapshot_id));
  // We hold these locks already: only a request in the queue before ours keeps us waiting, and waiting behind
  // it would be for ever, as it waits for us.
  PG2ATHENA_TRY(connection.execute("SET LOCAL lock_timeout = '100ms'"));
  PG2ATHENA_TRY(connection.execute(kWithoutTimeout));
  PG2ATHENA_TRY(take_locks(connection, locks, session.server.search_path_setting));
  PG2ATHENA_ASSIGN(const QueryResult exported, connection.execute("SELECT pg_export_snapshot()"));
  return SnapshotHolder(std::move(connection), std::string(exported.text(0, 0)));
}

Result<void> SnapshotHolder::ping() {
  PG2ATHENA_TRY(connection_.execute("SELECT 1"));
  return {};
}

Result<std::vector<BlockedSession>> SnapshotHolder::find_blocked(const std::string& application_name) {
  return blocked_sessions(connection_, application_name);
}

Result<std::optional<std::size_t>> SnapshotHolder::take_advisory_locks(
    const std::vector<std::int64_t>& keys) {
  return postgres::take_advisory_locks(connection_, keys);
}

Result<void> SnapshotHolder::release() {
  PG2ATHENA_TRY(connection_.execute("ROLLBACK"));
  return {};
}

Result<void> begin_in_snapshot(Connection& connection, const std::string& snapshot_id) {
  auto begun = begin_transaction(
      connection,
      fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{}'",
                  snapshot_id));
  if (begun) return {};
  // ImportSnapshot in src/backend/utils/time/snapmgr.c: the file is gone (before and since PostgreSQL 17), or
  // the process that wrote it.
  constexpr std::array<std::string_view, 3> kGone = {"22023", "42704", "55000"};
  if (std::ranges::find(kGone, begun.error().context("sqlstate")) == kGone.end()) {
    return fail(std::move(begun).error());
  }
  return fail(Error(ErrorKind::SnapshotLost, "the connection that holds the run's snapshot is gone")
                  .because(std::move(begun).error()));
}

Result<std::optional<std::size_t>> take_advisory_locks(Connection& connection,
                                                       const std::vector<std::int64_t>& keys) {
  std::vector<std::string> texts;
  for (const std::int64_t key : keys) texts.push_back(std::to_string(key));
  PG2ATHENA_ASSIGN(
      const QueryResult taken,
      connection.execute("SELECT place FROM unnest($1::bigint[]) WITH ORDINALITY AS keys(key, place)"
                         " WHERE NOT pg_try_advisory_lock(key)",
                         {array_literal(texts)}));
  if (taken.rows() == 0) return std::nullopt;
  return static_cast<std::size_t>(taken.integer(0, 0) - 1);
}

}  // namespace pg2athena::postgres
