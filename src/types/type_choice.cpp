#include "types/type_choice.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pg2athena::types {
namespace {

constexpr std::array<std::pair<OnUnrepresentable, std::string_view>, 4> kPolicies = {{
    {OnUnrepresentable::Error, "error"},
    {OnUnrepresentable::Null, "null"},
    {OnUnrepresentable::String, "string"},
    {OnUnrepresentable::Clamp, "clamp"},
}};

}  // namespace

std::string_view to_string(OnUnrepresentable policy) {
  return std::ranges::find(kPolicies, policy, &decltype(kPolicies)::value_type::first)->second;
}

std::optional<OnUnrepresentable> on_unrepresentable_named(std::string_view name) {
  const auto* const found = std::ranges::find(kPolicies, name, &decltype(kPolicies)::value_type::second);
  return found == kPolicies.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace pg2athena::types
