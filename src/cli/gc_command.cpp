#include "cli/gc_command.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/quantity.h"
#include "cli/text_table.h"

namespace pg2athena::cli {
namespace {

using catalog::Removal;
using catalog::RunRemains;

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(count), noun, count == 1 ? "" : "s");
}

// To the second: "2026-01-31T03:00:00Z".
std::string time_text(std::chrono::system_clock::time_point time) {
  constexpr std::size_t kToTheSecond = 19;
  return rfc3339(time).substr(0, kToTheSecond) + "Z";
}

std::string state_text(const RunRemains& run, const Removal* removal) {
  if (removal != nullptr && removal->decided_meanwhile) return "decided meanwhile: kept";
  if (removal != nullptr) return removal->error ? "not removed, or not all of it" : "removed";
  if (run.state == RunRemains::State::Decided) return "decided: kept";
  return fmt::format("{}{}", to_string(run.state), run.young ? ", young: kept" : "");
}

std::string totals_text(const GcTotals& totals) {
  return fmt::format("{} ({}) and {} of {}", counted(totals.objects, "object"), human_bytes(totals.bytes),
                     counted(totals.uploads, "unfinished upload"), counted(totals.runs, "run"));
}

std::uint64_t count(const GcResult& result, bool (*matches)(const RunRemains&)) {
  return static_cast<std::uint64_t>(std::ranges::count_if(result.garbage.runs, matches));
}

}  // namespace

Result<GcResult> collect_garbage(const GcRequest& request, Lake& lake, const Clock& clock,
                                 Cancellation& stop) {
  const catalog::GarbageSearch search{
      .store = lake.store(), .uploads = lake.unfinished_uploads(), .clock = clock, .stop = stop};
  PG2ATHENA_ASSIGN(catalog::Garbage garbage, catalog::find_garbage(search, request.older_than));
  GcResult result{.garbage = std::move(garbage), .removals = {}};
  if (request.remove) result.removals = catalog::remove_garbage(search, result.garbage);
  return result;
}

GcTotals to_be_removed(const catalog::Garbage& garbage) {
  GcTotals totals{.uploads = garbage.strays.size()};
  for (const RunRemains& run : garbage.runs) {
    if (!run.is_garbage()) continue;
    ++totals.runs;
    totals.objects += run.objects.size();
    totals.bytes += run.bytes();
    totals.uploads += run.uploads.size();
  }
  return totals;
}

GcTotals removed(const std::vector<Removal>& removals) {
  GcTotals totals;
  for (const Removal& removal : removals) {
    if (!removal.run_id.empty() && !removal.decided_meanwhile) ++totals.runs;
    totals.objects += removal.objects;
    totals.bytes += removal.bytes;
    totals.uploads += removal.uploads;
  }
  return totals;
}

const Removal* removal_of(const GcResult& result, const std::string& run_id) {
  const auto found = std::ranges::find(result.removals, run_id, &Removal::run_id);
  return found == result.removals.end() ? nullptr : &*found;
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
                     state_text(run, removal_of(result, run.run_id)), with_thousands(run.objects.size()),
                     human_bytes(run.bytes()), with_thousands(run.uploads.size())});
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
  if (request.remove) return text + fmt::format("Removed: {}.\n", totals_text(removed(result.removals)));
  const GcTotals totals = to_be_removed(result.garbage);
  if (totals.objects + totals.uploads == 0) return text + "Nothing to remove: no dead run left anything.\n";
  return text + fmt::format("Nothing was removed; --delete would remove {}.\n", totals_text(totals));
}

}  // namespace pg2athena::cli
