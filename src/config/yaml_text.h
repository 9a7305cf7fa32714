// A file's text, and the YAML document in it.
#pragma once

#include <filesystem>
#include <string>

#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace pg2athena::config {

// InvalidArgument when it can't be read, or has more than 16 MiB.
Result<std::string> read_file(const std::filesystem::path& path);

// The one document of a text. InvalidArgument, with `path`, line and column, when it is none.
Result<YAML::Node> parse_yaml(const std::string& text, const std::string& path);

}  // namespace pg2athena::config
