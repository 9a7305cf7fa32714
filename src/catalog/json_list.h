// A JSON object that ends in a long list, written without ever being in memory as a tree: one of ten thousand
// tables is ten times its text.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

namespace pg2athena::catalog {

// The text that the object would have with `list` as its last key, whose values `element` makes one after the
// other: indented by two, with a newline at the end; what isn't UTF-8 becomes U+FFFD. `object` has other
// keys, and not `list`.
std::string write_json_with_list(const nlohmann::ordered_json& object, const std::string& list,
                                 std::size_t count,
                                 const std::function<nlohmann::ordered_json(std::size_t)>& element);

}  // namespace pg2athena::catalog
