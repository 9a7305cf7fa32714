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

// Parses a URI (postgresql://…) or a conninfo string (host=… dbname=…) and adds our defaults where the
// operator and the environment say nothing:
// * sslmode=verify-full with the distribution's CA file for every host that isn't a socket or loopback (libpq
// before
//   16 has no system root store);
// * keepalives and a connect timeout, so that a dead network is an error within a minute.
// client_encoding is always UTF8 and application_name is `application_name`.
Result<ConnectionParameters> connection_parameters(const std::string& source,
                                                   const std::string& application_name,
                                                   const Environment& environment = process_environment);

// Whether a password stands in the source's text.
Result<bool> has_password(const std::string& source);

// Where the connection goes, for people: "shop on db.internal:5432 as etl"; never the password.
std::string describe_target(const ConnectionParameters& parameters);

}  // namespace pg2athena::postgres
