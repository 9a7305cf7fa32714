#include "types/lake_name.h"

#include "base/ascii.h"
#include "base/utf8.h"

namespace pg2athena::types {

std::string lake_name(std::string_view source) {
  std::string name;
  for (const char c : source) {
    if (is_ascii_alphanumeric(c) || c == '_') {
      name += ascii_lower(c);
    } else if (!is_utf8_continuation(c)) {  // the first byte of a character
      name += '_';
    }
  }
  return name;
}

}  // namespace pg2athena::types
