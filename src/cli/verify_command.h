// `pg2athena verify`: what is published in a lake, checked from its records and files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "cli/lake.h"
#include "pipeline/error_policy.h"
#include "pipeline/verify/verify.h"

namespace pg2athena::cli {

struct VerifyRequest {
  std::vector<std::string> tables;  // patterns of names in the lake; empty: all tables
  bool deep = false;
  bool athena = false;  // Athena counts too
};

struct Verification {
  std::vector<pipeline::VerifiedTable> tables;
  // What is unknown of the lake as a whole: the configuration names a catalog, and not one table was found
  // there (a name that is mistyped is one of an empty catalog); or lost tables could not be looked for.
  std::optional<Error> error = {};
};

// NotFound where the lake has no such table. `workers` files are read at once.
Result<Verification> verify_lake(const VerifyRequest& request, int workers, Lake& lake, Cancellation& stop);

// `catalog` is the one that the configuration names; empty: none.
std::optional<Error> nothing_compared(const std::string& catalog,
                                      const std::vector<pipeline::VerifiedTable>& tables);

struct VerifyTotals {
  std::size_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files_checked = 0;
  std::uint64_t differences = 0;
  std::size_t catalog_compared = 0;  // tables
  std::size_t athena_compared = 0;
};
VerifyTotals totals_of(const std::vector<pipeline::VerifiedTable>& tables);

// Different where any table is; else Failed where something of one couldn't be looked at, its run isn't
// finished, or it moved on all the time, and where nothing was compared with the catalog; else Done.
pipeline::ExitCode exit_code_of(const Verification& verification);

std::string verify_text(const VerifyRequest& request, const std::vector<pipeline::VerifiedTable>& tables);

}  // namespace pg2athena::cli
