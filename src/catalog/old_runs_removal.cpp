// How old runs go: table by table, so that what a table shows is asked once for many runs; then the records
// of those runs of which nothing is left.
#include <algorithm>
#include <map>
#include <mutex>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "catalog/object_keys.h"
#include "catalog/old_runs.h"

namespace pg2athena::catalog {
namespace {

using Kind = RunObject::Kind;
using Verdict = TableOfRun::Verdict;
using storage::ObjectInfo;

// Whose keys are in memory at once, as far as one folder hasn't more.
constexpr std::uint64_t kObjectsAtOnce = 20'000;

struct Folder {
  std::uint32_t table = 0;  // of OldRuns::tables
  std::size_t removal = 0;  // of Remover::removals_
  std::uint64_t objects = 0;
};

struct Doomed {
  ObjectInfo object;
  std::size_t removal = 0;
};

class Remover {
 public:
  Remover(const OldRunSearch& lake, const OldRuns& old) : lake_(lake), old_(old) {}

  std::vector<Removal> run() {
    std::vector<Folder> folders;
    for (const PublishedRun& run : old_.runs) {
      if (!run.has_garbage()) continue;
      for (const TableOfRun& table : run.tables) {
        if (table.verdict != Verdict::Old) continue;
        folders.push_back({table.table, removals_.size(), table.files.objects});
      }
      removals_.push_back({.run_id = run.run_id, .error = {}});
      if (run.records_go) without_data_.push_back({0, removals_.size() - 1, run.records.objects});
    }
    // The oldest first, of each table.
    std::ranges::sort(folders, {},
                      [](const Folder& folder) { return std::pair(folder.table, folder.removal); });
    in_pieces(folders, [this](std::span<const Folder> piece) { remove_data(piece); });
    in_pieces(without_data_, [this](std::span<const Folder> piece) { remove_records(piece); });
    if (const Result<void> checked = lake_.stop.check(); !checked && !removals_.empty()) {
      // What stops everything is what is to be said.
      removals_.back().error = checked.error();
    }
    return std::move(removals_);
  }

 private:
  template <typename Function>
  void in_pieces(std::span<const Folder> folders, Function remove) {
    while (!folders.empty() && !lake_.stop.requested()) {
      std::size_t count = 0;
      std::uint64_t objects = 0;
      while (count < folders.size() && objects < kObjectsAtOnce) objects += folders[count++].objects;
      remove(folders.first(count));
      folders = folders.subspan(count);
    }
  }

  void remove_data(std::span<const Folder> folders) {
    const std::map<std::uint32_t, Result<std::vector<std::string>>> shown = shown_now(folders);
    std::vector<Doomed> doomed;
    at_once(folders.size(), [&](std::size_t i) {
      const Folder& folder = folders[i];
      const std::string& run_id = removals_[folder.removal].run_id;
      const Result<std::vector<std::string>>& runs = shown.at(folder.table);
      if (!runs) return note(folder.removal, runs.error());
      if (std::ranges::find(*runs, run_id) != runs->end()) return note(folder.removal, shown_again(folder));
      const auto is_data = [&](const RunObject& object) {
        return object.kind == Kind::Data && object.table == old_.tables[folder.table];
      };
      list(folder.removal, data_prefix(old_.tables[folder.table], run_id), is_data, doomed);
    });
    remove_all(doomed);
  }

  // What readers of these tables see, asked again: by table.
  std::map<std::uint32_t, Result<std::vector<std::string>>> shown_now(std::span<const Folder> folders) {
    std::map<std::uint32_t, Result<std::vector<std::string>>> shown;
    for (const Folder& folder : folders)
      shown.try_emplace(folder.table, fail(ErrorKind::Internal, "unasked"));
    std::vector<std::uint32_t> tables;
    for (const auto& [table, runs] : shown) tables.push_back(table);
    at_once(tables.size(), [&](std::size_t i) { shown.at(tables[i]) = shown_now(old_.tables[tables[i]]); });
    return shown;
  }

  Result<std::vector<std::string>> shown_now(const std::string& table) {
    PG2ATHENA_ASSIGN(const std::optional<TableRecord> record, read_table_record(lake_.store, table));
    if (!record) {
      return fail(Error(ErrorKind::Storage, fmt::format("the record of {} has vanished meanwhile", table))
                      .with("table", table)
                      .hint("nothing of its old runs was removed"));
    }
    PG2ATHENA_ASSIGN(std::vector<std::string> runs, runs_led_to(lake_, table));
    runs.push_back(record->run_id);
    return runs;
  }

  Error shown_again(const Folder& folder) const {
    return Error(ErrorKind::Storage, "somebody has readers see an old run again, which was to be removed")
        .with("table", old_.tables[folder.table])
        .hint("nothing of it was removed; pg2athena gc shows what may go now");
  }

  // A run whose data couldn't be removed needs its records, to be found again.
  void remove_records(std::span<const Folder> runs) {
    std::vector<Doomed> receipts;
    at_once(runs.size(), [&](std::size_t i) {
      if (removals_[runs[i].removal].error) return;
      const std::string prefix = receipts_prefix(removals_[runs[i].removal].run_id);
      list(runs[i].removal, prefix, [](const RunObject& o) { return o.kind == Kind::Receipt; }, receipts);
    });
    remove_all(receipts);
    std::vector<Doomed> rest;
    at_once(runs.size(), [&](std::size_t i) {
      if (removals_[runs[i].removal].error) return;
      const std::string& run_id = removals_[runs[i].removal].run_id;
      list(runs[i].removal, pending_key(run_id), [](const RunObject&) { return true; }, rest);
      list(runs[i].removal, plan_key(run_id), [](const RunObject&) { return true; }, rest);
    });
    remove_all(rest);
  }

  // Adds the run's own objects under the prefix that are what they should be.
  template <typename Predicate>
  void list(std::size_t removal, const std::string& prefix, Predicate is_wanted,
            std::vector<Doomed>& doomed) {
    const auto objects = lake_.store.list(prefix);
    if (!objects) return note(removal, objects.error());
    const std::lock_guard lock(mutex_);
    for (const ObjectInfo& object : *objects) {
      const std::optional<RunObject> of_run = run_object(object.key);
      if (!of_run || of_run->run_id != removals_[removal].run_id || !is_wanted(*of_run)) continue;
      doomed.push_back({.object = object, .removal = removal});
    }
  }

  void remove_all(const std::vector<Doomed>& doomed) {
    at_once(doomed.size(), [&](std::size_t i) {
      const Result<void> removed = lake_.store.remove(doomed[i].object.key);
      if (!removed) return note(doomed[i].removal, removed.error());
      const std::lock_guard lock(mutex_);
      ++removals_[doomed[i].removal].objects;
      removals_[doomed[i].removal].bytes += doomed[i].object.size;
    });
  }

  // `call` notes its own errors; when everything is to stop, no further one begins.
  template <typename Function>
  void at_once(std::size_t count, Function call) {
    const Result<void> stopped = for_each_at_once(count, kRequestsAtOnce, [&](std::size_t i) -> Result<void> {
      PG2ATHENA_TRY(lake_.stop.check());
      call(i);
      return {};
    });
    // Whoever asks the Cancellation again hears of it.
    static_cast<void>(stopped);
  }

  void note(std::size_t removal, const Error& error) {
    const std::lock_guard lock(mutex_);
    std::optional<Error>& kept = removals_[removal].error;
    if (!kept) kept = Error(error).with("run_id", removals_[removal].run_id);
  }

  const OldRunSearch& lake_;
  const OldRuns& old_;
  std::vector<Folder> without_data_;  // runs whose records go, as if each were a folder
  std::mutex mutex_;                  // guards what removals_ has but for run ids, while several are at it
  std::vector<Removal> removals_;     // of the runs that have garbage, in their order
};

}  // namespace

std::vector<Removal> remove_old_runs(const OldRunSearch& lake, const OldRuns& old) {
  return Remover(lake, old).run();
}

}  // namespace pg2athena::catalog
