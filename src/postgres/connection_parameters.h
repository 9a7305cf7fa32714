// From what the operator wrote to what libpq gets.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace pg2athena::postgres {

// libpq's parameter keywords and values (PostgreSQL documentation, "Parameter Key Words").
using ConnectionParameters = std::map<std::string, std::string>;

// Looks a variable of the environment up; a seam for tests.
using Environment = std::function<std::optional<std::string>(const char*)>;
std::optional<std::string> process_environment(const char* name);

// What a URI (postgresql://…) or a conninfo string (host=… dbname=…) says, and nothing else.
Result<ConnectionParameters> parse_source(const std::string& source);

// Adds our defaults where the operator, the service that is named (in `said` or PGSERVICE) and the
// environment say nothing:
// * sslmode=verify-full with the distribution's CA file for every host that isn't a socket or loopback (libpq
//   before 16 has no system root store);
// * keepalives and a connect timeout, so that a dead network is an error within a minute.
// client_encoding is always UTF8 and application_name is `application_name`. What a service says of the host,
// the user and such is written out. A password file that libpq would not read is left out
// (unusable_password_file).
ConnectionParameters with_defaults(ConnectionParameters said, const std::string& application_name,
                                   const Environment& environment = process_environment);

// Both.
Result<ConnectionParameters> connection_parameters(const std::string& source,
                                                   const std::string& application_name,
                                                   const Environment& environment = process_environment);

// The password file that is named or is ~/.pgpass, if libpq won't read it, since others may. libpq would say
// so on stderr for each connection, whether a password is wanted or not.
std::optional<std::string> unusable_password_file(const ConnectionParameters& parameters,
                                                  const Environment& environment = process_environment);

// Whether all hosts are sockets or this machine's own.
bool is_local(const ConnectionParameters& parameters, const Environment& environment = process_environment);

// The value of a parameter, or of the variable that libpq takes for it, or an empty string.
std::string parameter_or_variable(const ConnectionParameters& parameters, const std::string& keyword,
                                  const char* variable, const Environment& environment = process_environment);

// Whether a password stands in the source's text.
Result<bool> has_password(const std::string& source);

// Where the connection goes, for people: "shop on db.internal:5432 as etl"; never the password.
std::string describe_target(const ConnectionParameters& parameters);

}  // namespace pg2athena::postgres
