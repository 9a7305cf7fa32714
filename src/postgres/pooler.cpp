#include "postgres/pooler.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

// How long a pooler may take to give one more connection; it may have to make it.
constexpr std::chrono::seconds kPatience{10};
// How often all connections are asked; each time, a pool that others use as well has moved on.
constexpr int kRounds = 4;

constexpr const char* kProcessId = "SELECT pg_catalog.pg_backend_pid()";

std::unexpected<Error> refuse(const Connection& connection, std::string_view mode, std::string_view seen) {
  return fail(
      Error(ErrorKind::Unsupported,
            fmt::format("the source is a pooler in {} mode, in which a run can't hold its locks and its "
                        "snapshot: {}",
                        mode, seen))
          .with("source", connection.target())
          .hint("connect to the server itself, or to a pool with pool_mode=session"));
}

Result<std::int64_t> server_process(Connection& connection) {
  PG2ATHENA_ASSIGN(const QueryResult found, connection.execute(kProcessId));
  return found.integer(0, 0);
}

// One more connection, once it has a server process.
Result<Connection> open_another(LoginProvider& logins, Cancellation& cancellation) {
  PG2ATHENA_ASSIGN(Connection connection, connect(logins, "pg2athena", cancellation));
  connection.expect_answers_within(kPatience);
  auto process = server_process(connection);
  if (process) return connection;
  if (process.error().kind() != ErrorKind::Connection) return fail(std::move(process).error());
  return fail(
      Error(ErrorKind::Connection,
            fmt::format("the pooler gave no further connection to the server within {} s", kPatience.count()))
          .with("source", connection.target())
          .hint("a run needs workers + 2 connections at once: raise the pool's size (default_pool_size, "
                "pool_size), lower --workers, or connect to the server itself")
          .because(std::move(process).error()));
}

// In statement mode there are no transactions at all: PgBouncer ends the connection of whoever begins one.
Result<void> check_transactions(Connection& connection) {
  auto begun = connection.execute("BEGIN READ ONLY");
  auto ended = begun ? connection.execute("COMMIT") : std::move(begun);
  if (ended) return {};
  Error error = std::move(ended).error();
  if (error.kind() == ErrorKind::Interrupted) return fail(std::move(error));
  return refuse(connection, "statement", error.message());
}

// What shows that processes aren't kept for their clients; nothing when they seem to be.
Result<std::optional<std::string_view>> look_for_sharing(std::span<Connection* const> connections) {
  std::vector<std::int64_t> processes(connections.size(), 0);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < connections.size(); ++i) {
      // Each twice: with as many processes as connections, taken in turns, all would always meet their own.
      for (int time = 0; time < 2; ++time) {
        PG2ATHENA_ASSIGN(const std::int64_t process, server_process(*connections[i]));
        if (std::ranges::count(processes, process) != (processes[i] == process ? 1 : 0)) {
          return "two connections were given the same server process";
        }
        if (processes[i] != 0 && process != processes[i]) {
          return "one connection was given two server processes";
        }
        processes[i] = process;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

Result<bool> find_pooler(Connection& connection, LoginProvider& logins, Cancellation& cancellation) {
  PG2ATHENA_ASSIGN(const std::int64_t process, server_process(connection));
  if (process == connection.process_id()) return false;
  PG2ATHENA_TRY(check_transactions(connection));
  // As many as the smallest run has. Three meet in a pool that is spread over two poolers, too.
  PG2ATHENA_ASSIGN(Connection second, open_another(logins, cancellation));
  PG2ATHENA_ASSIGN(Connection third, open_another(logins, cancellation));
  const std::array connections = {&connection, &second, &third};
  PG2ATHENA_ASSIGN(const auto sharing, look_for_sharing(connections));
  if (sharing) return refuse(connection, "transaction", *sharing);
  return true;
}

}  // namespace pg2athena::postgres
