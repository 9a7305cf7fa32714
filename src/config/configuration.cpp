#include "config/configuration.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "parquet/compression.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::config {

int default_workers() {
  constexpr int kMost = 4;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMost);
}

Result<void> check(const Configuration& configuration) {
  const pipeline::RunOptions& run = configuration.run;
  const std::string_view codec = parquet::codec_name(run.compression);
  const auto [lowest, highest] = parquet::levels_of(run.compression);
  const int level = run.compression_level.value_or(lowest);
  if (highest == 0 && run.compression_level) {
    return fail(Error(ErrorKind::InvalidArgument, fmt::format("the codec {} has no compression level", codec))
                    .hint("zstd and gzip have levels"));
  }
  if (level < lowest || level > highest) {
    return fail(ErrorKind::InvalidArgument,
                fmt::format("{} has the compression levels {} to {}, not {}", codec, lowest, highest, level));
  }
  if (run.compression == parquet::Compression::Lz4Raw && run.profile == parquet::Profile::Athena) {
    return fail(
        Error(ErrorKind::InvalidArgument,
              "lz4_raw is not for the profile athena: Trino, which Athena is made of, can't read it")
            .hint("compress with zstd; or, when only other readers read the files, choose the profile "
                  "modern (files.profile, --profile)"));
  }
  return {};
}

Result<postgres::ConnectionParameters> connection_parameters(const Configuration& configuration) {
  PG2ATHENA_ASSIGN(auto parameters, postgres::connection_parameters(configuration.source_url, "pg2athena"));
  if (!configuration.password.empty()) parameters["password"] = configuration.password;
  return parameters;
}

}  // namespace pg2athena::config
