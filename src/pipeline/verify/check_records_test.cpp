// Records against each other and against a listing, each broken in one way.
#include "pipeline/verify/check_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/object_keys.h"

namespace pg2athena::pipeline {
namespace {

using catalog::Decision;
using catalog::FileReceipt;
using catalog::Receipt;
using catalog::TableRecord;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTable = "public.events";
constexpr const char* kRun = "20260131T030000.125Z-9f86d081884c7d65";

std::string key_of(const std::string& partition, int shard) {
  return catalog::data_key(kTable, kRun, partition, shard, 0, 0);
}

// Two shards of a table by day; the second has a row without a day.
class CheckRecords : public testing::Test {
 protected:
  CheckRecords() {
    receipts_.receipts = {receipt(0, "day=2026-01-31/", "2026-01-31"),
                          receipt(1, "day=__HIVE_DEFAULT_PARTITION__/", "__HIVE_DEFAULT_PARTITION__")};
    facts_ = {.run_id = kRun, .decision = Decision{.run_id = kRun, .tables = {{.record = record_}}}};
  }

  static Receipt receipt(int shard, const std::string& folder, const std::string& partition) {
    return {.run_id = kRun,
            .table = kTable,
            .shard = shard,
            .rows = 2,
            .bytes = 10,
            .files = {{.key = key_of(folder, shard), .rows = 2, .bytes = 10, .partition = partition}}};
  }

  static std::vector<std::string> texts(const std::vector<Difference>& differences) {
    std::vector<std::string> all;
    for (const Difference& difference : differences) {
      EXPECT_EQ(difference.table, kTable);
      all.push_back(std::string(to_string(difference.kind)) + ": " + difference_text(difference));
    }
    return all;
  }
  std::vector<std::string> decision() { return texts(check_decision(record_, facts_)); }
  std::vector<std::string> sums() { return texts(check_sums(record_, facts_, receipts_)); }
  std::vector<std::string> first_receipt() { return texts(check_receipt(record_, 0, receipts_.receipts[0])); }
  FileReceipt& first_file() { return receipts_.receipts[0].files[0]; }

  TableRecord record_{
      .table = kTable,
      .run_id = kRun,
      .previous_run_id = "",
      .data = catalog::data_prefix(kTable, kRun),
      .rows = 4,
      .bytes = 20,
      .files = 2,
      .columns = {{.name = "at", .type = "timestamp", .comment = ""}},
      .partitioning = catalog::TablePartitioning{.column = "day",
                                                 .type = "date",
                                                 .by = "day",
                                                 .source_column = "at",
                                                 .values = {"2026-01-31", "__HIVE_DEFAULT_PARTITION__"}}};
  TableReceipts receipts_;
  RunFacts facts_;
};

TEST_F(CheckRecords, As_a_run_wrote_them_they_agree) {
  EXPECT_THAT(decision(), IsEmpty());
  EXPECT_THAT(sums(), IsEmpty());
  EXPECT_THAT(first_receipt(), IsEmpty());
}

TEST_F(CheckRecords, A_decision_that_is_none_for_the_table_is_said) {
  facts_.decision->verdict = Decision::Verdict::Abandon;
  EXPECT_THAT(decision(), ElementsAre(HasSubstr("abandons")));
  facts_.decision = Decision{.run_id = kRun};
  EXPECT_THAT(decision(), ElementsAre(HasSubstr("doesn't have the table")));
  facts_.decision.reset();
  facts_.commit_problem = "it isn't there";
  EXPECT_THAT(decision(), ElementsAre(testing::AllOf(HasSubstr("commit.json"), HasSubstr("isn't there"))));
}

TEST_F(CheckRecords, A_record_that_was_edited_differs_from_the_decision) {
  record_.columns[0].type = "string";
  record_.previous_run_id = "x";
  record_.partitioning->by = "month";
  record_.catalog = "glue::eu-central-1:shop";
  EXPECT_THAT(decision(), ElementsAre(HasSubstr("previous run"), HasSubstr("catalog glue"),
                                      HasSubstr("by month"), HasSubstr("columns")));
  EXPECT_THAT(sums(), IsEmpty());
}

TEST_F(CheckRecords, Rows_bytes_files_and_partitions_are_those_of_the_receipts) {
  record_.rows = 5;
  record_.bytes = 21;
  record_.files = 3;
  record_.partitioning->values.pop_back();
  EXPECT_THAT(sums(), ElementsAre(HasSubstr("rows 5 instead of 4"), HasSubstr("bytes 21 instead of 20"),
                                  HasSubstr("files 3 instead of 2"), HasSubstr("partitions")));
  record_.rows = 4;
  receipts_.broken = {7};
  EXPECT_THAT(sums(), IsEmpty()) << "without one of the receipts nothing is known of sums";
}

TEST_F(CheckRecords, The_decisions_sums_are_compared_too) {
  facts_.decision->tables[0].record.rows = 5;
  EXPECT_THAT(sums(), ElementsAre(testing::StartsWith("commit: ")));
}

TEST_F(CheckRecords, A_receipt_is_of_its_run_table_and_shard_and_its_sums_are_its_files) {
  Receipt& receipt = receipts_.receipts[0];
  receipt.rows = 3;
  receipt.bytes = 9;
  EXPECT_THAT(first_receipt(),
              ElementsAre(HasSubstr("rows 3 instead of 2"), HasSubstr("bytes 9 instead of 10")));
  receipt = receipts_.receipts[1];
  EXPECT_THAT(first_receipt(), ElementsAre(HasSubstr("shard 1 instead of 0")));
  EXPECT_FALSE(is_of_shard(record_, 0, receipt));
}

TEST_F(CheckRecords, A_file_outside_of_its_folder_is_said) {
  first_file().key = key_of("day=2026-02-01/", 0);
  EXPECT_THAT(first_receipt(), ElementsAre(testing::StartsWith("partition: ")));
  first_file().key = key_of("", 0);
  EXPECT_THAT(first_receipt(), ElementsAre(testing::StartsWith("partition: ")));
  first_file().partition.reset();
  EXPECT_THAT(first_receipt(), ElementsAre(testing::StartsWith("partition: ")));
  for (const std::string& key :
       {std::string("public.events/data/other/0-0-0.parquet"), record_.data + "../x", record_.data}) {
    first_file().key = key;
    EXPECT_THAT(first_receipt(), ElementsAre(HasSubstr("outside of the run's folder")));
  }
}

TEST_F(CheckRecords, A_file_of_a_table_without_partitions_lies_in_no_folder) {
  record_.partitioning.reset();
  receipts_.receipts[0] = receipt(0, "", "");
  first_file().partition.reset();
  EXPECT_THAT(first_receipt(), IsEmpty());
  first_file().key = key_of("day=2026-02-01/", 0);
  EXPECT_THAT(first_receipt(), ElementsAre(testing::StartsWith("partition: ")));
}

TEST_F(CheckRecords, Objects_that_no_receipt_knows_are_said) {
  std::vector<storage::ObjectInfo> objects;
  for (const Receipt& each : receipts_.receipts) objects.push_back({.key = each.files[0].key, .size = 10});
  EXPECT_THAT(check_objects(record_, receipts_, objects), IsEmpty());
  objects.push_back({.key = record_.data + "notes.txt", .size = 3});
  objects.push_back({.key = key_of("", 7), .size = 3});
  EXPECT_THAT(texts(check_objects(record_, receipts_, objects)),
              ElementsAre(HasSubstr("notes.txt"), HasSubstr("7-0-0.parquet")));
  receipts_.broken = {7};
  EXPECT_THAT(texts(check_objects(record_, receipts_, objects)), ElementsAre(HasSubstr("notes.txt")))
      << "the receipt of shard 7 may have known its file";
}

TEST_F(CheckRecords, A_file_of_two_receipts_is_said) {
  receipts_.receipts[1].files = receipts_.receipts[0].files;
  EXPECT_THAT(texts(check_objects(record_, receipts_, {})), ElementsAre(HasSubstr("which another has too")));
}

TEST_F(CheckRecords, What_readers_count_is_compared_with_the_receipts) {
  record_.columns.push_back({.name = "tags", .type = "array<string>", .comment = ""});
  for (Receipt& each : receipts_.receipts) {
    each.files[0].columns = {{.path = "at", .values = 2, .nulls = 0},
                             {.path = "tags.list.element", .values = 7, .nulls = 0}};
  }
  const ReceiptCounts expected = counts_of(record_, receipts_);
  EXPECT_EQ(expected.rows, 4U);
  EXPECT_THAT(expected.columns, ElementsAre("at")) << "of a nested column the receipts count what is in it";
  EXPECT_THAT(expected.values, ElementsAre(4U));
  EXPECT_THAT(check_reader_counts(record_, expected, {.rows = 4, .values = {4}}), IsEmpty());
  EXPECT_THAT(
      texts(check_reader_counts(record_, expected, {.rows = 2, .values = {1}})),
      ElementsAre(HasSubstr("2 rows instead of 4"), HasSubstr("column at: is read otherwise by Athena: 1")));
  EXPECT_THAT(texts(check_reader_counts(record_, expected, {.refusal = "HIVE_BAD_DATA"})),
              ElementsAre(HasSubstr("HIVE_BAD_DATA")));
}

}  // namespace
}  // namespace pg2athena::pipeline
