#include "aws/uri_encoding.h"

#include "base/ascii.h"

namespace pg2athena::aws {
namespace {

std::string encode(std::string_view text, std::string_view kept) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_ascii_alphanumeric(c) || kept.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0x0FU];
  }
  return out;
}

}  // namespace

std::string uri_encode(std::string_view text) {
  return encode(text, "-._~");
}

std::string uri_encode_path(std::string_view path) {
  return encode(path, "-._~/");
}

std::string query_text(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text += uri_encode(name) + '=' + uri_encode(value);
  }
  return text;
}

}  // namespace pg2athena::aws
