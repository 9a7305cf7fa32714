// What the files with rows of settings have in common. Only for them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace pg2athena::config {

inline constexpr std::uint64_t kKibibyte = std::uint64_t{1} << 10U;
inline constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t kTebibyte = std::uint64_t{1} << 40U;
inline constexpr std::uint64_t kDay = std::uint64_t{24} * 3600 * 1000;  // in milliseconds

inline constexpr std::array<std::string_view, 2> kFlags = {"false", "true"};

// The name of a value: both lists are in the same order.
template <typename Names, typename Values, typename Value>
std::string name_of(const Names& names, const Values& values, Value value) {
  const auto found = std::ranges::find(values, value);
  return std::string(names[static_cast<std::size_t>(found - values.begin())]);
}

// The rows of a section, each in the file of its name: source_setting_rows.cpp.
std::span<const Setting> source_settings();
std::span<const Setting> target_settings();
std::span<const Setting> catalog_settings();
std::span<const Setting> limits_settings();
std::span<const Setting> files_settings();

}  // namespace pg2athena::config
