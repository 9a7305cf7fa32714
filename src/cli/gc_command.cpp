#include "cli/gc_command.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quantity.h"
#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using catalog::PublishedRun;
using catalog::Removal;
using catalog::RunRemains;
using catalog::TableOfRun;
using Verdict = catalog::TableOfRun::Verdict;

// To the second: "2026-01-31T03:00:00Z".
std::string time_text(std::chrono::system_clock::time_point time) {
  constexpr std::size_t kToTheSecond = 19;
  return rfc3339(time).substr(0, kToTheSecond) + "Z";
}

// What becomes, or became, of what is to be removed. (Without a removal --delete was interrupted before it.)
std::string fate_text(const GcRequest& request, const Removal* removal) {
  if (!request.remove) return "would be removed";
  if (removal == nullptr) return "not removed";
  return removal->error ? "not removed, or not all of it" : "removed";
}

std::string state_text(const RunRemains& run, const GcRequest& request, const Removal* removal) {
  if (removal != nullptr && removal->decided_meanwhile) return "decided meanwhile: kept";
  if (run.state == RunRemains::State::Decided && !run.is_garbage()) return "decided: kept";
  if (!run.is_garbage()) return fmt::format("{}, young: kept", to_string(run.state));
  if (removal != nullptr) return fate_text(request, removal);
  return fmt::format("{}: {}", to_string(run.state), fate_text(request, removal));
}

std::string totals_text(const GcTotals& totals) {
  return fmt::format("{} ({}) and {} of {}", counted(totals.objects, "object"), human_bytes(totals.bytes),
                     counted(totals.uploads, "unfinished upload"), counted(totals.runs, "run"));
}

std::uint64_t count(const GcResult& result, bool (*matches)(const RunRemains&)) {
  return static_cast<std::uint64_t>(std::ranges::count_if(result.garbage.runs, matches));
}

// "3 d".
std::string age_text(std::chrono::system_clock::duration age) {
  using namespace std::chrono;
  if (age >= days(2)) return fmt::format("{} d", age / days(1));
  if (age >= hours(2)) return fmt::format("{} h", age / hours(1));
  if (age >= minutes(2)) return fmt::format("{} min", age / minutes(1));
  return fmt::format("{} s", std::max<std::int64_t>(age / seconds(1), 0));
}

// Tables of one run of which the same is to be said.
struct Alike {
  std::vector<std::string_view> tables;
  TableOfRun first;
  catalog::Counted files;
};

std::vector<Alike> alike(const PublishedRun& run, const catalog::OldRuns& old) {
  std::vector<Alike> groups;
  for (const TableOfRun& table : run.tables) {
    if (table.verdict == Verdict::Shown) continue;
    const auto is_like = [&](const Alike& group) {
      return group.first.verdict == table.verdict && group.first.catalog == table.catalog &&
             group.first.replaced_at == table.replaced_at;
    };
    auto group = std::ranges::find_if(groups, is_like);
    if (group == groups.end()) group = groups.insert(group, {.tables = {}, .first = table, .files = {}});
    group->tables.emplace_back(old.tables[table.table]);
    group->files.objects += table.files.objects;
    group->files.bytes += table.files.bytes;
  }
  return groups;
}

std::string names_text(const std::vector<std::string_view>& names) {
  constexpr std::size_t kMost = 3;
  if (names.size() <= kMost) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more", names.front(), with_thousands(names.size() - 1));
}

std::string verdict_text(const TableOfRun& table, const GcRequest& request, const GcResult& result,
                         const Removal* removal) {
  switch (table.verdict) {
    case Verdict::Shown:
      return "shown: kept";
    case Verdict::LedTo:
      return "a link or the catalog leads to it: kept";
    case Verdict::MayBeShown:
      return fmt::format("{} may show it: kept", result.old.catalogs[table.catalog]);
    case Verdict::NoRecord:
      return "the table has no record: kept";
    case Verdict::NotFinished:
      return "what replaced it isn't finished: kept";
    case Verdict::UnknownOrigin:
      return "its commit.json can't be read: kept";
    case Verdict::Young:
    case Verdict::Old:
      break;
  }
  std::string replaced = fmt::format("replaced {} ago", age_text(result.at - *table.replaced_at));
  if (table.verdict == Verdict::Young) {
    return fmt::format("{}: kept for {}", replaced, duration_text(*request.keep_for));
  }
  return fmt::format("{}: {}", replaced, fate_text(request, removal));
}

std::string old_runs_text(const GcRequest& request, const GcResult& result) {
  TextTable table({{"published run"},
                   {"started"},
                   {"table"},
                   {"state"},
                   {"objects", Align::Right},
                   {"size", Align::Right}});
  std::uint64_t shown = 0;
  std::uint64_t rows = 0;
  bool elsewhere = false;
  for (const PublishedRun& run : result.old.runs) {
    shown += static_cast<std::uint64_t>(std::ranges::count(run.tables, Verdict::Shown, &TableOfRun::verdict));
    const Removal* const removal = removal_of(result.old_removals, run.run_id);
    const auto add = [&](const std::string& what, const std::string& state, const catalog::Counted& files) {
      ++rows;
      table.add_row({run.run_id, time_text(run.started), what, state, with_thousands(files.objects),
                     human_bytes(files.bytes)});
    };
    for (const Alike& group : alike(run, result.old)) {
      add(names_text(group.tables), verdict_text(group.first, request, result, removal), group.files);
      elsewhere = elsewhere || group.first.verdict == Verdict::MayBeShown;
    }
    if (run.records_go && run.records.objects != 0) {
      add("(plan and receipts)", fmt::format("nothing of its data is shown: {}", fate_text(request, removal)),
          run.records);
    }
  }
  std::string text = rows == 0 ? std::string() : table.render() + "\n";
  if (elsewhere) {
    text +=
        "What a catalog may show goes once it was asked: use the configuration that names it (--config).\n";
  }
  if (shown != 0)
    text += fmt::format("{} shown.\n", shown == 1 ? "1 table is" : with_thousands(shown) + " tables are");
  return text;
}

}  // namespace

Result<GcResult> collect_garbage(const GcRequest& request, Lake& lake, const Clock& clock,
                                 Cancellation& stop) {
  const catalog::GarbageSearch dead{
      .store = lake.store(), .uploads = lake.unfinished_uploads(), .clock = clock, .stop = stop};
  const catalog::OldRunSearch old{
      .store = lake.store(), .publisher = lake.publisher(), .clock = clock, .stop = stop};
  GcResult result{.at = clock.now()};
  PG2ATHENA_ASSIGN(const catalog::FoundRuns found, catalog::find_runs(lake.store(), stop));
  PG2ATHENA_ASSIGN(result.garbage, catalog::find_garbage(dead, found, request.older_than));
  if (request.keep_for) {
    PG2ATHENA_ASSIGN(result.old, catalog::find_old_runs(old, found, *request.keep_for));
  }
  if (request.remove) result.removals = catalog::remove_garbage(dead, result.garbage);
  if (request.remove && !stop.requested()) result.old_removals = catalog::remove_old_runs(old, result.old);
  return result;
}

GcTotals to_be_removed(const GcResult& result) {
  GcTotals totals{.uploads = result.garbage.strays.size()};
  std::set<std::string_view> runs;  // a published one may have left uploads, too
  for (const RunRemains& run : result.garbage.runs) {
    if (!run.is_garbage()) continue;
    runs.insert(run.run_id);
    totals.objects += run.objects.size();
    totals.bytes += run.bytes();
    totals.uploads += run.uploads.size();
  }
  for (const PublishedRun& run : result.old.runs) {
    if (!run.has_garbage()) continue;
    runs.insert(run.run_id);
    totals.objects += run.garbage().objects;
    totals.bytes += run.garbage().bytes;
  }
  totals.runs = runs.size();
  return totals;
}

GcTotals removed(const GcResult& result) {
  GcTotals totals;
  std::set<std::string_view> runs;
  for (const std::vector<Removal>* const removals : {&result.removals, &result.old_removals}) {
    for (const Removal& removal : *removals) {
      if (!removal.run_id.empty() && !removal.decided_meanwhile) runs.insert(removal.run_id);
      totals.objects += removal.objects;
      totals.bytes += removal.bytes;
      totals.uploads += removal.uploads;
    }
  }
  totals.runs = runs.size();
  return totals;
}

const Removal* removal_of(const std::vector<Removal>& removals, const std::string& run_id) {
  const auto found = std::ranges::find(removals, run_id, &Removal::run_id);
  return found == removals.end() ? nullptr : &*found;
}

std::string gc_text(const GcRequest& request, const GcResult& result) {
  std::string text;
  if (!result.garbage.runs.empty()) {
    TextTable table({{"run"},
                     {"started"},
                     {"last sign of life"},
                     {"state"},
                     {"objects", Align::Right},
                     {"size", Align::Right},
                     {"unfinished uploads", Align::Right}});
    for (const RunRemains& run : result.garbage.runs) {
      table.add_row({run.run_id, time_text(run.started), time_text(run.last_sign_of_life),
                     state_text(run, request, removal_of(result.removals, run.run_id)),
                     with_thousands(run.objects.size()), human_bytes(run.bytes()),
                     with_thousands(run.uploads.size())});
    }
    text = table.render() + "\n";
  }
  if (const std::size_t strays = result.garbage.strays.size(); strays != 0) {
    text += fmt::format("{} of killed programs {} no run's.\n", counted(strays, "hidden file"),
                        strays == 1 ? "is" : "are");
  }
  const std::uint64_t decided =
      count(result, [](const RunRemains& run) { return run.state == RunRemains::State::Decided; });
  if (decided != 0) {
    text += fmt::format("{} decided and not finished: pg2athena publish finishes {}.\n",
                        decided == 1 ? "1 run is" : fmt::format("{} runs are", decided),
                        decided == 1 ? "it" : "them");
  }
  const std::uint64_t young = count(
      result, [](const RunRemains& run) { return run.young && run.state != RunRemains::State::Decided; });
  if (young != 0) {
    text += fmt::format(
        "{} in the last {} and may be at work.\n",
        young == 1 ? "1 run gave a sign of life" : fmt::format("{} runs gave a sign of life", young),
        duration_text(request.older_than));
  }
  // A table ends with an empty line of its own.
  if (!text.empty() && !text.ends_with("\n\n") && !result.old.runs.empty()) text += "\n";
  text += old_runs_text(request, result);
  if (request.remove) return text + fmt::format("Removed: {}.\n", totals_text(removed(result)));
  const GcTotals totals = to_be_removed(result);
  if (totals.objects + totals.uploads == 0)
    return text + "Nothing to remove: no dead run left anything, and no old one.\n";
  return text + fmt::format("Nothing was removed; --delete would remove {}.\n", totals_text(totals));
}

}  // namespace pg2athena::cli
