// The command line, read.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "cli/ddl_command.h"
#include "cli/gc_command.h"
#include "cli/iam_policy.h"
#include "cli/verify_command.h"
#include "config/configuration.h"

namespace pg2athena::cli {

enum class Command { Run, Plan, Publish, Init, Schema, Ddl, Gc, Verify, IamPolicy, Doctor };
std::string_view to_string(Command command);
// Whether a word is the name of one, or of one that only prints what is made from the command line itself.
bool is_command(std::string_view word);

// How a command's result is printed on stdout.
enum class OutputFormat { Text, Json };

struct CommandLine {
  Command command = Command::Run;
  config::Configuration configuration;
  bool quiet = false;
  OutputFormat output = OutputFormat::Text;
  std::string file;   // init: where to write; empty: stdout
  bool page = false;  // schema: the reference page
  DdlRequest ddl;
  GcRequest gc;
  VerifyRequest verify;
  IamPolicyRequest iam_policy;
};

// What to print instead of doing anything: help, the version.
struct PrintAndExit {
  std::string text;
};

// InvalidArgument for a command line that can't be meant.
Result<std::variant<CommandLine, PrintAndExit>> parse_command_line(int argc, const char* const* argv);

}  // namespace pg2athena::cli
