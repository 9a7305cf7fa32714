// Characters of ASCII, whatever the locale; bytes of other characters are themselves.
#pragma once

namespace pg2athena {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr bool is_ascii_letter(char c) {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

constexpr bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr bool is_ascii_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool is_ascii_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

constexpr bool is_ascii_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || is_ascii_letter(c);
}

}  // namespace pg2athena
