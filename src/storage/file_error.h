// errno as an Error for the operator: what, where, in words, and what to do.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace pg2athena::storage {

// "can't <action> <path>: <errno's text>". No room left (ENOSPC, EDQUOT) is StorageFull and says how much is
// free on the file system of `folder_fd`; all else is Storage.
Error file_error(int code, std::string_view action, const std::filesystem::path& path, int folder_fd);

}  // namespace pg2athena::storage
