#include "postgres/service_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace pg2athena::postgres {
namespace {

namespace fs = std::filesystem;

constexpr std::array kParameters = {"host",
                                    "hostaddr",
                                    "port",
                                    "dbname",
                                    "user",
                                    "sslrootcert",
                                    "passfile",
                                    "connect_timeout",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "tcp_user_timeout"};

// Where Debian and Red Hat and their relatives, and others, keep the services of everybody
// (pg_config --sysconfdir), unless PGSYSCONFDIR says.
constexpr std::array kSystemFolders = {"/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc/postgresql"};

// What libpq makes of the parameters with the service, the environment and its own defaults. It has no
// function for that but the beginning of a connection; a value that it refuses ends that before there is a
// network (connectOptions2 in src/interfaces/libpq/fe-connect.c). Empty if there is no such service.
ConnectionParameters completed_by_libpq(ConnectionParameters said) {
  said["target_session_attrs"] = "none";
  said["password"] = "none";  // so that it looks into no password file
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : said) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  const std::unique_ptr<PGconn, decltype(&PQfinish)> refused(
      PQconnectStartParams(keywords.data(), values.data(), 0), &PQfinish);
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(refused.get()),
                                                                             &PQconninfoFree);
  ConnectionParameters completed;
  if (!options) return completed;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') completed.emplace(option->keyword, option->val);
  }
  return completed;
}

enum class Says { NoSuchService, No, Yes };

// As parseServiceFile in src/interfaces/libpq/fe-connect.c reads it: the first section of the name counts.
Says file_says(const fs::path& path, std::string_view service, std::string_view keyword) {
  std::ifstream file(path);
  const std::string heading = fmt::format("[{}]", service);
  const std::string setting = fmt::format("{}=", keyword);
  Says says = Says::NoSuchService;
  for (std::string line; std::getline(file, line);) {
    const std::string_view text =
        std::string_view(line).substr(std::min(line.find_first_not_of(" \t"), line.size()));
    if (text.starts_with('[')) {
      if (says == Says::No) return says;
      if (text.starts_with(heading)) says = Says::No;
    } else if (says == Says::No && text.starts_with(setting)) {
      return Says::Yes;
    }
  }
  return says;
}

bool service_says(std::string_view service, std::string_view keyword, const Environment& environment) {
  std::vector<fs::path> files = {
      environment("PGSERVICEFILE").value_or(environment("HOME").value_or("") + "/.pg_service.conf")};
  if (const auto named = environment("PGSYSCONFDIR")) {
    files.push_back(fs::path(*named) / "pg_service.conf");
  } else {
    for (const char* const folder : kSystemFolders) files.push_back(fs::path(folder) / "pg_service.conf");
  }
  for (const fs::path& file : files) {
    const Says says = file_says(file, service, keyword);
    if (says != Says::NoSuchService) return says == Says::Yes;
  }
  return false;
}

}  // namespace

ConnectionParameters service_parameters(const ConnectionParameters& said, const Environment& environment) {
  const std::string service = parameter_or_variable(said, "service", "PGSERVICE", environment);
  if (service.empty()) return {};
  const ConnectionParameters completed = completed_by_libpq(said);
  ConnectionParameters found;
  for (const char* const keyword : kParameters) {
    if (const auto value = completed.find(keyword); value != completed.end()) found.insert(*value);
  }
  // libpq doesn't tell a service's mode from its own default (DefaultSSLMode).
  constexpr std::string_view kDefaultMode = "prefer";
  const auto mode = completed.find("sslmode");
  if (mode != completed.end() &&
      (mode->second != kDefaultMode || service_says(service, "sslmode", environment))) {
    found.insert(*mode);
  }
  return found;
}

}  // namespace pg2athena::postgres
