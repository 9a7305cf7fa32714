// What somebody who wrote a name that doesn't exist may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pg2athena {

// The one of `names` that differs least from `wanted`, the case of ASCII letters aside; empty when none is
// near. A slip is a letter too many, too few or another, or two neighbours that changed places; near is one
// slip, or one for each three letters of `wanted`.
std::string nearest_name(std::string_view wanted, std::span<const std::string> names);

}  // namespace pg2athena
