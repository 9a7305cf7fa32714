#include "config/yaml_reader.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/spelling.h"
#include "config/references.h"

namespace pg2athena::config {

std::string did_you_mean(const std::string& name, std::span<const std::string> known, std::string_view what) {
  const std::string near = nearest_name(name, known);
  const std::string all = fmt::format("{}: {}", what, fmt::join(known, ", "));
  return near.empty() ? all : fmt::format("did you mean '{}'? ({})", near, all);
}

std::string_view kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map:
      return "a mapping";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Scalar:
      return "a value";
    default:
      return "nothing";
  }
}

YAML::Node innermost_at(const YAML::Node& root, std::string_view path) {
  if (path.empty() || !root.IsMap()) return root;
  const std::size_t dot = std::min(path.find('.'), path.size());
  const YAML::Node inner = root[std::string(path.substr(0, dot))];
  // What has no value has no place either.
  if (!inner.IsDefined() || inner.IsNull()) return root;
  return innermost_at(inner, path.substr(std::min(dot + 1, path.size())));
}

std::string YamlReader::place_of(const YAML::Node& node) const {
  // yaml-cpp has nothing stand where the next thing does.
  const YAML::Mark mark = node.IsNull() && !says_null(node) ? last_key_ : node.Mark();
  return mark.is_null() ? path_ : fmt::format("{}:{}:{}", path_, mark.line + 1, mark.column + 1);
}

Error YamlReader::error_at(const YAML::Node& node, const std::string& message) const {
  return Error(ErrorKind::InvalidArgument, fmt::format("{}: {}", place_of(node), message));
}

std::unexpected<Error> YamlReader::fail_at(const YAML::Node& node, const Error& error) const {
  Error placed = error_at(node, error.message());
  return fail(error.hint().empty() ? std::move(placed) : std::move(placed).hint(error.hint()));
}

Result<void> YamlReader::each_entry(const YAML::Node& map, std::string_view what, const EntryVisitor& visit) {
  if (!map.IsMap()) {
    return fail(
        error_at(map, fmt::format("{} has to be a mapping of keys to values, not {}", what, kind_of(map))));
  }
  std::set<std::string> seen;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar())
      return fail(error_at(entry.first, fmt::format("a key of {} is no word", what)));
    const std::string& key = entry.first.Scalar();
    if (!seen.insert(key).second) {
      return fail(error_at(entry.first, fmt::format("{} has the key '{}' twice", what, key)));
    }
    last_key_ = entry.first.Mark();
    PG2ATHENA_TRY(visit(entry.first, entry.second));
  }
  return {};
}

Result<void> YamlReader::each_entry_of_some(const YAML::Node& map, std::string_view what,
                                            const EntryVisitor& visit) {
  if (map.IsMap() && map.size() == 0) {
    return fail(error_at(map, fmt::format("{} is an empty mapping: leave it out", what)));
  }
  return each_entry(map, what, visit);
}

Result<void> YamlReader::each_key(const YAML::Node& map, std::string_view what,
                                  std::span<const std::string> known, const KeyVisitor& visit) {
  return each_entry(map, what, [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
    if (std::ranges::find(known, key.Scalar()) == known.end()) {
      return fail(error_at(key, fmt::format("{} has no key '{}'", what, key.Scalar()))
                      .hint(did_you_mean(key.Scalar(), known, "its keys")));
    }
    return visit(key.Scalar(), value);
  });
}

Result<std::string> YamlReader::scalar(const YAML::Node& node, const std::string& what) const {
  if (node.IsNull()) return fail(error_at(node, fmt::format("{} has no value", what)));
  if (!node.IsScalar())
    return fail(error_at(node, fmt::format("{} takes one value, not {}", what, kind_of(node))));
  return node.Scalar();
}

Result<std::string> YamlReader::plain_scalar(const YAML::Node& node, const std::string& what) const {
  PG2ATHENA_ASSIGN(const std::string text, scalar(node, what));
  if (text.empty()) return fail(error_at(node, fmt::format("{} is empty", what)));
  if (has_reference(text)) {
    return fail(
        error_at(node, fmt::format("{} has a reference to the environment in it", what))
            .hint("${NAME} is replaced where a secret belongs, in source.url and source.password, and "
                  "nowhere else; $${ stands for ${ itself"));
  }
  return unescaped(text);
}

Result<std::vector<std::string>> YamlReader::strings(const YAML::Node& node, const std::string& what) const {
  if (!node.IsSequence())
    return fail(error_at(node, fmt::format("{} takes a list, not {}", what, kind_of(node))));
  if (node.size() == 0) return fail(error_at(node, fmt::format("{} is an empty list: leave it out", what)));
  std::vector<std::string> values;
  for (const YAML::Node& item : node) {
    PG2ATHENA_ASSIGN(std::string value, plain_scalar(item, "an entry of " + what));
    values.push_back(std::move(value));
  }
  return values;
}

bool YamlReader::says_null(const YAML::Node& node) const {
  const YAML::Mark mark = node.Mark();
  if (!node.IsNull() || mark.is_null() || mark.line < 0 || mark.column < 0) return false;
  std::string_view rest = text_;
  for (int line = 0; line < mark.line; ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
  }
  const auto column = static_cast<std::size_t>(mark.column);
  return column < rest.size() && rest.substr(column).starts_with("null");
}

}  // namespace pg2athena::config
