#include "catalog/type_widening.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"

namespace pg2athena::catalog {
namespace {

struct HiveType {
  std::string name;                     // "decimal", "struct"
  std::vector<int> parameters;          // of decimal, char, varchar
  std::vector<std::string> attributes;  // of a struct: the names of its parts
  std::vector<HiveType> parts;          // of an array, a map, a struct

  bool operator==(const HiveType&) const = default;
};

// Reads a type as Hive writes it, without blanks and in lower case.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<HiveType> parse() {
    auto type = type_of(0);
    if (!type || !rest_.empty()) return std::nullopt;
    return type;
  }

 private:
  // What Glue takes for a type's text can't be deeper (131 072 characters), but what it says comes from
  // outside.
  static constexpr int kDeepest = 100;

  std::optional<HiveType> type_of(int depth) {
    HiveType type;
    while (!rest_.empty() && (is_ascii_alphanumeric(rest_.front()) || rest_.front() == '_')) {
      type.name += rest_.front();
      rest_.remove_prefix(1);
    }
    if (type.name.empty() || depth > kDeepest) return std::nullopt;
    if (type.name == "integer") type.name = "int";
    if (take('(') && !parameters(type)) return std::nullopt;
    if (take('<') && !parts(type, depth)) return std::nullopt;
    return type;
  }

  bool parameters(HiveType& type) {
    do {
      int value = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (error != std::errc()) return false;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      type.parameters.push_back(value);
    } while (take(','));
    return take(')');
  }

  bool parts(HiveType& type, int depth) {
    const bool is_struct = type.name == "struct";
    do {
      if (is_struct) {
        const std::size_t colon = rest_.find(':');
        if (colon == std::string_view::npos) return false;
        type.attributes.emplace_back(rest_.substr(0, colon));
        rest_.remove_prefix(colon + 1);
      }
      auto part = type_of(depth + 1);
      if (!part) return false;
      type.parts.push_back(std::move(*part));
    } while (take(','));
    return take('>');
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
};

std::string plain(std::string_view type) {
  std::string text;
  for (const char c : type) {
    if (c != ' ') text += ascii_lower(c);
  }
  return text;
}

// Whether both are of the list, and the one stands before the other or is it.
template <std::size_t size>
bool in_order(const std::array<std::string_view, size>& list, const HiveType& from, const HiveType& to) {
  const auto first = std::ranges::find(list, from.name);
  const auto second = std::ranges::find(list, to.name);
  return first != list.end() && second != list.end() && first <= second;
}

bool is_wider(const HiveType& from, const HiveType& to);

// All attributes are there, wherever: readers of Parquet go by their names.
bool has_attributes(const HiveType& from, const HiveType& to) {
  for (std::size_t i = 0; i < from.parts.size(); ++i) {
    const auto found = std::ranges::find(to.attributes, from.attributes[i]);
    if (found == to.attributes.end()) return false;
    if (!is_wider(from.parts[i], to.parts[static_cast<std::size_t>(found - to.attributes.begin())]))
      return false;
  }
  return true;
}

bool is_wider(const HiveType& from, const HiveType& to) {
  constexpr std::array<std::string_view, 4> kIntegers = {"tinyint", "smallint", "int", "bigint"};
  constexpr std::array<std::string_view, 2> kFloats = {"float", "double"};
  if (from == to || in_order(kIntegers, from, to) || in_order(kFloats, from, to)) return true;
  if (from.name != to.name) return false;
  if (from.name == "decimal" && from.parameters.size() == 2 && to.parameters.size() == 2) {
    const int whole = from.parameters[0] - from.parameters[1];
    return to.parameters[1] >= from.parameters[1] && to.parameters[0] - to.parameters[1] >= whole;
  }
  if (from.name == "struct") return has_attributes(from, to);
  if (from.parts.empty() || from.parts.size() != to.parts.size()) return false;
  return std::ranges::equal(from.parts, to.parts, is_wider);
}

}  // namespace

bool widens(std::string_view from, std::string_view to) {
  const std::string old_text = plain(from);
  const std::string new_text = plain(to);
  if (old_text == new_text) return true;
  const auto old_type = Parser(old_text).parse();
  const auto new_type = Parser(new_text).parse();
  return old_type && new_type && is_wider(*old_type, *new_type);
}

}  // namespace pg2athena::catalog
