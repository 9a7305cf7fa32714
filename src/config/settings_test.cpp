#include "config/settings.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "types/type_table.h"

namespace pg2athena::config {
namespace {

using testing::HasSubstr;

const Setting& setting(std::string_view path) {
  return *std::ranges::find_if(settings(), [&](const Setting& s) { return s.path() == path; });
}

struct Case {
  const char* path;
  const char* right;
  const char* stored;  // as get() prints it
  std::vector<const char*> wrong;
};

// A row for each setting: a value that is right, and values that are wrong.
const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"source.url", "postgresql:///shop", "postgresql:///shop", {""}},
      {"source.password", "secret", "secret", {""}},
      {"source.secret",
       "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/etl-AbCdEf",
       "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/etl-AbCdEf",
       {"", "two words", "secret:prod/etl", "arn:aws:s3:::bucket",
        "arn:aws:secretsmanager:x:1:secret:", "a#b"}},
      {"source.secret_version_stage", "AWSPREVIOUS", "AWSPREVIOUS", {""}},
      {"source.auth", "iam", "iam", {"IAM", "kerberos", ""}},
      {"source.search_path", "shop, public", "shop, public", {""}},
      {"source.row_security", "apply", "apply", {"off", "Apply", ""}},
      {"target.location", "./lake", "./lake", {""}},
      {"target.keep_for", "7d", "7d", {"7", "101y", "-1h", "36501d", "forever", ""}},
      {"target.region", "eu-central-1", "eu-central-1", {""}},
      {"target.endpoint", "https://minio:9000", "https://minio:9000", {""}},
      {"target.addressing", "path", "path", {"host", "Path", ""}},
      {"target.bucket_owner", "123456789012", "123456789012", {""}},
      {"target.role_arn", "arn:aws:iam::1:role/r", "arn:aws:iam::1:role/r", {""}},
      {"target.external_id", "x", "x", {""}},
      {"target.role_session_name", "x", "x", {""}},
      {"target.encryption.type", "dsse-kms", "dsse-kms", {"kms", "aws:kms", ""}},
      {"target.encryption.kms_key", "alias/lake", "alias/lake", {""}},
      {"target.encryption.bucket_key", "true", "true", {"yes", ""}},
      {"target.acl", "private", "private", {"public-read", ""}},
      {"target.storage_class", "STANDARD_IA", "STANDARD_IA", {"DEEP_ARCHIVE", "standard", ""}},
      {"catalog.glue.database", "shop", "shop", {""}},
      {"catalog.athena.workgroup", "reports", "reports", {""}},
      {"catalog.athena.output_location", "s3://acme/results/", "s3://acme/results/", {""}},
      {"catalog.athena.endpoint", "https://athena.test", "https://athena.test", {""}},
      {"catalog.glue.adopt", "true", "true", {"yes", ""}},
      {"catalog.glue.partitions", "injected", "injected", {"enum", ""}},
      {"catalog.glue.dropped_columns", "remove", "remove", {"drop", ""}},
      {"catalog.glue.catalog_id", "123456789012", "123456789012", {""}},
      {"catalog.glue.region", "eu-central-1", "eu-central-1", {""}},
      {"catalog.glue.endpoint", "http://localhost:5000", "http://localhost:5000", {""}},
      {"limits.workers", "8", "8", {"0", "257", "-1", "many", "2.5", "", "99999999999999999999"}},
      {"limits.memory", "1024MiB", "1GiB", {"16MiB", "2TiB", "512M", "-1GiB", "lots", ""}},
      {"limits.max_value_size", "64MB", "62500KiB", {"0", "2GiB", "big", ""}},
      {"limits.partitions", "365", "365", {"0", "10001", "-1", "all", ""}},
      {"limits.lock_timeout", "90s", "90s", {"0", "2d", "30", "-1s", "soon", ""}},
      {"limits.statement_timeout", "2h", "2h", {"30", "25d", "never", ""}},
      {"limits.on_blocking.abort_after", "never", "never", {"0", "50ms", "2d", "soon", ""}},
      {"limits.snapshot_max_age", "6h", "6h", {"0", "25d", "Never", ""}},
      {"limits.retry_for", "90s", "90s", {"0", "2d", ""}},
      {"limits.connection_share", "25", "25", {"0", "101", "half", ""}},
      {"limits.read_rate", "50MB", "50000000", {"0", "1023", "2TiB", "fast", ""}},
      {"files.profile", "modern", "modern", {"spark", "Athena", ""}},
      {"files.compression", "lz4_raw", "lz4_raw", {"arj", "ZSTD", ""}},
      {"files.compression_level", "19", "19", {"0", "23", "high", ""}},
      {"files.page_index", "true", "true", {"yes", "1", "True", ""}},
      {"files.timestamps", "millis_floor", "millis_floor", {"millis", "MICROS", ""}},
      {"files.size", "1GiB", "1GiB", {"1", "2TiB", "small", ""}},
      {"files.verify", "deep", "deep", {"yes", "true", "Deep", ""}},
      {"log.format", "json", "json", {"xml", "JSON", ""}},
      {"aws.profile", "etl", "etl", {""}},
      {"aws.region", "eu-central-1", "eu-central-1", {""}},
      {"aws.ca_file", "/etc/ca.pem", "/etc/ca.pem", {""}},
  };
  return kCases;
}

TEST(Settings, Every_setting_takes_a_right_value_and_refuses_wrong_ones) {
  std::set<std::string> tested;
  for (const Case& c : cases()) {
    tested.insert(c.path);
    const Setting& row = setting(c.path);
    Configuration configuration;
    ASSERT_TRUE(apply(row, c.right, c.path, configuration).has_value()) << c.path;
    EXPECT_EQ(row.get(configuration), c.stored) << c.path;
    for (const char* const wrong : c.wrong) {
      Configuration unchanged;
      const auto refused = apply(row, wrong, c.path, unchanged);
      ASSERT_FALSE(refused.has_value()) << c.path << " takes " << wrong;
      EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
      EXPECT_THAT(refused.error().message(), HasSubstr(c.path));
      EXPECT_EQ(row.get(unchanged), row.get(Configuration())) << c.path;
    }
  }
  for (const Setting& row : settings()) {
    if (row.kind == ValueKind::Pairs) continue;  // in the file only: configuration_file_test.cpp
    EXPECT_TRUE(tested.contains(row.path())) << row.path() << " has no case";
  }
}

TEST(Settings, Examples_are_right_values) {
  for (const Setting& row : settings()) {
    Configuration configuration;
    EXPECT_TRUE(apply(row, row.example, row.path(), configuration).has_value()) << row.path();
  }
}

TEST(Settings, Defaults_are_right_values) {
  for (const Setting& row : settings()) {
    const std::string value = row.get(Configuration());
    Configuration configuration;
    EXPECT_TRUE(value.empty() || apply(row, value, row.path(), configuration).has_value()) << row.path();
  }
}

TEST(Settings, Sections_are_in_the_order_of_their_settings) {
  std::vector<std::string_view> of_settings;
  for (const Setting& row : settings()) {
    if (of_settings.empty() || of_settings.back() != row.section) of_settings.push_back(row.section);
  }
  std::vector<std::string_view> listed;
  for (const Section& section : sections()) listed.push_back(section.key);
  EXPECT_EQ(of_settings, listed);
}

TEST(Settings, A_compression_level_is_one_of_its_codecs) {
  const auto accepts = [](std::string_view codec, const char* level) {
    Configuration configuration;
    configuration.run.profile = parquet::Profile::Modern;
    EXPECT_TRUE(apply(setting("files.compression"), codec, "codec", configuration).has_value());
    if (*level != '\0') {
      EXPECT_TRUE(apply(setting("files.compression_level"), level, "level", configuration).has_value());
    }
    return check(configuration).has_value();
  };
  for (const std::string_view codec : setting("files.compression").choices) EXPECT_TRUE(accepts(codec, ""));
  EXPECT_TRUE(accepts("zstd", "22") && accepts("gzip", "12"));
  EXPECT_FALSE(accepts("gzip", "13"));
  EXPECT_FALSE(accepts("snappy", "1") || accepts("lz4_raw", "1") || accepts("none", "1"));
}

TEST(Settings, Timestamps_are_forms_of_the_type_table) {
  for (const char* const type : {"timestamp", "timestamptz"}) {
    const types::TypeRow* const row = types::row_named(type);
    ASSERT_NE(row, nullptr);
    for (const std::string_view form : setting("files.timestamps").choices) {
      EXPECT_EQ(std::ranges::count(row->forms, form, &types::TypeForm::name), 1) << type << " as " << form;
    }
    EXPECT_EQ(row->forms.front().name, Configuration().run.timestamps) << "the default";
  }
}

TEST(Settings, A_codec_that_Athena_can_not_read_needs_the_profile_modern) {
  Configuration configuration;
  configuration.run.compression = parquet::Compression::Lz4Raw;
  const auto refused = check(configuration);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().hint(), HasSubstr("--profile"));
  configuration.run.profile = parquet::Profile::Modern;
  EXPECT_TRUE(check(configuration).has_value());
}

}  // namespace
}  // namespace pg2athena::config
