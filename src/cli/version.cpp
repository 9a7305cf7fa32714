#include "cli/version.h"

#include <fmt/format.h>
#include <libpq-fe.h>

namespace pg2athena::cli {

std::string version_text() {
  const int libpq = PQlibVersion();
  return fmt::format("pg2athena {}\nlibpq {}.{}", PG2ATHENA_VERSION, libpq / 10000, libpq % 10000);
}

}  // namespace pg2athena::cli
