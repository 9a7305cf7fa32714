// "Did you mean": the name that somebody probably meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pg2athena::postgres {

// The index of the name that differs least from `wanted`, letters' case aside; nothing when all of them
// differ in more than half of its letters.
std::optional<std::size_t> nearest_name(std::string_view wanted, std::span<const std::string> names);

}  // namespace pg2athena::postgres
