// Any bytes as a configuration file: read, or refused with an error that isn't ours (Internal), and nothing
// else.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/configuration_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto environment = [](const char*) { return std::optional<std::string>("value"); };
  const auto read = pg2athena::config::read_configuration(
      text, "fuzz.yaml", pg2athena::config::UnsetVariable::Leave, environment);
  if (!read && read.error().kind() != pg2athena::ErrorKind::InvalidArgument) std::abort();
  return 0;
}
