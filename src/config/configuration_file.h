// A configuration file, read strictly: what isn't understood is an error that says where it stands and what
// may have been meant.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "config/configuration.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::config {

// What becomes of a reference to a variable that isn't set.
enum class UnsetVariable : std::uint8_t {
  Refuse,
  // For commands that don't connect to the source: the setting stays as it stands in the file, checked but
  // for the variable's value.
  Leave,
};

// Reads the file at `path`. Errors are of the kind InvalidArgument, and name file, line and column.
Result<Configuration> load_configuration(
    const std::string& path, UnsetVariable unset,
    const postgres::Environment& environment = postgres::process_environment);

// The same from a text. `path` is for messages, and relative files and folders in the text begin at its
// folder.
Result<Configuration> read_configuration(const std::string& text, const std::string& path,
                                         UnsetVariable unset, const postgres::Environment& environment);

}  // namespace pg2athena::config
