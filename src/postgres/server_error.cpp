#include "postgres/server_error.h"

#include <algorithm>

#include "base/one_line.h"
#include "postgres/row_security.h"

namespace pg2athena::postgres {
namespace {

std::string field(const PGresult* result, int code) {
  const char* const text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

struct Verbose {
  std::string sqlstate;
  std::string message;
};

// "…FATAL:  28P01: password authentication failed for user "x"\nLOCATION:  …" with the severity in any
// language: two blanks, five capitals or digits, a colon.
Verbose split_verbose(const std::string& text) {
  constexpr std::size_t kSqlstateLength = 5;
  for (std::size_t at = text.find(":  "); at != std::string::npos; at = text.find(":  ", at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + 3);
    const bool coded = rest.size() > kSqlstateLength + 2 && rest[kSqlstateLength] == ':' &&
                       std::ranges::all_of(rest.substr(0, kSqlstateLength), [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                       });
    if (!coded) continue;
    const std::string_view message = rest.substr(kSqlstateLength + 2);
    return {.sqlstate = std::string(rest.substr(0, kSqlstateLength)),
            .message = std::string(message.substr(0, message.find('\n')))};
  }
  return {.sqlstate = "", .message = one_line(text)};
}

// Whose words these are can't be said in another way: poolers have no SQLSTATEs of their own, and PgBouncer
// sends 08P01 for all of them (disconnect_client in its src/objects.c).
std::string_view pooler_hint(std::string_view message) {
  struct Row {
    std::string_view part;
    std::string_view hint;
  };
  static constexpr Row kRows[] = {
      {"query_wait_timeout",
       "the pooler had no connection to the server free: a run needs workers + 2 of them; raise the pool's "
       "size, "
       "lower --workers, or connect to the server itself"},
      {"idle transaction timeout",
       "the pooler ends connections that are idle in a transaction, as the one is that holds a run's "
       "snapshot: "
       "switch idle_transaction_timeout off for this user there, or connect to the server itself"},
      {"client_idle_timeout",
       "the pooler ends idle connections: switch client_idle_timeout off there, or connect to the server "
       "itself"},
      {"query timeout",
       "the pooler ends long statements: switch query_timeout off there, or connect to the server itself"},
      {"transaction blocks not allowed in statement pooling mode",
       "connect to the server itself, or to a pool with pool_mode=session"},
      {"unsupported startup parameter",
       "the pooler takes only some parameters at the login: leave `options` and PGOPTIONS out "
       "(source.search_path "
       "sets a search_path), or connect to the server itself"},
  };
  const auto* const found = std::ranges::find_if(
      kRows, [&](const Row& row) { return message.find(row.part) != std::string_view::npos; });
  return found == std::end(kRows) ? std::string_view() : found->hint;
}

}  // namespace

std::string_view timeout_hint(std::string_view sqlstate) {
  struct Row {
    std::string_view sqlstate;
    std::string_view hint;
  };
  static constexpr Row kRows[] = {{"25P03",
                                   "our sessions switch idle_in_transaction_session_timeout off: something "
                                   "between us and the server, or in "
                                   "a server that isn't PostgreSQL's own, has set it again; switch it off "
                                   "for this role, or connect to the "
                                   "server itself; nothing was published"},
                                  {"57P05",
                                   "our sessions switch idle_session_timeout off: something between us and "
                                   "the server, or in a server that "
                                   "isn't PostgreSQL's own, has set it again; switch it off for this role, "
                                   "or connect to the server itself; "
                                   "nothing was published"},
                                  {"25P04",
                                   "our sessions switch transaction_timeout off: something between us and "
                                   "the server, or in a server that "
                                   "isn't PostgreSQL's own, has set it again; switch it off for this role, "
                                   "or connect to the server itself; "
                                   "nothing was published"}};
  const auto* const found = std::ranges::find(kRows, sqlstate, &Row::sqlstate);
  return found == std::end(kRows) ? std::string_view() : found->hint;
}

ErrorKind kind_of_sqlstate(std::string_view sqlstate) {
  struct Row {
    std::string_view prefix;
    ErrorKind kind;
  };
  // The first row that matches counts.
  static constexpr Row kRows[] = {
      {"08", ErrorKind::Connection},           // connection exceptions
      {"25P03", ErrorKind::Connection},        // idle_in_transaction_session_timeout
      {"25P04", ErrorKind::Connection},        // transaction_timeout
      {"28", ErrorKind::Authentication},       // invalid authorization
      {"3D000", ErrorKind::NotFound},          // no such database
      {"3F000", ErrorKind::NotFound},          // no such schema
      {"42P01", ErrorKind::NotFound},          // undefined table
      {"42703", ErrorKind::NotFound},          // undefined column
      {"42704", ErrorKind::NotFound},          // undefined object
      {"42883", ErrorKind::NotFound},          // undefined function
      {"42501", ErrorKind::PermissionDenied},  // insufficient privilege
      {"53300", ErrorKind::ServerBusy},        // too many connections
      // Also what a standby says when replay has to go on, which may end the connection as well
      // (ProcessRecoveryConflictInterrupt in src/backend/tcop/postgres.c).
      {"40001", ErrorKind::Conflict},
      {"40P01", ErrorKind::Conflict},  // deadlock
      {"55P03", ErrorKind::LockNotAvailable},
      {"57P01", ErrorKind::Connection},  // the server ended our backend
      {"57P02", ErrorKind::Connection},  // … crashed
      {"57P03", ErrorKind::ServerBusy},  // … is starting up or shutting down
      {"57P05", ErrorKind::Connection},  // idle_session_timeout
  };
  if (sqlstate.empty()) return ErrorKind::Connection;
  const auto* const found =
      std::ranges::find_if(kRows, [&](const Row& row) { return sqlstate.starts_with(row.prefix); });
  return found == std::end(kRows) ? ErrorKind::Database : found->kind;
}

Error error_of_result(const PGresult* result, const PGconn* connection) {
  const std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  // libpq's own messages have line ends and tabs in them.
  if (message.empty()) message = one_line(PQerrorMessage(connection));
  const std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) message += " (" + detail + ")";
  // Without an SQLSTATE libpq speaks: the connection is gone, or (status still good) it ran out of memory.
  Error error(kind_of_sqlstate(sqlstate), one_line(message));
  if (!sqlstate.empty()) error = std::move(error).with("sqlstate", sqlstate);
  const std::string hint = field(result, PG_DIAG_MESSAGE_HINT);
  if (!hint.empty()) error = std::move(error).with("server hint", hint);
  // The message is in the server's language, the function's name isn't.
  if (sqlstate == "42501" && field(result, PG_DIAG_SOURCE_FUNCTION) == "check_enable_rls") {
    Error refusal = Error(ErrorKind::Unsupported, one_line(message)).with("sqlstate", sqlstate);
    return std::move(refusal).hint(std::string(kRowSecurityHint));
  }
  const std::string_view ours = timeout_hint(sqlstate);
  return std::move(error).hint(std::string(ours.empty() ? pooler_hint(message) : ours));
}

std::string_view tls_hint(std::string_view message) {
  struct Row {
    std::string_view part;
    std::string_view hint;
  };
  static constexpr Row kRows[] = {
      {"certificate verify failed",
       "name the file of the CA that signed the server's certificate: sslrootcert=FILE. Amazon RDS and "
       "Aurora: "
       "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"},
      {"root certificate file", "install the package ca-certificates, or name a CA file: sslrootcert=FILE"},
      {"does not match host name",
       "connect by a name that stands in the server's certificate; sslmode=verify-ca checks the signature "
       "only"},
      {"does not support SSL",
       "switch TLS on in the server; sslmode=disable sends the password and all data in the clear"}};
  const auto* const found = std::ranges::find_if(
      kRows, [&](const Row& row) { return message.find(row.part) != std::string_view::npos; });
  return found == std::end(kRows) ? std::string_view() : found->hint;
}

Error error_of_connecting(const PGconn* connection) {
  auto [sqlstate, message] = split_verbose(PQerrorMessage(connection));
  ErrorKind kind = kind_of_sqlstate(sqlstate);
  if (PQconnectionNeedsPassword(connection) != 0) kind = ErrorKind::Authentication;
  std::string_view hint = sqlstate.empty() ? tls_hint(message) : pooler_hint(message);
  if (sqlstate == "3D000") hint = "the database's name is the last part of the source: psql -l lists them";
  if (sqlstate.empty() && message.find("definition of service") != std::string::npos) {
    hint = "services stand in the file that PGSERVICEFILE names, or in ~/.pg_service.conf";
  }
  Error error(kind, std::move(message));
  if (!sqlstate.empty()) error = std::move(error).with("sqlstate", sqlstate);
  return std::move(error).hint(std::string(hint));
}

}  // namespace pg2athena::postgres
