// The one place that says what an error means for a run: the program's exit code, what is tried again, how
// often and for how long, and what the operator should do when nothing more exact is known.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/retry.h"

namespace pg2athena::pipeline {

// The program's exit codes (docs/exit-codes.md). The graver the greater: where several things went wrong, the
// greatest is taken.
enum class ExitCode : int {
  Done = 0,
  Failed = 1,
  Usage = 2,
  Refused = 3,    // and would be again: by the plan, before a row was read, or by the catalog in the end
  Different = 4,  // a verification found a difference
  CommitUnknown = 5,
  Interrupted = 130,
};

// What is done again by itself.
enum class Again : std::uint8_t {
  Never,
  // The shard, on a new connection in the same snapshot. What its attempt wrote is never seen.
  Shard,
  // The same, and also the run's first connection: the server itself says that it will take one soon.
  Connecting,
  // The whole run, once: what it was planned on is not there any more.
  Run,
};

struct ErrorPolicy {
  ErrorKind kind;
  ExitCode exit_code;
  Again again;
  std::string_view hint;  // empty: the message says it all
};

const ErrorPolicy& policy_of(ErrorKind kind);

// Whether the shard that failed so may be read again.
bool shard_again(const Error& error);
// Whether a run that couldn't begin for this may wait for its first connection.
bool connect_again(const Error& error);

// How often a shard is begun, and how long a connection is tried for: `retry_for` is the operator's, and
// without it nothing is tried again.
RetryPolicy shard_retries(std::optional<std::chrono::milliseconds> retry_for);
RetryPolicy connection_retries(std::optional<std::chrono::milliseconds> retry_for);

// The error's own hint, or else its kind's.
std::string_view hint_of(const Error& error);

}  // namespace pg2athena::pipeline
