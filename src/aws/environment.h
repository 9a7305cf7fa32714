// The process's environment, as AWS's conventions use it.
#pragma once

#include <string>

namespace pg2athena::aws {

// Empty when it isn't set: AWS's variables don't tell the two apart.
std::string environment_variable(const char* name);

// AWS_REGION, or AWS_DEFAULT_REGION.
std::string region_of_environment();

}  // namespace pg2athena::aws
