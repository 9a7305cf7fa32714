#include "postgres/connection_parameters.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "postgres/service_file.h"

namespace pg2athena::postgres {
namespace {

// Where Debian and its relatives, Red Hat and its relatives, and Alpine keep the certificates that they
// trust.
constexpr std::array kCaFiles = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                 "/etc/ssl/cert.pem"};

// Whether a URI has an @ where libpq doesn't take it for the end of user and password
// (conninfo_uri_parse_options in src/interfaces/libpq/fe-connect.c: the first of @ and / decides). Then a
// password with such characters in it would pass for a host, a port or a database, and stand in messages.
bool has_stray_at(std::string_view source) {
  if (!source.starts_with("postgresql://") && !source.starts_with("postgres://")) return false;
  source.remove_prefix(source.find("//") + 2);
  const std::size_t end = source.find_first_of("@/");
  if (end == std::string_view::npos) return false;
  const std::string_view rest = source.substr(end + 1);
  return rest.substr(0, rest.find('?')).find('@') != std::string_view::npos;
}

}  // namespace

Result<ConnectionParameters> parse_source(const std::string& source) {
  if (has_stray_at(source)) {
    return fail(
        Error(ErrorKind::InvalidArgument,
              "the source is not a well-formed URL: an @ stands where none can be")
            .hint(
                "special characters in user and password are written as %XX: @ is %40, / is %2F, : is %3A"));
  }
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(source.c_str(), &message), &PQconninfoFree);
  if (!options) {
    std::string text = message != nullptr ? message : "out of memory";
    PQfreemem(message);
    while (text.ends_with('\n')) text.pop_back();
    // libpq quotes what it could not parse; that may be a password.
    const bool quotes = text.find('"') != std::string::npos;
    return fail(Error(ErrorKind::InvalidArgument,
                      "the source is not a connection string" + (quotes ? std::string() : ": " + text))
                    .hint("write postgresql://user@host:port/database, with %XX for special characters; "
                          "or host=… dbname=… user=…"));
  }
  ConnectionParameters parameters;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters.emplace(option->keyword, option->val);
  }
  return parameters;
}

namespace {

bool is_local_host(std::string_view host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         host.starts_with("127.") || host == "::1";
}

// libpq takes lists of hosts, separated by commas.
bool all_local(std::string_view hosts) {
  while (true) {
    const std::size_t comma = hosts.find(',');
    if (!is_local_host(hosts.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    hosts.remove_prefix(comma + 1);
  }
}

void add_tls_defaults(ConnectionParameters& parameters, const Environment& environment) {
  const auto value = [&](const char* keyword, const char* variable) {
    return parameter_or_variable(parameters, keyword, variable, environment);
  };
  std::string mode = value("sslmode", "PGSSLMODE");
  if (mode.empty() && !is_local(parameters, environment)) parameters["sslmode"] = mode = "verify-full";
  if (!mode.starts_with("verify-") || !value("sslrootcert", "PGSSLROOTCERT").empty()) return;
  std::error_code ignored;
  const auto home = environment("HOME");
  if (home && std::filesystem::exists(fmt::format("{}/.postgresql/root.crt", *home), ignored)) return;
  for (const char* const file : kCaFiles) {
    if (std::filesystem::exists(file, ignored)) {
      parameters["sslrootcert"] = file;
      return;
    }
  }
}

}  // namespace

std::optional<std::string> process_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string parameter_or_variable(const ConnectionParameters& parameters, const std::string& keyword,
                                  const char* variable, const Environment& environment) {
  const auto found = parameters.find(keyword);
  return found != parameters.end() ? found->second : environment(variable).value_or("");
}

bool is_local(const ConnectionParameters& parameters, const Environment& environment) {
  return all_local(parameter_or_variable(parameters, "host", "PGHOST", environment)) &&
         all_local(parameter_or_variable(parameters, "hostaddr", "PGHOSTADDR", environment));
}

std::optional<std::string> unusable_password_file(const ConnectionParameters& parameters,
                                                  const Environment& environment) {
  std::string path = parameter_or_variable(parameters, "passfile", "PGPASSFILE", environment);
  if (path.empty()) path = fmt::format("{}/.pgpass", environment("HOME").value_or(""));
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (!std::filesystem::is_regular_file(status)) return std::nullopt;
  using std::filesystem::perms;
  const bool open = (status.permissions() & (perms::group_all | perms::others_all)) != perms::none;
  return open ? std::optional(std::move(path)) : std::nullopt;
}

ConnectionParameters with_defaults(ConnectionParameters said, const std::string& application_name,
                                   const Environment& environment) {
  said.merge(service_parameters(said, environment));
  add_tls_defaults(said, environment);
  said.emplace("connect_timeout", environment("PGCONNECT_TIMEOUT").value_or("10"));
  said.emplace("keepalives_idle", "30");
  said.emplace("keepalives_interval", "10");
  said.emplace("keepalives_count", "3");
  // As long for what we send: Linux sends no keepalives while something is unacknowledged
  // (tcp_keepalive_timer in net/ipv4/tcp_timer.c), and gives up after a quarter of an hour.
  said.emplace("tcp_user_timeout", "60000");
  said["client_encoding"] = "UTF8";
  said["application_name"] = application_name;
  // Nothing can be under a file, and what isn't there libpq passes over in silence.
  if (const auto file = unusable_password_file(said, environment))
    said["passfile"] = fmt::format("{}/", *file);
  return said;
}

Result<ConnectionParameters> connection_parameters(const std::string& source,
                                                   const std::string& application_name,
                                                   const Environment& environment) {
  PG2ATHENA_ASSIGN(ConnectionParameters said, parse_source(source));
  return with_defaults(std::move(said), application_name, environment);
}

Result<bool> has_password(const std::string& source) {
  PG2ATHENA_ASSIGN(const ConnectionParameters parameters, parse_source(source));
  const auto given = [&](const char* keyword) {
    const auto found = parameters.find(keyword);
    return found != parameters.end() && !found->second.empty();
  };
  return given("password") || given("sslpassword");
}

std::string describe_target(const ConnectionParameters& parameters) {
  const auto value = [&](const char* keyword, const char* variable, std::string_view otherwise) {
    const auto found = parameters.find(keyword);
    return found != parameters.end() ? found->second
                                     : process_environment(variable).value_or(std::string(otherwise));
  };
  const std::string user = value("user", "PGUSER", "");
  const std::string host = value("host", "PGHOST", "the default socket");
  return fmt::format("{} on {}:{}{}",
                     value("dbname", "PGDATABASE", user.empty() ? "the default database" : user), host,
                     value("port", "PGPORT", "5432"), user.empty() ? "" : " as " + user);
}

}  // namespace pg2athena::postgres
