#include "config/type_choices.h"

#include <vector>

#include <fmt/format.h>

#include "config/settings.h"
#include "types/type_table.h"

namespace pg2athena::config {
namespace {

using types::TypeChoice;
using types::TypeRow;

Result<std::string> read_form(const YamlReader& yaml, const YAML::Node& node, const std::string& what) {
  PG2ATHENA_ASSIGN(std::string form, yaml.plain_scalar(node, what));
  if (form.contains('(') && !form.contains(')')) {
    return fail(yaml.error_at(node, fmt::format("{} has no closing parenthesis", what))
                    .hint("between braces a value with a comma stands in quotes: {as: \"decimal(18,4)\"}"));
  }
  return form;
}

Result<types::OnUnrepresentable> read_policy(const YamlReader& yaml, const YAML::Node& node,
                                             const std::string& what) {
  if (yaml.says_null(node)) return types::OnUnrepresentable::Null;
  PG2ATHENA_ASSIGN(const std::string text, yaml.plain_scalar(node, what));
  const auto policy = types::on_unrepresentable_named(text);
  if (policy) return *policy;
  return fail(
      yaml.error_at(node, fmt::format("{} takes one of error, null, string, clamp, not '{}'", what, text)));
}

Result<bool> read_flag(const YamlReader& yaml, const YAML::Node& node, const std::string& what) {
  PG2ATHENA_ASSIGN(const std::string text, yaml.plain_scalar(node, what));
  if (text == "true" || text == "false") return text == "true";
  return fail(yaml.error_at(node, fmt::format("{} takes true or false, not '{}'", what, text)));
}

// A type that the row is for: without a typmod, and of what contains others with integers in it.
types::PgType sample_of(const TypeRow& row) {
  using types::PgKind;
  types::PgType type{.oid = row.oid, .name = std::string(row.name)};
  if (row.oid != 0) return type;
  const types::PgType integer{.oid = types::oid::kInt4, .name = "integer"};
  const types::PgType range{.kind = PgKind::Range, .name = "int4range", .element = {integer}};
  if (row.name == "enum") {
    type.kind = PgKind::Enum;
  } else if (row.name == "array") {
    type.kind = PgKind::Array;
    type.element = {integer};
  } else if (row.name == "composite") {
    type.kind = PgKind::Composite;
    type.attributes = {{.name = "a", .type = integer}};
  } else if (row.name == "range") {
    type.kind = PgKind::Range;
    type.element = {integer};
  } else if (row.name == "multirange") {
    type.kind = PgKind::Multirange;
    type.element = {range};
  } else {
    type.type_name = row.name;
    type.extension = row.extension;
  }
  return type;
}

// What no column of the type can have. (What a certain one can have depends on its typmod, too: the plan
// knows.)
Result<void> check_choice(const YamlReader& yaml, const YAML::Node& key, const TypeRow& row,
                          const TypeChoice& choice) {
  if (choice.trim && row.oid != types::oid::kBpchar) {
    return fail(
        yaml.error_at(key, fmt::format("{} has no blanks to trim", row.name)).hint("trim is for char"));
  }
  types::MappingRules rules;
  rules.by_type.emplace(row.name, choice);
  if (auto mapped = types::map_type(sample_of(row), rules); !mapped) return fail(std::move(mapped).error());
  return {};
}

}  // namespace

Result<TypeChoice> read_type_choice(YamlReader& yaml, const YAML::Node& key, const YAML::Node& value,
                                    const std::string& what) {
  std::vector<std::string> keys;
  for (const Key& known : type_choice_keys()) keys.emplace_back(known.key);
  if (value.IsMap() && value.size() == 0) {
    return fail(yaml.error_at(value, fmt::format("{} is an empty mapping: leave it out", what)));
  }
  TypeChoice choice{.as = {}, .on_unrepresentable = {}, .trim = {}, .place = yaml.place_of(key)};
  PG2ATHENA_TRY(
      yaml.each_key(value, what, keys, [&](const std::string& name, const YAML::Node& node) -> Result<void> {
        const std::string path = what + "." + name;
        if (name == "as") {
          PG2ATHENA_ASSIGN(choice.as, read_form(yaml, node, path));
        } else if (name == "on_unrepresentable") {
          PG2ATHENA_ASSIGN(choice.on_unrepresentable, read_policy(yaml, node, path));
        } else {
          PG2ATHENA_ASSIGN(choice.trim, read_flag(yaml, node, path));
        }
        return {};
      }));
  return choice;
}

Result<std::map<std::string, TypeChoice, std::less<>>> read_types(YamlReader& yaml, const YAML::Node& node) {
  std::map<std::string, TypeChoice, std::less<>> choices;
  if (node.IsNull()) return choices;  // every line of it is commented out
  const auto read_entry = [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
    PG2ATHENA_ASSIGN(const std::string name, yaml.plain_scalar(key, "a type's name"));
    const TypeRow* const row = types::row_named(name);
    if (row == nullptr) {
      std::vector<std::string> names;
      for (const TypeRow& known : types::type_table()) names.emplace_back(known.name);
      return fail(yaml.error_at(key, fmt::format("there is no type '{}'", name))
                      .hint(did_you_mean(name, names, "types with choices")));
    }
    PG2ATHENA_ASSIGN(TypeChoice choice, read_type_choice(yaml, key, value, "types." + name));
    PG2ATHENA_TRY(check_choice(yaml, key, *row, choice));
    if (!choices.emplace(row->name, std::move(choice)).second) {
      return fail(
          yaml.error_at(key, fmt::format("types has {} twice: '{}' is another name of it", row->name, name)));
    }
    return {};
  };
  PG2ATHENA_TRY(yaml.each_entry(node, "types", read_entry));
  return choices;
}

}  // namespace pg2athena::config
