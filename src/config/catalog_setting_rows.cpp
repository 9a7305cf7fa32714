// The rows of `catalog`: where Athena looks for the tables.
#include <array>
#include <string>
#include <string_view>

#include "config/setting_rows.h"

namespace pg2athena::config {
namespace {

constexpr std::array<std::string_view, 2> kDroppedColumns = {"keep", "remove"};
constexpr std::array kDroppedColumnsValues = {catalog::DroppedColumns::Keep, catalog::DroppedColumns::Remove};

using catalog::CatalogPartitions;
constexpr std::array<std::string_view, 3> kPartitions = {"projection", "injected", "registered"};
constexpr std::array kPartitionsValues = {CatalogPartitions::Projection, CatalogPartitions::Injected,
                                          CatalogPartitions::Registered};

constexpr std::array kSettings = {
    Setting{
        .section = "catalog",
        .key = "glue.database",
        .summary =
            "The database of AWS Glue's Data Catalog in which the lake's tables are made and moved from run "
            "to run; made when it is missing. Without it no catalog is told",
        .example = "shop",
        .set = [](Configuration& c, const SettingValue& v) { c.glue.database = v.text; },
        .get = [](const Configuration& c) { return c.glue.database; }},
    Setting{.section = "catalog",
            .key = "glue.adopt",
            .kind = ValueKind::Flag,
            .summary =
                "Whether tables of the same name that pg2athena didn't make, or made of another lake, are "
                "taken over; their files aren't touched",
            .example = "true",
            .choices = kFlags,
            .set = [](Configuration& c, const SettingValue& v) { c.glue.adopt = v.number == 1; },
            .get = [](const Configuration& c) { return std::string(kFlags[c.glue.adopt ? 1 : 0]); }},
    Setting{.section = "catalog",
            .key = "glue.dropped_columns",
            .kind = ValueKind::Choice,
            .summary =
                "What becomes of a column that the source has no more: with keep it stays behind the others "
                "and is NULL, so that queries which name it go on; with remove it goes",
            .example = "remove",
            .choices = kDroppedColumns,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.glue.dropped_columns = kDroppedColumnsValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return name_of(kDroppedColumns, kDroppedColumnsValues, c.glue.dropped_columns);
                }},
    Setting{.section = "catalog",
            .key = "glue.partitions",
            .kind = ValueKind::Choice,
            .summary =
                "How Glue knows the partitions of partitioned tables: with projection by a rule, so that a "
                "run is switched at once; with injected not at all, and each query has to say which value it "
                "wants; with registered each by itself, for values that no rule can have and for readers "
                "without projection. A table's `partition_by` may say another with `catalog`",
            .example = "registered",
            .choices = kPartitions,
            .set = [](Configuration& c,
                      const SettingValue& v) { c.run.catalog_partitions = kPartitionsValues[v.number]; },
            .get =
                [](const Configuration& c) {
                  return name_of(kPartitions, kPartitionsValues, c.run.catalog_partitions);
                }},
    Setting{.section = "catalog",
            .key = "glue.catalog_id",
            .summary = "The account whose catalog it is, where it isn't that of the credentials",
            .example = "123456789012",
            .set = [](Configuration& c, const SettingValue& v) { c.glue.catalog_id = v.text; },
            .get = [](const Configuration& c) { return c.glue.catalog_id; }},
    Setting{.section = "catalog",
            .key = "glue.region",
            .summary = "The catalog's region. Without it: the bucket's",
            .example = "eu-central-1",
            .set = [](Configuration& c, const SettingValue& v) { c.glue.region = v.text; },
            .get = [](const Configuration& c) { return c.glue.region; }},
    Setting{.section = "catalog",
            .key = "glue.endpoint",
            .summary = "Another endpoint than AWS's. Without it: AWS_ENDPOINT_URL_GLUE or AWS_ENDPOINT_URL",
            .example = "https://vpce-1234.glue.eu-central-1.vpce.amazonaws.com",
            .set = [](Configuration& c, const SettingValue& v) { c.glue.endpoint = v.text; },
            .get = [](const Configuration& c) { return c.glue.endpoint; }},
    Setting{.section = "catalog",
            .key = "athena.workgroup",
            .summary = "The workgroup in which `verify --athena` has Athena count. Without it: primary",
            .example = "reports",
            .set = [](Configuration& c, const SettingValue& v) { c.athena.workgroup = v.text; },
            .get = [](const Configuration& c) { return c.athena.workgroup; }},
    Setting{
        .section = "catalog",
        .key = "athena.output_location",
        .summary = "Where Athena puts the results of `verify --athena`. Without it: the workgroup's place",
        .example = "s3://acme-athena/results/",
        .set = [](Configuration& c, const SettingValue& v) { c.athena.output_location = v.text; },
        .get = [](const Configuration& c) { return c.athena.output_location; }},
    Setting{.section = "catalog",
            .key = "athena.endpoint",
            .summary = "Another endpoint than AWS's. Without it: AWS_ENDPOINT_URL_ATHENA or AWS_ENDPOINT_URL",
            .example = "https://vpce-5678.athena.eu-central-1.vpce.amazonaws.com",
            .set = [](Configuration& c, const SettingValue& v) { c.athena.endpoint = v.text; },
            .get = [](const Configuration& c) { return c.athena.endpoint; }},
};

}  // namespace

std::span<const Setting> catalog_settings() {
  return kSettings;
}

}  // namespace pg2athena::config
