#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace pg2athena {
namespace {

bool is_continuation(std::byte b) {
  return (b & std::byte{0xC0}) == std::byte{0x80};
}

// The length of the well-formed sequence of two to four bytes that starts the span, or 0.
std::size_t multibyte_length(std::span<const std::byte> bytes) {
  const auto lead = std::to_integer<unsigned>(bytes[0]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(bytes[i])) return 0;
  }
  const auto second = std::to_integer<unsigned>(bytes[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool beyond = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

bool is_utf8(std::span<const std::byte> bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    // Eight ASCII bytes at a time: most text is nothing else.
    while (at + 8 <= bytes.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, sizeof word);
      if ((word & 0x8080808080808080U) != 0) break;
      at += 8;
    }
    if (at == bytes.size()) break;
    if (std::to_integer<unsigned>(bytes[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = multibyte_length(bytes.subspan(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_utf8_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

}  // namespace pg2athena
