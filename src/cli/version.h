// The program's version, and those of the libraries that it runs with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pg2athena::cli {

std::string program_version();  // "0.1.0"

// "pg2athena 0.1.0", then a line for each library, the compiler and the kind of build. Without a newline at
// its end.
std::string version_text();

// A library, with its version.
struct Component {
  std::string_view name;
  std::string version;
};
// Those that speaking to AWS takes; none in a build without it.
std::vector<Component> aws_components();

}  // namespace pg2athena::cli
