// Numbers and bytes from the text that output functions print (src/backend/utils/adt). Strict: another form
// than the output function's is none.
#pragma once

#include <charconv>
#include <limits>
#include <string_view>

#include "base/bytes.h"

namespace pg2athena::types {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// float4out, float8out with extra_float_digits = 1: the shortest text that is the same number again.
template <typename Number>
bool parse_float_text(std::string_view text, Number& out) {
  using Limits = std::numeric_limits<Number>;
  const bool negative = text.starts_with('-');
  const std::string_view magnitude = text.substr(negative ? 1 : 0);
  if (text == "NaN") {
    out = Limits::quiet_NaN();
    return true;
  }
  if (magnitude == "Infinity") {
    out = negative ? -Limits::infinity() : Limits::infinity();
    return true;
  }
  // from_chars also knows "inf" and "nan".
  if (magnitude.empty() || !is_digit(magnitude.front())) return false;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return end == text.data() + text.size() && problem == std::errc();
}

// Appends the bytes of hexadecimal digits, two for each, in upper or lower case.
inline bool append_hex(std::string_view text, ByteBuffer& out) {
  const auto digit = [](char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  if (text.size() % 2 != 0) return false;
  std::byte* to = out.extend(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    *to++ = static_cast<std::byte>(high << 4 | low);
  }
  return true;
}

}  // namespace pg2athena::types
