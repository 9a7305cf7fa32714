#include "catalog/glue_partitions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/partition_name.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const storage::S3Location kLake{.bucket = "acme-lake", .prefix = "shop"};
const json kDescriptor = {{"Columns", {{{"Name", "id"}, {"Type", "int"}}}}, {"Location", "s3://elsewhere/"}};

TableRecord orders(std::vector<std::string> values) {
  return {.table = "public.orders",
          .run_id = "R2",
          .data = "public.orders/data/R2/",
          .rows = 3,
          .partitioning = TablePartitioning{.column = "c",
                                            .type = "string",
                                            .by = "value",
                                            .source_column = "country",
                                            .values = std::move(values),
                                            .catalog = CatalogPartitions::Registered}};
}

RegisteredPartition partition(const std::string& value, const std::string& folder) {
  return registered_partition(
      {{"Values", {value}},
       {"StorageDescriptor",
        {{"Location", fmt::format("s3://acme-lake/shop/public.orders/data/{}/", folder)}}}});
}

std::vector<json> entries(PartitionOperation operation, const std::vector<PartitionValues>& partitions) {
  std::vector<json> all;
  for (const PartitionValues& values : partitions) {
    all.push_back(partition_entry(operation, orders({}), kLake, kDescriptor, values));
  }
  return all;
}

TEST(GluePartitions, New_ones_are_created_old_ones_moved_and_those_that_are_gone_removed) {
  const std::vector<RegisteredPartition> existing = {partition("a", "R1/c=a"), partition("b", "R2/c=b"),
                                                     partition("z", "R1/c=z")};
  const PartitionChanges changes = partition_changes(orders({"a", "b", "c/d"}), kLake, existing);
  const std::vector<json> create = entries(PartitionOperation::Create, changes.create);
  ASSERT_EQ(create.size(), 1U);
  EXPECT_EQ(create[0]["Values"], json({"c/d"}));
  EXPECT_EQ(create[0]["StorageDescriptor"]["Location"], "s3://acme-lake/shop/public.orders/data/R2/c=c%2Fd/");
  EXPECT_EQ(create[0]["StorageDescriptor"]["Columns"], kDescriptor["Columns"]);
  const std::vector<json> update = entries(PartitionOperation::Update, changes.update);
  ASSERT_EQ(update.size(), 1U);
  EXPECT_EQ(update[0]["PartitionValueList"], json({"a"}));
  EXPECT_EQ(update[0]["PartitionInput"]["Values"], json({"a"}));
  EXPECT_EQ(update[0]["PartitionInput"]["StorageDescriptor"]["Location"],
            "s3://acme-lake/shop/public.orders/data/R2/c=a/");
  EXPECT_THAT(entries(PartitionOperation::Delete, changes.remove), ElementsAre(json{{"Values", {"z"}}}));
}

TEST(GluePartitions, What_is_as_it_should_be_needs_no_change) {
  const std::string null(kDefaultPartition);
  const std::vector<RegisteredPartition> existing = {partition("a", "R2/c=a"),
                                                     partition(null, "R2/c=" + null)};
  EXPECT_TRUE(partition_changes(orders({"a", null}), kLake, existing).empty());
  EXPECT_THAT(partition_differences(orders({"a", null}), kLake, existing), IsEmpty());
}

TEST(GluePartitions, A_table_without_rows_or_that_registers_none_has_none) {
  const std::vector<RegisteredPartition> existing = {partition("a", "R2/c=a")};
  TableRecord empty = orders({std::string(kDefaultPartition)});
  empty.rows = 0;
  EXPECT_EQ(partition_changes(empty, kLake, existing).remove.size(), 1U);
  EXPECT_TRUE(partition_changes(empty, kLake, {}).empty());
  TableRecord projected = orders({"a"});
  projected.partitioning->catalog = CatalogPartitions::Projection;
  EXPECT_EQ(partition_changes(projected, kLake, existing).remove.size(), 1U);
  projected.partitioning.reset();
  EXPECT_EQ(partition_changes(projected, kLake, existing).remove.size(), 1U);
}

TEST(GluePartitions, What_others_left_half_is_replaced_or_removed) {
  const std::vector<RegisteredPartition> existing = {
      registered_partition({{"Values", {"a"}}}), registered_partition(json::object()),
      registered_partition({{"Values", {"a", "b"}}}), registered_partition({{"Values", {1}}})};
  const PartitionChanges changes = partition_changes(orders({"a"}), kLake, existing);
  EXPECT_EQ(changes.update.size(), 1U);
  EXPECT_EQ(changes.remove.size(), 3U);
}

TEST(GluePartitions, Differences_are_counted_by_what_they_are) {
  const std::vector<RegisteredPartition> existing = {partition("a", "R1/c=a"), partition("y", "R1/c=y"),
                                                     partition("z", "R1/c=z")};
  std::vector<std::string> found;
  for (const ShownDifference& each : partition_differences(orders({"a", "b"}), kLake, existing)) {
    found.push_back(each.found);
  }
  EXPECT_THAT(found, ElementsAre("partitions that are not registered: 1",
                                 "partitions that lie in another place than the run's: 1",
                                 "partitions that are registered, and that the run doesn't have: 2"));
}

TEST(GluePartitions, Every_value_can_be_registered_but_for_those_that_Glue_can_t_write) {
  EXPECT_TRUE(
      check_registered(orders({std::string(kDefaultPartition), "a,b", "$0", " a ", "a/b", "\n", "Ö"})));
  for (const std::string value : {"\xEF\xBF\xBE", "a\xEF\xBF\xBF"}) {
    const auto refused = check_registered(orders({"a", value}));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind(), ErrorKind::Unsupported);
    EXPECT_THAT(refused.error().hint(), HasSubstr("default"));
  }
}

TEST(GluePartitions, A_batch_has_no_more_than_its_count_and_no_more_than_its_bytes) {
  const auto sizes = [](const std::vector<json>& entries, std::size_t count) {
    std::vector<std::size_t> found;
    std::size_t next = 0;
    while (next < entries.size()) {
      found.push_back(
          next_batch(next, entries.size(), count, [&](std::size_t i) { return entries[i]; }).size());
    }
    return found;
  };
  EXPECT_THAT(sizes({}, 100), IsEmpty());
  EXPECT_THAT(sizes(std::vector<json>(100, "a"), 100), ElementsAre(100U));
  EXPECT_THAT(sizes(std::vector<json>(51, "a"), 25), ElementsAre(25U, 25U, 1U));
  EXPECT_THAT(sizes(std::vector<json>(3, std::string(600'000, 'a')), 100), ElementsAre(1U, 1U, 1U));
  EXPECT_THAT(sizes(std::vector<json>(2, std::string(2'000'000, 'a')), 100), ElementsAre(1U, 1U));
}

}  // namespace
}  // namespace pg2athena::catalog
