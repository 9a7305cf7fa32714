// The rows themselves: every setting, section and key that there is, but for those of `catalog`
// (catalog_setting_rows.cpp).
#include "config/setting_rows.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/quantity.h"
#include "config/references.h"
#include "config/settings.h"

namespace pg2athena::config {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kKibibyte = std::uint64_t{1} << 10U;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kTebibyte = std::uint64_t{1} << 40U;
constexpr std::uint64_t kSecond = 1000;
constexpr std::uint64_t kDay = std::uint64_t{24} * 3600 * kSecond;

constexpr std::array<std::string_view, 2> kProfiles = {"athena", "modern"};
constexpr std::array kProfileValues = {parquet::Profile::Athena, parquet::Profile::Modern};
constexpr std::array<std::string_view, 5> kCodecs = {"zstd", "snappy", "gzip", "lz4_raw", "none"};
constexpr std::array kCodecValues = {parquet::Compression::Zstd, parquet::Compression::Snappy,
                                     parquet::Compression::Gzip, parquet::Compression::Lz4Raw,
                                     parquet::Compression::None};
constexpr std::array<std::string_view, 2> kMethods = {"password", "iam"};
constexpr std::array kMethodValues = {login::Method::Password, login::Method::Iam};
constexpr std::array<std::string_view, 3> kVerifies = {"none", "totals", "deep"};
constexpr std::array kVerifyValues = {pipeline::Verify::None, pipeline::Verify::Totals,
                                      pipeline::Verify::Deep};
constexpr std::array<std::string_view, 2> kRowSecurities = {"refuse", "apply"};
constexpr std::array kRowSecurityValues = {postgres::RowSecurity::Refuse, postgres::RowSecurity::Apply};
constexpr std::array<std::string_view, 2> kLogFormats = {"text", "json"};
constexpr std::array<std::string_view, 4> kTimestamps = {pipeline::kExactTimestamps, "millis_floor", "string",
                                                         "bigint"};

constexpr std::array<std::string_view, 3> kAddressings = {"auto", "virtual_host", "path"};
constexpr std::array kAddressingValues = {storage::S3Addressing::Auto, storage::S3Addressing::VirtualHost,
                                          storage::S3Addressing::Path};
constexpr std::array<std::string_view, 4> kEncryptions = {"bucket", "sse-s3", "sse-kms", "dsse-kms"};
constexpr std::array kEncryptionValues = {storage::S3Encryption::BucketDefault,
                                          storage::S3Encryption::S3Managed, storage::S3Encryption::Kms,
                                          storage::S3Encryption::KmsTwoLayers};
// Those that give nothing to the public.
constexpr std::array<std::string_view, 3> kAcls = {"bucket-owner-full-control", "bucket-owner-read",
                                                   "private"};
// Those that Athena reads at once.
constexpr std::array<std::string_view, 5> kStorageClasses = {"STANDARD", "STANDARD_IA", "ONEZONE_IA",
                                                             "INTELLIGENT_TIERING", "GLACIER_IR"};

std::string pairs_text(const storage::S3Pairs& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name, value);
  }
  return text.empty() ? text : "{" + text + "}";
}

// Nothing, which is 0, is never.
template <std::optional<milliseconds> pipeline::RunOptions::* member>
void set_time(Configuration& configuration, const SettingValue& value) {
  configuration.run.*member =
      value.number == 0 ? std::nullopt : std::optional(milliseconds(static_cast<std::int64_t>(value.number)));
}
template <std::optional<milliseconds> pipeline::RunOptions::* member>
std::string get_time(const Configuration& configuration) {
  const auto& time = configuration.run.*member;
  return time ? duration_text(*time) : std::string(kNever);
}

template <std::string Configuration::* member>
void set_text(Configuration& configuration, const SettingValue& value) {
  configuration.*member = value.text;
}
template <std::string Configuration::* member>
std::string get_text(const Configuration& configuration) {
  return configuration.*member;
}

constexpr std::array kBeforeCatalog = {
    Setting{
        .section = "source",
        .key = "url",
        .summary =
            "The database: postgresql://user@host:port/database or a conninfo string. A password stands here "
            "only as ${NAME}, or the whole URL does",
        .example = "postgresql://etl@db.internal/shop",
        .reference = true,
        .required = true,
        .unless = "secret",
        .set = [](Configuration& c, const SettingValue& v) { c.login.url = v.text; },
        .get = [](const Configuration& c) { return c.login.url; }},
    Setting{.section = "source",
            .key = "password",
            .summary = "The password, as ${NAME} of the environment or as secret:NAME or secret:ARN of AWS "
                       "Secrets Manager, with #MEMBER where it isn't the member password of a JSON object. "
                       "Without it: PGPASSWORD, PGPASSFILE or ~/.pgpass",
            .example = "${SHOP_PASSWORD}",
            .reference = true,
            .set = [](Configuration& c, const SettingValue& v) { c.login.password = v.text; },
            .get = [](const Configuration& c) { return c.login.password; }},
    Setting{
        .section = "source",
        .key = "secret",
        .kind = ValueKind::SecretId,
        .summary =
            "A secret of AWS Secrets Manager with the login, as Amazon RDS writes it, or the password alone: "
            "its name or ARN. It is read again when the server refuses it",
        .example = "prod/shop/etl",
        .set = [](Configuration& c, const SettingValue& v) { c.login.secret = v.text; },
        .get = [](const Configuration& c) { return c.login.secret; }},
    Setting{.section = "source",
            .key = "secret_version_stage",
            .summary = "The staging label of the secret's version",
            .example = "AWSCURRENT",
            .set = [](Configuration& c, const SettingValue& v) { c.login.version_stage = v.text; },
            .get = [](const Configuration& c) { return c.login.version_stage; }},
    Setting{.section = "source",
            .key = "auth",
            .kind = ValueKind::Choice,
            .summary =
                "What the server takes as proof: a password, or with iam a token that AWS makes for each "
                "connection to Amazon RDS or Aurora",
            .example = "iam",
            .choices = kMethods,
            .set = [](Configuration& c, const SettingValue& v) { c.login.method = kMethodValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return std::string(kMethods[c.login.method == login::Method::Iam ? 1 : 0]);
                }},
    Setting{.section = "source",
            .key = "search_path",
            .summary =
                "Where the names in `where` and in queries are looked up, instead of the role's search_path",
            .example = "shop, public",
            .set = [](Configuration& c, const SettingValue& v) { c.run.search_path = v.text; },
            .get = [](const Configuration& c) { return c.run.search_path; }},
    Setting{.section = "source",
            .key = "row_security",
            .kind = ValueKind::Choice,
            .summary =
                "What becomes of a table with a policy that would hide rows from the role: refuse ends the "
                "run before it reads, apply exports the rows that the role may see",
            .example = "apply",
            .option = "row-security",
            .choices = kRowSecurities,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.run.row_security = kRowSecurityValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return name_of(kRowSecurities, kRowSecurityValues, c.run.row_security);
                }},
    Setting{.section = "target",
            .key = "location",
            .summary = "The lake: s3://bucket/prefix, or a local folder, made when it is missing; a relative "
                       "one begins at the folder of the configuration file",
            .example = "./lake",
            .required = true,
            .set = &set_text<&Configuration::target>,
            .get = &get_text<&Configuration::target>},
    Setting{.section = "target",
            .key = "keep_for",
            .kind = ValueKind::Duration,
            .summary = "How long what a run published stays after another run has replaced it, for queries "
                       "that still read it; then pg2athena gc --delete removes it. never keeps it for good",
            .example = "7d",
            .option = "keep-for",
            .min = 0,
            .max = 36'500 * kDay,
            .or_never = true,
            .set =
                [](Configuration& c, const SettingValue& v) {
                  c.keep_for = milliseconds(static_cast<std::int64_t>(v.number));
                  if (v.text == kNever) c.keep_for.reset();
                },
            .get =
                [](const Configuration& c) {
                  return c.keep_for ? duration_text(*c.keep_for) : std::string(kNever);
                }},
    Setting{.section = "target",
            .key = "region",
            .summary = "Of S3: the bucket's region. Without it: AWS_REGION's or the profile's, and where the "
                       "bucket is elsewhere, what S3 says",
            .example = "eu-central-1",
            .set = [](Configuration& c, const SettingValue& v) { c.s3.region = v.text; },
            .get = [](const Configuration& c) { return c.s3.region; }},
    Setting{.section = "target",
            .key = "endpoint",
            .summary = "Of S3: another one than AWS's. Without it: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL",
            .example = "https://minio.internal:9000",
            .set = [](Configuration& c, const SettingValue& v) { c.s3.endpoint = v.text; },
            .get = [](const Configuration& c) { return c.s3.endpoint; }},
    Setting{
        .section = "target",
        .key = "addressing",
        .kind = ValueKind::Choice,
        .summary = "Of S3: whether the bucket stands in the host's name or in the path; auto is virtual_host "
                   "for AWS, but for buckets with dots, and path for other endpoints",
        .example = "path",
        .choices = kAddressings,
        .set = [](Configuration& c, const SettingValue& v) { c.s3.addressing = kAddressingValues[v.number]; },
        .get =
            [](const Configuration& c) { return name_of(kAddressings, kAddressingValues, c.s3.addressing); }},
    Setting{.section = "target",
            .key = "bucket_owner",
            .summary = "Of S3: the account that the bucket has to belong to; everything is refused if it is "
                       "another's",
            .example = "123456789012",
            .set = [](Configuration& c, const SettingValue& v) { c.s3.bucket_owner = v.text; },
            .get = [](const Configuration& c) { return c.s3.bucket_owner; }},
    Setting{.section = "target",
            .key = "role_arn",
            .summary = "A role to assume for everything in the lake: the bucket may be another account's",
            .example = "arn:aws:iam::123456789012:role/lake-writer",
            .set = [](Configuration& c, const SettingValue& v) { c.target_role.arn = v.text; },
            .get = [](const Configuration& c) { return c.target_role.arn; }},
    Setting{.section = "target",
            .key = "external_id",
            .summary = "What the role's account asks for besides, against mix-ups between its customers",
            .example = "shop-4711",
            .set = [](Configuration& c, const SettingValue& v) { c.target_role.external_id = v.text; },
            .get = [](const Configuration& c) { return c.target_role.external_id; }},
    Setting{.section = "target",
            .key = "role_session_name",
            .summary = "How AWS's audit log names who acts in the role; pg2athena without it",
            .example = "shop-export",
            .set = [](Configuration& c, const SettingValue& v) { c.target_role.session_name = v.text; },
            .get = [](const Configuration& c) { return c.target_role.session_name; }},
    Setting{.section = "target",
            .key = "encryption.type",
            .kind = ValueKind::Choice,
            .summary = "How S3 encrypts the objects: bucket leaves it to the bucket's default; sse-kms and "
                       "dsse-kms need a key of KMS",
            .example = "sse-kms",
            .choices = kEncryptions,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.s3.objects.encryption = kEncryptionValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return name_of(kEncryptions, kEncryptionValues, c.s3.objects.encryption);
                }},
    Setting{.section = "target",
            .key = "encryption.kms_key",
            .summary = "The key: its id, its ARN or an alias; without it the account's own for S3. Alone it "
                       "means sse-kms",
            .example = "alias/lake",
            .set =
                [](Configuration& c, const SettingValue& v) {
                  c.s3.objects.kms_key = v.text;
                  if (c.s3.objects.encryption == storage::S3Encryption::BucketDefault) {
                    c.s3.objects.encryption = storage::S3Encryption::Kms;
                  }
                },
            .get = [](const Configuration& c) { return c.s3.objects.kms_key; }},
    Setting{.section = "target",
            .key = "encryption.context",
            .kind = ValueKind::Pairs,
            .summary = "What the key's policy and KMS's audit log see of each use",
            .example = "{department: sales}",
            .set = [](Configuration& c, const SettingValue& v) { c.s3.objects.encryption_context = v.pairs; },
            .get = [](const Configuration& c) { return pairs_text(c.s3.objects.encryption_context); }},
    Setting{
        .section = "target",
        .key = "encryption.bucket_key",
        .kind = ValueKind::Flag,
        .summary = "Whether S3 derives many objects' keys from one call to KMS, which costs less",
        .example = "true",
        .choices = kFlags,
        .set = [](Configuration& c, const SettingValue& v) { c.s3.objects.bucket_key = v.number == 1; },
        .get = [](const Configuration& c) { return std::string(kFlags[c.s3.objects.bucket_key ? 1 : 0]); }},
    Setting{.section = "target",
            .key = "acl",
            .kind = ValueKind::Choice,
            .summary = "The canned ACL of the objects, for buckets of other accounts that still have ACLs",
            .example = "bucket-owner-full-control",
            .choices = kAcls,
            .set = [](Configuration& c, const SettingValue& v) { c.s3.objects.acl = v.text; },
            .get = [](const Configuration& c) { return c.s3.objects.acl; }},
    Setting{.section = "target",
            .key = "storage_class",
            .kind = ValueKind::Choice,
            .summary = "Of the Parquet files; records are always in the bucket's",
            .example = "INTELLIGENT_TIERING",
            .choices = kStorageClasses,
            .set = [](Configuration& c, const SettingValue& v) { c.s3.objects.storage_class = v.text; },
            .get = [](const Configuration& c) { return c.s3.objects.storage_class; }},
    Setting{.section = "target",
            .key = "tags",
            .kind = ValueKind::Pairs,
            .summary = "Tags of all objects, 10 at most",
            .example = "{team: data}",
            .set = [](Configuration& c, const SettingValue& v) { c.s3.objects.tags = v.pairs; },
            .get = [](const Configuration& c) { return pairs_text(c.s3.objects.tags); }},
};

constexpr std::array kBehindCatalog = {
    Setting{
        .section = "limits",
        .key = "workers",
        .kind = ValueKind::Count,
        .summary = "Connections that read at once, besides the one that holds the snapshot",
        .example = "4",
        .option = "workers",
        .min = 1,
        .max = 256,
        .set = [](Configuration& c, const SettingValue& v) { c.run.workers = static_cast<int>(v.number); },
        .get = [](const Configuration& c) { return std::to_string(c.run.workers); }},
    Setting{
        .section = "limits",
        .key = "memory",
        .kind = ValueKind::Size,
        .summary = "A promise about the program's resident memory; the size of row groups follows from it",
        .example = "1GiB",
        .option = "memory",
        .min = 32 * kMebibyte,
        .max = kTebibyte,
        .set = [](Configuration& c, const SettingValue& v) { c.run.memory_bytes = v.number; },
        .get = [](const Configuration& c) { return byte_size_text(c.run.memory_bytes); }},
    Setting{.section = "limits",
            .key = "max_value_size",
            .kind = ValueKind::Size,
            .summary = "The most bytes that one value, and all values of one row together, may have; the "
                       "server is asked before they travel. By default what `memory` has room for",
            .example = "64MiB",
            .option = "max-value-size",
            .min = 1,
            .max = 1024 * kMebibyte,
            .set = [](Configuration& c, const SettingValue& v) { c.run.max_value_bytes = v.number; },
            .get =
                [](const Configuration& c) {
                  return c.run.max_value_bytes ? byte_size_text(*c.run.max_value_bytes) : std::string();
                }},
    Setting{.section = "limits",
            .key = "partitions",
            .kind = ValueKind::Count,
            .summary = "The most partitions that one table may have in a run: each is a file at least, and "
                       "many small files are slow to read",
            .example = "3650",
            .option = "partitions",
            .min = 1,
            .max = 10'000,
            .set = [](Configuration& c, const SettingValue& v) { c.run.most_partitions = v.number; },
            .get = [](const Configuration& c) { return std::to_string(c.run.most_partitions); }},
    Setting{.section = "limits",
            .key = "lock_timeout",
            .kind = ValueKind::Duration,
            .summary = "How long to wait for a table that an ALTER or TRUNCATE holds",
            .example = "2min",
            .option = "lock-timeout",
            .min = 1,
            .max = kDay,
            .set =
                [](Configuration& c, const SettingValue& v) {
                  c.run.lock_timeout = milliseconds(static_cast<std::int64_t>(v.number));
                },
            .get = [](const Configuration& c) { return duration_text(c.run.lock_timeout); }},
    Setting{.section = "limits",
            .key = "statement_timeout",
            .kind = ValueKind::Duration,
            .summary = "How long one statement on the server may take, the reading of a shard included; 0 is "
                       "without end",
            .example = "2h",
            .option = "statement-timeout",
            .min = 0,
            .max = 24 * kDay,
            .set =
                [](Configuration& c, const SettingValue& v) {
                  c.run.statement_timeout = milliseconds(static_cast<std::int64_t>(v.number));
                },
            .get = [](const Configuration& c) { return duration_text(c.run.statement_timeout); }},
    Setting{.section = "limits",
            .key = "on_blocking.abort_after",
            .kind = ValueKind::Duration,
            .summary =
                "How long an ALTER, DROP or TRUNCATE may wait for the run, while everybody else who wants "
                "the table waits behind it: then the run gives way, and publishes nothing",
            .example = "2min",
            .option = "abort-after-blocking",
            .min = 100,
            .max = kDay,
            .or_never = true,
            .set = &set_time<&pipeline::RunOptions::abort_after_blocking>,
            .get = &get_time<&pipeline::RunOptions::abort_after_blocking>},
    Setting{.section = "limits",
            .key = "snapshot_max_age",
            .kind = ValueKind::Duration,
            .summary =
                "How long the run's snapshot may be held, which keeps vacuum from removing what was "
                "deleted since, in the whole database: a warning at half of it, and at its end the run "
                "stops and publishes nothing",
            .example = "6h",
            .option = "snapshot-max-age",
            .min = 100,
            .max = 24 * kDay,
            .or_never = true,
            .set = &set_time<&pipeline::RunOptions::snapshot_max_age>,
            .get = &get_time<&pipeline::RunOptions::snapshot_max_age>},
    Setting{.section = "limits",
            .key = "retry_for",
            .kind = ValueKind::Duration,
            .summary =
                "How long the server is tried for when it takes no connection, at the beginning or when "
                "one was lost; never ends the run at the first failure",
            .example = "5min",
            .option = "retry-for",
            .min = 100,
            .max = kDay,
            .or_never = true,
            .set = &set_time<&pipeline::RunOptions::retry_for>,
            .get = &get_time<&pipeline::RunOptions::retry_for>},
    Setting{.section = "limits",
            .key = "connection_share",
            .kind = ValueKind::Count,
            .summary =
                "The most that a run takes of the connections that are free in the server, in percent; "
                "fewer workers read where they are short",
            .example = "25",
            .option = "connection-share",
            .min = 1,
            .max = 100,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.run.connection_share = static_cast<int>(v.number); },
            .get = [](const Configuration& c) { return std::to_string(c.run.connection_share); }},
    Setting{.section = "limits",
            .key = "read_rate",
            .kind = ValueKind::Size,
            .summary =
                "The most bytes in a second that come from the server, all workers together; without it as "
                "many as it sends",
            .example = "50MiB",
            .option = "read-rate",
            .min = kKibibyte,
            .max = kTebibyte,
            .set = [](Configuration& c, const SettingValue& v) { c.run.read_rate = v.number; },
            .get =
                [](const Configuration& c) {
                  return c.run.read_rate == 0 ? std::string() : byte_size_text(c.run.read_rate);
                }},
    Setting{.section = "files",
            .key = "profile",
            .kind = ValueKind::Choice,
            .summary = "Which readers the files are for: athena is all of them, modern adds encodings and an "
                       "index of the pages that Athena and older readers may not have",
            .example = "athena",
            .option = "profile",
            .choices = kProfiles,
            .set = [](Configuration& c, const SettingValue& v) { c.run.profile = kProfileValues[v.number]; },
            .get = [](const Configuration& c) { return std::string(pipeline::profile_name(c.run.profile)); }},
    Setting{
        .section = "files",
        .key = "compression",
        .kind = ValueKind::Choice,
        .summary = "The codec of the Parquet pages; lz4_raw is for the profile modern only",
        .example = "zstd",
        .option = "compression",
        .choices = kCodecs,
        .set = [](Configuration& c, const SettingValue& v) { c.run.compression = kCodecValues[v.number]; },
        .get = [](const Configuration& c) { return name_of(kCodecs, kCodecValues, c.run.compression); }},
    Setting{.section = "files",
            .key = "compression_level",
            .kind = ValueKind::Count,
            .summary = "The codec's level: of zstd 1 to 22, 1 by default; of gzip 1 to 12, 6 by default; the "
                       "others have none",
            .example = "3",
            .option = "compression-level",
            .min = 1,
            .max = 22,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.run.compression_level = static_cast<int>(v.number); },
            .get =
                [](const Configuration& c) {
                  return c.run.compression_level ? std::to_string(*c.run.compression_level) : std::string();
                }},
    Setting{.section = "files",
            .key = "page_index",
            .kind = ValueKind::Flag,
            .summary =
                "Whether files have an index of their pages, by which readers skip those that a filter "
                "doesn't want. By default only in the profile modern: Trino before 436 gave wrong "
                "results for some filters with it",
            .example = "true",
            .choices = kFlags,
            .set = [](Configuration& c, const SettingValue& v) { c.run.page_index = v.number == 1; },
            .get =
                [](const Configuration& c) {
                  return c.run.page_index ? std::string(kFlags[*c.run.page_index ? 1 : 0]) : std::string();
                }},
    Setting{.section = "files",
            .key = "size",
            .kind = ValueKind::Size,
            .summary = "A file is closed when it has grown to this; the next row group begins another",
            .example = "512MiB",
            .min = kMebibyte,
            .max = kTebibyte,
            .set = [](Configuration& c, const SettingValue& v) { c.run.file_bytes = v.number; },
            .get = [](const Configuration& c) { return byte_size_text(c.run.file_bytes); }},
    Setting{
        .section = "files",
        .key = "timestamps",
        .kind = ValueKind::Choice,
        .summary =
            "How timestamp and timestamptz become columns, where `types` says nothing else: micros is exact, "
            "and Athena shows milliseconds of it, rounded; millis_floor is cut to the millisecond, and shown "
            "as it is; string is PostgreSQL's text; bigint is microseconds since 1970",
        .example = "millis_floor",
        .option = "timestamps",
        .choices = kTimestamps,
        .set = [](Configuration& c, const SettingValue& v) { c.run.timestamps = v.text; },
        .get = [](const Configuration& c) { return c.run.timestamps; }},
    Setting{
        .section = "files",
        .key = "verify",
        .kind = ValueKind::Choice,
        .summary =
            "Whether the files are compared with the source before they are published. totals: what the "
            "server counts and sums in the run's snapshot, and each file's bytes; deep: each value too, as "
            "it is read back from the files",
        .example = "totals",
        .option = "verify",
        .alone = "totals",
        .choices = kVerifies,
        .set = [](Configuration& c, const SettingValue& v) { c.run.verify = kVerifyValues[v.number]; },
        .get = [](const Configuration& c) { return std::string(pipeline::verify_name(c.run.verify)); }},
    Setting{.section = "log",
            .key = "format",
            .kind = ValueKind::Choice,
            .summary = "The log on stderr: text for people, or json, one event a line",
            .example = "json",
            .option = "log-format",
            .choices = kLogFormats,
            .set =
                [](Configuration& c, const SettingValue& v) {
                  c.log_format = v.number == 1 ? observe::LogFormat::Json : observe::LogFormat::Text;
                },
            .get =
                [](const Configuration& c) {
                  return std::string(kLogFormats[c.log_format == observe::LogFormat::Json ? 1 : 0]);
                }},
    Setting{
        .section = "aws",
        .key = "profile",
        .summary =
            "The profile of ~/.aws/config and ~/.aws/credentials to use. Without it: AWS's whole chain, from "
            "the environment's keys to the role of the machine or container",
        .example = "etl",
        .set = [](Configuration& c, const SettingValue& v) { c.aws.profile = v.text; },
        .get = [](const Configuration& c) { return c.aws.profile; }},
    Setting{.section = "aws",
            .key = "region",
            .summary = "The region of what doesn't say its own, as an ARN does. Without it: AWS_REGION, "
                       "AWS_DEFAULT_REGION or the profile's",
            .example = "eu-central-1",
            .set = [](Configuration& c, const SettingValue& v) { c.aws.region = v.text; },
            .get = [](const Configuration& c) { return c.aws.region; }},
    Setting{.section = "aws",
            .key = "ca_file",
            .summary =
                "A file with the certificates to trust when speaking to AWS, instead of the system's: of a "
                "company's proxy, of a VPC's own endpoints. Without it: AWS_CA_BUNDLE",
            .example = "/etc/ssl/certs/company.pem",
            .set = [](Configuration& c, const SettingValue& v) { c.aws.ca_file = v.text; },
            .get = [](const Configuration& c) { return c.aws.ca_file; }},
};

constexpr std::array kSections = {Section{"source", "The database"},
                                  Section{"target", "Where the files go"},
                                  Section{"catalog", "Where Athena looks for the tables"},
                                  Section{"limits", "What the run may take"},
                                  Section{"files", "The Parquet files"},
                                  Section{"log", "The log"},
                                  Section{"aws", "Who to be to AWS"}};

constexpr std::array kNameLists = {
    Section{"schemas", "Schemas of which everything is exported; `*` and `?` are wildcards"},
    Section{"exclude", "Tables and views to leave out; `*` and `?` are wildcards"}};

constexpr std::array kTableKeys = {
    Key{"name", "name", "schema.name, or a name of the search path; \"Quoted\" keeps upper case"},
    Key{"columns", "list of names", "The columns to export, in this order; all when it is missing"},
    Key{"where", "SQL", "A condition; the rows for which it is true are exported"},
    Key{"encoding", kEncodingByColumn,
        "How the values of a column are written, where the data should not decide: `plain`, `dictionary`, "
        "`delta_binary_packed`, `delta_length_byte_array`, `byte_stream_split` or `rle`, as its type has "
        "it; of an array its elements"},
    Key{"bloom_filters", "list of names",
        "Columns that get a Bloom filter, by which readers skip row groups without the value they look "
        "for"},
    Key{"types", kTypeByColumn, "What becomes of the values of a column: `as`, `on_unrepresentable`, `trim`"},
    Key{"rename", kNameByColumn,
        "What columns are called in the lake, where the rule for names should not decide"},
    Key{"shard_by", "name",
        "The column by whose values it is split into shards, instead of by blocks; views, queries and "
        "foreign "
        "tables are one shard without it"},
    Key{"partition_by", kPartitionColumn,
        "The column by which rows are put into folders: by the day, month or year (in UTC) of a date or "
        "timestamp, or by its value. Readers that ask for some of them read only those. `default` is the "
        "partition of rows whose value is NULL or can't be one; `catalog` is catalog.glue.partitions "
        "for this table"},
    Key{"query", "file", "A file with one SELECT, relative to the configuration file; instead of `name`"},
    Key{"sql", "SQL", "One SELECT, instead of `name`"},
    Key{"as", "name",
        "What it is called in the lake, by the rule for names and without a schema: a query needs it, a "
        "table may "
        "have it"},
};

constexpr std::array kTypeChoiceKeys = {
    Key{"as", "form of the type",
        "As what its values are kept, where there is more than one way: `string`, `decimal(p,s)` …, as the "
        "type has it"},
    Key{"on_unrepresentable", "policy",
        "What becomes of a value that its column can't hold: `error`, which is the default, ends the run; "
        "`null` makes it NULL, and `clamp` the nearest value that there is; both are counted. `string` makes "
        "the column text from the start"},
    Key{"trim", "true or false", "Of char(n): whether the blanks at the end go"},
};

}  // namespace

std::span<const Setting> settings() {
  static const std::vector<Setting> kAll = [] {
    std::vector<Setting> all(kBeforeCatalog.begin(), kBeforeCatalog.end());
    all.insert(all.end(), catalog_settings().begin(), catalog_settings().end());
    all.insert(all.end(), kBehindCatalog.begin(), kBehindCatalog.end());
    return all;
  }();
  return kAll;
}
std::span<const Section> sections() {
  return kSections;
}
std::span<const Section> name_lists() {
  return kNameLists;
}
std::span<const Key> table_keys() {
  return kTableKeys;
}
std::span<const Key> type_choice_keys() {
  return kTypeChoiceKeys;
}

}  // namespace pg2athena::config
