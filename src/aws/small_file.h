// Files that others keep for us: tokens.
#pragma once

#include <string>

#include "base/error.h"

namespace pg2athena::aws {

// The whole file, of 1 MiB at most. NotFound, PermissionDenied or Storage with what the system says.
Result<std::string> read_small_file(const std::string& path);

}  // namespace pg2athena::aws
