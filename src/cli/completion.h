// Scripts that let a shell complete the program's command line.
#pragma once

#include <string>

#include "cli/command_model.h"

namespace pg2athena::cli {

std::string bash_completion(const ProgramModel& model);
std::string zsh_completion(const ProgramModel& model);
std::string fish_completion(const ProgramModel& model);

// Of one of "bash", "zsh", "fish".
std::string completion_script(const ProgramModel& model, const std::string& shell);

}  // namespace pg2athena::cli
