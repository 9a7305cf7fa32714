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

std::optional<LoginConflict> login_conflict(const login::Settings& settings) {
  const auto conflict = [](std::string_view key, std::string message, std::string hint = {}) {
    return LoginConflict{
        .key = key, .error = Error(ErrorKind::InvalidArgument, std::move(message)).hint(std::move(hint))};
  };
  const bool password = !settings.password.empty() || settings.password_secret;
  // What can't be parsed is said elsewhere.
  const bool password_in_url = postgres::has_password(settings.url).value_or(false);
  if (settings.method == login::Method::Iam) {
    constexpr const char* kTokenOnly =
        "with auth: iam a token is made for each connection: leave passwords and secrets out";
    if (password) return conflict("password", "source.auth: iam takes no password", kTokenOnly);
    if (!settings.secret.empty()) return conflict("secret", "source.auth: iam takes no secret", kTokenOnly);
    if (password_in_url)
      return conflict("url", "source.auth: iam takes no password, and source.url has one", kTokenOnly);
  }
  if (!settings.secret.empty()) {
    constexpr const char* kOne = "the secret's user and password are the login: keep one of the two";
    if (password)
      return conflict("password", "source.secret has the password: there is another in source.password",
                      kOne);
    if (password_in_url)
      return conflict("url", "source.secret has the password: there is another in source.url", kOne);
  }
  if (settings.secret_id().empty() && settings.version_stage != login::Settings().version_stage) {
    return conflict("secret_version_stage", "source.secret_version_stage is there, and no secret",
                    "name it in source.secret, or in source.password: secret:NAME");
  }
  return std::nullopt;
}

}  // namespace pg2athena::config
