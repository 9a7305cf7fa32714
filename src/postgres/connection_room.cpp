#include "postgres/connection_room.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace pg2athena::postgres {
namespace {

// Who is connected, everybody may see (pg_stat_get_activity in src/backend/utils/adt/pgstatfuncs.c), but not
// as what: backend_type is NULL for the sessions of other roles. Then clients are those with a database and a
// user; their parallel workers are counted too, which is on the safe side. Walsenders have no slot of
// max_connections. Connections are reserved for superusers, since 16 also for members of
// pg_use_reserved_connections, and in Amazon RDS for rds_superuser. Neither these nor the limits hold for a
// superuser (InitPostgres in src/backend/utils/init/postinit.c; InitializeSessionUserId in
// src/backend/utils/init/miscinit.c).
constexpr const char* kRoom = R"(
WITH client AS (
  SELECT datid, usesysid FROM pg_catalog.pg_stat_activity
  WHERE datid IS NOT NULL AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend')
SELECT current_setting('max_connections'),
       CASE WHEN r.rolsuper THEN 0
            ELSE current_setting('superuser_reserved_connections')::int
                   + coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0)
                   + coalesce(nullif(current_setting('rds.rds_superuser_reserved_connections', true), '')::int, 0) END,
       (SELECT count(*) FROM client),
       CASE WHEN d.datconnlimit >= 0 AND NOT r.rolsuper THEN d.datconnlimit END,
       (SELECT count(*) FROM client WHERE datid = d.oid),
       CASE WHEN r.rolconnlimit >= 0 AND NOT r.rolsuper THEN r.rolconnlimit END,
       (SELECT count(*) FROM client WHERE usesysid = r.oid)
FROM pg_catalog.pg_database AS d, pg_catalog.pg_roles AS r
WHERE d.datname = current_database() AND r.rolname = session_user)";

// What a limit leaves for a run that has one connection already.
int left(int limit, int used) {
  return std::max(0, limit - used) + 1;
}

int left_in_server(const ConnectionRoom& room) {
  const int server = left(room.most - room.reserved, room.used);
  return room.database_limit ? std::min(server, left(*room.database_limit, room.database_used)) : server;
}

}  // namespace

std::optional<ConnectionRoom> read_connection_room(Connection& connection) {
  const auto found = connection.execute(kRoom);
  if (!found || found->rows() != 1) return std::nullopt;
  const auto number = [&](int column) { return static_cast<int>(found->integer(0, column)); };
  const auto limit = [&](int column) {
    return found->is_null(0, column) ? std::nullopt : std::optional(number(column));
  };
  const ConnectionRoom room{.most = number(0),
                            .reserved = number(1),
                            .used = number(2),
                            .database_limit = limit(3),
                            .database_used = number(4),
                            .role_limit = limit(5),
                            .role_used = number(6)};
  if (room.most <= 0 || room.used <= 0) return std::nullopt;
  return room;
}

std::string describe(const ConnectionRoom& room) {
  std::string text = fmt::format("the server takes {} connections, {} are used", room.most, room.used);
  if (room.reserved > 0) text += fmt::format(" and {} reserved", room.reserved);
  if (room.database_limit) {
    text += fmt::format("; the database takes {}, {} are used", *room.database_limit, room.database_used);
  }
  if (room.role_limit)
    text += fmt::format("; the role may have {}, and has {}", *room.role_limit, room.role_used);
  return text;
}

Result<int> workers_that_fit(int asked, const ConnectionRoom& room, int share) {
  constexpr std::int64_t kWhole = 100;
  const auto shared = static_cast<int>(std::int64_t{left_in_server(room)} * share / kWhole);
  const int of_role =
      room.role_limit ? left(*room.role_limit, room.role_used) : std::numeric_limits<int>::max();
  const int workers = std::min(shared, of_role) - kKeepers;
  if (workers >= 1) return std::min(asked, workers);
  const bool by_role = of_role < shared;
  return fail(
      Error(ErrorKind::Unsupported,
            fmt::format("there is no room for the run: it needs {} connections at least, and may take {}: {}",
                        kKeepers + 1, std::min(shared, of_role), describe(room)))
          // Of what is used one is ours already, and is one of the run's.
          .hint(by_role ? fmt::format("give the role room: ALTER ROLE … CONNECTION LIMIT {}",
                                      room.role_used + kKeepers)
                        : fmt::format(
                              "run when fewer clients are connected, raise max_connections, or let the run "
                              "have more than {} % of what is free: limits.connection_share "
                              "(--connection-share)",
                              share)));
}

}  // namespace pg2athena::postgres
