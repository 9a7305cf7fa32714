#include "config/configuration_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.h"

namespace pg2athena::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSource = "source: {url: 'postgresql:///shop'}\n";

std::optional<std::string> environment(const char* name) {
  return std::string(name) == "PW" ? std::optional<std::string>("secret") : std::nullopt;
}

Result<Configuration> read(const std::string& text) {
  return read_configuration(text, "jobs/shop.yaml", UnsetVariable::Refuse, environment);
}

Configuration good(const std::string& text) {
  auto configuration = read(text);
  if (!configuration) ADD_FAILURE() << text << configuration.error();
  return configuration ? std::move(*configuration) : Configuration();
}

TEST(ConfigurationFile, The_smallest_names_a_source) {
  const Configuration configuration = good(kSource);
  EXPECT_EQ(configuration.login.url, "postgresql:///shop");
  EXPECT_TRUE(configuration.run.selection.whole_database());
  EXPECT_EQ(configuration.run.memory_bytes, Configuration().run.memory_bytes);
}

TEST(ConfigurationFile, All_of_it_is_read) {
  const Configuration c = good(R"yaml(
source:
  url: postgresql://etl@db/shop
  password: ${PW}
  search_path: shop
target: {location: lake}
limits: {workers: 3, memory: 256MiB, max_value_size: 10MB, lock_timeout: 5s, statement_timeout: 1h}
files: {profile: modern, compression: zstd, compression_level: 7, page_index: false, size: 64MiB}
log: {format: json}
schemas: [audit, "tmp_*"]
exclude: ['audit."Old Log"']
tables:
  - public.orders
  - 'public."Order Items"'
  - {name: public.events, columns: [id, "Odd Name"], where: id > 5}
  - {name: public.items, encoding: {id: delta_binary_packed, "Odd Name": plain}, bloom_filters: [id]}
  - {sql: SELECT 1 AS one, as: ones, encoding: {one: dictionary}}
  - {name: public.lines, as: order_lines, rename: {"Net Price": net}, types: {price: {as: "decimal(18,4)"}}}
  - {name: public.visits, partition_by: {month: "At"}}
  - {name: public.sales, partition_by: {default: 0, value: shop}}
)yaml");
  EXPECT_EQ(c.login.password, "secret");
  EXPECT_EQ(c.run.search_path, "shop");
  EXPECT_EQ(c.target, "jobs/lake") << "relative to the file's folder";
  EXPECT_EQ(c.run.workers, 3);
  EXPECT_EQ(c.run.memory_bytes, std::uint64_t{256} << 20U);
  EXPECT_EQ(c.run.max_value_bytes, 10'000'000U);
  EXPECT_EQ(c.run.lock_timeout, std::chrono::seconds(5));
  EXPECT_EQ(c.run.statement_timeout, std::chrono::hours(1));
  EXPECT_EQ(c.run.profile, parquet::Profile::Modern);
  EXPECT_EQ(c.run.compression_level, 7);
  EXPECT_EQ(c.run.page_index, false);
  EXPECT_EQ(c.run.file_bytes, std::uint64_t{64} << 20U);
  EXPECT_EQ(c.log_format, observe::LogFormat::Json);
  EXPECT_THAT(c.run.selection.schemas, ElementsAre("audit", "tmp_*"));
  EXPECT_THAT(c.run.selection.excludes, ElementsAre("audit.\"Old Log\""));
  using Table = postgres::TableSelection;
  EXPECT_THAT(c.run.selection.tables,
              ElementsAre(Table{.pattern = "public.orders", .columns = {}, .where = {}},
                          Table{.pattern = "public.\"Order Items\"", .columns = {}, .where = {}},
                          Table{.pattern = "public.events", .columns = {"id", "Odd Name"}, .where = "id > 5"},
                          Table{.pattern = "public.items",
                                .columns = {},
                                .where = {},
                                .column_choices = {{.column = "id", .encoding = "delta_binary_packed"},
                                                   {.column = "Odd Name", .encoding = "plain"},
                                                   {.column = "id", .encoding = {}, .bloom_filter = true}}},
                          Table{.pattern = "public.lines",
                                .columns = {},
                                .where = {},
                                .column_choices = {{.column = "Net Price", .encoding = {}, .rename = "net"},
                                                   {.column = "price",
                                                    .encoding = {},
                                                    .type = {.as = "decimal(18,4)", .place = {}}}},
                                .as = "order_lines"},
                          Table{.pattern = "public.visits",
                                .columns = {},
                                .where = {},
                                .column_choices = {{.column = "At",
                                                    .encoding = {},
                                                    .partition_by = types::PartitionBy::Month}}},
                          Table{.pattern = "public.sales",
                                .columns = {},
                                .where = {},
                                .column_choices = {{.column = "shop",
                                                    .encoding = {},
                                                    .partition_by = types::PartitionBy::Value,
                                                    .partition_default = "0"}}}));
  EXPECT_EQ(c.run.selection.tables[3].column_choices[1].place, "jobs/shop.yaml:16:62");
  ASSERT_EQ(c.run.queries.size(), 1U);
  EXPECT_EQ(c.run.queries[0].name, "ones");
  EXPECT_EQ(c.run.queries[0].sql, "SELECT 1 AS one");
  EXPECT_EQ(c.run.queries[0].column_choices.size(), 1U);
}

TEST(ConfigurationFile, A_table_and_a_query_may_name_the_key_by_which_they_are_split) {
  const Configuration c = good(std::string(kSource) +
                               "tables:\n"
                               "  - {name: public.daily, shard_by: Day}\n"
                               "  - {sql: SELECT 1 AS one, as: ones, shard_by: one}\n");
  EXPECT_EQ(c.run.selection.tables.at(0).shard_by, "Day");
  EXPECT_EQ(c.run.queries.at(0).shard_by, "one");
}

TEST(ConfigurationFile, A_section_of_comments_only_means_the_defaults) {
  EXPECT_EQ(good("# a job\n%YAML 1.2\n---\n" + std::string(kSource) + "...\n# end\n").login.url,
            "postgresql:///shop");
  EXPECT_EQ(good(std::string(kSource) + "limits:\n  # workers: 2\nfiles:\n").run.workers,
            Configuration().run.workers);
}

TEST(ConfigurationFile, Choices_for_types_are_those_of_the_type_table) {
  using types::OnUnrepresentable;
  using types::TypeChoice;
  const Configuration c = good(std::string(kSource) + R"yaml(
types:
  numeric: {as: "decimal(38,9)", on_unrepresentable: error}
  timestamp with time zone:
    as: bigint
    on_unrepresentable: 'null'
  date: {on_unrepresentable: null}
  time: {on_unrepresentable: clamp}
  interval: {on_unrepresentable: string}
  character: {trim: true}
tables:
  - name: a
    types:
      price: {on_unrepresentable: null, as: string}
      code: {trim: false}
  - {sql: SELECT 1 AS one, as: ones, types: {one: {as: string}}, rename: {one: two}}
)yaml");
  const std::map<std::string, TypeChoice, std::less<>> expected = {
      {"numeric", {.as = "decimal(38,9)", .on_unrepresentable = OnUnrepresentable::Error, .place = {}}},
      {"timestamptz", {.as = "bigint", .on_unrepresentable = OnUnrepresentable::Null, .place = {}}},
      {"date", {.as = {}, .on_unrepresentable = OnUnrepresentable::Null, .place = {}}},
      {"time", {.as = {}, .on_unrepresentable = OnUnrepresentable::Clamp, .place = {}}},
      {"interval", {.as = {}, .on_unrepresentable = OnUnrepresentable::String, .place = {}}},
      {"char", {.as = {}, .trim = true, .place = {}}}};
  EXPECT_EQ(c.run.types, expected);
  EXPECT_EQ(c.run.types.at("timestamptz").place, "jobs/shop.yaml:5:3");
  const auto& choices = c.run.selection.tables.at(0).column_choices;
  ASSERT_EQ(choices.size(), 2U);
  EXPECT_EQ(choices[0].column, "price");
  const TypeChoice price{.as = "string", .on_unrepresentable = OnUnrepresentable::Null, .place = {}};
  EXPECT_EQ(choices[0].type, price);
  EXPECT_EQ(choices[0].type.place, "jobs/shop.yaml:15:7");
  EXPECT_EQ(choices[1].type.trim, false);
  ASSERT_EQ(c.run.queries.at(0).column_choices.size(), 2U);
  EXPECT_EQ(c.run.queries[0].column_choices[1].rename, "two");
  EXPECT_TRUE(good(std::string(kSource) + "types:\n  # date: {as: string}\n").run.types.empty());
}

TEST(ConfigurationFile, A_target_in_S3_is_described_in_groups_and_pairs) {
  const Configuration c = good(std::string(kSource) +
                               "target:\n"
                               "  location: s3://acme-lake/shop/\n"
                               "  region: eu-central-1\n"
                               "  role_arn: arn:aws:iam::123456789012:role/lake\n"
                               "  external_id: shop-4711\n"
                               "  encryption:\n"
                               "    kms_key: alias/lake\n"
                               "    context: {department: sales, stage: prod}\n"
                               "    bucket_key: true\n"
                               "  acl: bucket-owner-full-control\n"
                               "  tags:\n"
                               "    team: data\n");
  const storage::S3Options options = s3_options(c).value();
  EXPECT_EQ(options.location, (storage::S3Location{.bucket = "acme-lake", .prefix = "shop"}));
  EXPECT_EQ(options.region, "eu-central-1");
  EXPECT_EQ(c.target_role.external_id, "shop-4711");
  const storage::S3ObjectOptions objects{.encryption = storage::S3Encryption::Kms,
                                         .kms_key = "alias/lake",
                                         .encryption_context = {{"department", "sales"}, {"stage", "prod"}},
                                         .bucket_key = true,
                                         .acl = "bucket-owner-full-control",
                                         .tags = {{"team", "data"}}};
  EXPECT_EQ(options.objects, objects);
  EXPECT_EQ(good(std::string(kSource) + "target: {location: s3://acme-lake, encryption: {type: sse-s3}}\n")
                .s3.objects.encryption,
            storage::S3Encryption::S3Managed);
  EXPECT_EQ(
      good(std::string(kSource) + "target:\n  location: s3://acme-lake\n  encryption:\n    # kms_key: x\n")
          .s3,
      storage::S3Options());
}

TEST(ConfigurationFile, Settings_of_S3_that_mean_nothing_together_are_refused) {
  const struct {
    const char* target;
    const char* mention;
    const char* place;
  } cases[] = {
      {"{location: ./lake, region: eu-central-1}", "local folder", "2:20"},
      {"{location: s3://Bucket/x}", "lower-case", "2:20"},
      {"{location: s3://bucket, external_id: x}", "role_arn", "2:46"},
      {"{location: s3://bucket, encryption: {type: sse-s3, kms_key: alias/lake}}", "kms_key", "2:45"},
      {"{location: s3://bucket, encryption: {bucket_key: true}}", "bucket_key", "2:45"},
      {"{location: s3://bucket, encryption: {type: dsse-kms, bucket_key: true}}", "dsse-kms", "2:74"},
      {"{location: s3://bucket, encryption: alias/lake}", "mapping", "2:45"},
      {"{location: s3://bucket, encryption: {key: alias/lake}}", "kms_key", "2:46"},
      {"{location: s3://bucket, tags: {}}", "tags", "2:39"},
      {"{location: s3://bucket, tags: {team: 'a & b'}}", "a & b", "2:39"},
      {"{location: s3://bucket, tags: {a: b, c: b, d: b, e: b, f: b, g: b, h: b, i: b, j: b, k: b, l: b}}",
       "10", "2:39"},
      {"{location: s3://bucket, tags: {team: '${TEAM}'}}", "reference", "2:46"},
  };
  for (const auto& [target, mention, place] : cases) {
    const auto refused = read(fmt::format("{}target: {}\n", kSource, target));
    ASSERT_FALSE(refused.has_value()) << target;
    EXPECT_THAT(refused.error().message(), StartsWith(fmt::format("jobs/shop.yaml:{}: ", place))) << target;
    EXPECT_THAT(refused.error().message() + refused.error().hint(), HasSubstr(mention)) << target;
  }
}

TEST(ConfigurationFile, A_catalog_is_named_with_what_it_may_do) {
  const auto configuration =
      read(fmt::format("{}target: {{location: s3://bucket/lake}}\n"
                       "catalog:\n"
                       "  glue:\n"
                       "    database: shop\n"
                       "    adopt: true\n"
                       "    dropped_columns: remove\n"
                       "    catalog_id: '123456789012'\n",
                       kSource));
  ASSERT_TRUE(configuration.has_value()) << configuration.error();
  EXPECT_EQ(configuration->glue, (catalog::GlueOptions{.database = "shop",
                                                       .region = "",
                                                       .endpoint = "",
                                                       .catalog_id = "123456789012",
                                                       .adopt = true,
                                                       .dropped_columns = catalog::DroppedColumns::Remove}));
}

TEST(ConfigurationFile, Settings_of_a_catalog_that_mean_nothing_together_are_refused) {
  const struct {
    const char* text;
    const char* mention;
    const char* place;
  } cases[] = {
      {"target: {location: ./lake}\ncatalog: {glue: {database: shop}}", "local folder", "2:20"},
      {"target: {location: s3://bucket}\ncatalog: {glue: {adopt: true}}", "no database", "3:17"},
      {"target: {location: s3://bucket}\ncatalog: {glue: {database: Shop}}", "lower-case", "3:28"},
      {"target: {location: s3://bucket}\ncatalog: {athena: {workgroup: reports}}", "no database", "3:19"},
      {"target: {location: s3://bucket}\ncatalog: {glue: {database: shop}, athena: {output_location: /tmp}}",
       "not in S3", "3:61"},
      {"target: {location: s3://bucket}\ncatalog: {glue: shop}", "mapping", "3:17"},
      {"target: {location: s3://bucket}\ncatalog: {hive: {database: shop}}", "glue", "3:11"},
  };
  for (const auto& [text, mention, place] : cases) {
    const auto refused = read(fmt::format("{}{}\n", kSource, text));
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_THAT(refused.error().message(), StartsWith(fmt::format("jobs/shop.yaml:{}: ", place))) << text;
    EXPECT_THAT(refused.error().message() + refused.error().hint(), HasSubstr(mention)) << text;
  }
}

struct Wrong {
  std::string text;  // behind the source's line
  std::string place;
  std::string mention;
};

TEST(ConfigurationFile, What_is_wrong_is_said_with_its_place) {
  const std::vector<Wrong> cases = {
      {"limts: {}", "2:1", "limits"},
      {"limits: {worker: 2}", "2:10", "workers"},
      {"limits:\n  workers: many", "3:12", "whole number"},
      {"limits:\n  workers: [1]", "3:12", "a list"},
      {"limits:\n  workers:\n  memory: 1GiB", "3:3", "limits.workers has no value"},
      {"limits: 5", "2:9", "mapping"},
      {"limits: {workers: 2, workers: 3}", "2:22", "twice"},
      {"source: {url: 'postgresql:///other'}", "2:1", "twice"},
      {"limits: {memory: 1MiB}", "2:18", "32MiB"},
      {"files: {compression: none, compression_level: 3}", "2:47", "zstd"},
      {"files: {compression: gzip, compression_level: 13}", "2:47", "1 to 12"},
      {"files: {compression: lz4_raw}", "2:22", "profile athena"},
      {"target: {location: 's3a://lake/x'}", "2:20", "did you mean s3://lake/x?"},
      {"target: {location: file:/lake}", "2:20", "name the folder itself: /lake"},
      {"files: {page_index: yes}", "2:21", "true or false"},
      {"tables: [{name: a, encoding: {b: delta}}]", "2:34", "no encoding 'delta'"},
      {"tables: [{name: a, encoding: {b: plain, b: plain}}]", "2:41", "twice"},
      {"tables: [{name: a, encoding: {b: [plain]}}]", "2:34", "one value"},
      {"tables: [{name: a, encoding: {}}]", "2:30", "empty"},
      {"tables: [{name: a, encoding: plain}]", "2:30", "mapping"},
      {"tables: [{name: a, bloom_filters: [b, b]}]", "2:39", "twice"},
      {"tables: [{name: a, bloom_filters: b}]", "2:35", "takes a list"},
      {"tables: [{name: 'a*', bloom_filters: [b]}]", "2:17", "wildcard"},
      {"target: {location: '${PW}/lake'}", "2:20", "reference"},
      {"tables: []", "2:9", "empty"},
      {"tables:", "2:1", "tables takes a list"},
      {"tables: public.orders", "2:9", "list"},
      {"tables: [[a]]", "2:10", "list"},
      {"tables: [a.b.c]", "2:10", "too many parts"},
      {"tables: [{nam: a}]", "2:11", "name"},
      {"tables: [{name: 'a*', where: x}]", "2:17", "wildcard"},
      {"tables: [{name: a, sql: SELECT 1, as: b}]", "2:10", "not both"},
      {"tables: [{name: 'a*', as: b}]", "2:17", "wildcard"},
      {"tables: [{name: a, as: ''}]", "2:24", "empty"},
      {"types: 5", "2:8", "mapping"},
      {"types: {nummeric: {as: string}}", "2:9", "numeric"},
      {"types: {date: {}}", "2:15", "empty"},
      {"types: {date: string}", "2:15", "mapping"},
      {"types: {date: {as: string}, date: {as: string}}", "2:29", "twice"},
      {"types: {timetz: {as: string}, time with time zone: {as: string}}", "2:31", "twice"},
      {"types: {date: {aas: string}}", "2:16", "'as'"},
      {"types: {date: {as: ''}}", "2:20", "empty"},
      {"types: {date: {as: [string]}}", "2:20", "one value"},
      {"types: {date: {as: bigint}}", "2:9", "date, string"},
      {"types: {numeric: {as: decimal(38,9)}}", "2:23", "quotes"},
      {"types: {numeric: {as: 'decimal(39,9)'}}", "2:9", "1 to 38"},
      {"types: {numeric: {as: decimal}}", "2:9", "decimal(p,s)"},
      {"types: {array: {as: list}}", "2:9", "string"},
      {"types: {range: {as: struct}}", "2:9", "string"},
      {"types: {date: {on_unrepresentable: nul}}", "2:36", "error, null, string, clamp"},
      {"types: {date: {on_unrepresentable: ~}}", "2:16", "has no value"},
      {"types:\n  date:\n    on_unrepresentable:\n", "4:5", "has no value"},
      {"types: {date: {trim: true}}", "2:9", "no blanks"},
      {"types: {char: {trim: yes}}", "2:22", "true or false"},
      {"files: {timestamps: millis}", "2:21", "millis_floor"},
      {"tables: [{name: a, types: {}}]", "2:27", "empty"},
      {"tables: [{name: a, types: {b: {}}}]", "2:31", "empty"},
      {"tables: [{name: a, types: {b: {as: x}, b: {as: y}}}]", "2:40", "twice"},
      {"tables: [{name: a, types: {b: {as: 'decimal(1'}}}]", "2:36", "parenthesis"},
      {"tables: [{name: a, types: {b: {on_unrepresentable: maybe}}}]", "2:52", "clamp"},
      {"tables: [{name: a, types: {b: {trim: 1}}}]", "2:38", "true or false"},
      {"tables: [{name: 'a*', types: {b: {as: x}}}]", "2:17", "wildcard"},
      {"tables: [{name: a, rename: {}}]", "2:28", "empty"},
      {"tables: [{name: a, rename: {b: Net Price}}]", "2:32", "net_price"},
      {"tables: [{name: a, rename: {b: ''}}]", "2:32", "empty"},
      {"tables: [{name: a, rename: {b: [c]}}]", "2:32", "one value"},
      {"tables: [{name: a, rename: {b: " + std::string(256, 'x') + "}}]", "2:32", "at most 255"},
      {"tables: [{name: 'a*', rename: {b: c}}]", "2:17", "wildcard"},
      {"tables: [{name: a, partition_by: b}]", "2:34", "mapping"},
      {"tables: [{name: a, partition_by: {}}]", "2:34", "one column"},
      {"tables: [{name: a, partition_by: {hour: b}}]", "2:35", "day"},
      {"tables: [{name: a, partition_by: {default: b}}]", "2:34", "one column"},
      {"tables: [{name: a, partition_by: {day: b, catalog: enum}}]", "2:52", "registered"},
      {"tables: [{name: a, partition_by: {day: b, catalog: injected}}]", "2:40", "no catalog.glue.database"},
      {"catalog: {glue: {partitions: registered}}", "2:30", "no catalog.glue.database"},
      {"tables: [{name: a, partition_by: {day: b, default: ''}}]", "2:52", "empty"},
      {"tables: [{name: a, partition_by: {day: b, default: [c]}}]", "2:52", "one value"},
      {"tables: [{name: a, partition_by: {day: [b]}}]", "2:40", "one value"},
      {"tables: [{name: a, partition_by: {day: ''}}]", "2:40", "empty"},
      {"tables: [{name: a, partition_by: {day: b, value: c}}]", "2:34", "one column"},
      {"tables: [{name: a, partition_by: {day: b, day: c}}]", "2:43", "twice"},
      {"tables: [{name: 'a*', partition_by: {day: b}}]", "2:17", "wildcard"},
      {"tables: [{name: a, columns: []}]", "2:29", "empty list"},
      {"tables: [{name: 'a*', shard_by: id}]", "2:17", "wildcard"},
      {"tables: [{name: a, shard_by: ''}]", "2:30", "empty"},
      {"tables: [{name: a, shard_by: [id]}]", "2:30", "one value"},
      {"tables: [{name: a, where: ''}]", "2:27", "empty"},
      {"tables: [{name: [a]}]", "2:17", "one value"},
      {"tables: [{name: a, columns: b}]", "2:29", "takes a list"},
      {"tables: [{name: a, columns: [[b]]}]", "2:30", "one value"},
      {"tables: [{name: a, where: [x]}]", "2:27", "one value"},
      {"tables: [{sql: '', as: b}]", "2:16", "empty"},
      {"tables: [{query: \"SELECT\\n1\", as: b}]", "2:18", "sql"},
      {"tables: [{query: /, as: b}]", "2:18", "folder"},
      {"tables: [{sql: SELECT 1, as: ''}]", "2:30", "empty"},
      {"tables: [{sql: SELECT 1}]", "2:10", "as"},
      {"tables: [{as: x}]", "2:10", "needs one of"},
      {"tables: [{sql: SELECT 1, where: x, as: y}]", "2:10", "a query has its own"},
      {"tables: [{sql: SELECT 1, query: q.sql, as: y}]", "2:10", "needs one of"},
      {"tables: [{query: nowhere.sql, as: y}]", "2:18", "nowhere.sql"},
      {"tables: [{name: a, where: \"x = '${PW}'\"}]", "2:27", "reference"},
      {"schemas: [a.b]", "2:11", "too many parts"},
      {"exclude: {}", "2:10", "list"},
      {"? [a]\n: 1", "2:3", "no word"},
      {"limits: {workers: 2", "", "no YAML"},
      {"limits:\n\tworkers: 2", "3:", "no YAML"},
      {"---\nsource: {}", "", "more than one document"},
      {"...\nsource: {}", "", "more than one document"},
  };
  for (const Wrong& wrong : cases) {
    const auto refused = read(kSource + wrong.text);
    ASSERT_FALSE(refused.has_value()) << wrong.text;
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(refused.error().message() + refused.error().hint(), HasSubstr(wrong.mention)) << wrong.text;
    const std::string place = wrong.place.empty() ? "" : ":" + wrong.place;
    EXPECT_THAT(refused.error().message(), StartsWith("jobs/shop.yaml" + place)) << wrong.text;
  }
}

TEST(ConfigurationFile, A_wrong_value_of_any_setting_is_said_with_its_place) {
  for (const Setting& setting : settings()) {
    const std::string group = setting.group().empty() ? "" : fmt::format("{}:\n    ", setting.group());
    const auto refused =
        read(fmt::format("{}{}:\n  {}{}: {{}}\n", kSource, setting.section, group, setting.name()));
    ASSERT_FALSE(refused.has_value()) << setting.path();
    EXPECT_THAT(refused.error().message(), StartsWith("jobs/shop.yaml:"));
  }
}

TEST(ConfigurationFile, A_source_is_needed_and_a_password_in_it_refused) {
  EXPECT_THAT(read("").error().message(), HasSubstr("empty"));
  EXPECT_THAT(read("# nothing\n").error().message(), HasSubstr("empty"));
  EXPECT_THAT(read("target: {location: x}").error().message(), HasSubstr("source.url is missing"));
  EXPECT_THAT(read("source:\n  url: postgresql://a:b@c/d").error().message(),
              StartsWith("jobs/shop.yaml:2:8: source.url has a password"));
  EXPECT_THAT(read("source:\n  url: ${NONE}").error().message(), HasSubstr("NONE is not set"));
  EXPECT_FALSE(read(", ").has_value()) << "in which yaml-cpp 0.7 finds documents without end";
  EXPECT_THAT(read("- a list").error().message(), HasSubstr("mapping"));
  EXPECT_THAT(read("source: {url: \xFF}").error().message(), HasSubstr("UTF-8"));
}

TEST(ConfigurationFile, Who_does_not_connect_needs_no_variable_of_the_source) {
  const auto unconnected = [](const std::string& text) {
    return read_configuration(text, "jobs/shop.yaml", UnsetVariable::Leave, environment);
  };
  const auto left = unconnected("source:\n  url: postgresql://${USER}@db/shop\n  password: ${NONE}\n");
  ASSERT_TRUE(left.has_value()) << left.error();
  EXPECT_EQ(left->login.url, "postgresql://${USER}@db/shop");
  EXPECT_EQ(unconnected("source:\n  url: ${NONE}\n")->login.url, "${NONE}");
  EXPECT_EQ(unconnected("source:\n  url: host=db password=${NONE}\n")->login.url, "host=db password=${NONE}");
  EXPECT_EQ(unconnected("source:\n  url: postgresql://etl:${PW}@db/shop\n")->login.url,
            "postgresql://etl:secret@db/shop");
  // Everything else is checked as ever.
  const std::vector<Wrong> cases = {
      {"source: {url: 'postgresql://${USER}:in-the-file@db/shop'}", "1:15", "has a password"},
      {"source:\n  url: postgresql:///shop\n  password: x${NONE}", "3:13", "has to be a reference"},
      {"source:\n  url: postgresql:///shop\n  secret: a\n  password: ${NONE}", "4:13", "another in source"},
  };
  for (const Wrong& wrong : cases) {
    const auto refused = unconnected(wrong.text);
    ASSERT_FALSE(refused.has_value()) << wrong.text;
    EXPECT_THAT(refused.error().message(), StartsWith("jobs/shop.yaml:" + wrong.place)) << wrong.text;
    EXPECT_THAT(refused.error().message(), HasSubstr(wrong.mention)) << wrong.text;
  }
}

TEST(ConfigurationFile, A_folder_that_is_called_like_a_URL_is_named_with_a_dot) {
  EXPECT_EQ(good(std::string(kSource) + "target: {location: './s3a:/x'}").target, "jobs/s3a:/x");
  EXPECT_EQ(good(std::string(kSource) + "target: {location: './s3://x'}").target, "jobs/s3:/x");
  EXPECT_EQ(good(std::string(kSource) + "target: {location: 'C:/x'}").target, "jobs/C:/x");
}

TEST(ConfigurationFile, A_secret_can_have_the_whole_login_or_the_password) {
  const std::string arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/etl-AbCdEf";
  const login::Settings whole =
      good("source: {secret: prod/shop/etl, secret_version_stage: AWSPENDING}").login;
  EXPECT_EQ(whole.secret, "prod/shop/etl");
  EXPECT_EQ(whole.version_stage, "AWSPENDING");
  EXPECT_EQ(whole.url, "");
  const login::Settings both =
      good(fmt::format("source: {{url: 'postgresql:///shop', secret: '{}'}}", arn)).login;
  EXPECT_EQ(both.secret, arn);
  EXPECT_EQ(both.secret_id(), arn);
  const auto of = [](const std::string& text) {
    return good(fmt::format("source:\n  url: postgresql:///shop\n  password: {}", text))
        .login.password_secret;
  };
  using Password = login::SecretPassword;
  EXPECT_EQ(of("secret:prod/shop"), (Password{.secret = "prod/shop", .member = ""}));
  EXPECT_EQ(of("secret:rds!db-1#pass word"), (Password{.secret = "rds!db-1", .member = "pass word"}));
  EXPECT_EQ(of("secret:" + arn + "#pw"), (Password{.secret = arn, .member = "pw"}));
  EXPECT_EQ(of("${PW}"), std::nullopt);
}

TEST(ConfigurationFile, Who_to_be_to_AWS) {
  const Configuration c =
      good(std::string(kSource) + "aws: {profile: etl, region: eu-west-1, ca_file: ca.pem}");
  EXPECT_EQ(c.aws, (aws::Identity{.profile = "etl", .region = "eu-west-1", .ca_file = "jobs/ca.pem"}));
  EXPECT_EQ(good(kSource).aws, aws::Identity());
}

TEST(ConfigurationFile, Two_ways_to_log_in_and_half_of_one_are_refused_with_their_place) {
  const std::string url = "source:\n  url: postgresql://etl@db/shop\n";
  const std::vector<Wrong> cases = {
      {url + "  secret: a\n  password: '${PW}'", "4:13", "there is another in source.password"},
      {url + "  secret: a\n  password: secret:b", "4:13", "there is another in source.password"},
      {url + "  auth: iam\n  password: '${PW}'", "4:13", "iam takes no password"},
      {url + "  auth: iam\n  password: secret:b", "4:13", "iam takes no password"},
      {url + "  auth: iam\n  secret: b", "4:11", "iam takes no secret"},
      {"source:\n  url: 'postgresql://etl:${PW}@db/shop'\n  secret: a", "2:8", "another in source.url"},
      {"source:\n  url: 'postgresql://etl:${PW}@db/shop'\n  auth: iam", "2:8", "source.url has one"},
      {url + "  secret_version_stage: AWSPENDING", "3:25", "no secret"},
      {url + "  secret: two words", "3:11", "the name or the ARN of a secret"},
      {url + "  secret: ${PW}", "3:11", "reference"},
      {url + "  password: 'secret:'", "3:13", "secret:prod/shop/etl#password"},
      {url + "  password: 'secret:a b'", "3:13", "secret:prod/shop/etl#password"},
      {url + "  password: 'secret:a#'", "3:13", "#MEMBER"},
      {url + "  password: 'Secret:a'", "3:13", "secret:prod/shop/etl"},
      {url + "  auth: IAM", "3:9", "password, iam"},
      {"source: {url: 'secret:prod/shop'}", "1:15", "source.secret"},
      {"source: {auth: iam}", "1:9", "source.url is missing"},
      {"source: {password: secret:a}", "1:9", "source.url is missing"},
      {"target: {location: x}", "1:1", "source.url is missing"},
      {"target: {location: x}\nsource:", "1:1", "source.url is missing"}};
  for (const Wrong& wrong : cases) {
    const auto refused = read(wrong.text);
    ASSERT_FALSE(refused.has_value()) << wrong.text;
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(refused.error().message() + refused.error().hint(), HasSubstr(wrong.mention)) << wrong.text;
    EXPECT_THAT(refused.error().message(), StartsWith("jobs/shop.yaml:" + wrong.place)) << wrong.text;
    EXPECT_THAT(refused.error().message() + refused.error().hint(), Not(HasSubstr("two words")))
        << wrong.text;
  }
}

TEST(ConfigurationFile, A_file_that_can_not_be_read_is_named) {
  EXPECT_THAT(load_configuration("/nowhere/shop.yaml", UnsetVariable::Refuse, environment).error().message(),
              HasSubstr("/nowhere/shop.yaml can't be read: No such file"));
  EXPECT_THAT(load_configuration("/", UnsetVariable::Refuse, environment).error().message(),
              HasSubstr("folder"));
}

}  // namespace
}  // namespace pg2athena::config
