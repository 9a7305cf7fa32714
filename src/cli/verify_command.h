// `pg2athena verify`: what is published in a lake, checked from its records and files.
#pragma once

#include <cstddef>
#include <cstdint>
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

// NotFound where the lake has no such table. `workers` files are read at once.
Result<std::vector<pipeline::VerifiedTable>> verify_lake(const VerifyRequest& request, int workers,
                                                         Lake& lake, Cancellation& stop);

struct VerifyTotals {
  std::size_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t differences = 0;
};
VerifyTotals totals_of(const std::vector<pipeline::VerifiedTable>& tables);

// Different where any table is; else Failed where something of one couldn't be looked at, or it moved on all
// the time; else Done.
pipeline::ExitCode exit_code_of(const std::vector<pipeline::VerifiedTable>& tables);

std::string verify_text(const VerifyRequest& request, const std::vector<pipeline::VerifiedTable>& tables);

}  // namespace pg2athena::cli
