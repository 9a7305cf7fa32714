// What somebody who wrote a name that doesn't exist may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pg2athena {

// The one of `names` that differs least from `wanted`, the case of ASCII letters aside; empty when none is
// near: more than half of the letters would have to change.
std::string nearest_name(std::string_view wanted, std::span<const std::string> names);

}  // namespace pg2athena
