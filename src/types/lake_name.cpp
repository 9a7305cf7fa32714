#include "types/lake_name.h"

namespace pg2athena::types {

std::string lake_name(std::string_view source) {
  std::string name;
  for (const char c : source) {
    if (c >= 'A' && c <= 'Z') {
      name += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') {
      name += c;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {  // the first byte of a character
      name += '_';
    }
  }
  return name;
}

}  // namespace pg2athena::types
