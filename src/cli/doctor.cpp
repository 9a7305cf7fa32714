#include "cli/doctor.h"

#include <filesystem>
#include <system_error>
#include <variant>

#include <fmt/format.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/run_id.h"
#include "cli/source_login.h"
#include "cli/text_table.h"
#include "login/open_login.h"
#include "pipeline/planning.h"
#include "postgres/connection.h"
#include "postgres/connection_room.h"
#include "postgres/pooler.h"
#include "storage/local_folder.h"
#include "storage/s3_location.h"

namespace pg2athena::cli {
namespace {

namespace fs = std::filesystem;
using storage::PutCondition;

// The secret, where there is one: what is wrong with it is told apart from what the server says.
bool check_login(const DoctorParts& parts, postgres::LoginProvider& logins, Checkup& checkup) {
  const std::string_view setting = login::setting_for_aws(parts.configuration.login);
  if (setting.empty()) return true;
  const Result<postgres::Login> login = logins.login();
  return checkup.take(setting == "source.auth" ? "token" : "secret", login, [&] {
    std::string origin;
    for (const Error::Context& fact : login->origin) {
      origin += fmt::format("{}{} {}", origin.empty() ? "" : ", ", fact.key, fact.value);
    }
    return origin;
  });
}

void check_server(postgres::Connection& connection, Checkup& checkup) {
  constexpr const char* kAbout =
      "SELECT pg_catalog.current_setting('server_version'), pg_catalog.pg_is_in_recovery(), s.ssl, s.version,"
      " coalesce(pg_catalog.inet_client_addr() <<= '127.0.0.0/8' OR pg_catalog.inet_client_addr() = '::1', "
      "true)"
      " FROM pg_catalog.pg_stat_ssl AS s WHERE s.pid = pg_catalog.pg_backend_pid()";
  auto about = connection.execute(kAbout);
  if (about && about->rows() != 1) {
    return checkup.fail("server", "it says nothing about this connection", "is it PostgreSQL?");
  }
  if (!checkup.take("server", about, [&] { return fmt::format("PostgreSQL {}", about->text(0, 0)); })) return;
  if (about->boolean(0, 1)) {
    checkup.fail("standby",
                 "the server is a standby, which can't export a snapshot that parallel workers share",
                 "name the primary server in source.url");
  }
  if (about->boolean(0, 2)) {
    checkup.ok("TLS", std::string(about->text(0, 3)));
  } else if (about->boolean(0, 4)) {
    checkup.ok("TLS", "none, and the way is this machine's own");
  } else {
    checkup.warn("TLS", "none: whoever is on the way to the server can read along",
                 "sslmode=verify-full in source.url");
  }
}

// What the server or a pooler before it has against a run's connections. False: a plan can't be made.
bool check_connections(const DoctorParts& parts, postgres::LoginProvider& logins,
                       postgres::Connection& connection, Checkup& checkup) {
  const auto pooled = postgres::find_pooler(connection, logins, parts.stop);
  if (!pooled) return checkup.take("pooler", pooled, [] { return ""; });
  if (*pooled) checkup.ok("pooler", "there is one, and it keeps sessions");
  const auto room = *pooled ? std::nullopt : postgres::read_connection_room(connection);
  if (!room) return true;
  const pipeline::RunOptions& options = parts.configuration.run;
  const auto workers = postgres::workers_that_fit(options.workers, *room, options.connection_share);
  const auto room_for = [&] {
    return fmt::format("there is room for {} worker{}: {}", *workers, *workers == 1 ? "" : "s",
                       postgres::describe(*room));
  };
  if (workers && *workers < options.workers) {
    checkup.warn(
        "connections", room_for(),
        fmt::format("{} were asked for: a run takes at most {} % of what is free (--connection-share)",
                    options.workers, options.connection_share));
    return true;
  }
  return checkup.take("connections", workers, room_for);
}

}  // namespace

std::optional<pipeline::Plan> check_source(const DoctorParts& parts, Checkup& checkup) {
  const auto logins = open_source_login(parts.configuration, parts.aws, parts.log, parts.stop);
  if (!logins) {
    checkup.fail("login", logins.error());
    return std::nullopt;
  }
  if (!check_login(parts, **logins, checkup)) return std::nullopt;
  auto connection = postgres::connect(**logins, "pg2athena doctor", parts.stop);
  if (!checkup.take("login", connection, [&] { return connection->target(); })) return std::nullopt;
  check_server(*connection, checkup);
  if (!check_connections(parts, **logins, *connection, checkup)) return std::nullopt;
  // The rights, row security, types: what the plan says, since it is what a run goes by.
  auto plan = pipeline::plan(**logins, parts.configuration.run,
                             {.clock = parts.clock, .log = parts.log, .stop = parts.stop});
  if (!checkup.take("tables", plan, [&] {
        return fmt::format("{} can be read as {}", counted(plan->tables.size(), "table"), plan->server.user);
      })) {
    return std::nullopt;
  }
  for (const std::string& warning : plan->warnings) checkup.warn("plan", warning, "");
  return std::move(*plan);
}

void check_target(const DoctorParts& parts, const pipeline::Plan* plan, Checkup& checkup) {
  const std::string& target = parts.configuration.target;
  if (target.empty()) return;
  if (storage::S3Location::names_one(target)) return check_s3(parts, plan, checkup);
  check_folder(parts, checkup);
}

void check_folder(const DoctorParts& parts, Checkup& checkup) {
  const fs::path path = fs::absolute(parts.configuration.target).lexically_normal();
  std::error_code code;
  fs::path existing = path;
  while (!fs::exists(existing, code) && existing != existing.parent_path()) existing = existing.parent_path();
  if (const fs::space_info space = fs::space(existing, code); !code) {
    constexpr std::uintmax_t kLittle = std::uintmax_t{1} << 30U;
    const std::string free = fmt::format("{} free", human_bytes(space.available));
    if (space.available < kLittle) {
      checkup.warn("space", free, "make room: a run keeps the old data until the new ones are there");
    } else {
      checkup.ok("space", free);
    }
  }
  if (existing != path) {
    // It isn't made for a look alone.
    if (::access(existing.c_str(), W_OK | X_OK) == 0) {
      checkup.ok("folder", fmt::format("{} isn't there, and can be made", path.native()));
    } else {
      checkup.fail("folder",
                   fmt::format("{} isn't there, and {} isn't writable", path.native(), existing.native()),
                   "make it for this user, or name another in target.location");
    }
    return;
  }
  auto folder = storage::LocalFolder::open(path, storage::LocalFolder::Access::Write);
  if (!checkup.take("folder", folder, [&] { return fmt::format("{} can be written", path.native()); }))
    return;
  const std::string key = "_pg2athena/doctor/" + make_run_id(parts.clock.now());
  const auto put = (*folder)->put(key, "pg2athena doctor\n", PutCondition::if_absent());
  if (checkup.take("put", put, [] { return "a file is written, synced and moved to its place"; })) {
    // By renameat2(RENAME_NOREPLACE) or link(), and flock().
    const auto again = (*folder)->put(key, "another\n", PutCondition::if_absent());
    if (!again) {
      checkup.fail("conditional put", again.error());
    } else if (std::holds_alternative<storage::Stored>(*again)) {
      checkup.fail("conditional put", "the file system replaces a file that must not be replaced",
                   "name a folder on another file system");
    } else {
      checkup.ok("conditional put", "a file is never replaced by mistake");
    }
  }
  checkup.take("delete", (*folder)->remove(key), [] { return "what was tried is removed"; });
}

}  // namespace pg2athena::cli
