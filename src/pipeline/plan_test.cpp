#include "pipeline/plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pipeline/shard_job.h"

namespace pg2athena::pipeline {
namespace {

using postgres::BlockRange;
using postgres::Relation;
using postgres::RelationColumn;
using postgres::RelationKind;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

RelationColumn column(const std::string& name, bool not_null = false) {
  return {.name = name,
          .type = {.oid = types::oid::kInt4, .name = "integer"},
          .not_null = not_null,
          .comment = ""};
}

Relation table(types::Oid oid, const std::string& schema, const std::string& name,
               std::uint64_t bytes = 8192) {
  Relation relation{.oid = oid,
                    .name = {schema, name},
                    .table_privilege = true,
                    .comment = "",
                    .columns = {column("id", true), column("note")},
                    .storage = {}};
  relation.storage.push_back({.oid = oid,
                              .name = relation.name,
                              .heap = true,
                              .table_privilege = true,
                              .filenode = oid,
                              .bytes = bytes,
                              .estimated_rows = 100});
  return relation;
}

Plan plan(const std::vector<Relation>& relations, int workers = 2) {
  auto made = make_plan({.relations = relations, .queries = {}, .warnings = {}}, {.workers = workers});
  if (!made) ADD_FAILURE() << made.error();
  return made ? std::move(*made) : Plan();
}

Error refuse(const std::vector<Relation>& relations) {
  const auto made = make_plan({.relations = relations, .queries = {}, .warnings = {}}, {});
  return made ? Error(ErrorKind::Internal, "it was accepted") : made.error();
}

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

TEST(Plan, NOT_NULL_counts_only_where_the_server_enforces_it_for_every_row) {
  const auto nullable = [](const Relation& relation) {
    return plan({relation}).tables[0].schema.fields[0].nullable;
  };
  Relation relation = table(1, "public", "t");
  EXPECT_FALSE(nullable(relation));
  relation.storage.push_back({.oid = 2, .name = {"public", "child"}, .heap = true, .table_privilege = true});
  EXPECT_TRUE(nullable(relation)) << "a child by INHERITS may lack it";
  relation.kind = RelationKind::Partitioned;
  relation.storage.erase(relation.storage.begin());
  EXPECT_FALSE(nullable(relation));
  relation.storage[0].kind = RelationKind::Foreign;
  EXPECT_TRUE(nullable(relation)) << "nobody checks a foreign table";
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

TEST(Plan, Names_that_become_one_are_refused_naming_both) {
  const Error tables = refuse({table(1, "public", "Orders"), table(2, "public", "orders")});
  EXPECT_EQ(tables.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(tables.message(), HasSubstr("public.\"Orders\" and public.orders"));
  Relation relation = table(1, "public", "t");
  relation.columns = {column("a b"), column("a_b")};
  const Error columns = refuse({relation});
  EXPECT_EQ(columns.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(columns.message(), HasSubstr("\"a b\" and \"a_b\""));
}

// numeric(12,2) NOT NULL, timestamptz NOT NULL, char(3)
Relation typed_table() {
  Relation relation = table(1, "public", "t");
  relation.columns = {
      {.name = "price",
       .type = {.oid = types::oid::kNumeric, .typmod = ((12 << 16) | 2) + 4, .name = "numeric(12,2)"},
       .not_null = true,
       .comment = ""},
      {.name = "at",
       .type = {.oid = types::oid::kTimestamptz, .name = "timestamp with time zone"},
       .not_null = true,
       .comment = ""},
      {.name = "code",
       .type = {.oid = types::oid::kBpchar, .typmod = 7, .name = "character(3)"},
       .comment = ""}};
  return relation;
}

postgres::ColumnChoice chosen(const std::string& column, types::TypeChoice type) {
  type.place = "shop.yaml:7:15";
  return {.column = column, .encoding = {}, .type = std::move(type), .place = "shop.yaml:7:15"};
}

postgres::ColumnChoice renamed(const std::string& column, const std::string& name) {
  return {.column = column, .encoding = {}, .rename = name, .place = "shop.yaml:8:9"};
}

using types::OnUnrepresentable;

TEST(Plan, What_is_said_of_a_column_wins_over_what_is_said_of_its_type) {
  Relation relation = typed_table();
  relation.column_choices = {chosen("price", {.as = "string"}),
                             chosen("code", {.as = {}, .on_unrepresentable = {}, .trim = true})};
  RunOptions options{.timestamps = "bigint"};
  options.types["numeric"] = {.as = "decimal(18,4)", .place = {}};
  options.types["timestamptz"] = {.as = {}, .on_unrepresentable = OnUnrepresentable::Null, .place = {}};
  const auto made = make_plan({.relations = {relation}, .queries = {}, .warnings = {}}, options);
  ASSERT_TRUE(made.has_value()) << made.error();
  const PlannedTable& planned = made->tables[0];
  EXPECT_EQ(planned.schema.fields[0].type, columnar::Type::of(columnar::TypeId::String));
  EXPECT_EQ(planned.columns[0].as, "string");
  EXPECT_EQ(planned.schema.fields[1].type, columnar::Type::of(columnar::TypeId::Int64));
  EXPECT_EQ(planned.columns[1].as, "bigint");
  EXPECT_TRUE(planned.columns[2].mapping.trim);
  const auto json = plan_json(*made)["tables"][0]["columns"];
  EXPECT_EQ(json[0]["as"], "string");
  EXPECT_EQ(json[0]["parquet_type"], "BYTE_ARRAY STRING");
  EXPECT_EQ(json[1]["parquet_type"], "INT64");
  EXPECT_EQ(json[1]["on_unrepresentable"], "null");
  EXPECT_EQ(json[1]["can_fail_on"], "");
  EXPECT_THAT(std::string(json[1]["becomes_null"]), HasSubstr("infinity"));
  EXPECT_EQ(json[2]["as"], nullptr);
  EXPECT_EQ(json[2]["trim"], true);
  EXPECT_THAT(std::string(json[2]["loses"]), HasSubstr("blanks"));
}

TEST(Plan, A_column_whose_values_may_become_NULL_may_be_NULL) {
  const auto nullable = [](std::optional<OnUnrepresentable> policy, const std::string& column) {
    Relation relation = typed_table();
    relation.columns.push_back({.name = "id",
                                .type = {.oid = types::oid::kInt4, .name = "integer"},
                                .not_null = true,
                                .comment = ""});
    relation.column_choices = {chosen(column, {.as = {}, .on_unrepresentable = policy})};
    const Plan made = plan({relation});
    return std::ranges::find(made.tables.at(0).schema.fields, column, &columnar::Field::name)->nullable;
  };
  EXPECT_FALSE(nullable({}, "price"));
  EXPECT_FALSE(nullable(OnUnrepresentable::Clamp, "price"));
  EXPECT_TRUE(nullable(OnUnrepresentable::Null, "price"));
  EXPECT_FALSE(nullable(OnUnrepresentable::Null, "id")) << "every integer fits";
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

TEST(Plan, The_timestamps_of_a_run_are_what_types_says_first) {
  const auto form = [](std::string timestamps, std::string as) {
    RunOptions options{.timestamps = std::move(timestamps)};
    if (!as.empty()) options.types["timestamp"] = {.as = std::move(as), .place = {}};
    const types::MappingRules rules = mapping_rules(options, {});
    const auto found = rules.by_type.find("timestamp");
    return found == rules.by_type.end() ? std::string() : found->second.as;
  };
  EXPECT_EQ(form("micros", ""), "");
  EXPECT_EQ(form("bigint", ""), "bigint");
  EXPECT_EQ(form("bigint", "string"), "string");
  const types::MappingRules rules = mapping_rules({.timestamps = "string"}, {.encoding = "SQL_ASCII"});
  EXPECT_EQ(rules.by_type.at("timestamptz").as, "string");
  EXPECT_TRUE(rules.sql_ascii);
}

TEST(Plan, Choices_that_can_not_be_are_refused_with_their_place) {
  struct Case {
    postgres::ColumnChoice choice;
    ErrorKind kind;
    std::vector<const char*> said;
  };
  const std::vector<Case> cases = {
      {chosen("pricee", {.as = "string"}), ErrorKind::NotFound, {"shop.yaml:7:15", "did you mean price?"}},
      {renamed("Price", "cost"), ErrorKind::NotFound, {"shop.yaml:8:9", "did you mean price?"}},
      {chosen("price", {.as = "bigint"}),
       ErrorKind::InvalidArgument,
       {"shop.yaml:7:15", "decimal(p,s), string"}},
      {chosen("price", {.as = {}, .on_unrepresentable = {}, .trim = true}),
       ErrorKind::InvalidArgument,
       {"shop.yaml:7:15", "trim"}},
  };
  for (const Case& c : cases) {
    Relation relation = typed_table();
    relation.column_choices = {c.choice};
    const Error error = refuse({relation});
    EXPECT_EQ(error.kind(), c.kind) << error;
    for (const char* const text : c.said) EXPECT_THAT(error.message() + error.hint(), HasSubstr(text));
    EXPECT_EQ(error.context("table"), "public.t");
  }
}

TEST(Plan, Columns_and_tables_are_called_what_the_operator_says) {
  Relation relation = table(1, "public", "Orders");
  relation.as = "Sales 2026";
  relation.column_choices = {renamed("note", "remark")};
  const Plan made = plan({relation, table(2, "public", "orders")});
  EXPECT_EQ(made.tables[0].name, "sales_2026") << "by the rule for names, as a query's";
  EXPECT_EQ(made.tables[0].schema.fields[1].name, "remark");
  EXPECT_EQ(made.tables[0].schema.fields[1].source_name, "note");
  EXPECT_EQ(made.tables[1].name, "public.orders");
}

TEST(Plan, A_new_name_can_collide_too) {
  Relation relation = table(1, "public", "t");
  relation.column_choices = {renamed("note", "id")};
  Error error = refuse({relation});
  EXPECT_EQ(error.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(error.message(), HasSubstr("\"id\" and \"note\" would both be named id"));
  EXPECT_THAT(error.hint(), HasSubstr("rename:"));
  relation = table(1, "public", "a");
  relation.as = "x";
  Relation other = table(2, "public", "b");
  other.as = "X";
  error = refuse({relation, other});
  EXPECT_EQ(error.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(error.message(), HasSubstr("public.a and public.b would both be named x"));
  EXPECT_THAT(error.hint(), HasSubstr("as:"));
}

TEST(Plan, Names_that_Glue_does_not_take_are_refused) {
  Relation relation = table(1, "public", "t");
  relation.as = std::string(255, 'x');
  EXPECT_EQ(plan({relation}).tables[0].name.size(), 255U);
  relation.as += 'x';
  EXPECT_THAT(refuse({relation}).message(), HasSubstr("256 characters in the lake, and 255"));
  relation.as.clear();
  relation.column_choices = {renamed("note", std::string(256, 'y'))};
  EXPECT_THAT(refuse({relation}).message(), HasSubstr("column \"note\" would have 256"));
}

TEST(Plan, A_type_whose_text_is_too_long_for_Glue_is_a_warning) {
  Relation relation = table(1, "public", "t");
  types::PgType wide{.kind = types::PgKind::Composite, .name = "wide"};
  // "c100000xx…:int," has 68 bytes.
  for (int i = 0; i < 2000; ++i) {
    wide.attributes.push_back({.name = fmt::format("c{}{:x<56}", 100000 + i, ""),
                               .type = {.oid = types::oid::kInt4, .name = "integer"}});
  }
  relation.columns.push_back({.name = "wide", .type = wide, .comment = ""});
  EXPECT_THAT(plan({relation}).warnings, ElementsAre(HasSubstr("public.t: column wide")));
}

TEST(Plan, What_does_not_fit_is_told_by_what_becomes_of_it) {
  const types::PgType date{.oid = types::oid::kDate, .name = "date"};
  const types::PgType dates{.kind = types::PgKind::Array, .name = "date[]", .element = {date}};
  types::MappingRules rules;
  rules.by_type["date"] = {.as = {}, .on_unrepresentable = OnUnrepresentable::Null, .place = {}};
  const UnfitValues by_type = unfit_values(types::map_type(dates, rules).value());
  EXPECT_THAT(by_type.fail, HasSubstr("dimension"));
  EXPECT_THAT(by_type.become_null, HasSubstr("infinity"));
  EXPECT_EQ(by_type.clamped, "");
  const types::TypeChoice clamp{.as = {}, .on_unrepresentable = OnUnrepresentable::Clamp, .place = {}};
  const UnfitValues by_column = unfit_values(types::map_type(date, rules, clamp).value());
  EXPECT_EQ(by_column.fail + by_column.become_null, "");
  EXPECT_THAT(by_column.clamped, HasSubstr("infinity"));
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
      chosen("price", {.as = "decimal(18,4)", .on_unrepresentable = OnUnrepresentable::Null}),
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
