#include "pipeline/shard_output.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "columnar/append.h"
#include "storage/memory_store.h"

namespace pg2athena::pipeline {
namespace {

using testing::HasSubstr;
using types::PartitionBy;
using Written = ShardOutput::Written;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

class ShardOutputTest : public testing::Test {
 protected:
  ShardOutputTest() {
    const types::PgType integer{.oid = types::oid::kInt4, .name = "integer"};
    const types::PgType text{.oid = types::oid::kText, .name = "text"};
    table_ = {.name = "public.t", .source = "public.t", .kind = "table"};
    for (const types::PgType& type : {integer, text}) {
      types::TypeMapping mapping = types::map_type(type).value();
      table_.schema.fields.push_back({.name = type.name, .type = mapping.column});
      table_.columns.push_back({.source_name = type.name, .type = type, .mapping = std::move(mapping)});
    }
    table_.partitioning =
        PlannedPartitioning{.by = PartitionBy::Value, .column = 0, .name = "k", .type = "int"};
    plan_.file_bytes = 256 * kMiB;
    plan_.most_partitions = 1000;
    plan_.memory = {.row_group_bytes = 32 * kMiB, .row_bytes = kMiB, .open_files = 2};
    state_.writer_options.memory_bytes = 24 * kMiB;
  }

  ShardOutput output(bool in_order = false, int attempt = 0) {
    return ShardOutput({.plan = plan_,
                        .table = table_,
                        .run_id = run_,
                        .store = store_,
                        .stop = stop_,
                        .state = state_,
                        .blocks = blocks_,
                        .progress = progress_},
                       3, attempt, in_order);
  }
  columnar::Batch batch(const std::vector<std::optional<int>>& keys, std::string_view text = "x") {
    columnar::Batch batch(table_.schema);
    for (const auto& key : keys) EXPECT_TRUE(columnar::append_row(batch, key, text).has_value());
    return batch;
  }
  // Each file's name below the run's folder, and its rows.
  std::vector<std::pair<std::string, std::uint64_t>> closed(ShardOutput& output) {
    std::vector<std::pair<std::string, std::uint64_t>> files;
    const auto receipts = output.close();
    EXPECT_TRUE(receipts.has_value());
    for (const catalog::FileReceipt& file : *receipts) {
      files.emplace_back(file.key.substr(std::string_view("public.t/data/R/").size()), file.rows);
    }
    return files;
  }
  using Files = std::vector<std::pair<std::string, std::uint64_t>>;

  Plan plan_;
  PlannedTable table_;
  const std::string run_ = "R";
  storage::MemoryStore store_;
  Cancellation stop_;
  TableState state_;
  parquet::BlockPool blocks_;
  const SystemClock clock_;
  observe::TableProgress progress_{{.name = "public.t", .shards = 1}, clock_};
};

TEST_F(ShardOutputTest, A_table_without_partitions_has_one_file_after_the_other) {
  table_.partitioning.reset();
  plan_.file_bytes = 1;
  ShardOutput out = output();
  EXPECT_EQ(out.write(batch({1, 2})), Written::All);
  EXPECT_EQ(out.write(batch({3})), Written::All);
  EXPECT_EQ(closed(out), (Files{{"3-0-0.parquet", 2}, {"3-0-1.parquet", 1}}));
}

TEST_F(ShardOutputTest, Open_partitions_are_written_side_by_side_and_NULL_has_its_own) {
  ShardOutput out = output();
  EXPECT_EQ(out.write(batch({1, {}, 1, {}, {}})), Written::All);
  EXPECT_EQ(out.write(batch({{}, 1})), Written::All);
  EXPECT_EQ(closed(out),
            (Files{{"k=1/3-0-0.parquet", 3}, {"k=__HIVE_DEFAULT_PARTITION__/3-0-0.parquet", 4}}));
  EXPECT_EQ(progress_.snapshot().files, 2U);
  EXPECT_EQ(progress_.snapshot().bytes_written, out.bytes_written());
}

TEST_F(ShardOutputTest, Partitions_that_come_one_after_the_other_need_no_order) {
  ShardOutput out = output();
  for (int key = 0; key < 50; ++key) EXPECT_EQ(out.write(batch({key, key + 1})), Written::All) << key;
  const Files files = closed(out);
  EXPECT_EQ(files.size(), 51U);
  std::set<std::string> names;
  for (const auto& [name, rows] : files) names.insert(name);
  EXPECT_EQ(names.size(), 51U);
}

TEST_F(ShardOutputTest, The_file_that_was_written_to_the_longest_time_ago_makes_room) {
  ShardOutput out = output();
  EXPECT_EQ(out.write(batch({1})), Written::All);
  EXPECT_EQ(out.write(batch({2})), Written::All);
  EXPECT_EQ(out.write(batch({1})), Written::All);
  EXPECT_EQ(out.write(batch({3})), Written::All) << "2 is closed";
  EXPECT_EQ(out.write(batch({1})), Written::All);
  EXPECT_EQ(out.write(batch({2})), Written::NeedsOrder);
}

TEST_F(ShardOutputTest, In_order_one_file_is_open_and_nothing_is_refused) {
  ShardOutput out = output(true, 1);
  EXPECT_EQ(out.write(batch({1, 1, 2})), Written::All);
  EXPECT_EQ(out.write(batch({2, 3})), Written::All);
  // Not in order after all: a file more.
  EXPECT_EQ(out.write(batch({1})), Written::All);
  EXPECT_EQ(closed(out), (Files{{"k=1/3-1-0.parquet", 2},
                                {"k=2/3-1-0.parquet", 2},
                                {"k=3/3-1-0.parquet", 1},
                                {"k=1/3-1-1.parquet", 1}}));
}

TEST_F(ShardOutputTest, Where_NULLs_are_apart_in_the_order_their_file_stays_open) {
  table_.partitioning->column = 1;  // the text: empty ones come first, NULL last
  ShardOutput out = output(true);
  for (const std::string_view text : {"", "a", "b", "", "c"}) {
    EXPECT_EQ(out.write(batch({1}, text)), Written::All);
  }
  EXPECT_EQ(closed(out), (Files{{"k=a/3-0-0.parquet", 1},
                                {"k=b/3-0-0.parquet", 1},
                                {"k=__HIVE_DEFAULT_PARTITION__/3-0-0.parquet", 2},
                                {"k=c/3-0-0.parquet", 1}}));
}

// The default's rows come where its own value is sorted to, and with NULL at the end.
TEST_F(ShardOutputTest, The_default_is_one_file_in_the_order_of_the_values_too) {
  table_.partitioning->default_value = "2";
  ShardOutput unordered = output();
  EXPECT_EQ(unordered.write(batch({1, 2, 3, {}})), Written::All);
  EXPECT_EQ(unordered.write(batch({1})), Written::NeedsOrder);
  ShardOutput out = output(true, 1);
  EXPECT_EQ(out.write(batch({1, 2, 2})), Written::All);
  EXPECT_EQ(out.write(batch({2, 3, 4})), Written::All);
  EXPECT_EQ(out.write(batch({{}, {}})), Written::All);
  EXPECT_EQ(closed(out), (Files{{"k=1/3-1-0.parquet", 1},
                                {"k=3/3-1-0.parquet", 1},
                                {"k=2/3-1-0.parquet", 5},
                                {"k=4/3-1-0.parquet", 1}}));
}

TEST_F(ShardOutputTest, A_default_is_one_partition_however_many_values_are_in_it) {
  table_.partitioning->column = 1;
  table_.partitioning->default_value = "none";
  plan_.most_partitions = 2;
  state_.check_partition = [](const std::string& value) -> Result<void> {
    if (value == "a" || value == "none") return {};
    return fail(ErrorKind::Unsupported, "no");
  };
  ShardOutput out = output();
  for (const std::string_view text : {"a", "b", "c", "", "d"}) {
    ASSERT_EQ(out.write(batch({1}, text)), Written::All);
  }
  EXPECT_EQ(closed(out), (Files{{"k=a/3-0-0.parquet", 1}, {"k=none/3-0-0.parquet", 4}}));
}

TEST_F(ShardOutputTest, A_file_that_was_closed_for_its_size_may_have_another_behind_it) {
  plan_.file_bytes = 1;  // with the first row group
  ShardOutput out = output();
  EXPECT_EQ(out.write(batch({1, 2, 3, 4})), Written::All);
  EXPECT_EQ(out.write(batch({1, 2})), Written::All);
  EXPECT_EQ(closed(out).size(), 6U);
}

TEST_F(ShardOutputTest, Too_many_partitions_are_refused_over_all_shards) {
  plan_.most_partitions = 3;
  ShardOutput one = output();
  ShardOutput other = output(false, 7);
  EXPECT_TRUE(one.write(batch({1, 2})).has_value());
  EXPECT_TRUE(other.write(batch({2, 3})).has_value());
  const auto refused = one.write(batch({4}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), ErrorKind::Unsupported);
  EXPECT_THAT(refused.error().describe(), HasSubstr("more than 3 partitions by value of integer"));
  EXPECT_THAT(refused.error().hint(), HasSubstr("limits.partitions"));
}

TEST_F(ShardOutputTest, What_open_files_hold_together_stays_within_the_share_of_one) {
  plan_.memory.open_files = 8;
  ShardOutput out = output();
  std::vector<std::optional<int>> keys;
  for (int i = 0; i < 4000; ++i) keys.emplace_back(i % 8);
  std::uint64_t most = 0;
  for (int i = 0; i < 40; ++i) {
    columnar::Batch rows(table_.schema);
    for (std::size_t row = 0; row < keys.size(); ++row) {
      // Texts that no dictionary makes smaller.
      const std::string text = std::to_string(i * 4000 + static_cast<int>(row)) + std::string(300, 'x');
      ASSERT_TRUE(columnar::append_row(rows, keys[row], text).has_value());
    }
    ASSERT_EQ(out.write(rows), Written::All);
    most = std::max(most, out.bytes_held());
  }
  EXPECT_LT(most, 26 * kMiB);
  EXPECT_GT(most, 12 * kMiB) << "it is used, too";
  ASSERT_TRUE(out.make_room(4 * kMiB).has_value());
  EXPECT_LE(out.bytes_held(), 4 * kMiB);
  const Files files = closed(out);
  EXPECT_EQ(files.size(), 8U);
  for (const auto& [name, rows] : files) EXPECT_EQ(rows, 20'000U) << name;
}

TEST_F(ShardOutputTest, A_table_without_rows_is_a_file_where_NULLs_would_be) {
  ShardOutput out = output();
  ASSERT_TRUE(out.write_empty_file().has_value());
  EXPECT_EQ(closed(out), (Files{{"k=__HIVE_DEFAULT_PARTITION__/3-0-0.parquet", 0}}));
  table_.partitioning->default_value = "0";
  ShardOutput other = output();
  ASSERT_TRUE(other.write_empty_file().has_value());
  EXPECT_EQ(closed(other), (Files{{"k=0/3-0-0.parquet", 0}}));
}

TEST_F(ShardOutputTest, An_output_that_goes_away_leaves_no_open_file_behind) {
  {
    ShardOutput out = output();
    EXPECT_EQ(out.write(batch({1, 2})), Written::All);
  }
  EXPECT_TRUE(store_.list("")->empty());
}

TEST_F(ShardOutputTest, More_receipts_than_memory_has_room_for_are_refused) {
  plan_.memory.row_group_bytes = 20'000;
  ShardOutput out = output();
  Result<Written> written = Written::All;
  for (int key = 0; key < 100 && written; ++key) written = out.write(batch({key}));
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error().hint(), HasSubstr("--memory"));
}

}  // namespace
}  // namespace pg2athena::pipeline
