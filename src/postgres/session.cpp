#include "postgres/session.h"

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

constexpr int kOldestVersion = 140000;
constexpr int kTransactionTimeoutVersion = 170000;

// Timeouts may be set for the role or the database; a run is as long as it is, but for what the operator
// limits.
constexpr const char* kSettings = R"(
SET search_path = '';
SET idle_in_transaction_session_timeout = 0;
SET idle_session_timeout = 0;
SET row_security = off;
SET jit = off;
SET extra_float_digits = 1;
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'iso_8601';
SET TimeZone = 'UTC';
SET bytea_output = 'hex';
SET xmlbinary = 'base64';
)";

}  // namespace

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
  PG2ATHENA_ASSIGN(const QueryResult identity,
                   connection.execute("SELECT current_database(), current_user, pg_is_in_recovery(), "
                                      "current_setting('search_path'), "
                                      "pg_catalog.scale('0'::pg_catalog.money::pg_catalog.numeric)"));
  info.database = identity.text(0, 0);
  info.user = identity.text(0, 1);
  info.in_recovery = identity.boolean(0, 2);
  info.search_path_setting = identity.text(0, 3);
  info.money_digits = static_cast<int>(identity.integer(0, 4));
  PG2ATHENA_ASSIGN(const QueryResult path,
                   connection.execute("SELECT s FROM pg_catalog.unnest(current_schemas(false)) AS s"));
  for (int i = 0; i < path.rows(); ++i) info.search_path.emplace_back(path.text(i, 0));
  PG2ATHENA_TRY(connection.execute(kSettings));
  PG2ATHENA_TRY(
      connection.execute(fmt::format("SET statement_timeout = {}", settings.statement_timeout.count())));
  if (info.version >= kTransactionTimeoutVersion)
    PG2ATHENA_TRY(connection.execute("SET transaction_timeout = 0"));
  return info;
}

}  // namespace pg2athena::postgres
