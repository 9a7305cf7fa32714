// The program's version, and those of the libraries that it runs with.
#pragma once

#include <string>

namespace pg2athena::cli {

std::string version_text();

}  // namespace pg2athena::cli
