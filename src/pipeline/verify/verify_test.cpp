// A lake in memory, published as runs publish, and then damaged: each damage is found, and nothing else.
#include "pipeline/verify/verify.h"

#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/run_id.h"
#include "catalog/object_keys.h"
#include "catalog/records_publisher.h"
#include "catalog/run_record.h"
#include "columnar/append.h"
#include "parquet/block_pool.h"
#include "pipeline/lake_file.h"
#include "storage/memory_store.h"

namespace pg2athena::pipeline {
namespace {

using columnar::Type;
using columnar::TypeId;
using storage::FaultyStore;
using storage::MemoryStore;
using storage::PutCondition;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = VerifiedTable::State;

const SystemClock kClock;
constexpr const char* kOrders = "public.orders";
constexpr const char* kParts = "public.parts";

std::string run_number(int n) {
  return make_run_id(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::seconds(n));
}

class NamedPublisher final : public catalog::Publisher {
 public:
  std::string catalog() const override { return name; }
  Result<void> show(const std::string&) override { return {}; }

  std::string name;
};

class Verify : public testing::Test {
 protected:
  Verify() { publish(run_); }

  // Two tables of two shards each.
  void publish(const std::string& run_id, const std::string& catalog = {}) {
    catalog::RunPlan plan{.run_id = run_id, .json = plan_json(run_id), .catalog = catalog};
    for (const char* const table : {kOrders, kParts}) {
      plan.tables.push_back({.name = table,
                             .previous = catalog::read_current(store_, table).value(),
                             .first_shard = 2 * static_cast<int>(plan.tables.size()),
                             .shards = 2,
                             .columns = {{.name = "id", .type = "bigint", .comment = ""}}});
    }
    auto record = catalog::RunRecord::begin(store_, kClock, plan).value();
    for (int shard = 0; shard < 4; ++shard) {
      const std::string table = shard < 2 ? kOrders : kParts;
      const catalog::FileReceipt file = write(run_id, table, shard);
      ASSERT_TRUE(record->add_receipt({.run_id = run_id,
                                       .table = table,
                                       .shard = shard,
                                       .rows = file.rows,
                                       .bytes = file.bytes,
                                       .files = {file}}));
    }
    ASSERT_TRUE(record->commit());
    NamedPublisher publisher;
    publisher.name = catalog;
    ASSERT_TRUE(record->publish(publisher).finished);
  }

  static std::string plan_json(const std::string& run_id) {
    return fmt::format(
        R"json({{"run_id": "{}", "tables": [
        {{"name": "public.orders", "source": "orders", "shards": [{{"shard": 0}}, {{"shard": 1}}]}},
        {{"name": "public.parts", "source": "parts", "shards": [{{"shard": 2}}, {{"shard": 3}}]}}]}})json",
        run_id);
  }

  catalog::FileReceipt write(const std::string& run_id, const std::string& table, int shard) {
    parquet::WriterOptions options{
        .key_value_metadata = {{"pg2athena.run_id", run_id},
                               {"pg2athena.source_table", table == kOrders ? "orders" : "parts"}}};
    const columnar::Schema schema{{{.name = "id", .type = Type::of(TypeId::Int64)}}};
    auto file = LakeFile::open(store_, catalog::data_key(table, run_id, "", shard, 0, 0), {}, schema,
                               std::move(options), blocks_, /*digest_rows=*/false);
    columnar::Batch batch(schema);
    for (int row = 0; row < 100; ++row) columnar::append_row(batch, 100 * shard + row).value();
    EXPECT_TRUE(file->write(batch));
    return file->close().value();
  }

  static void edit_text(std::string& text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << text;
    text.replace(at, from.size(), to);
  }
  void edit(const std::string& key, const std::string& from, const std::string& to) {
    std::string text = store_.get(key).value().value().content;
    edit_text(text, from, to);
    ASSERT_TRUE(store_.put(key, text, PutCondition::none()));
  }

  std::vector<VerifiedTable> look(storage::ObjectStore& store,
                                  const VerifyOptions& options = {.workers = 4}) {
    const VerifyContext context{.store = store, .publisher = publisher_, .stop = stop_};
    return pipeline::verify(context, {kOrders, kParts}, options).value();
  }
  // Of the orders. The parts are as they were.
  VerifiedTable orders() {
    std::vector<VerifiedTable> tables = look(store_);
    EXPECT_EQ(tables[1].state, State::Ok);
    return tables[0];
  }
  // "kind key", less the common beginning of keys.
  std::vector<std::string> found() {
    const VerifiedTable table = orders();
    EXPECT_EQ(table.state, table.differences.empty() ? State::Ok : State::Different);
    std::vector<std::string> all;
    for (const Difference& difference : table.differences) {
      std::string key = difference.object;
      key = key.substr(key.rfind('/') + 1);
      all.push_back(fmt::format("{} {}", to_string(difference.kind), key));
    }
    return all;
  }
  std::string data(int shard) const { return catalog::data_key(kOrders, run_, "", shard, 0, 0); }

  const std::string run_ = run_number(1);
  MemoryStore store_;
  catalog::RecordsPublisher publisher_;
  parquet::BlockPool blocks_;
  Cancellation stop_;
};

TEST_F(Verify, A_lake_as_it_was_published_is_ok) {
  for (const bool deep : {false, true}) {
    const std::vector<VerifiedTable> tables = look(store_, {.deep = deep, .workers = 4});
    ASSERT_EQ(tables.size(), 2U);
    for (const VerifiedTable& table : tables) {
      EXPECT_EQ(table.state, State::Ok);
      EXPECT_EQ(table.rows, 200U);
      EXPECT_EQ(table.files, 2U);
      EXPECT_EQ(table.run_id, run_);
      EXPECT_THAT(table.notes, IsEmpty());
    }
  }
}

TEST_F(Verify, A_file_that_went_and_one_that_nobody_knows_are_found) {
  ASSERT_TRUE(store_.remove(data(0)));
  ASSERT_TRUE(store_.put(catalog::data_prefix(kOrders, run_) + "0-0-1.parquet", "x", PutCondition::none()));
  EXPECT_THAT(found(), ElementsAre("missing 0-0-0.parquet", "extra 0-0-1.parquet"));
}

TEST_F(Verify, A_receipt_that_was_edited_differs_from_its_files) {
  edit(catalog::receipt_key(run_, 0), R"("nulls":0)", R"("nulls":3)");
  EXPECT_THAT(found(), ElementsAre("nulls 0-0-0.parquet"));
}

TEST_F(Verify, A_receipt_that_went_is_found_and_not_its_files) {
  ASSERT_TRUE(store_.remove(catalog::receipt_key(run_, 1)));
  EXPECT_THAT(found(), ElementsAre("receipt 1.json"));
}

TEST_F(Verify, A_receipt_that_is_none_is_found_and_not_its_files) {
  ASSERT_TRUE(store_.put(catalog::receipt_key(run_, 1), "{}", PutCondition::none()));
  EXPECT_THAT(found(), ElementsAre("receipt 1.json"));
}

TEST_F(Verify, A_receipt_of_another_shard_is_none) {
  const std::string other = store_.get(catalog::receipt_key(run_, 0)).value().value().content;
  ASSERT_TRUE(store_.put(catalog::receipt_key(run_, 1), other, PutCondition::none()));
  EXPECT_THAT(found(), ElementsAre("receipt 1.json"));
}

TEST_F(Verify, A_record_whose_rows_were_edited_is_found) {
  edit(catalog::table_key(kOrders), R"("rows": 200)", R"("rows": 201)");
  EXPECT_THAT(found(), ElementsAre("record public.orders.json"));
}

TEST_F(Verify, A_record_that_is_none_is_found) {
  ASSERT_TRUE(store_.put(catalog::table_key(kOrders), "{", PutCondition::none()));
  EXPECT_THAT(found(), ElementsAre("record public.orders.json"));
}

TEST_F(Verify, A_record_of_another_table_is_found) {
  const std::string other = store_.get(catalog::table_key(kParts)).value().value().content;
  ASSERT_TRUE(store_.put(catalog::table_key(kOrders), other, PutCondition::none()));
  EXPECT_THAT(found(), ElementsAre("record public.orders.json"));
}

TEST_F(Verify, A_decision_that_went_is_found_in_each_of_its_tables) {
  ASSERT_TRUE(store_.remove(catalog::commit_key(run_)));
  for (const VerifiedTable& table : look(store_)) {
    ASSERT_EQ(table.differences.size(), 1U);
    EXPECT_EQ(table.differences[0].kind, DifferenceKind::Commit);
  }
}

TEST_F(Verify, Without_its_plan_a_run_is_checked_all_the_same) {
  ASSERT_TRUE(store_.remove(catalog::plan_key(run_)));
  ASSERT_TRUE(store_.remove(data(0)));
  const VerifiedTable table = look(store_)[0];
  ASSERT_EQ(table.differences.size(), 2U);
  EXPECT_EQ(table.differences[0].kind, DifferenceKind::Plan);
  EXPECT_EQ(table.differences[1].kind, DifferenceKind::Missing);
}

TEST_F(Verify, A_run_that_is_not_finished_is_not_ok) {
  ASSERT_TRUE(store_.put(catalog::pending_key(run_), run_, PutCondition::none()));
  EXPECT_THAT(orders().notes, IsEmpty()) << "only the marker is left of it";
  ASSERT_TRUE(store_.remove(catalog::published_key(run_)));
  const VerifiedTable table = look(store_)[0];
  EXPECT_EQ(table.state, State::NotFinished);
  EXPECT_THAT(table.notes, ElementsAre(HasSubstr("pg2athena publish")));
  ASSERT_TRUE(store_.remove(data(0)));
  EXPECT_EQ(look(store_)[0].state, State::Different);
}

TEST_F(Verify, A_run_that_is_finished_while_its_files_are_read_is_ok) {
  const std::string finish = store_.get(catalog::published_key(run_)).value().value().content;
  ASSERT_TRUE(store_.put(catalog::pending_key(run_), run_, PutCondition::none()));
  ASSERT_TRUE(store_.remove(catalog::published_key(run_)));
  FaultyStore finishing(store_, [&](const FaultyStore::Call& call) {
    if (call.operation == "open") {
      EXPECT_TRUE(store_.put(catalog::published_key(run_), finish, PutCondition::none()));
    }
    return FaultyStore::Fault::None;
  });
  EXPECT_EQ(look(finishing)[0].state, State::Ok);
}

TEST_F(Verify, A_table_whose_record_is_gone_is_different) {
  ASSERT_TRUE(store_.remove(catalog::table_key(kOrders)));
  const VerifiedTable table = orders();
  EXPECT_EQ(table.state, State::Different);
  ASSERT_EQ(table.differences.size(), 1U);
  EXPECT_EQ(table.differences[0].kind, DifferenceKind::Missing);
  EXPECT_EQ(table.differences[0].object, catalog::table_key(kOrders));
  EXPECT_THAT(table.differences[0].found, HasSubstr("pg2athena run makes a new one"));
}

TEST_F(Verify, Files_count_as_checked_when_they_were_read_as_far_as_was_wanted) {
  ASSERT_TRUE(store_.remove(data(0)));
  EXPECT_EQ(orders().files_checked, 1U);
  for (const bool deep : {false, true}) {
    const std::vector<VerifiedTable> tables = look(store_, {.deep = deep, .workers = 4});
    EXPECT_EQ(tables[0].files_checked, 1U);
    EXPECT_EQ(tables[1].files_checked, 2U);
  }
  std::string file = store_.get(data(1)).value().value().content;
  file[10] = static_cast<char>(file[10] ^ 1);
  ASSERT_TRUE(store_.put(data(1), file, PutCondition::none()));
  EXPECT_EQ(orders().files_checked, 1U);
  EXPECT_EQ(look(store_, {.deep = true, .workers = 4})[0].files_checked, 0U) << "it can't be decoded";
}

TEST_F(Verify, A_finish_that_was_removed_is_missing) {
  ASSERT_TRUE(store_.remove(catalog::published_key(run_)));
  for (const VerifiedTable& table : look(store_)) {
    ASSERT_EQ(table.differences.size(), 1U);
    EXPECT_EQ(table.differences[0].kind, DifferenceKind::Missing);
    EXPECT_EQ(table.differences[0].object, catalog::published_key(run_));
  }
}

TEST_F(Verify, What_the_store_refuses_is_no_difference) {
  FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
    return call.key == data(1) || call.key == catalog::receipt_key(run_, 3) ? FaultyStore::Fault::Refused
                                                                            : FaultyStore::Fault::None;
  });
  for (const VerifiedTable& table : look(faulty)) {
    EXPECT_EQ(table.state, State::Unknown);
    ASSERT_EQ(table.errors.size(), 1U);
    EXPECT_EQ(table.errors[0].kind(), ErrorKind::Storage);
    EXPECT_THAT(table.differences, IsEmpty());
  }
}

TEST_F(Verify, A_difference_beside_what_the_store_refuses_is_one) {
  ASSERT_TRUE(store_.remove(data(0)));
  FaultyStore faulty(store_, [&](const FaultyStore::Call& call) {
    return call.key == data(1) ? FaultyStore::Fault::Refused : FaultyStore::Fault::None;
  });
  const VerifiedTable table = look(faulty)[0];
  EXPECT_EQ(table.state, State::Different);
  EXPECT_EQ(table.differences.size(), 1U);
  EXPECT_EQ(table.errors.size(), 1U);
}

TEST_F(Verify, A_store_that_refuses_everything_ends_it_soon) {
  int calls = 0;
  FaultyStore faulty(store_, [&](const FaultyStore::Call&) {
    ++calls;
    return FaultyStore::Fault::Lost;
  });
  EXPECT_EQ(look(faulty)[0].state, State::Unknown);
  EXPECT_LT(calls, 10);
}

// A newer run is published, and the old one removed, while the table is looked at.
TEST_F(Verify, A_table_that_moves_meanwhile_is_looked_at_again) {
  bool moved = false;
  const std::string newer = run_number(2);
  FaultyStore moving(store_, [&](const FaultyStore::Call& call) {
    if (!moved && call.operation == "open" && call.key == data(0)) {
      moved = true;
      publish(newer);
      const auto old = store_.list(catalog::data_prefix(kOrders, run_)).value();
      for (const storage::ObjectInfo& object : old) EXPECT_TRUE(store_.remove(object.key));
    }
    return FaultyStore::Fault::None;
  });
  const VerifiedTable table = look(moving, {.workers = 1})[0];
  EXPECT_TRUE(moved);
  EXPECT_EQ(table.state, State::Ok);
  EXPECT_EQ(table.run_id, newer);
}

TEST_F(Verify, A_table_that_always_moves_is_called_so_and_not_different) {
  int runs = 1;
  std::string current = run_;
  FaultyStore moving(store_, [&](const FaultyStore::Call& call) {
    if (call.operation == "open" && call.key.starts_with(catalog::data_prefix(kOrders, current))) {
      EXPECT_TRUE(store_.remove(call.key));
      current = run_number(++runs);
      publish(current);
    }
    return FaultyStore::Fault::None;
  });
  const VerifiedTable table = look(moving, {.workers = 1})[0];
  EXPECT_EQ(table.state, State::Moved);
  EXPECT_THAT(table.differences, IsEmpty());
  EXPECT_THAT(table.notes, ElementsAre(HasSubstr("run it again")));
}

TEST_F(Verify, A_stop_ends_it) {
  stop_.request(Cancellation::Reason::Operator);
  const VerifyContext context{.store = store_, .publisher = publisher_, .stop = stop_};
  EXPECT_EQ(pipeline::verify(context, {kOrders}, {}).error().kind(), ErrorKind::Interrupted);
}

// Shows one table otherwise, and another to nobody else.
class OtherPublisher final : public catalog::Publisher {
 public:
  std::string catalog() const override { return name; }
  Result<void> show(const std::string&) override { return {}; }
  Result<std::vector<catalog::ShownDifference>> differences(
      const catalog::TableRecord& record) const override {
    if (record.table != kOrders) return std::vector<catalog::ShownDifference>();
    return other;
  }
  Result<std::vector<std::string>> shown_runs(const std::string& table, Cancellation& /*stop*/) override {
    return table == kOrders ? shown : std::vector<std::string>();
  }

  std::string name;
  std::vector<std::string> shown;  // of the orders
  std::vector<catalog::ShownDifference> other = {{.expected = "a", .found = "b"}};
};

TEST_F(Verify, What_readers_are_shown_is_compared_where_the_run_was_published_to_it) {
  OtherPublisher publisher;
  const VerifyContext context{.store = store_, .publisher = publisher, .stop = stop_};
  auto tables = pipeline::verify(context, {kOrders, kParts}, {}).value();
  ASSERT_EQ(tables[0].differences.size(), 1U);
  EXPECT_EQ(tables[0].differences[0].kind, DifferenceKind::Link);
  EXPECT_EQ(tables[1].state, State::Ok);

  EXPECT_EQ(tables[1].catalog, Comparison::NotWanted);

  publisher.name = "glue::eu-central-1:shop";
  tables = pipeline::verify(context, {kOrders}, {}).value();
  EXPECT_EQ(tables[0].state, State::Ok);
  EXPECT_EQ(tables[0].catalog, Comparison::NotInCatalog);
  EXPECT_THAT(tables[0].notes, ElementsAre(HasSubstr("wasn't published to glue::eu-central-1:shop")));
}

TEST_F(Verify, A_catalog_that_the_run_went_by_is_asked_which_run_it_shows) {
  OtherPublisher publisher;
  publisher.name = "glue::eu-central-1:shop";
  const VerifyContext context{.store = store_, .publisher = publisher, .stop = stop_};
  const auto look_at_orders = [&] { return pipeline::verify(context, {kOrders}, {}).value()[0]; };
  publisher.shown = {run_number(7)};
  EXPECT_EQ(look_at_orders().catalog, Comparison::NotInCatalog) << "that is another lake's run";

  const std::string newer = run_number(2);
  publish(newer);
  publisher.shown = {run_};
  const VerifiedTable behind = look_at_orders();
  EXPECT_EQ(behind.state, State::Different);
  EXPECT_EQ(behind.catalog, Comparison::Done);
  ASSERT_EQ(behind.differences.size(), 1U);
  EXPECT_EQ(behind.differences[0].kind, DifferenceKind::Catalog);
  EXPECT_THAT(behind.differences[0].found, testing::AllOf(HasSubstr(run_), HasSubstr(newer),
                                                          HasSubstr("run again with this configuration")));

  publisher.shown = {newer};
  publisher.other.clear();
  EXPECT_EQ(look_at_orders().state, State::Ok) << "whoever finished the run before showed this one";
  EXPECT_EQ(look_at_orders().catalog, Comparison::Done);
}

class OtherCounter final : public catalog::TableCounter {
 public:
  Result<catalog::TableCounts> count(const catalog::TableRecord& record,
                                     const std::vector<std::string>& columns,
                                     Cancellation& /*stop*/) override {
    asked.push_back(record.table);
    if (record.table == kParts) return fail(ErrorKind::Service, "Athena's query failed");
    return catalog::TableCounts{
        .rows = record.rows - 1, .values = {record.rows}, .refusal = columns.front() == "id" ? "" : "?"};
  }
  std::vector<std::string> asked;
};

TEST_F(Verify, Readers_are_asked_to_count_where_the_table_is_shown_to_them) {
  OtherCounter counter;
  const VerifyContext context{.store = store_, .publisher = publisher_, .stop = stop_, .counter = &counter};
  EXPECT_EQ(pipeline::verify(context, {kOrders}, {}).value()[0].state, State::Ok);
  EXPECT_THAT(counter.asked, IsEmpty()) << "the run was published to no catalog";
  EXPECT_NE(pipeline::verify(context, {kOrders}, {}).value()[0].counter, Comparison::Done);

  OtherPublisher glue;
  glue.name = "glue::eu-central-1:shop";
  glue.other.clear();
  publish(run_number(2), glue.name);
  const VerifyContext with_glue{.store = store_, .publisher = glue, .stop = stop_, .counter = &counter};
  const auto tables = pipeline::verify(with_glue, {kOrders, kParts}, {.workers = 1}).value();
  EXPECT_THAT(counter.asked, ElementsAre(kOrders, kParts));
  ASSERT_EQ(tables[0].differences.size(), 1U);
  EXPECT_EQ(tables[0].differences[0].kind, DifferenceKind::Athena);
  EXPECT_EQ(tables[0].differences[0].found, "199 rows");
  EXPECT_EQ(tables[0].counter, Comparison::Done);
  EXPECT_EQ(tables[1].state, State::Unknown);
  EXPECT_EQ(tables[1].counter, Comparison::Failed);
}

}  // namespace
}  // namespace pg2athena::pipeline
