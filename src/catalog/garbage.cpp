#include "catalog/garbage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/run_id.h"
#include "catalog/decision.h"
#include "catalog/json_reader.h"
#include "catalog/object_keys.h"

namespace pg2athena::catalog {
namespace {

using State = RunRemains::State;
using Kind = RunObject::Kind;
using std::chrono::system_clock;
using storage::ObjectInfo;
using storage::UnfinishedUpload;

Result<State> state_of(storage::ObjectStore& store, const std::string& run_id, const FoundRun& run,
                       bool shown) {
  if (run.has_published) return State::Published;  // which only comes behind a decision to publish
  if (!run.has_commit) return shown ? State::Published : State::Undecided;
  PG2ATHENA_ASSIGN(const std::optional<Decision> decision, read_decision(store, run_id));
  if (!decision)
    return fail(ErrorKind::Storage, fmt::format("{} was there and then wasn't", commit_key(run_id)));
  return decision->verdict == Decision::Verdict::Publish ? State::Decided : State::Abandoned;
}

// What a shard without a receipt may have been uploading to: in each folder of its table the file behind the
// last, of any attempt at it. A shard of a partitioned table may be read twice (shard_job.h). Folders that
// no run of this lake ever finished a file in aren't known.
void add_candidates(const std::string& run_id, const FoundRun& run, const std::string& table, int shard,
                    const std::set<std::string>& folders, bool partitioned, std::vector<std::string>& keys) {
  const int last_attempt = std::max(run.last_attempt, partitioned ? 1 : 0);
  for (const std::string& folder : folders) {
    if (folder.empty() == partitioned) continue;
    for (int attempt = 0; attempt <= last_attempt; ++attempt) {
      const auto next = run.next_file.find({table, folder, shard, attempt});
      keys.push_back(
          data_key(table, run_id, folder, shard, attempt, next == run.next_file.end() ? 0 : next->second));
    }
  }
}

// The keys that a run may have been uploading to when it ended, by its plan.
std::vector<std::string> candidate_keys(storage::ObjectStore& store, const std::string& run_id,
                                        const FoundRun& run, const FoundRuns& found) {
  std::vector<std::string> keys;
  if (!run.has_plan) return keys;
  const auto plan = store.get(plan_key(run_id));
  // A plan that can't be read tells nothing; what prefixes find is found all the same.
  if (!plan || !*plan) return keys;
  const Json json = Json::parse((*plan)->content, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("tables") || !json["tables"].is_array()) return keys;
  for (const Json& table : json["tables"]) {
    const bool whole = table.is_object() && table.contains("name") && table["name"].is_string() &&
                       table.contains("shards") && table["shards"].is_array();
    if (!whole) continue;
    const std::string name = table["name"].get<std::string>();
    if (!check_table_name(name)) continue;
    const auto known = found.folders.find(name);
    std::set<std::string> of_table = known == found.folders.end() ? std::set<std::string>() : known->second;
    of_table.emplace();
    for (const Json& shard : table["shards"]) {
      if (!shard.is_object() || !shard.contains("shard") || !shard["shard"].is_number_unsigned()) continue;
      const int number = shard["shard"].get<int>();
      if (run.receipts.contains(number)) continue;
      const bool partitioned = table.contains("partition_by") && table["partition_by"].is_object();
      add_candidates(run_id, run, name, number, of_table, partitioned, keys);
    }
  }
  return keys;
}

class Search {
 public:
  Search(const GarbageSearch& lake, const FoundRuns& found, std::chrono::milliseconds older_than)
      : lake_(lake), found_(found), older_than_(older_than), now_(lake.clock.now()) {}

  Result<Garbage> search() {
    for (const TableRecord& record : found_.records) shown_.insert(record.run_id);
    for (const auto& [run_id, run] : found_.runs) {
      if (run.has_folder) runs_.insert(run_id);
    }
    PG2ATHENA_ASSIGN(std::vector<UnfinishedUpload> uploads, lake_.uploads.unfinished("", may_have_objects));
    for (UnfinishedUpload& upload : uploads) take(std::move(upload));
    for (const std::string& run_id : runs_) {
      PG2ATHENA_TRY(lake_.stop.check());
      PG2ATHENA_TRY(judge(run_id));
    }
    return std::move(garbage_);
  }

 private:
  // An upload goes to its run. What isn't one of ours, by its name, is left where it is.
  void take(UnfinishedUpload upload) {
    if (!upload.hidden_file) {
      const std::optional<RunObject> object = run_object(upload.key);
      if (!object || object->kind != Kind::Data) return;
      if (runs_.contains(object->run_id)) add(object->run_id, std::move(upload));
      return;
    }
    const std::string run_id(run_of_folder(upload.key));
    // A run's own folder is enough to know it by: it may have been killed before its plan was there.
    if (!run_id.empty() && upload.key.starts_with(run_prefix(run_id))) runs_.insert(run_id);
    if (runs_.contains(run_id)) {
      add(run_id, std::move(upload));
    } else if (is_old(upload.begun.value_or(system_clock::time_point()))) {
      garbage_.strays.push_back(std::move(upload));
    }
  }

  void add(const std::string& run_id, UnfinishedUpload upload) {
    std::vector<UnfinishedUpload>& uploads = uploads_[run_id];
    if (std::ranges::find(uploads, upload) == uploads.end()) uploads.push_back(std::move(upload));
  }

  Result<void> judge(const std::string& run_id) {
    static const FoundRun kNothing;
    const auto found = found_.runs.find(run_id);
    const FoundRun& run = found == found_.runs.end() ? kNothing : found->second;
    RunRemains remains{.run_id = run_id,
                       .started = run_id_time(run_id).value_or(system_clock::time_point()),
                       .last_sign_of_life = {},
                       .objects = run.objects,
                       .uploads = std::move(uploads_[run_id])};
    PG2ATHENA_ASSIGN(remains.state, state_of(lake_.store, run_id, run, shown_.contains(run_id)));
    const bool dead = remains.state == State::Undecided || remains.state == State::Abandoned;
    date(remains);
    if (dead && !remains.young && lake_.uploads.by_whole_keys_only()) {
      PG2ATHENA_TRY(find_by_whole_keys(run, remains));
      date(remains);
    }
    if (remains.state == State::Published) {
      remains.objects.clear();
      if (remains.uploads.empty() || remains.young) return {};
    }
    const bool nothing = remains.objects.empty() && remains.uploads.empty();
    if (!nothing) garbage_.runs.push_back(std::move(remains));
    return {};
  }

  Result<void> find_by_whole_keys(const FoundRun& run, RunRemains& remains) {
    for (const std::string& key : candidate_keys(lake_.store, remains.run_id, run, found_)) {
      PG2ATHENA_TRY(lake_.stop.check());
      PG2ATHENA_ASSIGN(std::vector<UnfinishedUpload> uploads, lake_.uploads.unfinished(key));
      for (UnfinishedUpload& upload : uploads) {
        const bool known = std::ranges::find(remains.uploads, upload) != remains.uploads.end();
        if (upload.key == key && !known) remains.uploads.push_back(std::move(upload));
      }
    }
    return {};
  }

  void date(RunRemains& remains) const {
    system_clock::time_point last = remains.started;
    const bool published = remains.state == State::Published;
    for (const ObjectInfo& object : remains.objects) {
      if (object.last_modified && !published) last = std::max(last, *object.last_modified);
    }
    for (const UnfinishedUpload& upload : remains.uploads) {
      if (upload.begun) last = std::max(last, *upload.begun);
    }
    remains.last_sign_of_life = last;
    remains.young = !is_old(last);
  }

  // The store's clock may be before ours: nothing is too young for an age of 0.
  bool is_old(system_clock::time_point last) const {
    return older_than_ == std::chrono::milliseconds(0) || now_ - last >= older_than_;
  }

  const GarbageSearch& lake_;
  const FoundRuns& found_;
  const std::chrono::milliseconds older_than_;
  const system_clock::time_point now_;
  std::set<std::string> shown_;                                   // by a table's record
  std::set<std::string, std::less<>> runs_;                       // that are of this lake
  std::map<std::string, std::vector<UnfinishedUpload>> uploads_;  // by run
  Garbage garbage_;
};

// True: commit.json says that the run is never published. False: that it is.
Result<bool> abandon(storage::ObjectStore& store, const Clock& clock, const std::string& run_id) {
  const Decision against{.run_id = run_id,
                         .verdict = Decision::Verdict::Abandon,
                         .decided_at = rfc3339(clock.now()),
                         .tables = {}};
  const auto put = store.put(commit_key(run_id), to_json(against), storage::PutCondition::if_absent());
  if (put && std::holds_alternative<storage::Stored>(*put)) return true;
  // Something was there before, or an answer got lost: what is there tells.
  PG2ATHENA_ASSIGN(const std::optional<Decision> decision, read_decision(store, run_id));
  if (decision) return decision->verdict == Decision::Verdict::Abandon;
  if (!put) return fail(put.error());
  return fail(ErrorKind::Storage, fmt::format("{} was there and then wasn't", commit_key(run_id)));
}

// In the order in which a run's objects go: what says which run it was goes last, so that what an interrupted
// removal leaves can still be told to be ours.
int rank(const ObjectInfo& object) {
  const std::optional<RunObject> of_run = run_object(object.key);
  if (!of_run || of_run->kind == Kind::Data) return 0;
  if (of_run->kind == Kind::Receipt) return 1;
  return of_run->kind == Kind::Pending ? 2 : 3;
}

class Remover {
 public:
  Remover(const GarbageSearch& lake, std::string run_id)
      : lake_(lake), removal_{.run_id = std::move(run_id), .error = {}} {}

  Removal run(const RunRemains& run) {
    if (run.state == State::Undecided) {
      const Result<bool> abandoned = abandon(lake_.store, lake_.clock, run.run_id);
      if (!abandoned) note(abandoned.error());
      removal_.decided_meanwhile = abandoned && !*abandoned;
      if (!abandoned || !*abandoned) return std::move(removal_);
    }
    // First, since a store that knows uploads by whole keys only is asked by what else is there.
    uploads(run.uploads);
    std::vector<ObjectInfo> objects = run.objects;
    std::ranges::sort(objects, {}, [](const ObjectInfo& object) {
      return std::pair(rank(object), std::string_view(object.key));
    });
    for (const ObjectInfo& object : objects) {
      // The plan is not to go while something is left.
      if (stopped() || (rank(object) == 3 && removal_.error)) break;
      if (note(lake_.store.remove(object.key))) continue;
      ++removal_.objects;
      removal_.bytes += object.size;
    }
    return std::move(removal_);
  }

  Removal strays(const std::vector<UnfinishedUpload>& strays) {
    uploads(strays);
    return std::move(removal_);
  }

 private:
  void uploads(const std::vector<UnfinishedUpload>& uploads) {
    for (const UnfinishedUpload& upload : uploads) {
      if (stopped()) return;
      if (!note(lake_.uploads.abort(upload))) ++removal_.uploads;
    }
  }

  bool stopped() {
    if (const Result<void> checked = lake_.stop.check(); !checked) {
      // What stops everything is what is to be said.
      removal_.error = checked.error();
      return true;
    }
    return false;
  }

  // Whether it failed.
  bool note(const Result<void>& result) { return !result && note(result.error()); }
  bool note(const Error& error) {
    if (!removal_.error) {
      removal_.error = Error(error);
      if (!removal_.run_id.empty())
        removal_.error = std::move(*removal_.error).with("run_id", removal_.run_id);
    }
    return true;
  }

  const GarbageSearch& lake_;
  Removal removal_;
};

}  // namespace

std::uint64_t RunRemains::bytes() const {
  std::uint64_t sum = 0;
  for (const ObjectInfo& object : objects) sum += object.size;
  return sum;
}

std::string_view to_string(RunRemains::State state) {
  switch (state) {
    case State::Undecided:
      return "undecided";
    case State::Abandoned:
      return "abandoned";
    case State::Decided:
      return "decided";
    case State::Published:
      return "published";
  }
  return "";
}

Result<Garbage> find_garbage(const GarbageSearch& lake, const FoundRuns& found,
                             std::chrono::milliseconds older_than) {
  return Search(lake, found, older_than).search();
}

std::vector<Removal> remove_garbage(const GarbageSearch& lake, const Garbage& garbage) {
  std::vector<Removal> removals;
  const auto stopped = [&] {
    return !removals.empty() && removals.back().error &&
           removals.back().error->kind() == ErrorKind::Interrupted;
  };
  for (const RunRemains& run : garbage.runs) {
    if (run.is_garbage() && !stopped()) removals.push_back(Remover(lake, run.run_id).run(run));
  }
  if (!garbage.strays.empty() && !stopped()) removals.push_back(Remover(lake, "").strays(garbage.strays));
  return removals;
}

}  // namespace pg2athena::catalog
