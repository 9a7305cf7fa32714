// A configuration file, read strictly: what isn't understood is an error that says where it stands and what
// may have been meant.
#pragma once

#include <string>

#include "base/error.h"
#include "config/configuration.h"
#include "postgres/connection_parameters.h"

namespace pg2athena::config {

// Reads the file at `path`. Errors are of the kind InvalidArgument, and name file, line and column.
Result<Configuration> load_configuration(
    const std::string& path, const postgres::Environment& environment = postgres::process_environment);

// The same from a text. `path` is for messages, and relative files and folders in the text begin at its
// folder.
Result<Configuration> read_configuration(const std::string& text, const std::string& path,
                                         const postgres::Environment& environment);

}  // namespace pg2athena::config
