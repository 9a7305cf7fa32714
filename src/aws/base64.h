// Base64 (RFC 4648, section 4), as AWS's headers have it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace pg2athena::aws {

std::string base64(std::span<const std::byte> bytes);

}  // namespace pg2athena::aws
