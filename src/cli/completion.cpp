#include "cli/completion.h"

namespace pg2athena::cli {

std::string completion_script(const ProgramModel& model, const std::string& shell) {
  if (shell == "zsh") return zsh_completion(model);
  if (shell == "fish") return fish_completion(model);
  return bash_completion(model);
}

}  // namespace pg2athena::cli
