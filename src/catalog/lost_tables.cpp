#include "catalog/lost_tables.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/parallel.h"
#include "catalog/found_runs.h"
#include "catalog/object_keys.h"
#include "catalog/publication.h"
#include "catalog/table_record.h"

namespace pg2athena::catalog {
namespace {

// By the tables that finished runs published: the newest such run of each.
using NewestRuns = std::map<std::string, std::string>;

Result<NewestRuns> newest_runs(storage::ObjectStore& store, Cancellation& stop) {
  PG2ATHENA_ASSIGN(const FoundRuns found, find_run_records(store, stop));
  std::vector<std::string> finished;
  for (const auto& [run_id, run] : found.runs) {
    if (run.has_published && run.has_plan) finished.push_back(run_id);
  }
  std::mutex mutex;
  NewestRuns newest;
  const auto add = [&](std::size_t i) -> Result<void> {
    PG2ATHENA_TRY(stop.check());
    auto tables = tables_of_finished(store, finished[i]);
    if (!tables && tables.error().kind() == ErrorKind::CorruptInput) return {};
    if (!tables) return fail(std::move(tables).error());
    const std::lock_guard lock(mutex);
    for (const std::string& table : *tables) {
      std::string& run = newest[table];
      run = std::max(run, finished[i]);
    }
    return {};
  };
  PG2ATHENA_TRY(for_each_at_once(finished.size(), kRequestsAtOnce, add));
  return newest;
}

}  // namespace

Result<std::vector<std::string>> find_lost_tables(storage::ObjectStore& store, Cancellation& stop) {
  PG2ATHENA_ASSIGN(const NewestRuns newest, newest_runs(store, stop));
  // Behind the runs: a table has its record before its first run is finished.
  PG2ATHENA_ASSIGN(const std::vector<std::string> published, published_tables(store));
  const std::set<std::string> recorded(published.begin(), published.end());
  std::vector<std::string> lost;
  for (const auto& [table, run_id] : newest) {
    if (recorded.contains(table) || !check_table_name(table)) continue;
    PG2ATHENA_ASSIGN(const auto data, store.list(data_prefix(table, run_id)));
    if (!data.empty()) lost.push_back(table);
  }
  return lost;
}

}  // namespace pg2athena::catalog
