// The one place that says what an error means for a run: the program's exit code, whether trying again can
// help, and what the operator should do when nothing more exact is known.
#pragma once

#include <string_view>

#include "base/error.h"

namespace pg2athena::pipeline {

// The program's exit codes (docs/exit-codes.md).
enum class ExitCode : int {
  Done = 0,
  Failed = 1,
  Usage = 2,
  Refused = 3,    // by the plan, before a row was read
  Different = 4,  // verify found a difference
  CommitUnknown = 5,
  Interrupted = 130,
};

struct ErrorPolicy {
  ErrorKind kind;
  ExitCode exit_code;
  bool run_again;         // the run starts over once by itself
  std::string_view hint;  // empty: the message says it all
};

const ErrorPolicy& policy_of(ErrorKind kind);

// The error's own hint, or else its kind's.
std::string_view hint_of(const Error& error);

}  // namespace pg2athena::pipeline
