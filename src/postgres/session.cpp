#include "postgres/session.h"

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

constexpr int kOldestVersion = 140000;
constexpr int kTransactionTimeoutVersion = 170000;

// Marks a session as one connection's. A setting of a name with a dot needs no definition on the server
// ("Customized Options" in its documentation), and goes with the session or a DISCARD ALL.
constexpr std::string_view kMark = "pg2athena.session";

Error handed_on(const Connection& connection, std::string_view seen) {
  return Error(
             ErrorKind::Unsupported,
             fmt::format("a pooler hands the server's connections on from one client to the next: {}", seen))
      .with("source", connection.target())
      .hint(
          "connect to the server itself, or to a pool with pool_mode=session and server_reset_query=DISCARD "
          "ALL");
}

std::string literal(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

// One statement string, and therefore one transaction: a pooler that hands connections on between
// transactions can't tear the settings and the mark apart.
Result<void> set_own(Connection& connection, const std::vector<OwnSetting>& wanted) {
  std::string sql = fmt::format("SET {} = {}; ", kMark, literal(connection.mark()));
  std::string names;
  for (const OwnSetting& setting : wanted) {
    sql += fmt::format("SET {} = {}; ", setting.name, literal(setting.value));
    names += fmt::format("{}{}", names.empty() ? "" : ", ", literal(setting.name));
  }
  PG2ATHENA_ASSIGN(const QueryResult found,
                   connection.execute(fmt::format(
                       "{}SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ({})", sql, names)));
  std::map<std::string, std::string> shown;
  for (int i = 0; i < found.rows(); ++i) shown.emplace(found.text(i, 0), found.text(i, 1));
  if (auto taken = check_taken(wanted, shown); !taken) {
    return fail(std::move(taken).error().with("source", connection.target()));
  }
  return {};
}

}  // namespace

std::vector<OwnSetting> own_settings(const SessionSettings& settings, int server_version) {
  const auto same = [](std::string name, const std::string& value) {
    return OwnSetting{.name = std::move(name), .value = value, .shown = value};
  };
  std::vector<OwnSetting> own = {
      {.name = "search_path", .value = "", .shown = "\"\""},  // shown as a list of one empty name
      // Timeouts may be set for the role or the database; a run is as long as it is, but for what the
      // operator limits.
      same("idle_in_transaction_session_timeout", "0"),
      same("idle_session_timeout", "0"),
      same("statement_timeout", std::to_string(settings.statement_timeout.count())),
      same("row_security", settings.row_security == RowSecurity::Apply ? "on" : "off"),
      same("jit", "off"),
      // One connection is one process of the server's, and a sequential scan begins at the first block: rows
      // stay in the order of the heap.
      same("max_parallel_workers_per_gather", "0"),
      same("synchronize_seqscans", "off"),
      same("extra_float_digits", "1"),
      same("DateStyle", "ISO, YMD"),
      same("IntervalStyle", "iso_8601"),
      same("TimeZone", "UTC"),
      same("bytea_output", "hex"),
      same("xmlbinary", "base64")};
  if (server_version >= kTransactionTimeoutVersion) own.push_back(same("transaction_timeout", "0"));
  return own;
}

Result<void> check_taken(const std::vector<OwnSetting>& wanted,
                         const std::map<std::string, std::string>& shown) {
  for (const OwnSetting& setting : wanted) {
    const auto found = shown.find(setting.name);
    if (found != shown.end() && found->second == setting.shown) continue;
    return fail(
        Error(ErrorKind::Unsupported,
              fmt::format("the server did not take a setting of our session: {} is {}, and not {}",
                          setting.name, found == shown.end() ? "unknown" : found->second, setting.shown))
            .hint("a pooler or proxy that drops SET, or a server that isn't PostgreSQL's own, does "
                  "this: connect to the server itself"));
  }
  return {};
}

Result<ServerInfo> prepare_session(Connection& connection, const SessionSettings& settings) {
  ServerInfo info;
  info.version = connection.server_version();
  info.version_text = connection.parameter_status("server_version");
  info.encoding = connection.parameter_status("server_encoding");
  if (info.version < kOldestVersion) {
    return fail(Error(
        ErrorKind::Unsupported,
        fmt::format("the server is PostgreSQL {}; 14 is the oldest that can be read", info.version_text)));
  }
  if (!settings.search_path.empty()) {
    auto set =
        connection.execute("SELECT pg_catalog.set_config('search_path', $1, false)", {settings.search_path});
    if (!set && set.error().kind() == ErrorKind::Database) {
      return fail(Error(ErrorKind::InvalidArgument, "source.search_path: " + set.error().message())
                      .hint("write names of schemas with commas between them: shop, public"));
    }
    if (!set) return fail(std::move(set).error());
  }
  // The server tells its money's digits nowhere; the cast to numeric keeps them (cash_numeric in
  // src/backend/utils/adt/cash.c).
  PG2ATHENA_ASSIGN(
      const QueryResult identity,
      connection.execute("SELECT current_database(), current_user, pg_is_in_recovery(), "
                         "current_setting('search_path'), "
                         "pg_catalog.scale('0'::pg_catalog.money::pg_catalog.numeric), "
                         "current_setting('pg2athena.session', true), pg_postmaster_start_time()"));
  if (!identity.text(0, 5).empty()) {
    return fail(handed_on(connection, "what another connection had set was still there"));
  }
  info.started = identity.text(0, 6);
  if (!settings.server_started.empty() && settings.server_started != info.started) {
    return fail(
        Error(ErrorKind::SnapshotLost,
              "a connection reached another server than the run's first one, or the server was restarted")
            .hint(
                "nothing was published; name one server: a name that stands for several (a reader endpoint, "
                "a balancer, a list of hosts) gives each connection another"));
  }
  info.row_security = settings.row_security;
  info.database = identity.text(0, 0);
  info.user = identity.text(0, 1);
  info.in_recovery = identity.boolean(0, 2);
  info.search_path_setting = identity.text(0, 3);
  info.money_digits = static_cast<int>(identity.integer(0, 4));
  PG2ATHENA_ASSIGN(const QueryResult path,
                   connection.execute("SELECT s FROM pg_catalog.unnest(current_schemas(false)) AS s"));
  for (int i = 0; i < path.rows(); ++i) info.search_path.emplace_back(path.text(i, 0));
  PG2ATHENA_TRY(set_own(connection, own_settings(settings, info.version)));
  return info;
}

Result<OpenSession> open_session(LoginProvider& logins, Cancellation& cancellation,
                                 const SessionSettings& settings) {
  PG2ATHENA_ASSIGN(Connection connection, connect(logins, settings.application_name, cancellation));
  connection.expect_answers_within(Connection::kAnswerWithin);
  PG2ATHENA_ASSIGN(ServerInfo server, prepare_session(connection, settings));
  return OpenSession{.connection = std::move(connection), .server = std::move(server)};
}

Result<void> begin_transaction(Connection& connection, const std::string& statements) {
  PG2ATHENA_ASSIGN(const QueryResult mark,
                   connection.execute(
                       fmt::format("{}; SELECT pg_catalog.current_setting('{}', true)", statements, kMark)));
  if (mark.rows() == 1 && mark.text(0, 0) == connection.mark()) return {};
  return fail(handed_on(connection, "a transaction was not in the session that was made ready for it"));
}

}  // namespace pg2athena::postgres
