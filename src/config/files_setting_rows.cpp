// The rows of `files`: the Parquet files.
#include <array>
#include <string>
#include <string_view>

#include "base/quantity.h"
#include "config/setting_rows.h"

namespace pg2athena::config {
namespace {

constexpr std::array<std::string_view, 2> kProfiles = {"athena", "modern"};
constexpr std::array kProfileValues = {parquet::Profile::Athena, parquet::Profile::Modern};
constexpr std::array<std::string_view, 5> kCodecs = {"zstd", "snappy", "gzip", "lz4_raw", "none"};
constexpr std::array kCodecValues = {parquet::Compression::Zstd, parquet::Compression::Snappy,
                                     parquet::Compression::Gzip, parquet::Compression::Lz4Raw,
                                     parquet::Compression::None};
constexpr std::array<std::string_view, 4> kTimestamps = {pipeline::kExactTimestamps, "millis_floor", "string",
                                                         "bigint"};
constexpr std::array<std::string_view, 3> kVerifies = {"none", "totals", "deep"};
constexpr std::array kVerifyValues = {pipeline::Verify::None, pipeline::Verify::Totals,
                                      pipeline::Verify::Deep};

constexpr std::array kSettings = {
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
};

}  // namespace

std::span<const Setting> files_settings() {
  return kSettings;
}

}  // namespace pg2athena::config
