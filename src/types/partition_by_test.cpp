#include "types/partition_by.h"

#include <gtest/gtest.h>

#include "types/types_for_tests.h"

namespace pg2athena::types {
namespace {

std::string type_of(PartitionBy by, const PgType& type, const TypeChoice& choice = {}) {
  const auto mapping = map_type(type, {}, choice);
  if (!mapping) return std::string(mapping.error().message());
  return partition_type(by, *mapping).value_or("none");
}

const TypeChoice kAsString{.as = "string", .on_unrepresentable = {}, .trim = {}, .place = {}};

TEST(PartitionBy, Names_are_read_as_they_are_written) {
  for (const std::string_view name : partition_by_names()) {
    EXPECT_EQ(to_string(partition_by_named(name).value()), name);
  }
  EXPECT_EQ(partition_by_named("hour"), std::nullopt);
  EXPECT_EQ(partition_by_named("Day"), std::nullopt);
}

TEST(PartitionBy, Days_months_and_years_are_of_dates_and_timestamps_in_every_form) {
  const TypeChoice bigint{.as = "bigint", .on_unrepresentable = {}, .trim = {}, .place = {}};
  for (const Oid id : {oid::kDate, oid::kTimestamp, oid::kTimestamptz}) {
    const PgType type{.oid = id, .name = "a time"};
    EXPECT_EQ(type_of(PartitionBy::Day, type), "date");
    EXPECT_EQ(type_of(PartitionBy::Month, type), "string");
    EXPECT_EQ(type_of(PartitionBy::Year, type), "int");
    EXPECT_EQ(type_of(PartitionBy::Day, type, kAsString), "date");
    if (id == oid::kDate) continue;
    EXPECT_EQ(type_of(PartitionBy::Year, type, bigint), "int");
  }
  for (const Oid id : {oid::kText, oid::kInt8, oid::kTime, oid::kTimetz, oid::kInterval}) {
    EXPECT_EQ(type_of(PartitionBy::Day, {.oid = id, .name = "another"}), "none") << id;
  }
  const PgType days{
      .oid = 1182, .kind = PgKind::Array, .name = "date[]", .element = {{.oid = oid::kDate, .name = "date"}}};
  EXPECT_EQ(type_of(PartitionBy::Day, days), "none");
}

TEST(PartitionBy, Values_are_of_types_with_few_of_them) {
  const struct {
    Oid id;
    std::string_view type;
  } cases[] = {{oid::kBool, "string"},      {oid::kInt2, "int"},      {oid::kInt4, "int"},
               {oid::kInt8, "bigint"},      {oid::kOid, "bigint"},    {oid::kText, "string"},
               {oid::kVarchar, "string"},   {oid::kBpchar, "string"}, {oid::kUuid, "string"},
               {oid::kDate, "date"},        {oid::kNumeric, "none"},  {oid::kFloat8, "none"},
               {oid::kTimestamptz, "none"}, {oid::kJsonb, "none"},    {oid::kBytea, "none"},
               {oid::kTime, "none"}};
  for (const auto& [id, type] : cases) {
    EXPECT_EQ(type_of(PartitionBy::Value, {.oid = id, .name = "a type"}), type) << id;
  }
  EXPECT_EQ(type_of(PartitionBy::Value, {.oid = 99999, .kind = PgKind::Enum, .name = "mood"}), "string");
  EXPECT_EQ(type_of(PartitionBy::Value, {.oid = oid::kInt4, .name = "integer"}, kAsString), "string");
  EXPECT_EQ(type_of(PartitionBy::Value, {.oid = oid::kDate, .name = "date"}, kAsString), "string");
}

TEST(PartitionBy, A_value_is_one_of_its_type_spelled_as_its_folder_is) {
  const struct {
    PartitionBy by;
    const char* type;
    std::vector<std::string_view> right;
    std::vector<std::string_view> wrong;
  } cases[] = {
      {PartitionBy::Day,
       "date",
       {"1970-01-01", "0001-01-01", "9999-12-31"},
       {"", "1970-1-1", "1970-02-30", "0000-12-31", "+010000-01-01", "unknown", "1970-01-01 "}},
      {PartitionBy::Value, "date", {"2024-02-29"}, {"2023-02-29"}},
      {PartitionBy::Month,
       "string",
       {"1970-01", "9999-12"},
       {"1970-13", "1970-01-01", "1970", "unknown", "0000-01"}},
      {PartitionBy::Year,
       "int",
       {"1970", "0", "-1", "2147483647"},
       {"", "01", "+1", "-0", "2147483648", "1.0", "x"}},
      {PartitionBy::Value, "bigint", {"2147483648", "-9223372036854775808"}, {"9223372036854775808", "0x1"}},
      {PartitionBy::Value, "string", {"unknown", " ", "1"}, {}}};
  for (const auto& [by, type, right, wrong] : cases) {
    for (const std::string_view text : right) EXPECT_TRUE(is_partition_value(by, type, text)) << text;
    for (const std::string_view text : wrong) EXPECT_FALSE(is_partition_value(by, type, text)) << text;
  }
}

}  // namespace
}  // namespace pg2athena::types
