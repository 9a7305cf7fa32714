// What the operator may choose about types: for a column, and for all columns of a type.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pg2athena::types {

// What becomes of a value that its column's type can't hold.
enum class OnUnrepresentable : std::uint8_t {
  Error,   // the run fails, and names table, column and row
  Null,    // NULL, counted
  String,  // the column is text from the start, if its type has such values: decided by the plan
  Clamp,   // the nearest value that the column can hold, counted; an error where there is none (NaN)
};

// As the configuration spells it: "error", "null", "string", "clamp".
std::string_view to_string(OnUnrepresentable policy);
std::optional<OnUnrepresentable> on_unrepresentable_named(std::string_view name);

struct TypeChoice {
  std::string as;  // a form of the type (type_table.h): "string", "decimal(18,4)", …; empty: none is chosen
  std::optional<OnUnrepresentable> on_unrepresentable;
  std::optional<bool> trim;  // char(n): without the blanks at its end
  std::string place;         // where it was said: "shop.yaml:7:15"

  bool empty() const { return as.empty() && !on_unrepresentable && !trim; }
  // Where it was said makes no difference.
  bool operator==(const TypeChoice& other) const {
    return as == other.as && on_unrepresentable == other.on_unrepresentable && trim == other.trim;
  }
};

// What holds for all columns of a run.
struct MappingRules {
  // By the name of the type's row: "numeric", "timestamptz". They hold inside of arrays, ranges and
  // composites too.
  std::map<std::string, TypeChoice, std::less<>> by_type;
  int money_digits = 2;    // behind the point, as the server's lc_monetary has it
  bool sql_ascii = false;  // the database has no encoding: its text may be anything
};

}  // namespace pg2athena::types
