// `pg2athena gc`: what killed runs left in a lake, and its removal.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "catalog/garbage.h"
#include "cli/lake.h"

namespace pg2athena::cli {

struct GcRequest {
  bool remove = false;
  std::chrono::milliseconds older_than = std::chrono::hours(24);
};

struct GcResult {
  catalog::Garbage garbage;
  std::vector<catalog::Removal> removals;  // of --delete
};

Result<GcResult> collect_garbage(const GcRequest& request, Lake& lake, const Clock& clock,
                                 Cancellation& stop);

// What is, or was, to be removed.
struct GcTotals {
  std::uint64_t runs = 0;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t uploads = 0;  // hidden files of killed programs among them
};
GcTotals to_be_removed(const catalog::Garbage& garbage);
GcTotals removed(const std::vector<catalog::Removal>& removals);

// What became of a run, or null.
const catalog::Removal* removal_of(const GcResult& result, const std::string& run_id);

std::string gc_text(const GcRequest& request, const GcResult& result);

}  // namespace pg2athena::cli
