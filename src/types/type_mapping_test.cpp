// What types become by default, and by choice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "types/types_for_tests.h"

namespace pg2athena::types {
namespace {

using columnar::hive_name;
using testing::AllOf;
using testing::HasSubstr;

TypeChoice as(std::string_view form) {
  return {.as = std::string(form), .place = "shop.yaml:7:15"};
}

TypeChoice on(OnUnrepresentable policy) {
  return {.on_unrepresentable = policy};
}

std::string hive(const PgType& type, const TypeChoice& choice = {}, const MappingRules& rules = {}) {
  const auto mapping = map_type(type, rules, choice);
  return mapping ? hive_name(mapping->column) : "error: " + mapping.error().message();
}

WireForm wire(const PgType& type, const TypeChoice& choice = {}) {
  return map_type(type, {}, choice).value().wire;
}

const PgType kInt4{.oid = oid::kInt4, .name = "integer"};
const PgType kText{.oid = oid::kText, .name = "text"};
const PgType kDate{.oid = oid::kDate, .name = "date"};
const PgType kTime{.oid = oid::kTime, .name = "time without time zone"};
const PgType kTimestamp{.oid = oid::kTimestamp, .name = "timestamp without time zone"};
const PgType kNumeric{.oid = oid::kNumeric, .name = "numeric"};
const PgType kInet{.oid = 869, .name = "inet"};
const PgType kBpchar{.oid = oid::kBpchar, .typmod = 9, .name = "character(5)"};

TEST(TypeMapping, Containers_have_the_types_of_what_they_contain) {
  EXPECT_EQ(hive(array_of(array_of(kInt4))), "array<array<int>>");
  EXPECT_EQ(hive(composite("point", {{"X", kInt4}, {"label", kText}})), "struct<x:int,label:string>");
  EXPECT_EQ(hive(range_of(kDate)),
            "struct<lower:date,upper:date,lower_inc:boolean,upper_inc:boolean,empty:boolean>");
  EXPECT_EQ(hive(multirange_of(range_of(kInt4))),
            "array<struct<lower:int,upper:int,lower_inc:boolean,upper_inc:boolean,empty:boolean>>");
  EXPECT_EQ(hive(member_of("hstore", "hstore")), "map<string,string>");
  EXPECT_EQ(hive(member_of("vector", "vector")), "array<float>");
  EXPECT_EQ(hive(member_of("postgis", "geometry")), "binary");
}

TEST(TypeMapping, A_type_is_an_extensions_only_when_it_belongs_to_it) {
  EXPECT_EQ(hive(member_of("", "hstore")), "string");
  EXPECT_EQ(hive(member_of("mine", "geometry")), "string");
}

TEST(TypeMapping, A_value_travels_as_text_when_a_part_of_it_has_no_binary_form_and_keeps_its_columns) {
  const PgType host = composite("host", {{"id", kInt4}, {"address", kInet}, {"ids", array_of(kInt4)}});
  EXPECT_EQ(hive(host), "struct<id:int,address:string,ids:array<int>>");
  EXPECT_EQ(wire(host), WireForm::OutputText);
  EXPECT_EQ(wire(composite("pair", {{"a", kInt4}, {"b", kText}})), WireForm::Binary);
  // What can't be read out of text is text.
  const PgType money{.oid = oid::kMoney, .name = "money"};
  EXPECT_EQ(hive(composite("p", {{"price", money}})), "struct<price:decimal(19,2)>");
  EXPECT_EQ(hive(composite("p", {{"price", money}, {"from", kInet}})), "struct<price:string,from:string>");
}

TEST(TypeMapping, Every_row_can_be_had_as_text) {
  for (const TypeRow& row : type_table()) {
    EXPECT_NE(std::ranges::find(row.forms, std::string_view("string"), &TypeForm::name), row.forms.end())
        << row.name;
  }
  EXPECT_EQ(hive(array_of(kInt4), as("string")), "string");
  EXPECT_EQ(wire(array_of(kInt4), as("string")), WireForm::OutputText);
}

TEST(TypeMapping, A_form_is_chosen_by_its_name) {
  EXPECT_EQ(hive(kTime), "string");
  EXPECT_EQ(hive(kTime, as("micros")), "bigint");
  EXPECT_EQ(hive(kTimestamp, as("bigint")), "bigint");
  EXPECT_EQ(hive(kTimestamp, as("string")), "string");
  EXPECT_EQ(hive({.oid = oid::kInterval, .name = "interval"}, as("struct")),
            "struct<months:int,days:int,micros:bigint>");
  EXPECT_EQ(hive(kNumeric, as("decimal(18,4)")), "decimal(18,4)");
  EXPECT_EQ(hive(kNumeric, as("decimal(18)")), "decimal(18,0)");
}

TEST(TypeMapping, A_chosen_form_is_for_what_an_array_or_a_range_is_made_of) {
  EXPECT_EQ(hive(array_of(kNumeric), as("decimal(18,4)")), "array<decimal(18,4)>");
  EXPECT_EQ(hive(multirange_of(range_of(kTimestamp)), as("bigint")),
            "array<struct<lower:bigint,upper:bigint,lower_inc:boolean,upper_inc:boolean,empty:boolean>>");
}

TEST(TypeMapping, What_a_type_cannot_be_is_refused_with_the_place_and_what_it_can_be) {
  for (const auto& [type, form, can_be] :
       {std::tuple{kInt4, "decimal(5,2)", "string"}, std::tuple{kTimestamp, "millis", "millis_floor"},
        std::tuple{kNumeric, "decimal", "decimal(p,s), string"},
        std::tuple{kNumeric, "decimal(39,0)", "1 to 38"}, std::tuple{kNumeric, "decimal(5,6)", "1 to 38"},
        std::tuple{kNumeric, "decimal(a,b)", "decimal(p,s)"}, std::tuple{kNumeric, "decimal(-1)", "1 to 38"},
        std::tuple{kDate, "decimal", "date, string"},
        std::tuple{composite("c", {{"n", kNumeric}}), "decimal(5,2)", "string"}}) {
    const auto mapping = map_type(type, {}, as(form));
    ASSERT_FALSE(mapping) << form;
    EXPECT_EQ(mapping.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(mapping.error().message(), AllOf(HasSubstr("shop.yaml:7:15: "), HasSubstr(form)));
    EXPECT_THAT(mapping.error().hint(), HasSubstr(can_be)) << form;
  }
}

TEST(TypeMapping, A_rule_for_a_type_holds_inside_of_others_and_a_columns_choice_goes_before_it) {
  const MappingRules rules{
      .by_type = {{"numeric", {.as = "decimal(20,3)"}}, {"timestamp", {.as = "bigint"}}}};
  EXPECT_EQ(hive(composite("c", {{"n", kNumeric}, {"t", array_of(kTimestamp)}}), {}, rules),
            "struct<n:decimal(20,3),t:array<bigint>>");
  EXPECT_EQ(hive(kNumeric, as("decimal(5,1)"), rules), "decimal(5,1)");
  EXPECT_EQ(hive(kNumeric, as("string"), rules), "string");
}

TEST(TypeMapping, The_policy_string_makes_text_of_columns_that_can_fail_and_of_no_others) {
  EXPECT_EQ(hive(kDate, on(OnUnrepresentable::String)), "string");
  EXPECT_EQ(hive(kInt4, on(OnUnrepresentable::String)), "int");
  EXPECT_EQ(hive(array_of(kInt4), on(OnUnrepresentable::String)), "string");
  EXPECT_EQ(hive(composite("c", {{"d", kDate}, {"i", kInt4}}), on(OnUnrepresentable::String)),
            "struct<d:string,i:int>");
  const MappingRules rules{.by_type = {{"date", on(OnUnrepresentable::String)}}};
  EXPECT_EQ(hive(array_of(kDate), {}, rules), "array<string>");
}

TEST(TypeMapping, Says_what_a_column_can_fail_on_what_it_loses_and_what_Athena_makes_of_it) {
  const TypeMapping opted = map_type(kNumeric, {}, as("decimal(18,4)")).value();
  EXPECT_EQ(opted.can_fail_on, "NaN, ±infinity, more than 14 digits before the point or 4 behind it");
  const PgType price{.oid = oid::kNumeric, .typmod = ((12 << 16) | 2) + 4, .name = "numeric(12,2)"};
  EXPECT_EQ(map_type(price).value().can_fail_on, "NaN");
  EXPECT_EQ(map_type(price, {}, as("decimal(18,4)")).value().can_fail_on, "NaN");
  EXPECT_EQ(map_type(price, {}, as("decimal(11,1)")).value().can_fail_on,
            "NaN, more than 1 digits behind the point");
  EXPECT_EQ(map_type(price, {}, as("decimal(11,2)")).value().can_fail_on,
            "NaN, more than 9 digits before the point");
  EXPECT_EQ(map_type(array_of(kDate)).value().can_fail_on,
            "more than one dimension, a first subscript other than 1, ±infinity");
  EXPECT_EQ(map_type(kTimestamp, {}, as("millis_floor")).value().loses, "what is finer than milliseconds");
  EXPECT_THAT(map_type(kTimestamp).value().athena, HasSubstr("milliseconds"));
  const PgType seconds{.oid = oid::kTimestamp, .typmod = 0, .name = "timestamp(0) without time zone"};
  EXPECT_EQ(map_type(seconds).value().athena, "");
  EXPECT_EQ(map_type(kText).value().can_fail_on, "");
  EXPECT_THAT(map_type(kText, {.sql_ascii = true}).value().can_fail_on, HasSubstr("UTF-8"));
}

TEST(TypeMapping, Only_char_has_blanks_to_trim) {
  EXPECT_TRUE(map_type(kBpchar, {}, {.trim = true}).value().trim);
  EXPECT_FALSE(map_type(kBpchar).value().trim);
  EXPECT_TRUE(map_type(array_of(kBpchar), {}, {.trim = true}).value().parts[0].trim);
  EXPECT_TRUE(map_type(kBpchar, {.by_type = {{"char", {.trim = true}}}}).value().trim);
  EXPECT_FALSE(map_type(kBpchar, {.by_type = {{"char", {.trim = true}}}}, {.trim = false}).value().trim);
  EXPECT_FALSE(map_type(kText, {}, {.trim = true}));
}

TEST(TypeMapping, Attributes_whose_names_become_one_and_types_without_attributes_are_refused) {
  const auto collision = map_type(composite("c", {{"Größe", kInt4}, {"gr__e", kInt4}}));
  ASSERT_FALSE(collision);
  EXPECT_EQ(collision.error().kind(), ErrorKind::NameCollision);
  EXPECT_THAT(collision.error().message(), AllOf(HasSubstr("Größe"), HasSubstr("gr__e")));
  EXPECT_EQ(map_type(composite("c", {})).error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(hive(composite("c", {}), as("string")), "string");
}

TEST(TypeMapping, The_scale_of_money_is_the_servers) {
  const PgType money{.oid = oid::kMoney, .name = "money"};
  EXPECT_EQ(hive(money), "decimal(19,2)");
  EXPECT_EQ(hive(money, {}, {.money_digits = 0}), "decimal(19,0)");
}

TEST(TypeMapping, Rows_are_found_by_their_names_and_by_PostgreSQLs_longer_ones) {
  ASSERT_NE(row_named("timestamptz"), nullptr);
  EXPECT_EQ(row_named("timestamp with time zone"), row_named("timestamptz"));
  EXPECT_EQ(row_named("character varying"), row_named("varchar"));
  EXPECT_EQ(row_named("nothing"), nullptr);
}

}  // namespace
}  // namespace pg2athena::types
