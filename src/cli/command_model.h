// The command line as data, read from the CLI11 app that parses it, so that what is made from it
// (completions, the man page) can't say anything else.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pg2athena::cli {

// What a shell may offer for a value.
enum class Offer { Nothing, Choices, File, Folder };

// An option, or an argument by its place.
struct OptionModel {
  std::vector<std::string> names;  // "-q", "--quiet"; empty for an argument by its place
  std::string value;               // what stands for the value: "PATTERN"; empty for a flag
  std::string description;
  std::vector<std::string> choices;  // all that the value may be; empty: anything
  std::string default_value;
  Offer offer = Offer::Nothing;
  bool required = false;
  bool repeatable = false;
  // It may have one of the choices, and only behind '=': "--verify=deep". Then `value` is empty.
  bool value_behind_equals = false;
};

struct CommandModel {
  std::string name;
  std::string description;
  std::vector<OptionModel> options;
  std::vector<OptionModel> arguments;  // by their places
  std::string footer;                  // what the help ends with: examples
};

struct ProgramModel {
  CommandModel program;
  std::vector<CommandModel> commands;
};

OptionModel option_model(const CLI::Option& option);

// Hidden options and commands (those of no group) are left out.
ProgramModel program_model(const CLI::App& app);

// The first clause of a description, for a place of one line.
std::string brief(const std::string& description);

}  // namespace pg2athena::cli
