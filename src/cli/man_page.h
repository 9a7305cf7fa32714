// pg2athena(1), made from the command line itself.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_model.h"

namespace pg2athena::cli {

// In the man macros of groff and mandoc; pure ASCII.
std::string man_page(const ProgramModel& model, std::string_view version);

}  // namespace pg2athena::cli
