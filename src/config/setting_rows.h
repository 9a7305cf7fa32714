// What the files with rows of settings have in common. Only for them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace pg2athena::config {

inline constexpr std::array<std::string_view, 2> kFlags = {"false", "true"};

// The name of a value: both lists are in the same order.
template <typename Names, typename Values, typename Value>
std::string name_of(const Names& names, const Values& values, Value value) {
  const auto found = std::ranges::find(values, value);
  return std::string(names[static_cast<std::size_t>(found - values.begin())]);
}

std::span<const Setting> catalog_settings();

}  // namespace pg2athena::config
