#include "catalog/json_list.h"

#include <string_view>

#include "catalog/json_reader.h"

namespace pg2athena::catalog {
namespace {

// A value's text, deeper by as much as the list and the object indent it. Newlines are only between values:
// in a string they are escaped.
void append_indented(std::string_view text, std::string& out) {
  constexpr std::string_view kIndent = "\n    ";
  while (true) {
    out += kIndent;
    const std::size_t end = text.find('\n');
    out += text.substr(0, end);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string write_json_with_list(const Json& object, const std::string& list, std::size_t count,
                                 const std::function<Json(std::size_t)>& element) {
  std::string text = write_json(object);
  text.resize(text.size() - std::string_view("\n}\n").size());
  text += ",\n  " + Json(list).dump() + ": [";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    std::string value = write_json(element(i));
    value.pop_back();
    append_indented(value, text);
  }
  text += count == 0 ? "]\n}\n" : "\n  ]\n}\n";
  return text;
}

}  // namespace pg2athena::catalog
