// The program's version, and those of the libraries that it runs with.
#pragma once

#include <string>

namespace pg2athena::cli {

std::string program_version();  // "0.1.0"

// "pg2athena 0.1.0", then a line for each library, the compiler and the kind of build. Without a newline at
// its end.
std::string version_text();

}  // namespace pg2athena::cli
