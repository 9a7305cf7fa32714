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

}  // namespace
}  // namespace pg2athena::types
