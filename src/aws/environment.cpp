#include "aws/environment.h"

#include <cstdlib>

namespace pg2athena::aws {

std::string environment_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string region_of_environment() {
  const std::string region = environment_variable("AWS_REGION");
  return region.empty() ? environment_variable("AWS_DEFAULT_REGION") : region;
}

}  // namespace pg2athena::aws
