#include "config/configuration.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/ascii.h"
#include "catalog/glue_names.h"
#include "parquet/compression.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::config {

int default_workers() {
  constexpr int kMost = 4;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMost);
}

namespace {

// `setting` is what the error is about: a setting, or the group or section around those that are missing.
std::unexpected<Error> refuse(std::string_view setting, std::string message, std::string hint) {
  return fail(Error(ErrorKind::InvalidArgument, std::move(message))
                  .with("setting", std::string(setting))
                  .hint(std::move(hint)));
}

Result<void> check_encryption(const storage::S3ObjectOptions& objects) {
  using storage::S3Encryption;
  const bool kms =
      objects.encryption == S3Encryption::Kms || objects.encryption == S3Encryption::KmsTwoLayers;
  const bool of_kms = !objects.kms_key.empty() || !objects.encryption_context.empty() || objects.bucket_key;
  if (of_kms && !kms) {
    return refuse("target.encryption",
                  "target.encryption has kms_key, context or bucket_key, and its type isn't one with KMS",
                  "type: sse-kms, or leave these keys out");
  }
  if (objects.bucket_key && objects.encryption == S3Encryption::KmsTwoLayers) {
    return refuse("target.encryption.bucket_key", "S3 has no bucket keys with dsse-kms",
                  "leave target.encryption.bucket_key out");
  }
  return {};
}

// "Categorizing your storage using tags" in Amazon S3's user guide.
Result<void> check_tags(const storage::S3Pairs& tags) {
  constexpr std::size_t kMostTags = 10;
  constexpr std::size_t kLongestName = 128;
  constexpr std::size_t kLongestValue = 256;
  constexpr std::string_view kSpecial = " +-=._:/@";
  const auto allowed = [&](char c) {
    return is_ascii_alphanumeric(c) || kSpecial.contains(c) || static_cast<unsigned char>(c) >= 0x80;
  };
  if (tags.size() > kMostTags)
    return refuse("target.tags", "target.tags has more than 10 tags", "S3 takes 10 of an object");
  for (const auto& [name, value] : tags) {
    if (name.size() <= kLongestName && value.size() <= kLongestValue && std::ranges::all_of(name, allowed) &&
        std::ranges::all_of(value, allowed)) {
      continue;
    }
    return refuse("target.tags", fmt::format("target.tags: S3 has no tag {}: {}", name, value),
                  "names of up to 128 and values of up to 256 letters, digits, blanks and + - = . _ : / @");
  }
  return {};
}

Result<void> check_target(const Configuration& configuration) {
  if (!storage::S3Location::names_one(configuration.target)) {
    if (configuration.target.empty() ||
        (configuration.s3 == storage::S3Options() && configuration.target_role == aws::Role())) {
      return {};
    }
    return refuse("target.location", "target has settings of S3, and its location is a local folder",
                  "location: s3://bucket/prefix, or leave these settings out");
  }
  if (auto location = storage::S3Location::parse(configuration.target); !location) {
    return fail(std::move(location).error().with("setting", "target.location"));
  }
  const aws::Role& role = configuration.target_role;
  if (role.arn.empty() && role != aws::Role()) {
    return refuse(
        role.external_id.empty() ? "target.role_session_name" : "target.external_id",
        "target.external_id and target.role_session_name are for a role, and there is no target.role_arn",
        "role_arn: arn:aws:iam::<account>:role/<name>");
  }
  PG2ATHENA_TRY(check_tags(configuration.s3.objects.tags));
  return check_encryption(configuration.s3.objects);
}

Result<void> check_compression(const pipeline::RunOptions& run) {
  const std::string_view codec = parquet::codec_name(run.compression);
  const auto [lowest, highest] = parquet::levels_of(run.compression);
  const int level = run.compression_level.value_or(lowest);
  if (highest == 0 && run.compression_level) {
    return refuse("files.compression_level", fmt::format("the codec {} has no compression level", codec),
                  "zstd and gzip have levels");
  }
  if (level < lowest || level > highest) {
    return refuse(
        "files.compression_level",
        fmt::format("{} has the compression levels {} to {}, not {}", codec, lowest, highest, level), "");
  }
  if (run.compression == parquet::Compression::Lz4Raw && run.profile == parquet::Profile::Athena) {
    return refuse("files.compression",
                  "lz4_raw is not for the profile athena: Trino, which Athena is made of, can't read it",
                  "compress with zstd; or, when only other readers read the files, choose the profile "
                  "modern (files.profile, --profile)");
  }
  return {};
}

template <typename Tables, typename Wanted>
bool any_choice(const Tables& tables, Wanted wanted) {
  return std::ranges::any_of(
      tables, [&](const auto& table) { return std::ranges::any_of(table.column_choices, wanted); });
}

// That it is said how Glue knows partitions, where there is no Glue.
Result<void> check_partitions(const Configuration& configuration) {
  constexpr std::string_view kSetting = "catalog.glue.partitions";
  const pipeline::RunOptions& run = configuration.run;
  Error error = Error(ErrorKind::InvalidArgument,
                      "it is said how Glue knows partitions (catalog.glue.partitions, or catalog of "
                      "partition_by), and there is no catalog.glue.database")
                    .hint("database: the one that Athena queries");
  if (run.catalog_partitions != catalog::CatalogPartitions::Projection) {
    return fail(std::move(error).with("setting", std::string(kSetting)));
  }
  const auto check = [&](const auto& tables) -> Result<void> {
    for (const auto& table : tables) {
      for (const postgres::ColumnChoice& choice : table.column_choices) {
        if (!choice.partition_catalog.empty()) return fail(std::move(error).with("place", choice.place));
      }
    }
    return {};
  };
  PG2ATHENA_TRY(check(run.selection.tables));
  return check(run.queries);
}

Result<void> check_glue(const Configuration& configuration) {
  const catalog::GlueOptions& glue = configuration.glue;
  const catalog::AthenaOptions& athena = configuration.athena;
  if (athena != catalog::AthenaOptions() && glue.database.empty()) {
    return refuse("catalog.athena", "catalog.athena has settings, and catalog.glue no database",
                  "glue: {database: the one that Athena queries}");
  }
  if (!athena.output_location.empty() && !storage::S3Location::names_one(athena.output_location)) {
    return refuse("catalog.athena.output_location", "catalog.athena.output_location is not in S3",
                  "output_location: s3://bucket/prefix/");
  }
  if (glue.database.empty()) PG2ATHENA_TRY(check_partitions(configuration));
  if (glue == catalog::GlueOptions()) return {};
  if (glue.database.empty()) {
    return refuse("catalog.glue", "catalog.glue has settings, and no database",
                  "database: the one that Athena queries");
  }
  if (auto checked = catalog::check_glue_database(glue.database); !checked) {
    return fail(std::move(checked).error().with("setting", "catalog.glue.database"));
  }
  // Without a target the command has none.
  if (configuration.target.empty() || storage::S3Location::names_one(configuration.target)) return {};
  return refuse("target.location", "catalog.glue is for lakes in S3, and target.location is a local folder",
                "location: s3://bucket/prefix, or leave catalog out");
}

}  // namespace

Result<void> check(const Configuration& configuration) {
  PG2ATHENA_TRY(check_compression(configuration.run));
  PG2ATHENA_TRY(check_target(configuration));
  return check_glue(configuration);
}

Result<storage::S3Options> s3_options(const Configuration& configuration) {
  storage::S3Options options = configuration.s3;
  PG2ATHENA_ASSIGN(options.location, storage::S3Location::parse(configuration.target));
  return options;
}

bool has_partitions(const Configuration& configuration) {
  const auto has = [](const postgres::ColumnChoice& choice) { return choice.partition_by.has_value(); };
  const pipeline::RunOptions& run = configuration.run;
  return any_choice(run.selection.tables, has) || any_choice(run.queries, has);
}

bool registers_partitions(const Configuration& configuration) {
  using catalog::CatalogPartitions;
  const pipeline::RunOptions& run = configuration.run;
  const auto registers = [&](const postgres::ColumnChoice& choice) {
    if (!choice.partition_by) return false;
    const auto said = catalog::catalog_partitions_named(choice.partition_catalog);
    return said.value_or(run.catalog_partitions) == CatalogPartitions::Registered;
  };
  return any_choice(run.selection.tables, registers) || any_choice(run.queries, registers);
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
