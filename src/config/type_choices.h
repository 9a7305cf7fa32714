// What a file says of types: `types` of the file and of its tables.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "config/yaml_reader.h"
#include "types/type_choice.h"

namespace pg2athena::config {

// A mapping of `as`, `on_unrepresentable` and `trim`. The choice's place is that of the key that it is for.
// What the type can have, the plan finds out.
Result<types::TypeChoice> read_type_choice(YamlReader& yaml, const YAML::Node& key, const YAML::Node& value,
                                           const std::string& what);

// `types` of the file, by the names of the type table's rows.
Result<std::map<std::string, types::TypeChoice, std::less<>>> read_types(YamlReader& yaml,
                                                                         const YAML::Node& node);

}  // namespace pg2athena::config
