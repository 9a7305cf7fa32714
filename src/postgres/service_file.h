// Services: parameters under a name, in files of libpq's (PostgreSQL documentation, "The Connection Service
// File"). libpq reads them when it connects; our defaults have to know them before.
#pragma once

#include "postgres/connection_parameters.h"

namespace pg2athena::postgres {

// What decides over our defaults, and where the connection goes, as the service has it that `said` or
// PGSERVICE names, with what libpq adds from the environment. Empty when none is named, or none is found:
// libpq says so when it connects.
ConnectionParameters service_parameters(const ConnectionParameters& said, const Environment& environment);

}  // namespace pg2athena::postgres
