// `pg2athena gc`: what killed runs left in a lake, and old ones that were replaced; and its removal.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "catalog/garbage.h"
#include "catalog/old_runs.h"
#include "cli/lake.h"

namespace pg2athena::cli {

struct GcRequest {
  bool remove = false;
  std::chrono::milliseconds older_than = std::chrono::hours(24);
  // Nothing: old runs aren't looked for.
  std::optional<std::chrono::milliseconds> keep_for = std::chrono::hours(24);
};

struct GcResult {
  std::chrono::system_clock::time_point at;  // when it was searched
  catalog::Garbage garbage;
  catalog::OldRuns old;
  // Of --delete.
  std::vector<catalog::Removal> removals;      // of dead runs and strays
  std::vector<catalog::Removal> old_removals;  // of old ones
};

// An error: nothing was removed.

Result<GcResult> collect_garbage(const GcRequest& request, Lake& lake, const Clock& clock,
                                 Cancellation& stop);

// What is, or was, to be removed.
struct GcTotals {
  std::uint64_t runs = 0;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t uploads = 0;  // hidden files of killed programs among them
};
GcTotals to_be_removed(const GcResult& result);
GcTotals removed(const GcResult& result);

// What became of a run, or null.
const catalog::Removal* removal_of(const std::vector<catalog::Removal>& removals, const std::string& run_id);

std::string gc_text(const GcRequest& request, const GcResult& result);

}  // namespace pg2athena::cli
