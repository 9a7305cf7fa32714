// What was typed, before it is known to mean something.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "config/settings.h"

namespace pg2athena::cli {

// Filled by CLI11. What needs no second look is in `line` at once.
struct Arguments {
  CommandLine line;
  std::string config;
  std::string source;
  std::string target;
  std::string output = "text";
  std::string shell;
  std::string older_than;
  std::string policy_for;
  std::string partitions;       // of ddl
  std::string dropped_columns;  // of ddl
  std::vector<std::string> tables;
  std::vector<std::string> schemas;
  std::vector<std::string> excludes;
  std::vector<std::string> queries;
  std::vector<std::string> query_names;
  // The settings that have an option, by their rows: what was given on the command line.
  std::map<const config::Setting*, std::optional<std::string>> settings;
};

// InvalidArgument for what can't be meant, or contradicts itself; reads the configuration file.
Result<CommandLine> to_command_line(Arguments arguments);

}  // namespace pg2athena::cli
