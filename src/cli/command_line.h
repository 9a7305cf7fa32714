// The command line, read.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "cli/ddl_command.h"
#include "observe/log.h"
#include "pipeline/plan.h"

namespace pg2athena::cli {

enum class Command { Run, Plan, Publish, Ddl };
std::string_view to_string(Command command);

// How a command's result is printed on stdout.
enum class OutputFormat { Text, Json };

struct CommandLine {
  Command command = Command::Run;
  std::string source;
  std::string target;
  pipeline::RunOptions options;
  DdlRequest ddl;
  bool quiet = false;
  OutputFormat output = OutputFormat::Text;
  observe::LogFormat log_format = observe::LogFormat::Text;
};

// What to print instead of doing anything: help, the version.
struct PrintAndExit {
  std::string text;
};

// InvalidArgument for a command line that can't be meant.
Result<std::variant<CommandLine, PrintAndExit>> parse_command_line(int argc, const char* const* argv);

}  // namespace pg2athena::cli
