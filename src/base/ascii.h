// Characters of ASCII, whatever the locale; bytes of other characters are themselves.
#pragma once

namespace pg2athena {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_ascii_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool is_ascii_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

constexpr bool is_ascii_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

}  // namespace pg2athena
