#include "config/type_choices.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "config/settings.h"
#include "types/type_table.h"

namespace pg2athena::config {
namespace {

using types::TypeChoice;
using types::TypeRow;

// The words of a form, without what is in its parentheses: "decimal(18,4)" and "decimal(p,s)" are "decimal".
std::string_view form_word(std::string_view form) {
  return form.substr(0, form.find('('));
}

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

std::vector<std::string> form_names(const TypeRow& row) {
  std::vector<std::string> names;
  for (const types::TypeForm& form : row.forms) {
    if (!form.name.empty()) names.emplace_back(form.name);
  }
  return names;
}

// A form that no column of the type could have. (What one column can have depends on it: the plan knows.)
Result<void> check_form(const YamlReader& yaml, const YAML::Node& value, const TypeRow& row,
                        const TypeChoice& choice) {
  if (choice.as.empty()) return {};
  const std::vector<std::string> names = form_names(row);
  if (std::ranges::find(names, form_word(choice.as), form_word) != names.end()) return {};
  return fail(yaml.error_at(value["as"], fmt::format("{} can't be kept as '{}'", row.name, choice.as))
                  .hint(names.empty() ? fmt::format("there is one way to keep {}: leave `as` out", row.name)
                                      : did_you_mean(choice.as, names, "it can be")));
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
  PG2ATHENA_TRY(
      yaml.each_entry(node, "types", [&](const YAML::Node& key, const YAML::Node& value) -> Result<void> {
        PG2ATHENA_ASSIGN(const std::string name, yaml.plain_scalar(key, "a type's name"));
        const TypeRow* const row = types::row_named(name);
        if (row == nullptr) {
          std::vector<std::string> names;
          for (const TypeRow& known : types::type_table()) names.emplace_back(known.name);
          return fail(yaml.error_at(key, fmt::format("there is no type '{}'", name))
                          .hint(did_you_mean(name, names, "types with choices")));
        }
        PG2ATHENA_ASSIGN(TypeChoice choice, read_type_choice(yaml, key, value, "types." + name));
        PG2ATHENA_TRY(check_form(yaml, value, *row, choice));
        if (!choices.emplace(row->name, std::move(choice)).second) {
          return fail(yaml.error_at(
              key, fmt::format("types has {} twice: '{}' is another name of it", row->name, name)));
        }
        return {};
      }));
  return choices;
}

}  // namespace pg2athena::config
