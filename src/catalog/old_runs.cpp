#include "catalog/old_runs.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/run_id.h"
#include "catalog/decision.h"

namespace pg2athena::catalog {
namespace {

using std::chrono::system_clock;
using Time = std::optional<system_clock::time_point>;
using Verdict = TableOfRun::Verdict;

constexpr std::uint32_t kNone = TableOfRun::kNone;

// A decision of many tables takes megabytes while it is read.
constexpr std::size_t kDecisionsAtOnce = 4;

// One table of one run, as the run's commit.json has it.
struct Made {
  std::uint32_t run = 0;           // of Search::runs_
  std::uint32_t previous = kNone;  // the run that it replaced, if this one was shown at all
  std::uint32_t catalog = kNone;   // that it was meant for
  bool registered = false;         // its partitions are registered there
  TableOfRun told = {};
};

// A run that a table's record names or once named.
struct Link {
  std::uint32_t run = kNone;  // kNone: nothing is there of it
  std::uint32_t catalog = kNone;
  Made* made = nullptr;  // its data of the table, if it is one of the runs that are looked at
};

// When readers left what lies behind a part of the chain, by what the runs in that part prove.
class Proof {
 public:
  explicit Proof(std::vector<std::uint32_t> catalogs) : catalogs_(std::move(catalogs)) {}

  void add_finish(Time finished) { keep_earliest(finished_, finished); }
  // A catalog's partitions move one by one, and who is killed at it may leave some behind a newer run's
  // (partition_switch.h): only the catalog itself can say where they are.
  void add_registered(std::uint32_t catalog) { registered_.insert(catalog); }
  void add_shown(std::uint32_t catalog, Time finished) { keep_earliest(shown_[catalog], finished); }

  // Judges data that came before all of that. `asked` is the catalog that is asked.
  void judge(TableOfRun& table, std::uint32_t asked) const {
    table.verdict = Verdict::NotFinished;
    if (!finished_) return;
    table.replaced_at = finished_;
    for (const std::uint32_t catalog : catalogs_) {
      const auto shown = shown_.find(catalog);
      if (shown != shown_.end() && (catalog == asked || !registered_.contains(catalog))) {
        table.replaced_at = std::max(table.replaced_at, shown->second);
      } else if (catalog != asked) {
        table.verdict = Verdict::MayBeShown;
        table.catalog = catalog;
        return;
      }
    }
    table.verdict = Verdict::Old;
  }

 private:
  static void keep_earliest(Time& kept, Time other) {
    if (other && (!kept || *other < *kept)) kept = other;
  }

  const std::vector<std::uint32_t> catalogs_;  // those that runs of the chain were meant for
  Time finished_;
  std::map<std::uint32_t, Time> shown_;
  std::set<std::uint32_t> registered_;
};

class Search {
 public:
  Search(const OldRunSearch& lake, const FoundRuns& found, std::chrono::milliseconds keep_for)
      : lake_(lake), found_(found), keep_for_(keep_for), now_(lake.clock.now()) {}

  Result<OldRuns> search() {
    old_.tables = found_.tables;
    for (std::uint32_t i = 0; i < old_.tables.size(); ++i) tables_.emplace(old_.tables[i], i);
    made_.resize(old_.tables.size());
    if (const std::string catalog = lake_.publisher.catalog(); !catalog.empty()) asked_ = catalog_of(catalog);
    for (const auto& [run_id, run] : found_.runs) runs_.push_back({.id = &run_id, .found = &run});
    PG2ATHENA_TRY(read_decisions());
    for (const TableRecord& record : found_.records) {
      if (const auto table = tables_.find(record.table); table != tables_.end()) {
        judge(made_[table->second], record);
      }
    }
    PG2ATHENA_TRY(ask());
    return gathered();
  }

 private:
  struct Run {
    const std::string* id = nullptr;
    const FoundRun* found = nullptr;
    bool decided = false;  // its commit.json was read
  };

  std::uint32_t run_of(const std::string& run_id) const {
    const auto by_id = [](const Run& run) -> const std::string& { return *run.id; };
    const auto at = std::ranges::lower_bound(runs_, run_id, {}, by_id);
    const bool there = at != runs_.end() && *at->id == run_id;
    return there ? static_cast<std::uint32_t>(at - runs_.begin()) : kNone;
  }
  std::uint32_t catalog_of(const std::string& catalog) {
    if (catalog.empty()) return kNone;
    const auto at = std::ranges::find(old_.catalogs, catalog);
    if (at == old_.catalogs.end()) old_.catalogs.push_back(catalog);
    return static_cast<std::uint32_t>(std::ranges::find(old_.catalogs, catalog) - old_.catalogs.begin());
  }
  std::uint32_t table_of(const std::string& table) {
    const auto [at, is_new] = tables_.try_emplace(table, static_cast<std::uint32_t>(old_.tables.size()));
    if (is_new) {
      old_.tables.push_back(table);
      made_.emplace_back();
    }
    return at->second;
  }

  // Of a finished run; none where the store doesn't say when: now, which is the latest that it can be.
  Time finish_of(std::uint32_t run) const {
    if (run == kNone || !runs_[run].found->has_published) return std::nullopt;
    return runs_[run].found->finished.value_or(now_);
  }

  // Of all runs that something is left of; of those that aren't finished to know what they are to replace.
  Result<void> read_decisions() {
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t i = 0; i < runs_.size(); ++i) {
      const FoundRun& run = *runs_[i].found;
      const bool left = !run.data.empty() || run.records.objects != 0 || !run.objects.empty();
      if (run.has_commit && left) candidates.push_back(i);
    }
    PG2ATHENA_TRY(for_each_at_once(candidates.size(), kDecisionsAtOnce,
                                   [&](std::size_t i) { return read_decision_of(candidates[i]); }));
    for (std::vector<Made>& made : made_) std::ranges::sort(made, {}, &Made::run);
    return {};
  }

  // Thread-safe.
  Result<void> read_decision_of(std::uint32_t run) {
    PG2ATHENA_TRY(lake_.stop.check());
    Result<std::optional<Decision>> decision = read_decision(lake_.store, *runs_[run].id);
    // One broken record of one run isn't to keep everything else from going.
    if (!decision && decision.error().kind() == ErrorKind::CorruptInput) return {};
    if (!decision) return fail(std::move(decision).error());
    const std::lock_guard lock(mutex_);
    if (*decision && (*decision)->verdict == Decision::Verdict::Publish) add(run, **decision);
    return {};
  }

  void add(std::uint32_t run, const Decision& decision) {
    runs_[run].decided = true;
    const std::vector<FoundRun::Data>& data = runs_[run].found->data;
    for (const DecidedTable& decided : decision.tables) {
      const TableRecord& record = decided.record;
      const std::uint32_t table = table_of(record.table);
      Made made{
          .run = run,
          .previous = run_of(record.previous_run_id),
          .catalog = catalog_of(record.catalog),
          .registered = record.partitioning && record.partitioning->catalog == CatalogPartitions::Registered,
          .told = {.table = table, .verdict = Verdict::NoRecord}};
      const auto files = std::ranges::lower_bound(data, table, {}, &FoundRun::Data::table);
      if (files != data.end() && files->table == table) made.told.files = files->files;
      made_[table].push_back(made);
    }
  }

  static Made* find(std::vector<Made>& made, std::uint32_t run) {
    const auto at = std::ranges::lower_bound(made, run, {}, &Made::run);
    return at != made.end() && at->run == run ? &*at : nullptr;
  }

  // From the run that the record names back to the first one that is looked at no more: its data is gone, and
  // so is, or was refused to go, what came before it.
  std::vector<Link> chain_of(std::vector<Made>& made, const TableRecord& record) {
    std::vector<Link> chain = {{.run = run_of(record.run_id),
                                .catalog = catalog_of(record.catalog),
                                .made = find(made, run_of(record.run_id))}};
    std::uint32_t previous = run_of(record.previous_run_id);
    while (previous != kNone && chain.size() <= made.size()) {  // longer only where somebody tied a loop
      Made* const next = find(made, previous);
      chain.push_back({.run = previous, .catalog = next != nullptr ? next->catalog : kNone, .made = next});
      previous = next != nullptr ? next->previous : kNone;
    }
    return chain;
  }

  // Whether the run was finished while the table's record named it: `next` is the one that replaced it.
  bool finished_in_sight(const Link& link, const Link* next) const {
    if (!finish_of(link.run)) return false;
    if (next == nullptr) return true;
    // A store may know times to the second only.
    const FoundRun* const replaced_by = next->run == kNone ? nullptr : runs_[next->run].found;
    return replaced_by != nullptr && replaced_by->committed && finish_of(link.run) < replaced_by->committed;
  }

  void judge(std::vector<Made>& made, const TableRecord& record) {
    const std::vector<Link> chain = chain_of(made, record);
    std::vector<std::uint32_t> catalogs;
    for (const Link& link : chain) {
      const bool known = std::ranges::find(catalogs, link.catalog) != catalogs.end();
      if (link.catalog != kNone && !known) catalogs.push_back(link.catalog);
    }
    Proof proof(catalogs);
    for (const Made& one : made) {
      if (one.registered) proof.add_registered(one.catalog);
    }
    std::vector<bool> in_chain(made.size());
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const Link& link = chain[i];
      if (link.made != nullptr) {
        in_chain[static_cast<std::size_t>(link.made - made.data())] = true;
        proof.judge(link.made->told, asked_);
        if (i == 0) link.made->told = shown(link.made->told);
      }
      proof.add_finish(finish_of(link.run));
      if (link.catalog != kNone && finished_in_sight(link, i == 0 ? nullptr : &chain[i - 1])) {
        proof.add_shown(link.catalog, finish_of(link.run));
      }
    }
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (!in_chain[i]) judge_outside(made[i], proof, catalogs);
      keep_young(made[i].told);
    }
  }

  static TableOfRun shown(const TableOfRun& table) {
    return {.table = table.table, .verdict = Verdict::Shown, .files = table.files};
  }

  void judge_outside(Made& made, const Proof& proof, const std::vector<std::uint32_t>& catalogs) const {
    proof.judge(made.told, asked_);
    if (made.told.verdict != Verdict::Old) return;
    made.told.replaced_at = std::max(made.told.replaced_at, finish_of(made.run));
    const bool known = std::ranges::find(catalogs, made.catalog) != catalogs.end();
    if (made.catalog == kNone || made.catalog == asked_ || known) return;
    // Where the chain was cut, this one may have been shown there, and none of those behind the cut was.
    made.told.verdict = Verdict::MayBeShown;
    made.told.catalog = made.catalog;
  }

  // The store's clock may be before ours: nothing is too young for an age of 0.
  void keep_young(TableOfRun& table) const {
    if (table.verdict != Verdict::Old || keep_for_ == std::chrono::milliseconds(0)) return;
    if (now_ - *table.replaced_at < keep_for_) table.verdict = Verdict::Young;
  }

  // What links and catalogs lead to stays, whatever the records say.
  Result<void> ask() {
    const auto goes = [](const Made& made) { return made.told.verdict == Verdict::Old; };
    return for_each_at_once(made_.size(), kRequestsAtOnce, [&](std::size_t table) -> Result<void> {
      std::vector<Made>& made = made_[table];
      if (std::ranges::none_of(made, goes)) return {};
      PG2ATHENA_TRY(lake_.stop.check());
      PG2ATHENA_ASSIGN(const std::vector<std::string> shown, runs_led_to(lake_, old_.tables[table]));
      for (const std::string& run_id : shown) {
        Made* const led_to = find(made, run_of(run_id));
        if (led_to != nullptr && goes(*led_to)) led_to->told.verdict = Verdict::LedTo;
      }
      return {};
    });
  }

  OldRuns gathered() {
    std::vector<PublishedRun> runs(runs_.size());
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const FoundRun& found = *runs_[i].found;
      runs[i] = {.run_id = *runs_[i].id,
                 .started = run_id_time(*runs_[i].id).value_or(system_clock::time_point()),
                 .records = found.records,
                 .records_go = runs_[i].decided && found.has_published};
      if (!found.has_published || runs_[i].decided) continue;
      for (const FoundRun::Data& data : found.data) {
        runs[i].tables.push_back(
            {.table = data.table, .verdict = Verdict::UnknownOrigin, .files = data.files});
      }
    }
    for (const std::vector<Made>& made : made_) {
      for (const Made& one : made) {
        if (!runs_[one.run].found->has_published) continue;
        PublishedRun& run = runs[one.run];
        run.records_go = run.records_go && one.told.verdict == Verdict::Old;
        const bool told = one.told.files.objects != 0 || one.told.verdict == Verdict::Shown;
        if (told) run.tables.push_back(one.told);
      }
    }
    std::erase_if(runs, [](const PublishedRun& run) {
      return run.tables.empty() && (!run.records_go || run.records.objects == 0);
    });
    old_.runs = std::move(runs);
    return std::move(old_);
  }

  const OldRunSearch& lake_;
  const FoundRuns& found_;
  const std::chrono::milliseconds keep_for_;
  const system_clock::time_point now_;
  std::mutex mutex_;  // guards what add() fills, while decisions are read
  OldRuns old_;
  std::uint32_t asked_ = kNone;
  std::map<std::string, std::uint32_t, std::less<>> tables_;  // their places in OldRuns::tables
  std::vector<Run> runs_;                                     // by id
  std::vector<std::vector<Made>> made_;                       // by table; of each by run
};

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Shown:
      return "shown";
    case Verdict::LedTo:
      return "led_to";
    case Verdict::MayBeShown:
      return "may_be_shown";
    case Verdict::NoRecord:
      return "no_record";
    case Verdict::NotFinished:
      return "not_finished";
    case Verdict::Young:
      return "young";
    case Verdict::UnknownOrigin:
      return "unknown_origin";
    case Verdict::Old:
      return "old";
  }
  return "";
}

bool PublishedRun::has_garbage() const {
  return (records_go && records.objects != 0) ||
         std::ranges::find(tables, Verdict::Old, &TableOfRun::verdict) != tables.end();
}

Counted PublishedRun::garbage(bool with_records) const {
  Counted sum;
  if (with_records && records_go) sum = records;
  for (const TableOfRun& table : tables) {
    if (table.verdict != Verdict::Old) continue;
    sum.objects += table.files.objects;
    sum.bytes += table.files.bytes;
  }
  return sum;
}

Result<std::vector<std::string>> runs_led_to(const OldRunSearch& lake, const std::string& table) {
  auto shown = lake.publisher.shown_runs(table, lake.stop);
  if (shown) return shown;
  return fail(std::move(shown)
                  .error()
                  .with("table", table)
                  .and_hint("what readers are led to has to be known before an old run goes: nothing of it "
                            "was removed"));
}

Result<OldRuns> find_old_runs(const OldRunSearch& lake, const FoundRuns& found,
                              std::chrono::milliseconds keep_for) {
  return Search(lake, found, keep_for).search();
}

}  // namespace pg2athena::catalog
