// The values of a YAML file, with errors that say where in the file they are.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace pg2athena::config {

// "did you mean 'limits'? (its keys: …)", or only the list, where nothing is near.
std::string did_you_mean(const std::string& name, std::span<const std::string> known, std::string_view what);

// "a mapping", "a list", "a value", "nothing".
std::string_view kind_of(const YAML::Node& node);

// What stands at a path of keys ("catalog.glue.database"); where the file doesn't have it, the innermost
// mapping around it that it has. For an error's place: the error says what is missing there.
YAML::Node innermost_at(const YAML::Node& root, std::string_view path);

// For one file. All errors are InvalidArgument, and begin with file:line:column.
class YamlReader {
 public:
  // Both must outlive the reader. The text is looked at for what a node doesn't tell.
  YamlReader(const std::string& text, const std::string& path) : text_(text), path_(path) {}

  // file:line:column, as compilers say it and editors jump to.
  std::string place_of(const YAML::Node& node) const;
  Error error_at(const YAML::Node& node, const std::string& message) const;
  // The error with the node's place before its message.
  std::unexpected<Error> fail_at(const YAML::Node& node, const Error& error) const;

  using EntryVisitor = std::function<Result<void>(const YAML::Node& key, const YAML::Node& value)>;
  using KeyVisitor = std::function<Result<void>(const std::string& key, const YAML::Node& value)>;
  // `what` names the mapping in errors. Keys are words, and none comes twice.
  Result<void> each_entry(const YAML::Node& map, std::string_view what, const EntryVisitor& visit);
  Result<void> each_key(const YAML::Node& map, std::string_view what, std::span<const std::string> known,
                        const KeyVisitor& visit);
  // The same of a mapping that has to say something.
  Result<void> each_entry_of_some(const YAML::Node& map, std::string_view what, const EntryVisitor& visit);

  Result<std::string> scalar(const YAML::Node& node, const std::string& what) const;
  // A value in which ${NAME} would be taken for what it looks like, and isn't.
  Result<std::string> plain_scalar(const YAML::Node& node, const std::string& what) const;
  Result<std::vector<std::string>> strings(const YAML::Node& node, const std::string& what) const;
  // Whether the word null stands there. (YAML takes it for nothing, which is also what is not there.)
  bool says_null(const YAML::Node& node) const;

 private:
  const std::string& text_;
  const std::string& path_;
  YAML::Mark last_key_ = YAML::Mark::null_mark();
};

}  // namespace pg2athena::config
