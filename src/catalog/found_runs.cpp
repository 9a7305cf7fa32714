#include "catalog/found_runs.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pg2athena::catalog {
namespace {

using Kind = RunObject::Kind;
using storage::ObjectInfo;

class Listing {
 public:
  explicit Listing(Cancellation& stop) : stop_(stop) {}

  Result<void> take(const ObjectInfo& object) {
    PG2ATHENA_TRY(stop_.check());
    const std::optional<RunObject> of_run = run_object(object.key);
    if (!of_run) return {};
    if (of_run->kind == Kind::Data) {
      add_data(*of_run, object);
    } else {
      add_record(found_.runs[of_run->run_id], *of_run, object);
    }
    return {};
  }

  FoundRuns done() {
    for (auto& [run_id, run] : found_.runs) merge(run.data);
    return std::move(found_);
  }

 private:
  static void add_record(FoundRun& run, const RunObject& object, const ObjectInfo& info) {
    if (object.kind == Kind::Commit) {
      run.has_folder = run.has_commit = true;
      run.committed = info.last_modified;
      return;
    }
    if (object.kind == Kind::Published) {
      run.has_folder = run.has_published = true;
      run.finished = info.last_modified;
      // What came before it, in a store without an order.
      for (const ObjectInfo& record : std::exchange(run.objects, {})) run.records.add(record);
      run.receipts.clear();
      return;
    }
    if (object.kind == Kind::Plan) run.has_folder = run.has_plan = true;
    if (object.kind == Kind::Receipt) run.has_folder = true;
    if (run.has_published) {
      run.records.add(info);
      return;
    }
    if (object.kind == Kind::Receipt) run.receipts.insert(object.shard);
    run.objects.push_back(info);
  }

  void add_data(const RunObject& object, const ObjectInfo& info) {
    FoundRun& run = found_.runs[object.run_id];
    const auto [table, is_new] =
        tables_.try_emplace(object.table, static_cast<std::uint32_t>(found_.tables.size()));
    if (is_new) found_.tables.push_back(object.table);
    auto& folders = found_.folders[object.table];
    if (!folders.contains(object.partition)) folders.insert(object.partition);
    if (run.has_published) {
      // Files of one folder come one after the other, in most stores.
      if (run.data.empty() || run.data.back().table != table->second) {
        run.data.push_back({.table = table->second, .files = {}});
      }
      run.data.back().files.add(info);
      return;
    }
    int& next = run.next_file[{object.table, object.partition, object.shard, object.attempt}];
    next = std::max(next, object.file + 1);
    run.last_attempt = std::max(run.last_attempt, object.attempt);
    run.objects.push_back(info);
  }

  static void merge(std::vector<FoundRun::Data>& data) {
    std::ranges::sort(data, {}, &FoundRun::Data::table);
    std::vector<FoundRun::Data> merged;
    for (const FoundRun::Data& one : data) {
      if (merged.empty() || merged.back().table != one.table) {
        merged.push_back(one);
      } else {
        merged.back().files.objects += one.files.objects;
        merged.back().files.bytes += one.files.bytes;
      }
    }
    data = std::move(merged);
  }

  Cancellation& stop_;
  FoundRuns found_;
  std::map<std::string, std::uint32_t, std::less<>> tables_;  // their places in FoundRuns::tables
};

}  // namespace

Result<FoundRuns> find_runs(storage::ObjectStore& store, Cancellation& stop) {
  const std::string ours = records_prefix();
  Listing listing(stop);
  // Records first, at the price of listing them twice: with them it is known of which data only sums are to
  // be kept, and data of a run that began in between are nobody's yet.
  PG2ATHENA_TRY(store.visit(ours, [&](const ObjectInfo& object) { return listing.take(object); }));
  PG2ATHENA_TRY(store.visit("", may_have_objects, [&](const ObjectInfo& object) -> Result<void> {
    return object.key.starts_with(ours) ? Result<void>() : listing.take(object);
  }));
  FoundRuns found = listing.done();
  PG2ATHENA_ASSIGN(found.records, read_table_records(store));
  return found;
}

Result<FoundRuns> find_run_records(storage::ObjectStore& store, Cancellation& stop) {
  Listing listing(stop);
  PG2ATHENA_TRY(store.visit(runs_prefix(), [&](const ObjectInfo& object) { return listing.take(object); }));
  return listing.done();
}

}  // namespace pg2athena::catalog
