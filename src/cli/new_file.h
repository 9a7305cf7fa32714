// Files that a command writes for the operator.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace pg2athena::cli {

// Writes a file that must not be there yet; what an error leaves is removed. InvalidArgument when it is
// there, Storage when it can't be written.
Result<void> write_new_file(const std::string& path, std::string_view text);

}  // namespace pg2athena::cli
