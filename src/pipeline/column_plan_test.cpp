#include "pipeline/column_plan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pipeline/relations_for_tests.h"

namespace pg2athena::pipeline {
namespace {

using postgres::Relation;
using postgres::RelationKind;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ColumnPlan, NOT_NULL_counts_only_where_the_server_enforces_it_for_every_row) {
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

TEST(ColumnPlan, Names_that_become_one_are_refused_naming_both) {
  const Error tables = refuse({table(1, "public", "Orders"), table(2, "public", "orders")});
  EXPECT_EQ(tables.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(tables.message(), HasSubstr("public.\"Orders\" and public.orders"));
  Relation relation = table(1, "public", "t");
  relation.columns = {column("a b"), column("a_b")};
  const Error columns = refuse({relation});
  EXPECT_EQ(columns.kind(), ErrorKind::NameCollision);
  EXPECT_THAT(columns.message(), HasSubstr("\"a b\" and \"a_b\""));
}

using types::OnUnrepresentable;

TEST(ColumnPlan, What_is_said_of_a_column_wins_over_what_is_said_of_its_type) {
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

TEST(ColumnPlan, A_column_whose_values_may_become_NULL_may_be_NULL) {
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

TEST(ColumnPlan, The_timestamps_of_a_run_are_what_types_says_first) {
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

TEST(ColumnPlan, Choices_that_can_not_be_are_refused_with_their_place) {
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

TEST(ColumnPlan, Columns_and_tables_are_called_what_the_operator_says) {
  Relation relation = table(1, "public", "Orders");
  relation.as = "Sales 2026";
  relation.column_choices = {renamed("note", "remark")};
  const Plan made = plan({relation, table(2, "public", "orders")});
  EXPECT_EQ(made.tables[0].name, "sales_2026") << "by the rule for names, as a query's";
  EXPECT_EQ(made.tables[0].schema.fields[1].name, "remark");
  EXPECT_EQ(made.tables[0].schema.fields[1].source_name, "note");
  EXPECT_EQ(made.tables[1].name, "public.orders");
}

TEST(ColumnPlan, A_new_name_can_collide_too) {
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

TEST(ColumnPlan, Two_columns_of_a_query_with_one_name_are_told_apart_in_its_SQL) {
  const types::PgType type{.oid = types::oid::kInt8, .name = "bigint"};
  const auto made =
      make_plan({.queries = {{.name = "q",
                              .sql = "SELECT a.id, b.id FROM a, b",
                              .columns = {{.name = "id", .type = type}, {.name = "id", .type = type}}}}},
                {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::NameCollision);
  EXPECT_THAT(made.error().message(), HasSubstr("two of its columns are named \"id\""));
  EXPECT_THAT(made.error().hint(), HasSubstr("in the SQL: … AS \"id_2\""));
}

TEST(ColumnPlan, Names_that_Glue_does_not_take_are_refused) {
  Relation relation = table(1, "public", "t");
  relation.as = std::string(255, 'x');
  EXPECT_EQ(plan({relation}).tables[0].name.size(), 255U);
  relation.as += 'x';
  EXPECT_THAT(refuse({relation}).message(), HasSubstr("256 characters in the lake, and 255"));
  relation.as.clear();
  relation.column_choices = {renamed("note", std::string(256, 'y'))};
  EXPECT_THAT(refuse({relation}).message(), HasSubstr("column \"note\" would have 256"));
}

TEST(ColumnPlan, A_type_whose_text_is_too_long_for_Glue_is_a_warning) {
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

TEST(ColumnPlan, What_does_not_fit_is_told_by_what_becomes_of_it) {
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

}  // namespace
}  // namespace pg2athena::pipeline
