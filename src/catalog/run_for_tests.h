// For the tests of this folder: whole runs over tiny data, and what readers see of them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/run_id.h"
#include "catalog/object_keys.h"
#include "catalog/publication.h"
#include "catalog/run_record.h"
#include "storage/memory_store.h"

namespace pg2athena::catalog {

inline const SystemClock kTestClock;
inline const std::vector<std::string> kTestTables = {"public.customers", "public.orders"};

// Run ids that sort as they are numbered.
inline std::string run_number(int n) {
  return make_run_id(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::seconds(n));
}

// Keeps what readers were shown last: the run of the table's record at that moment.
class KeepingPublisher final : public Publisher {
 public:
  explicit KeepingPublisher(storage::ObjectStore& store) : store_(store) {}
  Result<void> show(const std::string& table) override {
    // Tables are shown by several threads; and what was read first must not be kept last.
    const std::lock_guard lock(mutex_);
    PG2ATHENA_ASSIGN(const std::optional<CurrentRun> current, read_current(store_, table));
    shown[table] = current ? current->run_id : std::string();
    return {};
  }
  std::map<std::string, std::string> shown;  // when nobody publishes

 private:
  storage::ObjectStore& store_;
  std::mutex mutex_;
};

inline Result<void> upload_text(storage::ObjectStore& store, const std::string& key,
                                std::string_view content) {
  PG2ATHENA_ASSIGN(const auto upload, store.start_upload(key));
  PG2ATHENA_TRY(upload->write(as_bytes(content)));
  return upload->complete();
}

// Both tables, one shard each, as they stand now.
inline Result<RunPlan> plan_run(storage::ObjectStore& store, const std::string& run_id) {
  RunPlan plan{.run_id = run_id, .json = "{}\n", .tables = {}};
  for (const std::string& name : kTestTables) {
    PG2ATHENA_ASSIGN(std::optional<CurrentRun> previous, read_current(store, name));
    plan.tables.push_back({.name = name,
                           .previous = std::move(previous),
                           .first_shard = static_cast<int>(plan.tables.size()),
                           .shards = 1,
                           .columns = {{.name = "id", .type = "bigint", .comment = "the key"}}});
  }
  return plan;
}

// What the shard of a table made.
inline Receipt receipt_for(const RunPlan& plan, int shard, int attempt = 0) {
  const PlannedTable& table = plan.tables[static_cast<std::size_t>(shard)];
  const std::string key = data_key(table.name, plan.run_id, "", shard, attempt, 0);
  return {.run_id = plan.run_id,
          .table = table.name,
          .shard = shard,
          .attempt = attempt,
          .rows = 1,
          .bytes = key.size(),
          .files = {{.key = key,
                     .rows = 1,
                     .bytes = key.size(),
                     .xxh3_128 = std::string(32, '0'),
                     .columns = {{.path = "id", .values = 1, .nulls = 0, .min = "1", .max = "1"}}}},
          .source = "test",
          .worker = "test",
          .duration = std::chrono::milliseconds(1)};
}

// One shard: its file (whose content is its key), then its receipt.
inline Result<void> run_shard(storage::ObjectStore& store, RunRecord& record, const Receipt& receipt) {
  for (const FileReceipt& file : receipt.files) PG2ATHENA_TRY(upload_text(store, file.key, file.key));
  PG2ATHENA_TRY(record.add_receipt(receipt));
  return {};
}

// As the pipeline does after a failure. If that fails too, so be it.
inline void discard_if_possible(RunRecord& record) {
  [[maybe_unused]] const auto discarded = record.discard();
}

// A run up to the moment before its commit.
inline Result<std::unique_ptr<RunRecord>> run_shards(storage::ObjectStore& store, const RunPlan& plan) {
  PG2ATHENA_ASSIGN(auto record, RunRecord::begin(store, kTestClock, plan));
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    if (Result<void> shard = run_shard(store, *record, receipt_for(plan, static_cast<int>(i))); !shard) {
      discard_if_possible(*record);
      return fail(shard.error());
    }
  }
  return record;
}

// What readers of the records see: the run of each table, empty before the first. Checks that every file of
// that run is there: nobody sees half a run.
inline std::map<std::string, std::string> visible(storage::ObjectStore& store, bool& complete) {
  std::map<std::string, std::string> runs;
  for (const std::string& table : kTestTables) {
    const std::optional<TableRecord> record = read_table_record(store, table).value();
    runs[table] = record ? record->run_id : std::string();
    if (!record) continue;
    const auto files = store.list(record->data).value();
    complete = complete && files.size() == record->files && record->files == 1;
  }
  return runs;
}

inline std::map<std::string, std::string> all_tables_show(const std::string& run_id) {
  std::map<std::string, std::string> runs;
  for (const std::string& table : kTestTables) runs[table] = run_id;
  return runs;
}

}  // namespace pg2athena::catalog
