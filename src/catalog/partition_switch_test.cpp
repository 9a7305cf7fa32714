// Registered partitions, moved from run to run through the publisher, and overtaken or cut off at any step.
#include "catalog/partition_switch.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/fake_glue_for_tests.h"
#include "catalog/glue_publisher.h"
#include "catalog/glue_table.h"
#include "catalog/run_for_tests.h"

namespace pg2athena::catalog {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Values = std::vector<std::string>;

class PartitionSwitchTest : public testing::Test {
 protected:
  GluePublisher publisher() {
    return {GlueClient::create({glue, signer, times, clock_offset}, credentials, {.database = "sales"}, "r")
                .value(),
            store,
            {.bucket = "lake", .prefix = ""},
            times};
  }
  TableRecord record(int run, Values values) {
    const std::string id = fmt::format("R{}", run);
    return {.table = "public.orders",
            .run_id = id,
            .data = data_prefix("public.orders", id),
            .rows = values.size(),
            .columns = {{.name = "id", .type = "int", .comment = ""}},
            .partitioning = TablePartitioning{.column = "c",
                                              .type = "string",
                                              .by = "value",
                                              .source_column = "country",
                                              .values = std::move(values),
                                              .catalog = CatalogPartitions::Registered}};
  }
  void move_record(const TableRecord& to) {
    ASSERT_TRUE(store.put(table_key(to.table), to_json(to), storage::PutCondition::none()).has_value());
  }
  Result<void> publish(const TableRecord& to) {
    move_record(to);
    return show();
  }
  Result<void> show() {
    GluePublisher publisher = this->publisher();
    return publisher.show("public.orders");
  }
  // The run of each partition, as its place says.
  std::map<std::string, std::string> shown() {
    std::map<std::string, std::string> runs;
    for (const auto& [value, partition] : glue.tables["orders"].partitions) {
      const auto place = partition["StorageDescriptor"]["Location"].get<std::string>();
      runs[value] = place.substr(place.find("/data/") + 6, 2);
    }
    return runs;
  }
  std::string run_of_table() {
    return glue.tables["orders"].table["Parameters"].value("pg2athena.run_id", "");
  }
  Values asked() {
    Values changes;
    std::ranges::copy_if(glue.asked, std::back_inserter(changes),
                         [](const std::string& operation) { return !operation.starts_with("Get"); });
    return changes;
  }
  static Values many(int count, int first = 0) {
    Values values;
    for (int i = first; i < first + count; ++i) values.push_back(fmt::format("v{:05}", i));
    return values;
  }

  aws::CrtLibrary library;
  aws::Signer signer{library};
  FakeGlue glue;
  FakeTimes times;
  aws::ClockOffset clock_offset;
  aws::StaticCredentials credentials{{.access_key_id = "a", .secret_access_key = "s"}};
  storage::MemoryStore store;
};

TEST_F(PartitionSwitchTest, A_table_is_made_then_its_partitions_and_the_run_is_named_last) {
  ASSERT_TRUE(publish(record(1, {"a", "b"})).has_value());
  EXPECT_THAT(asked(), ElementsAre("CreateTable", "CreateDatabase", "CreateTable", "BatchCreatePartition",
                                   "UpdateTable"));
  EXPECT_THAT(shown(), ElementsAre(Pair("a", "R1"), Pair("b", "R1")));
  EXPECT_EQ(run_of_table(), "R1");
  const json& parameters = glue.tables["orders"].table["Parameters"];
  EXPECT_FALSE(parameters.contains("projection.enabled"));
}

TEST_F(PartitionSwitchTest, The_next_run_makes_new_ones_moves_old_ones_and_removes_those_that_are_gone) {
  ASSERT_TRUE(publish(record(1, {"a", "b"})).has_value());
  glue.asked.clear();
  ASSERT_TRUE(publish(record(2, {"b", "c"})).has_value());
  EXPECT_THAT(asked(), ElementsAre("BatchCreatePartition", "BatchUpdatePartition", "BatchDeletePartition",
                                   "UpdateTable"));
  EXPECT_THAT(shown(), ElementsAre(Pair("b", "R2"), Pair("c", "R2")));
  glue.asked.clear();
  ASSERT_TRUE(show().has_value());
  EXPECT_THAT(glue.asked, ElementsAre("GetTable")) << "the run's id says that all is done";
}

TEST_F(PartitionSwitchTest, A_table_without_rows_has_no_partitions) {
  ASSERT_TRUE(publish(record(1, {"a"})).has_value());
  TableRecord empty = record(2, {"__HIVE_DEFAULT_PARTITION__"});
  empty.rows = 0;
  ASSERT_TRUE(publish(empty).has_value());
  EXPECT_TRUE(shown().empty());
  EXPECT_EQ(run_of_table(), "R2");
}

TEST_F(PartitionSwitchTest, Batches_and_pages_are_as_large_as_Glue_takes_them) {
  glue.page = 70;
  ASSERT_TRUE(publish(record(1, many(230))).has_value());
  ASSERT_TRUE(publish(record(2, many(150, 100))).has_value());
  EXPECT_THAT(glue.batches,
              ElementsAre(Pair("BatchCreatePartition", 100U), Pair("BatchCreatePartition", 100U),
                          Pair("BatchCreatePartition", 30U), Pair("BatchCreatePartition", 20U),
                          Pair("BatchUpdatePartition", 100U), Pair("BatchUpdatePartition", 30U),
                          Pair("BatchDeletePartition", 25U), Pair("BatchDeletePartition", 25U),
                          Pair("BatchDeletePartition", 25U), Pair("BatchDeletePartition", 25U)));
  EXPECT_EQ(shown().size(), 150U);
  EXPECT_TRUE(std::ranges::all_of(shown(), [](const auto& each) { return each.second == "R2"; }));
}

// Readers refuse a partition whose column is wider than the table's.
TEST_F(PartitionSwitchTest, Columns_grow_in_the_table_before_they_do_in_a_partition) {
  ASSERT_TRUE(publish(record(1, {"a"})).has_value());
  TableRecord wider = record(2, {"a", "b"});
  wider.columns = {{.name = "id", .type = "bigint", .comment = ""},
                   {.name = "note", .type = "string", .comment = ""}};
  glue.asked.clear();
  std::vector<std::pair<std::string, std::string>> before_batches;
  glue.before = [&](const std::string& operation) {
    if (!operation.starts_with("Batch")) return;
    const json& table = glue.tables["orders"].table;
    before_batches.emplace_back(table["Parameters"]["pg2athena.run_id"],
                                table["StorageDescriptor"]["Columns"][0]["Type"]);
  };
  ASSERT_TRUE(publish(wider).has_value());
  EXPECT_THAT(asked(),
              ElementsAre("UpdateTable", "BatchCreatePartition", "BatchUpdatePartition", "UpdateTable"));
  EXPECT_THAT(before_batches, ElementsAre(Pair("R1", "bigint"), Pair("R1", "bigint")));
  for (const auto& [value, partition] : glue.tables["orders"].partitions) {
    EXPECT_EQ(partition["StorageDescriptor"]["Columns"],
              glue.tables["orders"].table["StorageDescriptor"]["Columns"]);
  }
}

TEST_F(PartitionSwitchTest, A_projected_table_becomes_a_registered_one_in_one_step_and_back) {
  TableRecord projected = record(1, {"a", "b"});
  projected.partitioning->catalog = CatalogPartitions::Projection;
  ASSERT_TRUE(publish(projected).has_value());
  const auto enabled = [&] {
    return glue.tables["orders"].table["Parameters"].contains("projection.enabled");
  };
  EXPECT_TRUE(enabled());
  std::set<bool> during;
  glue.before = [&](const std::string& operation) {
    if (operation.starts_with("Batch")) during.insert(enabled());
  };
  ASSERT_TRUE(publish(record(2, {"b", "c"})).has_value());
  EXPECT_THAT(during, ElementsAre(true)) << "Athena goes on with the run before";
  EXPECT_FALSE(enabled());
  EXPECT_THAT(shown(), ElementsAre(Pair("b", "R2"), Pair("c", "R2")));

  projected.run_id = "R3";
  projected.data = data_prefix("public.orders", "R3");
  glue.asked.clear();
  ASSERT_TRUE(publish(projected).has_value());
  EXPECT_THAT(during, ElementsAre(true));
  EXPECT_TRUE(shown().empty()) << "old ones would come back one day";
  EXPECT_FALSE(glue.tables["orders"].table["Parameters"].contains("pg2athena.partitions"));
  EXPECT_THAT(asked(), ElementsAre("UpdateTable", "BatchDeletePartition", "UpdateTable"));
  glue.asked.clear();
  ASSERT_TRUE(show().has_value());
  EXPECT_THAT(glue.asked, ElementsAre("GetTable"));
}

TEST_F(PartitionSwitchTest, Partitions_that_others_registered_of_a_projected_table_stay) {
  TableRecord projected = record(1, {"a"});
  projected.partitioning->catalog = CatalogPartitions::Projection;
  ASSERT_TRUE(publish(projected).has_value());
  glue.tables["orders"].partitions["x"] = {{"Values", {"x"}},
                                           {"StorageDescriptor", {{"Location", "s3://x/data/X1/"}}}};
  projected.run_id = "R2";
  projected.data = data_prefix("public.orders", "R2");
  ASSERT_TRUE(publish(projected).has_value());
  EXPECT_THAT(shown(), ElementsAre(Pair("x", "X1")));
  ASSERT_TRUE(publish(record(3, {"a"})).has_value());
  EXPECT_THAT(shown(), ElementsAre(Pair("a", "R3"))) << "now they would be read";
}

// Who dies between any two steps is followed by somebody who does it again.
TEST_F(PartitionSwitchTest, A_switch_that_ends_at_any_step_is_finished_by_the_next) {
  TableRecord wider = record(2, {"b", "c"});
  wider.columns[0].type = "bigint";
  for (int step = 1;; ++step) {
    glue.tables.clear();
    glue.refuse = {};
    ASSERT_TRUE(publish(record(1, {"a", "b"})).has_value());
    int left = step;
    glue.refuse = [&](const std::string&) -> std::optional<Result<aws::HttpResponse>> {
      if (--left > 0) return std::nullopt;
      return fail(ErrorKind::Connection, "the connection was reset");
    };
    const auto cut = publish(wider);
    glue.refuse = {};
    if (cut) {
      EXPECT_GT(step, 8) << "all of the steps were cut once";
      break;
    }
    ASSERT_TRUE(show().has_value()) << step;
    EXPECT_THAT(shown(), ElementsAre(Pair("b", "R2"), Pair("c", "R2"))) << step;
    EXPECT_EQ(run_of_table(), "R2");
  }
}

TEST_F(PartitionSwitchTest, An_answer_that_gets_lost_after_its_effect_is_none_the_worse) {
  ASSERT_TRUE(publish(record(1, {"a", "b"})).has_value());
  std::set<std::string> lost;
  glue.lose = [&](const std::string& operation) {
    return !operation.starts_with("Get") && lost.insert(operation).second;
  };
  ASSERT_TRUE(publish(record(2, {"b", "c"})).has_value());
  EXPECT_THAT(shown(), ElementsAre(Pair("b", "R2"), Pair("c", "R2")));
  EXPECT_THAT(lost, ElementsAre("BatchCreatePartition", "BatchDeletePartition", "BatchUpdatePartition",
                                "UpdateTable"));
}

TEST_F(PartitionSwitchTest, Partitions_of_a_batch_that_are_refused_for_the_moment_come_with_the_next) {
  ASSERT_TRUE(publish(record(1, {"a", "b", "c"})).has_value());
  for (const std::string code :
       {"InternalServiceException", "ThrottlingException", "EntityNotFoundException",
        "AlreadyExistsException", "ConcurrentModificationException", "OperationTimeoutException"}) {
    glue.tables["orders"].table["Parameters"]["pg2athena.run_id"] = "R0";
    glue.tables["orders"].partitions.erase("c");
    std::set<std::string> refused;
    glue.refuse_partition = [&](const std::string& operation, const std::string& value) {
      return value != "a" && refused.insert(operation + value).second ? code : std::string();
    };
    ASSERT_TRUE(publish(record(2, {"a", "b", "c"})).has_value()) << code;
    EXPECT_THAT(shown(), ElementsAre(Pair("a", "R2"), Pair("b", "R2"), Pair("c", "R2"))) << code;
    glue.refuse_partition = {};
    ASSERT_TRUE(publish(record(1, {"a", "b", "c"})).has_value());
  }
}

// An account that has many at work: Glue takes one of a batch, and another one of the next.
TEST_F(PartitionSwitchTest, Many_partitions_may_be_taken_a_few_at_a_time) {
  std::vector<std::string> values;
  for (int i = 0; i < 40; ++i) values.push_back(std::to_string(i));
  ASSERT_TRUE(publish(record(1, values)).has_value());
  bool taken = false;
  glue.before = [&](const std::string& operation) {
    if (operation == "BatchUpdatePartition") taken = false;
  };
  glue.refuse_partition = [&](const std::string&, const std::string&) {
    return std::exchange(taken, true) ? "ThrottlingException" : "";
  };
  ASSERT_TRUE(publish(record(2, values)).has_value());
  EXPECT_EQ(shown().size(), 40U);
  EXPECT_EQ(run_of_table(), "R2");
  glue.refuse_partition = [](const std::string&, const std::string&) { return "ThrottlingException"; };
  const auto refused = publish(record(3, values));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("Glue didn't do what it was told"));
}

TEST_F(PartitionSwitchTest, A_partition_that_is_refused_for_good_is_an_error_that_says_what_readers_see) {
  ASSERT_TRUE(publish(record(1, {"a"})).has_value());
  glue.refuse_partition = [](const std::string&, const std::string& value) {
    return value == "b" ? "InvalidInputException" : "";
  };
  const auto refused = publish(record(2, {"a", "b"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("BatchCreatePartition: InvalidInputException"));
  EXPECT_THAT(refused.error().hint(), HasSubstr("partitions of several runs"));
  EXPECT_EQ(run_of_table(), "R1");
}

TEST_F(PartitionSwitchTest, Runs_that_a_partition_leads_to_are_shown) {
  TableRecord first = record(1, {"a", "b"});
  first.run_id = run_number(1);
  first.data = data_prefix("public.orders", first.run_id);
  ASSERT_TRUE(publish(first).has_value());
  TableRecord second = record(2, {"a", "b"});
  second.run_id = run_number(2);
  second.data = data_prefix("public.orders", second.run_id);
  glue.refuse_partition = [](const std::string&, const std::string& value) {
    return value == "b" ? "InvalidInputException" : "";
  };
  EXPECT_FALSE(publish(second).has_value());
  GluePublisher publisher = this->publisher();
  Cancellation stop;
  EXPECT_THAT(publisher.shown_runs("public.orders", stop).value(), ElementsAre(first.run_id, second.run_id));
}

TEST_F(PartitionSwitchTest, A_missing_right_is_named) {
  ASSERT_TRUE(publish(record(1, {"a"})).has_value());
  glue.refuse = [](const std::string& operation) -> std::optional<Result<aws::HttpResponse>> {
    if (operation == "BatchUpdatePartition") return FakeGlue::error("AccessDeniedException");
    return std::nullopt;
  };
  const auto refused = publish(record(2, {"a"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(refused.error().hint(), HasSubstr("glue:BatchUpdatePartition"));
}

TEST_F(PartitionSwitchTest, A_table_that_is_dropped_meanwhile_is_made_again_with_its_partitions) {
  for (const std::string step : {"GetPartitions", "BatchUpdatePartition", "UpdateTable"}) {
    ASSERT_TRUE(publish(record(1, {"a"})).has_value());
    bool once = true;
    glue.before = [&](const std::string& operation) {
      if (operation == step && std::exchange(once, false)) glue.tables.clear();
    };
    ASSERT_TRUE(publish(record(2, {"a"})).has_value()) << step;
    EXPECT_THAT(shown(), ElementsAre(Pair("a", "R2"))) << step;
    EXPECT_EQ(run_of_table(), "R2");
    glue.before = {};
  }
}

// A newer run that is published, whole, at any step of an older one's: the older one's calls that follow are
// undone by the one who sent them.
TEST_F(PartitionSwitchTest, An_older_run_never_stays_behind_a_newer_one) {
  for (const std::string step : {"GetTable", "GetPartitions", "BatchCreatePartition", "BatchUpdatePartition",
                                 "BatchDeletePartition", "UpdateTable"}) {
    for (const bool projected : {false, true}) {
      glue.tables.clear();
      ASSERT_TRUE(publish(record(1, {"a", "b"})).has_value());
      bool once = true;
      glue.before = [&](const std::string& operation) {
        if (operation != step || !std::exchange(once, false)) return;
        TableRecord newer = record(3, {"b", "d"});
        if (projected) newer.partitioning->catalog = CatalogPartitions::Projection;
        move_record(newer);
        FakeGlue::Table& table = glue.tables["orders"];
        table.table =
            glue_table_input(newer, {.bucket = "lake", .prefix = ""}, {.database = "sales"}, nullptr).value();
        ++table.version;
        table.partitions.clear();
        if (projected) return;
        const storage::S3Location lake{.bucket = "lake", .prefix = ""};
        for (const PartitionValues& values : partition_changes(newer, lake, {}).create) {
          table.partitions[values[0]] =
              partition_entry(PartitionOperation::Create, newer, lake, json::object(), values);
        }
      };
      ASSERT_TRUE(publish(record(2, {"b", "c"})).has_value());
      EXPECT_EQ(run_of_table(), "R3") << step;
      if (projected) {
        EXPECT_TRUE(shown().empty()) << step;
        EXPECT_FALSE(glue.tables["orders"].table["Parameters"].contains("pg2athena.partitions"));
      } else {
        EXPECT_THAT(shown(), ElementsAre(Pair("b", "R3"), Pair("d", "R3"))) << step;
      }
      glue.before = {};
    }
  }
}

TEST_F(PartitionSwitchTest, Who_is_overtaken_always_gives_up_and_says_so) {
  ASSERT_TRUE(publish(record(1, {"a"})).has_value());
  glue.before = [&](const std::string& operation) {
    if (operation == "BatchUpdatePartition") glue.tables["orders"].partitions.clear();
  };
  const auto outcome = publish(record(2, {"a"}));
  EXPECT_TRUE(outcome.has_value()) << "it is made where it is gone";
  glue.before = [&](const std::string& operation) {
    if (operation != "GetPartitions") return;
    glue.tables["orders"].partitions["x"] = {{"Values", {"x"}}, {"StorageDescriptor", json::object()}};
  };
  const auto refused = publish(record(3, {"a"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("somebody else changed the table"));
}

}  // namespace
}  // namespace pg2athena::catalog
