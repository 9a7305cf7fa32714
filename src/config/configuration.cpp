#include "config/configuration.h"

#include <algorithm>
#include <thread>

#include "postgres/connection_parameters.h"

namespace pg2athena::config {

int default_workers() {
  constexpr int kMost = 4;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMost);
}

Result<void> check(const Configuration& configuration) {
  const pipeline::RunOptions& run = configuration.run;
  if (run.compression_level && run.compression != parquet::Compression::Zstd) {
    return fail(ErrorKind::InvalidArgument, "a compression level is zstd's; the other codecs have none");
  }
  return {};
}

Result<postgres::ConnectionParameters> connection_parameters(const Configuration& configuration) {
  PG2ATHENA_ASSIGN(auto parameters, postgres::connection_parameters(configuration.source_url, "pg2athena"));
  if (!configuration.password.empty()) parameters["password"] = configuration.password;
  return parameters;
}

}  // namespace pg2athena::config
