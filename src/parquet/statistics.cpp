#include "parquet/statistics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/civil_time.h"
#include "base/decimal.h"
#include "base/utf8.h"

namespace pg2athena::parquet {
namespace {

// The first eight bytes as a number that orders as they do.
std::uint64_t prefix_of(std::string_view value) {
  std::uint64_t prefix = 0;
  if (!value.empty()) std::memcpy(&prefix, value.data(), std::min(value.size(), sizeof prefix));
  return __builtin_bswap64(prefix);
}

// The longest prefix of at most kBoundBytes that ends at the end of a character.
std::string_view whole_characters(std::string_view value) {
  if (value.size() <= kBoundBytes) return value;
  std::size_t end = kBoundBytes;
  while (end != 0 && is_utf8_continuation(value[end])) --end;
  return value.substr(0, end);
}

// The code point of one well-formed UTF-8 character.
std::uint32_t decode(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  std::uint32_t code_point = lead & (0x7FU >> character.size());
  for (const char c : character.substr(1))
    code_point = (code_point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return code_point;
}

std::string encode(std::uint32_t code_point) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  const auto continuation = [&](unsigned shift) { return byte(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) return {byte(code_point)};
  if (code_point < 0x800) return {byte(0xC0U | (code_point >> 6U)), continuation(0)};
  if (code_point < 0x10000) return {byte(0xE0U | (code_point >> 12U)), continuation(6), continuation(0)};
  return {byte(0xF0U | (code_point >> 18U)), continuation(12), continuation(6), continuation(0)};
}

// The next code point that may stand in UTF-8, or nothing behind the last.
std::optional<std::uint32_t> next_code_point(std::uint32_t code_point) {
  constexpr std::uint32_t kLast = 0x10FFFF;
  constexpr std::uint32_t kBeforeSurrogates = 0xD7FF;
  constexpr std::uint32_t kBehindSurrogates = 0xE000;
  if (code_point == kLast) return std::nullopt;
  return code_point == kBeforeSurrogates ? kBehindSurrogates : code_point + 1;
}

std::optional<std::string> next_text(std::string_view prefix) {
  while (!prefix.empty()) {
    std::size_t start = prefix.size() - 1;
    while (start != 0 && is_utf8_continuation(prefix[start])) --start;
    const auto next = next_code_point(decode(prefix.substr(start)));
    prefix = prefix.substr(0, start);
    if (!next.has_value()) continue;
    std::string bound = std::string(prefix) + encode(*next);
    // The next character may take a byte more than its predecessor.
    if (bound.size() <= kBoundBytes) return bound;
  }
  return std::nullopt;
}

std::optional<std::string> next_bytes(std::string_view prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.remove_suffix(1);
  if (prefix.empty()) return std::nullopt;
  std::string bound(prefix);
  bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
  return bound;
}

// Whether a cut between characters makes sense. Text that isn't UTF-8 is the reader's trouble, but its bounds
// stay right: bytes are cut as bytes.
bool cut_as_text(std::string_view value, bool text) {
  return text && is_utf8(as_bytes(whole_characters(value)));
}

std::string time_text(std::int64_t micros) {
  constexpr std::int64_t kSecond = 1'000'000;
  const std::int64_t seconds = micros / kSecond;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (micros % kSecond != 0) text += fmt::format(".{:06}", micros % kSecond);
  return text;
}

}  // namespace

std::string lower_bound_of(std::string_view value, bool text) {
  return std::string(cut_as_text(value, text) ? whole_characters(value) : value.substr(0, kBoundBytes));
}

std::optional<std::string> upper_bound_of(std::string_view value, bool text) {
  if (value.size() <= kBoundBytes) return std::string(value);
  return cut_as_text(value, text) ? next_text(whole_characters(value))
                                  : next_bytes(value.substr(0, kBoundBytes));
}

void BytesBounds::include(std::span<const std::byte> data, const std::uint32_t* offsets, std::size_t count) {
  if (count == 0) return;
  const char* const start = reinterpret_cast<const char*>(data.data());
  const auto value_at = [&](std::size_t i) {
    return std::string_view(start + (offsets[i] - offsets[0]), offsets[i + 1] - offsets[i]);
  };
  if (!any_) include(value_at(0));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view value = value_at(i);
    const std::uint64_t prefix = prefix_of(value);
    if (prefix <= min_prefix_) include_min(value);
    if (prefix >= max_prefix_) include_max(value);
  }
}

void BytesBounds::include(std::string_view value) {
  if (!any_) {
    any_ = true;
    min_ = max_ = value.substr(0, kKept);
    min_prefix_ = max_prefix_ = prefix_of(value);
    return;
  }
  include_min(value);
  include_max(value);
}

void BytesBounds::include(const BytesBounds& other) {
  if (other.empty()) return;
  include(other.min_);
  include(other.max_);
}

void BytesBounds::clear() {
  *this = BytesBounds();
}

void BytesBounds::include_min(std::string_view value) {
  value = value.substr(0, kKept);
  if (value >= min_) return;
  min_ = value;
  min_prefix_ = prefix_of(value);
}

void BytesBounds::include_max(std::string_view value) {
  value = value.substr(0, kKept);
  if (value <= max_) return;
  max_ = value;
  max_prefix_ = prefix_of(value);
}

void BytesBounds::write_to(Statistics& statistics, bool text) const {
  if (!any_) return;
  statistics.min_value = lower_bound_of(min_, text);
  statistics.is_min_value_exact = min_.size() <= kBoundBytes;
  statistics.max_value = upper_bound_of(max_, text);
  if (statistics.max_value.has_value()) statistics.is_max_value_exact = max_.size() <= kBoundBytes;
}

std::string bound_text(const columnar::Type& /*type*/, bool value) {
  return value ? "true" : "false";
}

std::string bound_text(const columnar::Type& type, std::int32_t value) {
  if (type.id == columnar::TypeId::Date) return format_date(value);
  return bound_text(type, std::int64_t{value});
}

std::string bound_text(const columnar::Type& type, std::int64_t value) {
  switch (type.id) {
    case columnar::TypeId::Timestamp:
      return format_timestamp(value);
    case columnar::TypeId::Time:
      return time_text(value);
    case columnar::TypeId::Decimal:
      return format_decimal(value, type.scale);
    default:
      return std::to_string(value);
  }
}

std::string bound_text(const columnar::Type& type, Int128 value) {
  return format_decimal(value, type.scale);
}
std::string bound_text(const columnar::Type& /*type*/, float value) {
  return fmt::format("{}", value);
}
std::string bound_text(const columnar::Type& /*type*/, double value) {
  return fmt::format("{}", value);
}

}  // namespace pg2athena::parquet
