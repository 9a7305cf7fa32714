// What machines read: the result of a command as one JSON document (`--output json`). docs/output.md is the
// promise about every field; what is added here is added there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/publication.h"
#include "cli/checkup.h"
#include "cli/gc_command.h"
#include "cli/verify_command.h"
#include "observe/log.h"
#include "pipeline/error_policy.h"
#include "pipeline/plan.h"
#include "pipeline/run.h"

namespace pg2athena::cli {

// The version of all documents' form. Fields may be added in a version; a field that goes, or means something
// else, makes a new one.
inline constexpr int kOutputVersion = 1;

// What a run's document says besides its summary.
struct RunFacts {
  std::string target;
  std::string started_at;  // RFC 3339
  pipeline::ExitCode exit_code = pipeline::ExitCode::Done;
  std::uint64_t peak_memory_bytes = 0;
};

// Each is one JSON object, indented, with a newline at its end. What isn't UTF-8 becomes U+FFFD.
std::string plan_document(const pipeline::Plan& plan);
std::string run_document(const pipeline::RunSummary& summary, const RunFacts& facts);
std::string publication_document(const std::vector<catalog::RunOutcome>& outcomes, std::string_view target,
                                 pipeline::ExitCode exit_code);
std::string gc_document(const GcRequest& request, const GcResult& result, std::string_view target,
                        pipeline::ExitCode exit_code);
std::string verify_document(const VerifyRequest& request, const Verification& verification,
                            std::string_view target, pipeline::ExitCode exit_code);
std::string doctor_document(const Checkup& checkup, pipeline::ExitCode exit_code);
// Of any command that ended with an error; `command` is empty when it didn't get so far as to know it.
// `differences` are those that a verification found, if the error is that there are some.
std::string failure_document(const Error& error, std::string_view command,
                             const std::vector<pipeline::Difference>& differences = {});

// For errors in the command line itself: whether JSON was asked for, on stdout and in the log, and of which
// command, as far as can be told without reading the line properly.
struct RawRequest {
  bool json = false;
  observe::LogFormat log_format = observe::LogFormat::Text;
  std::string command;  // empty: it is none of the program's
};
RawRequest read_raw_request(int argc, const char* const* argv);

// The most memory that this process has had resident so far.
std::uint64_t peak_memory_bytes();

}  // namespace pg2athena::cli
