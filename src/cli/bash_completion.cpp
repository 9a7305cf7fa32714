// bash: one function, with a case for every option and argument. It needs nothing of the package
// bash-completion, so it also works where it is only sourced.
#include <fmt/format.h>

#include "cli/completion.h"

namespace pg2athena::cli {
namespace {

// The function is named after the program. It finds the command, counts the arguments that stand behind it
// (without the values of options), and then asks the tables that follow. readline breaks words at '=', so
// that
// --output=json is three words.
constexpr std::string_view kHead = R"(# bash completion for {0}; `{0} completion bash` printed it.
_{0}() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command= place=0 words= offer= equals= i
  COMPREPLY=()
  if [[ $cur == = ]]; then
    cur= equals==
  elif [[ $prev == = ]]; then
    prev=${{COMP_WORDS[COMP_CWORD-2]}} equals==
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $command:${{COMP_WORDS[i]}} in
      {1}) if [[ ${{COMP_WORDS[i+1]}} == = ]]; then ((i++)); fi; ((i++)) ;;
      *:-*) if [[ ${{COMP_WORDS[i+1]}} == = ]]; then ((i += 2)); fi ;;
      :*) command=${{COMP_WORDS[i]}} ;;
      *) ((place++)) ;;
    esac
  done
  case $command:$prev$equals in
)";

constexpr std::string_view kTail = R"(  esac
  case $offer in
    files) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null ;;
    folders) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
  esac
}}
complete -F _{0} {0}
)";

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// What to offer for a value, as assignments.
std::string offer_of(const OptionModel& option) {
  switch (option.offer) {
    case Offer::Choices:
      return fmt::format("words='{}'", joined(option.choices));
    case Offer::File:
      return "offer=files";
    case Offer::Folder:
      return "offer=folders";
    case Offer::Nothing:
      break;
  }
  return ":";
}

std::string option_names(const CommandModel& command) {
  std::vector<std::string> names;
  for (const OptionModel& option : command.options) {
    for (const std::string& name : option.names) {
      if (name.starts_with("--")) names.push_back(name);
    }
  }
  return joined(names);
}

// "run:--table|run:--schema|…": the options whose next word is their value.
std::string options_with_values(const ProgramModel& model) {
  std::string pattern;
  for (const CommandModel& command : model.commands) {
    for (const OptionModel& option : command.options) {
      if (option.value.empty()) continue;
      for (const std::string& name : option.names) {
        pattern += fmt::format("{}{}:{}", pattern.empty() ? "" : "|", command.name, name);
      }
    }
  }
  return pattern;
}

std::string value_cases(const CommandModel& command) {
  std::string cases;
  for (const OptionModel& option : command.options) {
    if (option.value.empty() && !option.value_behind_equals) continue;
    for (const std::string& name : option.names) {
      const std::string key = fmt::format("{}:{}", command.name, name);
      cases += fmt::format("    {}{}=) {} ;;\n", option.value_behind_equals ? "" : key + "|", key,
                           offer_of(option));
    }
  }
  return cases;
}

std::string argument_cases(const CommandModel& command) {
  std::string cases = fmt::format("        {}:*:-*) words='{}' ;;\n", command.name, option_names(command));
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    cases += fmt::format("        {}:{}:*) {} ;;\n", command.name, i, offer_of(command.arguments[i]));
  }
  return cases;
}

}  // namespace

std::string bash_completion(const ProgramModel& model) {
  std::vector<std::string> first_words;
  for (const CommandModel& command : model.commands) first_words.push_back(command.name);
  std::string script = fmt::format(kHead, model.program.name, options_with_values(model));
  for (const CommandModel& command : model.commands) script += value_cases(command);
  script += "    *)\n      case $command:$place:$cur in\n";
  for (const CommandModel& command : model.commands) script += argument_cases(command);
  script += fmt::format("        :*:-*) words='{}' ;;\n", option_names(model.program));
  script += fmt::format("        :*) words='{}' ;;\n      esac ;;\n", joined(first_words));
  return script + fmt::format(kTail, model.program.name);
}

}  // namespace pg2athena::cli
