// The rows of `target`: where the files go.
#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/quantity.h"
#include "config/setting_rows.h"

namespace pg2athena::config {
namespace {

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

constexpr std::array kSettings = {
    Setting{.section = "target",
            .key = "location",
            .summary = "The lake: s3://bucket/prefix, or a local folder, made when it is missing; a relative "
                       "one begins at the folder of the configuration file",
            .example = "./lake",
            .required = true,
            .set = [](Configuration& c, const SettingValue& v) { c.target = v.text; },
            .get = [](const Configuration& c) { return c.target; }},
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
                  c.keep_for = std::chrono::milliseconds(static_cast<std::int64_t>(v.number));
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

}  // namespace

std::span<const Setting> target_settings() {
  return kSettings;
}

}  // namespace pg2athena::config
