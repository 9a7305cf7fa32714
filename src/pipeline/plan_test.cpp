#include "pipeline/plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pipeline/lake_tables.h"
#include "pipeline/relations_for_tests.h"
#include "pipeline/shard_job.h"

namespace pg2athena::pipeline {
namespace {

using postgres::BlockRange;
using postgres::Relation;
using postgres::RelationKind;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Plan, A_large_table_is_split_into_four_shards_a_worker_at_least) {
  const Plan made = plan({table(1, "public", "small"), table(2, "public", "large", 800 * kMiB)});
  EXPECT_EQ(made.tables[0].shards, 1);
  EXPECT_EQ(made.tables[1].shards, 8);
  EXPECT_EQ(made.tables[1].first_shard, 1);
  ASSERT_EQ(made.shards.size(), 9U);
  EXPECT_EQ(made.shards[1].range, postgres::ShardRange(BlockRange{0, 12800}));
  EXPECT_EQ(made.shards[8].range, postgres::ShardRange(BlockRange{89600, std::nullopt}));
  EXPECT_EQ(made.shards[8].number, 8);
}

TEST(Plan, A_huge_tables_shards_stay_small_enough_for_files_that_Athena_likes) {
  EXPECT_EQ(plan({table(1, "public", "huge", 2'000'000 * kMiB)}).tables[0].shards, 3906);
}

TEST(Plan, There_are_no_more_workers_than_shards) {
  EXPECT_EQ(plan({table(1, "public", "small")}, 8).workers, 1);
}

TEST(Plan, There_are_no_more_workers_than_connections_for_them_and_a_warning_says_so) {
  const auto made =
      make_plan({.server = {.room = postgres::ConnectionRoom{.most = 20, .reserved = 3, .used = 8}},
                 .relations = {table(1, "public", "large", 800 * kMiB)},
                 .queries = {},
                 .warnings = {}},
                {.workers = 8});
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->workers, 3);
  EXPECT_EQ(made->tables[0].shards, 12) << "four for each of them";
  EXPECT_THAT(made->warnings,
              ElementsAre(HasSubstr("3 workers instead of 8: the server takes 20 connections")));
}

TEST(Plan, Of_fewer_connections_nothing_is_said_where_there_are_fewer_shards) {
  const auto made =
      make_plan({.server = {.room = postgres::ConnectionRoom{.most = 20, .reserved = 3, .used = 8}},
                 .relations = {table(1, "public", "small")},
                 .queries = {},
                 .warnings = {}},
                {.workers = 8});
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->workers, 1);
  EXPECT_THAT(made->warnings, ElementsAre());
}

TEST(Plan, A_table_is_read_through_itself_when_row_security_is_in_force_on_a_part) {
  Relation whole = table(1, "public", "whole");
  whole.storage.push_back(whole.storage[0]);
  whole.storage[1].oid = 2;
  EXPECT_EQ(plan({whole}).shards.size(), 2U);
  whole.storage[1].row_security = true;
  const Plan of_part = plan({whole});
  ASSERT_EQ(of_part.shards.size(), 1U);
  EXPECT_FALSE(of_part.shards[0].source->only || of_part.shards[0].source->row_security);
  EXPECT_THAT(of_part.tables[0].notes, ElementsAre(HasSubstr("row security is in force")));
  whole.row_security = whole.storage[0].row_security = true;
  const Plan of_both = plan({whole});
  EXPECT_TRUE(of_both.shards.size() == 1 && of_both.shards[0].source->row_security);
  EXPECT_TRUE(of_both.tables[0].row_security);
}

TEST(Plan, A_table_without_parts_is_read_by_blocks_under_its_policies_as_well) {
  Relation large = table(1, "public", "large", 800 * kMiB);
  large.row_security = large.storage[0].row_security = true;
  const Plan made = plan({large});
  ASSERT_EQ(made.shards.size(), 8U);
  EXPECT_TRUE(std::holds_alternative<BlockRange>(made.shards[0].range) &&
              made.shards[0].source->row_security);
}

TEST(Plan, The_server_looks_at_rows_only_where_they_can_be_too_large) {
  const auto guarded = [](const Relation& relation, std::optional<std::uint64_t> max_value) {
    const auto made = make_plan({.relations = {relation}, .queries = {}, .warnings = {}},
                                {.memory_bytes = 256 * kMiB, .max_value_bytes = max_value});
    return made && made->tables[0].sources[0]->guarded;
  };
  Relation relation = table(1, "public", "t");
  EXPECT_FALSE(guarded(relation, 1)) << "no column can be large";
  relation.columns.push_back(
      {.name = "body", .type = {.oid = types::oid::kText, .name = "text"}, .comment = ""});
  EXPECT_FALSE(guarded(relation, std::nullopt)) << "a block, compressed as it may be";
  EXPECT_TRUE(guarded(relation, kMiB));
  relation.storage[0].toast_bytes = kMiB;
  EXPECT_TRUE(guarded(relation, std::nullopt));
  relation.storage[0].toast_bytes = 0;
  relation.storage[0].heap = false;
  EXPECT_TRUE(guarded(relation, std::nullopt)) << "nobody knows how others store rows";
  relation.kind = RelationKind::View;
  relation.storage.clear();
  EXPECT_TRUE(guarded(relation, std::nullopt));
}

TEST(Plan, A_share_for_a_row_goes_by_where_it_is_stored_only_if_its_values_do_not_expand) {
  Relation stored = table(1, "public", "stored");
  stored.columns[1].type = {.oid = types::oid::kText, .name = "text"};
  const Plan bounded = plan({stored});
  EXPECT_LT(bounded.memory.row_bytes, bounded.memory.max_value_bytes);
  EXPECT_EQ(bounded.tables[0].sources[0]->max_value_bytes,
            bounded.memory.row_bytes - bounded.memory_demand.small_bytes);
  stored.columns[1].type = {.oid = types::oid::kNumeric, .name = "numeric"};
  const Plan expanding = plan({stored});
  EXPECT_GE(expanding.memory.row_bytes, expanding.memory.max_value_bytes);
  EXPECT_EQ(expanding.tables[0].sources[0]->max_value_bytes, expanding.memory.max_value_bytes);
  EXPECT_FALSE(expanding.tables[0].sources[0]->guarded);
}

TEST(Plan, Comments_and_conditions_count_in_its_bytes) {
  Relation described = table(1, "public", "described");
  const std::uint64_t without = plan({described}).memory_demand.plan_bytes;
  described.comment = std::string(kMiB, 'x');
  described.columns[0].comment = std::string(kMiB, '\x01');
  EXPECT_EQ(plan({described}).memory_demand.plan_bytes, without + (8 + 4) * kMiB + (8 + 4 * 6) * kMiB);
  described = table(1, "public", "described");
  described.where = std::string(kMiB, 'x');
  // With one source and one worker.
  EXPECT_EQ(plan({described}, 1).memory_demand.plan_bytes, without + (5 + 3 + 1 + 5) * kMiB);
}

// Measured: a run of ten thousand tables of three integers and texts took 14 KiB for each.
TEST(Plan, Each_table_counts_in_its_bytes_whatever_its_columns) {
  std::vector<Relation> many;
  for (types::Oid oid = 1; oid <= 1000; ++oid) many.push_back(table(oid, "public", fmt::format("t{}", oid)));
  EXPECT_GE(plan(many).memory_demand.plan_bytes, 1000 * 10 * 1024U);
}

TEST(Plan, A_memory_that_cannot_hold_it_is_refused) {
  const auto made = make_plan({.relations = {table(1, "public", "t")}, .queries = {}, .warnings = {}},
                              {.memory_bytes = 16 * kMiB});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::Unsupported);
  EXPECT_THAT(made.error().message(), HasSubstr("memory: 16MiB can't hold this plan"));
}

TEST(Plan, Leaves_without_a_right_of_their_own_are_read_through_the_parent) {
  Relation relation = table(1, "public", "p");
  relation.kind = RelationKind::Partitioned;
  relation.storage = {
      {.oid = 2, .name = {"public", "a"}, .heap = true, .table_privilege = true, .bytes = 100 * kMiB},
      {.oid = 3, .name = {"public", "b"}, .heap = true, .table_privilege = false}};
  const Plan made = plan({relation});
  ASSERT_EQ(made.shards.size(), 1U);
  EXPECT_EQ(made.shards[0].source->from_clause(), "\"public\".\"p\"");
  EXPECT_EQ(made.shards[0].range, postgres::ShardRange());
  EXPECT_THAT(made.tables[0].notes, ElementsAre(HasSubstr("through the table")));
}

// A table of 100 MB and 1 000 rows with a condition, which the planner would read so.
Relation with_condition(postgres::ConditionPlan condition) {
  Relation relation = table(1, "public", "t", 100 * kMiB);
  relation.where = "id > 7\n  -- a\x01 comment";
  relation.storage[0].estimated_rows = 1000;
  relation.storage[0].condition = condition;
  return relation;
}

TEST(Plan, A_selective_condition_is_one_shard_by_its_index) {
  using Access = postgres::ConditionPlan::Access;
  struct Case {
    postgres::ConditionPlan condition;
    double table_rows;
    int shards;
    bool by_index;
  };
  const std::vector<Case> cases = {
      {{.access = Access::Index, .rows = 10}, 1000, 1, true},
      {{.access = Access::Index, .rows = 500}, 1000, 1, true},   // what one of two workers would read
      {{.access = Access::Index, .rows = 501}, 1000, 3, false},  // two are done sooner with the blocks
      {{.access = Access::Index, .rows = 501}, -1, 1, true},     // nobody knows; the planner's choice stands
      {{.access = Access::Blocks, .rows = 10}, 1000, 3, false},  // no index
      {{.access = Access::Nothing, .rows = 0}, 1000, 1, false},  // false for every row
  };
  for (const Case& c : cases) {
    Relation relation = with_condition(c.condition);
    relation.storage[0].estimated_rows = c.table_rows;
    const Plan made = plan({relation});
    EXPECT_EQ(made.shards.size(), static_cast<std::size_t>(c.shards)) << c.condition.rows;
    EXPECT_EQ(made.shards[0].by_index, c.by_index) << c.condition.rows;
    EXPECT_EQ(std::holds_alternative<BlockRange>(made.shards[0].range),
              c.condition.access == Access::Blocks || c.shards > 1);
    EXPECT_EQ(made.tables[0].estimated_rows, static_cast<std::uint64_t>(c.condition.rows));
  }
}

TEST(Plan, A_small_table_with_an_index_is_read_by_it_whatever_the_share) {
  Relation relation = with_condition({.access = postgres::ConditionPlan::Access::Index, .rows = 999});
  relation.storage[0].bytes = kMiB;
  EXPECT_TRUE(plan({relation}).shards[0].by_index);
}

TEST(Plan, Rights_on_columns_are_none_on_ctid) {
  Relation relation = table(1, "public", "t", 800 * kMiB);
  relation.table_privilege = false;
  relation.storage[0].table_privilege = false;
  const Plan made = plan({relation});
  ASSERT_EQ(made.shards.size(), 1U);
  EXPECT_EQ(made.shards[0].range, postgres::ShardRange());
  EXPECT_THAT(made.tables[0].notes, ElementsAre(HasSubstr("one shard")));
}

TEST(Plan, A_view_and_a_query_are_split_by_a_key_that_was_named) {
  Relation view = table(1, "public", "v");
  view.kind = RelationKind::View;
  view.storage.clear();
  view.key = postgres::ShardKey{.column = {.name = "id", .type = types::oid::kInt4}, .named = true};
  view.key_values = {.points = {{.value = "1", .rows = 1}, {.value = "7", .rows = 1}}};
  postgres::QuerySource query{.name = "q", .sql = "SELECT 1 AS id", .columns = {column("id")}};
  query.key = view.key;
  query.key_values = view.key_values;
  const auto made =
      make_plan({.relations = {view}, .queries = {query}, .warnings = {}}, RunOptions{.workers = 2});
  ASSERT_TRUE(made.has_value()) << made.error();
  const auto json = plan_json(*made);
  for (const auto& planned : json["tables"]) {
    const auto& shards = planned["shards"];
    ASSERT_EQ(shards.size(), 3U) << planned;
    EXPECT_EQ(shards[0]["upper"], "7");
    EXPECT_FALSE(shards[0].contains("lower"));
    EXPECT_EQ(shards[1]["lower"], "7");
    EXPECT_EQ(shards[2]["nulls"], true);
    EXPECT_EQ(shards[2]["bytes"], nullptr);
  }
  EXPECT_GT(made->memory_demand.plan_bytes, plan({table(1, "public", "t")}).memory_demand.plan_bytes);
}

TEST(Plan, Only_what_is_exported_counts_in_TOAST) {
  Relation relation = table(1, "public", "t");
  relation.storage[0].bytes = 100 * kMiB;
  relation.storage[0].toast_bytes = 1000 * kMiB;
  EXPECT_EQ(plan({relation}).tables[0].shards, 3) << "integers are never there";
  relation.columns[1].type = {.oid = types::oid::kText, .name = "text"};
  EXPECT_EQ(plan({relation}).tables[0].shards, 8);
  EXPECT_EQ(plan_json(plan({relation}))["tables"][0]["toast_bytes"], 1000 * kMiB);
}

TEST(Plan, What_was_chosen_of_a_table_is_said) {
  Relation relation = with_condition({.access = postgres::ConditionPlan::Access::Index, .rows = 10});
  relation.chosen_from = 12;
  const Plan made = plan({relation});
  EXPECT_THAT(made.tables[0].notes,
              ElementsAre("columns: 2 of 12", HasSubstr("where: id > 7 -- a"), "read by index"));
  EXPECT_EQ(made.shards[0].source->where, relation.where);
  EXPECT_EQ(made.shards[0].source->name_in_where, "t");
  const auto json =
      nlohmann::json::parse(to_json(made, {.run_id = "r", .planned_at = "", .snapshot = {}, .target = ""}));
  EXPECT_EQ(json["tables"][0]["where"], relation.where);
  EXPECT_EQ(json["tables"][0]["shards"][0]["by_index"], true);
}

TEST(Plan, A_long_condition_is_cut_between_two_characters) {
  Relation relation = with_condition({});
  relation.where = "x";
  for (int i = 0; i < 60; ++i) relation.where += "é";
  EXPECT_THAT(plan({relation}).tables[0].notes, ElementsAre(testing::EndsWith("é…")));
}

postgres::ColumnChoice partitioned(const std::string& column, types::PartitionBy by) {
  return {.column = column, .encoding = {}, .partition_by = by, .place = "shop.yaml:8:9"};
}

TEST(Plan, A_table_is_partitioned_by_a_column_of_another_name) {
  Relation relation = typed_table();
  relation.column_choices = {renamed("code", "Code"), partitioned("code", types::PartitionBy::Value)};
  relation.column_choices[0].rename = "kind";
  const Plan made = plan({relation});
  EXPECT_EQ(made.tables.at(0).partitioning,
            (PlannedPartitioning{
                .by = types::PartitionBy::Value, .column = 2, .name = "kind_value", .type = "string"}));
  EXPECT_THAT(made.tables[0].notes, testing::Contains("partitioned by kind_value, the value of kind"));
  EXPECT_TRUE(made.memory_demand.partitioned);
  EXPECT_EQ(plan_json(made)["tables"][0]["partition_by"]["source_column"], "kind");
  EXPECT_FALSE(plan({typed_table()}).tables[0].partitioning.has_value());
}

TEST(Plan, The_default_of_partitions_is_a_value_that_one_can_have) {
  Relation relation = typed_table();
  relation.column_choices = {partitioned("code", types::PartitionBy::Value)};
  relation.column_choices[0].partition_default = "unknown";
  const Plan made = plan({relation});
  EXPECT_EQ(made.tables.at(0).partitioning->default_value, "unknown");
  EXPECT_THAT(made.tables[0].notes, testing::Contains(HasSubstr("is in code_value=unknown")));
  EXPECT_EQ(plan_json(made)["tables"][0]["partition_by"]["default"], "unknown");
  EXPECT_EQ(lake_partitioning(made.tables[0])->default_value, "unknown");

  const struct {
    const char* column;
    std::string value;
    const char* said;
  } wrong[] = {{"id", "none", "whole numbers"},
               {"code", "__HIVE_DEFAULT_PARTITION__", "means NULL"},
               {"code", std::string(250, 'x'), "255 are the most"}};
  for (const auto& [column, value, said] : wrong) {
    Relation other = std::string(column) == "id" ? table(1, "public", "numbers", kMiB) : typed_table();
    other.column_choices = {partitioned(column, types::PartitionBy::Value)};
    other.column_choices[0].partition_default = value;
    const Error error = refuse({other});
    EXPECT_EQ(error.kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(error.describe(), HasSubstr(said));
    EXPECT_THAT(error.describe(), HasSubstr("shop.yaml:8:9"));
  }
}

TEST(Plan, How_the_catalog_knows_partitions_is_said_of_all_tables_or_of_one) {
  using catalog::CatalogPartitions;
  const auto planned = [](CatalogPartitions all, const char* of_table) {
    Relation relation = table(1, "public", "t", kMiB);
    relation.column_choices = {partitioned("id", types::PartitionBy::Value)};
    relation.column_choices[0].partition_catalog = of_table;
    RunOptions options;
    options.catalog_partitions = all;
    return *make_plan({.relations = {relation}}, options).value().tables.at(0).partitioning;
  };
  EXPECT_EQ(planned(CatalogPartitions::Projection, "").catalog, CatalogPartitions::Projection);
  EXPECT_EQ(planned(CatalogPartitions::Registered, "").catalog, CatalogPartitions::Registered);
  EXPECT_EQ(planned(CatalogPartitions::Registered, "projection").catalog, CatalogPartitions::Projection);
  EXPECT_EQ(planned(CatalogPartitions::Registered, "registered").type, "int");
  EXPECT_EQ(planned(CatalogPartitions::Projection, "injected").type, "string")
      << "Athena injects nothing else";
}

class NoNulls final : public catalog::Publisher {
 public:
  Result<void> show(const std::string&) override { return {}; }
  Result<void> check_partition(const catalog::TableRecord&, const std::string& value) override {
    if (value != "__HIVE_DEFAULT_PARTITION__" && value != "a,b") return {};
    return fail(ErrorKind::Unsupported, "no");
  }
};

TEST(Plan, A_default_that_the_catalog_has_no_place_for_is_refused_and_any_other_needs_no_warning) {
  Relation relation = typed_table();
  relation.column_choices = {partitioned("code", types::PartitionBy::Value)};
  NoNulls publisher;
  EXPECT_THAT(partition_warnings(plan({relation}), publisher).value(),
              ElementsAre(HasSubstr("code may be NULL")));
  relation.column_choices[0].partition_default = "unknown";
  EXPECT_TRUE(partition_warnings(plan({relation}), publisher).value().empty());
  relation.column_choices[0].partition_default = "a,b";
  const auto refused = partition_warnings(plan({relation}), publisher);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().describe(), HasSubstr("no place for the default a,b"));
}

TEST(Plan, A_partitioned_table_has_fewer_and_larger_shards) {
  Relation relation = table(1, "public", "large", 800 * kMiB);
  relation.column_choices = {partitioned("id", types::PartitionBy::Value)};
  EXPECT_EQ(plan({relation}).tables[0].shards, 2);
  relation = table(1, "public", "huge", 2'000'000 * kMiB);
  relation.column_choices = {partitioned("id", types::PartitionBy::Value)};
  EXPECT_EQ(plan({relation}).tables[0].shards, 488) << "the server may have to sort one";
}

TEST(Plan, A_partition_column_that_is_another_columns_name_is_refused) {
  Relation relation = typed_table();
  relation.columns.push_back(column("code_value"));
  relation.column_choices = {partitioned("code", types::PartitionBy::Value)};
  const Error error = refuse({relation});
  EXPECT_EQ(error.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(error.describe(), HasSubstr("shop.yaml:8:9"));
  EXPECT_THAT(error.describe(), HasSubstr("code_value"));
  EXPECT_THAT(error.hint(), HasSubstr("rename"));
}

TEST(Plan, Files_keep_what_a_column_was_and_what_was_chosen_for_it) {
  Relation relation = typed_table();
  relation.columns.push_back(
      {.name = "Place",
       .type = {.kind = types::PgKind::Array,
                .name = "address[]",
                .element = {{.kind = types::PgKind::Composite,
                             .name = "address",
                             .attributes = {{.name = "Zip Code",
                                             .type = {.oid = types::oid::kText, .name = "text"}}}}}},
       .comment = ""});
  relation.column_choices = {
      chosen("price", {.as = "decimal(18,4)", .on_unrepresentable = types::OnUnrepresentable::Null}),
      chosen("code", {.as = {}, .on_unrepresentable = {}, .trim = true})};
  const Plan made = plan({relation});
  const auto metadata = writer_options(made, made.tables.at(0), "r", {}).key_value_metadata;
  const auto columns =
      std::ranges::find(metadata, "pg2athena.columns", &decltype(metadata)::value_type::first);
  ASSERT_NE(columns, metadata.end());
  const auto expected = nlohmann::json::parse(R"json([
    {"name": "price", "source_name": "price", "postgresql_type": "numeric(12,2)", "as": "decimal(18,4)",
     "on_unrepresentable": "null"},
    {"name": "at", "source_name": "at", "postgresql_type": "timestamp with time zone"},
    {"name": "code", "source_name": "code", "postgresql_type": "character(3)", "trim": true},
    {"name": "place", "source_name": "Place", "postgresql_type": "address[]",
     "nested_names": {"place.list.element.zip_code": "Zip Code"}}])json");
  EXPECT_EQ(nlohmann::json::parse(columns->second), expected);
}

TEST(Plan, Tables_without_columns_and_empty_selections_are_refused) {
  Relation relation = table(1, "public", "t");
  relation.columns.clear();
  EXPECT_EQ(refuse({relation}).kind(), ErrorKind::Unsupported);
  EXPECT_EQ(refuse({}).kind(), ErrorKind::NotFound);
}

TEST(Plan, A_database_without_an_encoding_is_a_warning) {
  const postgres::ServerInfo server{.encoding = "SQL_ASCII"};
  const auto made = make_plan(
      {.server = server, .relations = {table(1, "public", "t")}, .queries = {}, .warnings = {}}, {});
  ASSERT_TRUE(made.has_value()) << made.error();
  EXPECT_THAT(made->warnings, ElementsAre(HasSubstr("SQL_ASCII")));
}

TEST(Plan, The_record_is_the_plans_JSON_and_its_run) {
  const Plan made = plan({table(1, "public", "t")});
  auto expected = plan_json(made);
  auto record = nlohmann::ordered_json::parse(
      to_json(made, {.run_id = "r", .planned_at = "now", .snapshot = {.id = "s"}, .target = "lake"}));
  EXPECT_EQ(record["run_id"], "r");
  EXPECT_EQ(record["snapshot"]["id"], "s");
  for (const auto& [key, value] : expected.items()) EXPECT_EQ(record[key], value) << key;
}

TEST(Plan, The_files_are_as_chosen_and_the_JSON_says_how) {
  Relation relation = table(1, "public", "t");
  relation.primary_key = {"id"};
  relation.column_choices = {{.column = "note", .encoding = "delta_binary_packed"},
                             {.column = "id", .encoding = {}, .bloom_filter = true}};
  const RunOptions options{.profile = parquet::Profile::Modern, .compression = parquet::Compression::Gzip};
  const auto made = make_plan({.relations = {relation}, .queries = {}, .warnings = {}}, options);
  ASSERT_TRUE(made.has_value()) << made.error();
  const auto json = plan_json(*made);
  EXPECT_EQ(json["files"]["profile"], "modern");
  EXPECT_EQ(json["files"]["compression"], "gzip");
  EXPECT_EQ(json["files"]["compression_level"], 6);
  EXPECT_EQ(json["files"]["page_index"], true);
  EXPECT_EQ(json["tables"][0]["sorting_columns"], nlohmann::json::array({"id"}));
  EXPECT_EQ(json["tables"][0]["columns"][0]["encoding"], nullptr);
  EXPECT_EQ(json["tables"][0]["columns"][0]["bloom_filter"], true);
  EXPECT_EQ(json["tables"][0]["columns"][1]["encoding"], "delta_binary_packed");
  const parquet::WriterOptions writer = writer_options(*made, made->tables[0], "r", {});
  EXPECT_EQ(writer.profile, parquet::Profile::Modern);
  EXPECT_EQ(writer.page_index, true);
  EXPECT_EQ(writer.compression_level, 6);
  EXPECT_EQ(writer.columns.size(), 2U);
  EXPECT_EQ(writer.sorting_columns, (std::vector<parquet::SortingColumn>{{.column_idx = 0}}));
}

TEST(Plan, The_record_is_JSON_whatever_the_names_are) {
  const Plan made = plan({table(1, "public", "caf\xe9")});
  const auto json =
      nlohmann::json::parse(to_json(made, {.run_id = "r", .planned_at = "", .snapshot = {}, .target = ""}));
  EXPECT_EQ(json["tables"][0]["name"], "public.caf_");
  EXPECT_EQ(json["tables"][0]["shards"].size(), 1U);
}

}  // namespace
}  // namespace pg2athena::pipeline
