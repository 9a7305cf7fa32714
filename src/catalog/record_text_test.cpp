// The records as texts: what is written is read, and what isn't ours is refused with a reason.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "catalog/decision.h"
#include "catalog/json_list.h"
#include "catalog/object_keys.h"
#include "catalog/receipt.h"
#include "catalog/run_for_tests.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

const Receipt kReceipt{
    .run_id = "20260131T030000.125Z-9f86d081884c7d65",
    .table = "public.orders",
    .shard = 7,
    .attempt = 1,
    .rows = 3,
    .bytes = 0xFFFF'FFFF'FFFF'FFFF,
    .files = {{.key = "public.orders/data/x/7-1-0.parquet",
               .rows = 3,
               .bytes = 100,
               .xxh3_128 = "00",
               .row_digest = "01",
               .columns = {{.path = "id", .values = 3, .nulls = 0, .min = "1", .max = "9", .sum = "15"},
                           {.path = "note \"quoted\"\n", .values = 0, .nulls = 3, .min = {}, .max = {}}}}},
    .coerced = {{.column = "price", .policy = "null", .values = 2},
                {.column = "due", .policy = "clamp", .values = 1}},
    .source = R"("public"."orders" blocks 0..1279)",
    .worker = "worker 2",
    .duration = std::chrono::milliseconds(1250)};

TEST(RecordText, A_receipt_is_read_as_it_was_written) {
  const Result<Receipt> read = receipt_from_json(to_json(kReceipt));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(*read, kReceipt);
}

// Of a version that summed nothing.
TEST(RecordText, A_receipt_without_sums_and_digests_is_read) {
  Json json = Json::parse(to_json(kReceipt));
  json["files"][0].erase("row_digest");
  json["files"][0]["columns"][0].erase("sum");
  const Result<Receipt> read = receipt_from_json(json.dump());
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->files[0].row_digest, std::nullopt);
  EXPECT_EQ(read->files[0].columns[0].sum, std::nullopt);
}

TEST(RecordText, Bytes_that_are_not_UTF8_become_replacement_characters) {
  Receipt receipt = kReceipt;
  receipt.files[0].columns[0].max = "a\xFF";
  EXPECT_EQ(receipt_from_json(to_json(receipt)).value().files[0].columns[0].max, "a\xEF\xBF\xBD");
}

TEST(RecordText, A_list_written_one_by_one_is_the_text_of_the_whole) {
  const std::vector<Json> elements = {
      {{"a", "two\nlines"}, {"b", Json::array({1, Json::object()})}}, "\xFF", Json::array()};
  for (std::size_t count = 0; count <= elements.size(); ++count) {
    Json object = {{"format", 1}, {"x", Json::array()}};
    const std::string text =
        write_json_with_list(object, "list", count, [&](std::size_t i) { return elements[i]; });
    object["list"] = Json::array();
    for (std::size_t i = 0; i < count; ++i) object["list"].push_back(elements[i]);
    EXPECT_EQ(text, object.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
  }
}

TEST(RecordText, What_is_not_a_receipt_is_refused_by_name) {
  const auto changed = [](auto change) {
    Json json = Json::parse(to_json(kReceipt));
    change(json);
    return json.dump();
  };
  const struct {
    std::string text;
    std::string_view reason;
  } cases[] = {
      {"", "the receipt is not JSON"},
      {"{\"format\": 1", "the receipt is not JSON"},
      {"[]", "the receipt is not a JSON object"},
      {"{}", "the receipt: \"format\" is missing"},
      {changed([](Json& json) { json["format"] = 2; }),
       "the receipt has format 2, this version of pg2athena knows 1"},
      {changed([](Json& json) { json.erase("rows"); }), "the receipt: \"rows\" is missing"},
      {changed([](Json& json) { json["rows"] = nullptr; }), "the receipt: \"rows\" is missing"},
      {changed([](Json& json) { json["rows"] = "3"; }), "the receipt: \"rows\" is not a whole number"},
      {changed([](Json& json) { json["rows"] = -3; }), "the receipt: \"rows\" is not a whole number"},
      {changed([](Json& json) { json["rows"] = 3.0; }), "the receipt: \"rows\" is not a whole number"},
      {changed([](Json& json) { json["shard"] = 1U << 31U; }), "the receipt: \"shard\" is too large"},
      {changed([](Json& json) { json["table"] = 1; }), "the receipt: \"table\" is not a text"},
      {changed([](Json& json) { json["more"] = 1; }), "the receipt: \"more\" is not known"},
      {changed([](Json& json) { json.erase("coerced"); }), "the receipt: \"coerced\" is missing"},
      {changed([](Json& json) { json["coerced"][0].erase("values"); }),
       "the receipt: coerced[0]: \"values\" is missing"},
      {changed([](Json& json) { json["coerced"][1]["policy"] = "error"; }),
       "the receipt: coerced[1]: \"policy\" is neither null nor clamp"},
      {changed([](Json& json) { json["files"] = 1; }), "the receipt: \"files\" is not an array"},
      {changed([](Json& json) { json["files"][0] = 1; }), "the receipt: \"files[0]\" is not an object"},
      {changed([](Json& json) { json["files"][0]["columns"][1].erase("nulls"); }),
       "the receipt: files[0]: columns[1]: \"nulls\" is missing"},
      {changed([](Json& json) { json["files"][0]["columns"][0]["min"] = 1; }),
       "the receipt: files[0]: columns[0]: \"min\" is not a text"},
  };
  for (const auto& [text, reason] : cases) {
    const Result<Receipt> read = receipt_from_json(text);
    ASSERT_FALSE(read.has_value()) << reason;
    EXPECT_EQ(read.error().kind(), ErrorKind::CorruptInput);
    EXPECT_EQ(read.error().message(), reason);
  }
}

TEST(RecordText, Partitions_are_read_as_they_were_written) {
  Receipt receipt = kReceipt;
  receipt.files[0].partition = "a/b=\"c\"";
  EXPECT_EQ(receipt_from_json(to_json(receipt)).value(), receipt);
  TableRecord record{
      .table = "public.orders",
      .partitioning = TablePartitioning{.column = "created_at_day",
                                        .type = "date",
                                        .by = "day",
                                        .source_column = "created_at",
                                        .values = {"2026-01-31", "__HIVE_DEFAULT_PARTITION__"}}};
  EXPECT_EQ(table_record_from_json(to_json(record)).value(), record);
  record.partitioning->default_value = "1970-01-01";
  record.partitioning->catalog = CatalogPartitions::Registered;
  EXPECT_EQ(table_record_from_json(to_json(record)).value(), record);
  record.partitioning->values.clear();
  EXPECT_EQ(table_record_from_json(to_json(record)).value(), record);
}

TEST(RecordText, A_catalog_is_read_as_it_was_written) {
  const TableRecord record{.table = "public.orders", .catalog = "glue:shop"};
  EXPECT_EQ(table_record_from_json(to_json(record)).value(), record);
}

TEST(RecordText, A_record_of_before_comments_and_snapshots_were_written_down_is_read) {
  const TableRecord record{.table = "public.orders", .comment = "who\nbought", .snapshot_lsn = "0/16B3748"};
  EXPECT_EQ(table_record_from_json(to_json(record)).value(), record);
  Json json = Json::parse(to_json(record));
  json.erase("comment");
  json.erase("snapshot_lsn");
  EXPECT_EQ(table_record_from_json(json.dump()).value(), TableRecord{.table = "public.orders"});
}

TEST(RecordText, What_is_not_a_partitioning_is_refused_by_name) {
  const TableRecord record{.table = "t", .partitioning = TablePartitioning{.column = "c", .values = {"a"}}};
  const auto refused = [&](auto change) {
    Json json = Json::parse(to_json(record));
    change(json["partitioning"]);
    const auto read = table_record_from_json(json.dump());
    return read ? "it was read" : std::string(read.error().message());
  };
  EXPECT_EQ(refused([](Json& json) { json = 1; }), "the table's record: \"partitioning\" is not an object");
  EXPECT_EQ(refused([](Json& json) { json.erase("by"); }),
            "the table's record: partitioning: \"by\" is missing");
  EXPECT_EQ(refused([](Json& json) { json["catalog"] = "enum"; }),
            "the table's record: partitioning: \"catalog\" is none that is known");
  EXPECT_EQ(refused([](Json& json) { json["more"] = 1; }),
            "the table's record: partitioning: \"more\" is not known");
  EXPECT_EQ(refused([](Json& json) { json["values"] = "a"; }),
            "the table's record: partitioning: \"values\" is not an array");
  EXPECT_EQ(refused([](Json& json) { json["values"] = {"a", 1}; }),
            "the table's record: partitioning: \"values[1]\" is not a text");
}

TEST(RecordText, Decisions_and_table_records_are_read_as_they_were_written) {
  const TableRecord record{.table = "public.orders",
                           .run_id = "b",
                           .previous_run_id = "a",
                           .data = "public.orders/data/b/",
                           .rows = 1,
                           .bytes = 2,
                           .files = 3,
                           .columns = {{.name = "id", .type = "bigint", .comment = "Größe"}}};
  EXPECT_EQ(table_record_from_json(to_json(record)).value(), record);
  for (const auto verdict : {Decision::Verdict::Publish, Decision::Verdict::Abandon}) {
    const Decision decision{.run_id = "b",
                            .verdict = verdict,
                            .decided_at = "2026-01-31T03:00:00.125Z",
                            .tables = {{.record = record, .previous_etag = "e"}}};
    EXPECT_EQ(decision_from_json(to_json(decision)).value(), decision);
  }
}

TEST(RecordText, A_decision_is_for_or_against) {
  const std::string text = R"({"format":1,"run_id":"b","verdict":"perhaps","decided_at":"","tables":[]})";
  EXPECT_THAT(decision_from_json(text).error().message(), HasSubstr("verdict"));
}

TEST(RecordText, Table_names_are_one_part_of_a_key) {
  for (const std::string_view name : {"public.orders", "revenue", "Größe.50%", "a b"}) {
    EXPECT_TRUE(check_table_name(name).has_value()) << name;
  }
  for (const std::string_view name : {"", "a/b", "..", ".hidden", "_pg2athena", "a\nb"}) {
    EXPECT_FALSE(check_table_name(name).has_value()) << name;
  }
}

TEST(RecordText, Keys_are_where_the_documentation_says) {
  EXPECT_EQ(data_key("public.orders", "R", "day=2026-01-31/", 3, 1, 0),
            "public.orders/data/R/day=2026-01-31/3-1-0.parquet");
  EXPECT_EQ(plan_key("R"), "_pg2athena/runs/R/plan.json");
  EXPECT_EQ(receipt_key("R", 3), "_pg2athena/runs/R/receipts/3.json");
  EXPECT_EQ(commit_key("R"), "_pg2athena/runs/R/commit.json");
  EXPECT_EQ(table_key("public.orders"), "_pg2athena/tables/public.orders.json");
}

TEST(RecordText, A_key_says_what_it_is_of_a_run_and_no_other_key_does) {
  using Kind = RunObject::Kind;
  const std::string run = run_number(1);
  const struct {
    std::string key;
    RunObject object;
  } cases[] = {
      {data_key("public.orders", run, "", 3, 1, 12),
       {.kind = Kind::Data, .run_id = run, .table = "public.orders", .shard = 3, .attempt = 1, .file = 12}},
      {data_key("orders", run, "day=2026-01-31/", 0, 0, 0),
       {.kind = Kind::Data, .run_id = run, .table = "orders", .partition = "day=2026-01-31/"}},
      {plan_key(run), {.kind = Kind::Plan, .run_id = run}},
      {receipt_key(run, 3), {.kind = Kind::Receipt, .run_id = run, .shard = 3}},
      {commit_key(run), {.kind = Kind::Commit, .run_id = run}},
      {published_key(run), {.kind = Kind::Published, .run_id = run}},
      {pending_key(run), {.kind = Kind::Pending, .run_id = run}},
  };
  for (const auto& [key, object] : cases) {
    EXPECT_EQ(run_object(key), object) << key;
    EXPECT_EQ(run_of_folder(key), object.kind == Kind::Pending ? "" : run) << key;
  }
  const std::string data = data_prefix("public.orders", run);
  for (const std::string& key : std::vector<std::string>{"",
                                                         table_key("public.orders"),
                                                         latest_key("public.orders"),
                                                         data,
                                                         data + "_SUCCESS",
                                                         data + "0-0-0.parquet.crc",
                                                         data + "0-0.parquet",
                                                         data + "00-0-0.parquet",
                                                         data + "-1-0-0.parquet",
                                                         data + "0-0-99999999999.parquet",
                                                         data + "copy/0-0-0.parquet",
                                                         data + "a=1/b=2/0-0-0.parquet",
                                                         "public.orders/data/0-0-0.parquet",
                                                         data_key("public.orders", "yesterday", "", 0, 0, 0),
                                                         "shop/" + data + "0-0-0.parquet",
                                                         data_key("_pg2athena", run, "", 0, 0, 0),
                                                         run_prefix(run) + "notes.txt",
                                                         run_prefix(run) + "receipts/a.json",
                                                         receipts_prefix(run) + "0.json.bak",
                                                         pending_prefix() + "yesterday",
                                                         "_pg2athena/doctor/" + run}) {
    EXPECT_EQ(run_object(key), std::nullopt) << key;
  }
  EXPECT_EQ(run_of_folder(data + ".0123456789abcdef.unfinished"), run);
  EXPECT_EQ(run_of_folder("_pg2athena/tables/.0123456789abcdef.unfinished"), "");
}

TEST(RecordText, Folders_that_can_t_have_objects_of_a_run_are_known_by_their_paths) {
  const std::string run_id = run_number(1);
  for (const std::string& folder :
       {std::string("public.orders"), std::string("q_1"), std::string("public.orders/data"),
        fmt::format("public.orders/data/{}", run_id), fmt::format("public.orders/data/{}/d=1", run_id),
        std::string("_pg2athena"), std::string("_pg2athena/runs"),
        fmt::format("_pg2athena/runs/{}/receipts", run_id)}) {
    EXPECT_TRUE(may_have_objects(folder)) << folder;
  }
  for (const std::string& folder :
       {std::string("lost+found"), std::string("Orders"), std::string("public.orders/other"),
        std::string("public.orders/data/x"), fmt::format("public.orders/other/{}", run_id),
        fmt::format("public.orders/data/{}/x", run_id),
        fmt::format("public.orders/data/{}/d=1/e=2", run_id)}) {
    EXPECT_FALSE(may_have_objects(folder)) << folder;
  }
}

}  // namespace
}  // namespace pg2athena::catalog
