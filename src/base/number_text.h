// Numbers from texts that are nothing else.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace pg2athena {

// The number that the whole text is, as std::from_chars() has it: no blank, no '+', nothing behind it.
// Nothing where it is none, or doesn't fit into a Number.
template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

}  // namespace pg2athena
