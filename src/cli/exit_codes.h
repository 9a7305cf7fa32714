// What the exit codes mean, for the man page; docs/exit-codes.md says more of each.
#pragma once

#include <span>
#include <string_view>

#include "pipeline/error_policy.h"

namespace pg2athena::cli {

struct ExitCodeMeaning {
  pipeline::ExitCode code;
  std::string_view meaning;
};

// Those that a command can end with today, in the order of their numbers.
std::span<const ExitCodeMeaning> exit_codes();

}  // namespace pg2athena::cli
