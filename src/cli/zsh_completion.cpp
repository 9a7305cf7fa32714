// zsh: _arguments specifications (zshcompsys(1), "_arguments"), one list for each command.
#include <fmt/format.h>

#include "cli/completion.h"

namespace pg2athena::cli {
namespace {

// Inside of single quotes.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// In a specification brackets end the explanation and colons the message.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action_of(const OptionModel& option) {
  switch (option.offer) {
    case Offer::Choices:
      return fmt::format("({})", fmt::join(option.choices, " "));
    case Offer::File:
      return "_files";
    case Offer::Folder:
      return "_files -/";
    case Offer::Nothing:
      break;
  }
  return " ";  // a message and nothing to choose from
}

std::string value_of(const OptionModel& option) {
  return fmt::format(":{}:{}", escaped(option.value), action_of(option));
}

// "*--table=[A table]:PATTERN: ". A star: it may be given again; an equals sign: its value may follow one
// too.
std::string option_spec(const OptionModel& option, const std::string& name) {
  if (option.value_behind_equals) {  // "=-": in the same word only; two colons: it may be missing
    return fmt::format("{}=-[{}]::value:{}", name, escaped(brief(option.description)), action_of(option));
  }
  const bool equals = !option.value.empty() && name.starts_with("--");
  return fmt::format("{}{}{}[{}]{}", option.repeatable ? "*" : "", name, equals ? "=" : "",
                     escaped(brief(option.description)), option.value.empty() ? "" : value_of(option));
}

std::string option_lines(const CommandModel& command, std::string_view indent) {
  std::string lines;
  for (const OptionModel& option : command.options) {
    for (const std::string& name : option.names) {
      lines += fmt::format("{}{} \\\n", indent, quoted(option_spec(option, name)));
    }
  }
  return lines;
}

std::string command_case(const CommandModel& command) {
  constexpr std::string_view kIndent = "            ";
  std::string lines = fmt::format("        {})\n          _arguments \\\n", command.name);
  lines += option_lines(command, kIndent);
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const OptionModel& argument = command.arguments[i];
    // Two colons: it may be missing.
    const std::string spec = fmt::format("{}{}{}", i + 1, argument.required ? "" : ":", value_of(argument));
    lines += fmt::format("{}{} \\\n", kIndent, quoted(spec));
  }
  lines.resize(lines.size() - std::string_view(" \\\n").size());
  return lines + "\n          ;;\n";
}

}  // namespace

std::string zsh_completion(const ProgramModel& model) {
  const std::string& name = model.program.name;
  std::string script = fmt::format(
      "#compdef {0}\n"
      "# zsh completion for {0}; `{0} completion zsh` printed it.\n"
      "_{0}() {{\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  local -a commands\n"
      "  commands=(\n",
      name);
  for (const CommandModel& command : model.commands) {
    script += fmt::format("    {}\n", quoted(command.name + ":" + escaped(brief(command.description))));
  }
  script += "  )\n  _arguments -C \\\n" + option_lines(model.program, "    ");
  script +=
      "    '1: :->command' \\\n"
      "    '*:: :->argument'\n"
      "  case $state in\n"
      "    command) _describe -t commands command commands ;;\n"
      "    argument)\n"
      "      case $words[1] in\n";
  for (const CommandModel& command : model.commands) script += command_case(command);
  script += "      esac\n      ;;\n  esac\n}\n";
  // Autoloaded from a folder of fpath the file is the function's body; sourced, it registers itself.
  return script + fmt::format(
                      "if [ \"$funcstack[1]\" = _{0} ]; then\n  _{0} \"$@\"\nelse\n"
                      "  compdef _{0} {0}\nfi\n",
                      name);
}

}  // namespace pg2athena::cli
