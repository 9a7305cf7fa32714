// Parts of a Table as Glue answers with it, which may leave out anything. Only for the .cpp files of this
// folder.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace pg2athena::catalog {

// What stands at a place; empty if it isn't a text.
inline std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline const nlohmann::json& part_of(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kNone = nlohmann::json::object();
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

inline std::string parameter(const nlohmann::json& table, const char* name) {
  return text_at(part_of(table, "Parameters"), name);
}

}  // namespace pg2athena::catalog
