// UTF-8: what Parquet's STRING promises its readers.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace pg2athena {

// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms, at most
// U+10FFFF).
bool is_utf8(std::span<const std::byte> bytes);

// Whether a byte of UTF-8 is not the first of its character: those are 10xxxxxx.
constexpr bool is_utf8_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// At most `bytes` of the text, without a part of a character at the end.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace pg2athena
