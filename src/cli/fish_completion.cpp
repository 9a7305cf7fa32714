// fish: a line for each command, option and argument (complete(1) of fish).
#include <fmt/format.h>

#include "cli/completion.h"

namespace pg2athena::cli {
namespace {

// Inside of single quotes fish knows \\ and \'.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string candidates_of(const OptionModel& option) {
  switch (option.offer) {
    case Offer::Choices:
      return fmt::format(" -a {}", quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    case Offer::File:
      return " -F";
    case Offer::Folder:
      return " -a '(__fish_complete_directories (commandline -ct))'";
    case Offer::Nothing:
      break;
  }
  return "";
}

std::string option_line(const std::string& begin, const OptionModel& option) {
  std::string line = begin;
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.value_behind_equals) line += candidates_of(option);
  if (!option.value.empty()) {
    // -x: a value, and no files; -r: a value.
    line += (option.offer == Offer::File ? " -r" : " -x") + candidates_of(option);
  }
  return line + " -d " + quoted(brief(option.description)) + "\n";
}

}  // namespace

std::string fish_completion(const ProgramModel& model) {
  const std::string& name = model.program.name;
  const std::string no_command = fmt::format("complete -c {} -n __fish_use_subcommand", name);
  std::string script = fmt::format(
      "# fish completion for {0}; `{0} completion fish` printed it.\n"
      "complete -c {0} -f\n",
      name);
  for (const OptionModel& option : model.program.options) script += option_line(no_command, option);
  for (const CommandModel& command : model.commands) {
    script += fmt::format("{} -a {} -d {}\n", no_command, command.name, quoted(brief(command.description)));
  }
  for (const CommandModel& command : model.commands) {
    const std::string begin =
        fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", name, command.name);
    for (const OptionModel& option : command.options) script += option_line(begin, option);
    for (const OptionModel& argument : command.arguments) {
      if (argument.offer != Offer::Nothing) script += begin + candidates_of(argument) + "\n";
    }
  }
  return script;
}

}  // namespace pg2athena::cli
