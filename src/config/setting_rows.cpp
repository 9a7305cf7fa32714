// What every setting, section and key is: the rows of each large section are in a file of their own, those of
// `log` and `aws` and the keys of a table are here.
#include "config/setting_rows.h"

#include <array>
#include <vector>

#include "config/references.h"

namespace pg2athena::config {
namespace {

constexpr std::array<std::string_view, 2> kLogFormats = {"text", "json"};

constexpr std::array kLogAndAws = {
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
    std::vector<Setting> all;
    for (const auto& rows : {source_settings(), target_settings(), catalog_settings(), limits_settings(),
                             files_settings(), std::span<const Setting>(kLogAndAws)}) {
      all.insert(all.end(), rows.begin(), rows.end());
    }
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
