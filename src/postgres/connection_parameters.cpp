#include "postgres/connection_parameters.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

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

Result<ConnectionParameters> parse(const std::string& source) {
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

bool is_local(std::string_view host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         host.starts_with("127.") || host == "::1";
}

// libpq takes lists of hosts, separated by commas.
bool all_local(std::string_view hosts) {
  while (true) {
    const std::size_t comma = hosts.find(',');
    if (!is_local(hosts.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    hosts.remove_prefix(comma + 1);
  }
}

void add_tls_defaults(ConnectionParameters& parameters, const Environment& environment) {
  const auto value = [&](const char* keyword, const char* variable) {
    const auto found = parameters.find(keyword);
    return found != parameters.end() ? found->second : environment(variable).value_or("");
  };
  // A service file may name the host and the mode: what is in it counts, and libpq reads it later than we do.
  const bool service = parameters.contains("service") || environment("PGSERVICE").has_value();
  const std::string host = value("host", "PGHOST");
  if (host.empty() && service) return;
  const bool local = all_local(host) && all_local(value("hostaddr", "PGHOSTADDR"));
  std::string mode = value("sslmode", "PGSSLMODE");
  if (mode.empty() && !local) parameters["sslmode"] = mode = "verify-full";
  if (!mode.starts_with("verify-") || !value("sslrootcert", "PGSSLROOTCERT").empty()) return;
  const char* const home = std::getenv("HOME");
  std::error_code ignored;
  if (home != nullptr && std::filesystem::exists(std::string(home) + "/.postgresql/root.crt", ignored))
    return;
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

Result<ConnectionParameters> connection_parameters(const std::string& source,
                                                   const std::string& application_name,
                                                   const Environment& environment) {
  PG2ATHENA_ASSIGN(ConnectionParameters parameters, parse(source));
  add_tls_defaults(parameters, environment);
  parameters.emplace("connect_timeout", environment("PGCONNECT_TIMEOUT").value_or("10"));
  parameters.emplace("keepalives_idle", "30");
  parameters.emplace("keepalives_interval", "10");
  parameters.emplace("keepalives_count", "3");
  parameters["client_encoding"] = "UTF8";
  parameters["application_name"] = application_name;
  return parameters;
}

Result<bool> has_password(const std::string& source) {
  PG2ATHENA_ASSIGN(const ConnectionParameters parameters, parse(source));
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
