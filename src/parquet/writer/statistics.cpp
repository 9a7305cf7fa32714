#include "parquet/writer/statistics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/civil_time.h"
#include "base/decimal.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "parquet/encoding/short_bytes.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

std::uint64_t word_at(const std::byte* bytes, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes + at, sizeof word);
  return word;
}

// The eight bytes of a kept bound from `at` on as a number that orders as they do; zeros behind its end.
std::uint64_t ordered_word(std::string_view bound, std::size_t at) {
  const std::span<const std::byte> rest = as_bytes(bound.substr(std::min(at, bound.size())));
  return __builtin_bswap64(first_bytes(rest.data(), rest.size(), rest.data() + rest.size()));
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
  const std::byte* const end = data.data() + data.size();
  const std::byte* bytes = data.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = offsets[i + 1] - offsets[i];
    const std::string_view value = as_text({bytes, length});
    if (any_ && shares_prefix(bytes, length)) {
      const std::uint64_t word = __builtin_bswap64(first_bytes(bytes + shared_, length - shared_, end));
      if (word <= min_word_) include_min(value);
      if (word >= max_word_) include_max(value);
    } else {
      include(value);
    }
    bytes += length;
  }
}

void BytesBounds::include(std::string_view value) {
  if (!any_) {
    any_ = true;
    min_ = max_ = value.substr(0, kKept);
    set_words();
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

bool BytesBounds::shares_prefix(const std::byte* value, std::size_t length) const {
  if (length < shared_) return false;
  const auto* const prefix = reinterpret_cast<const std::byte*>(min_.data());
  for (std::size_t at = 0; at < shared_; at += kWord) {
    if (word_at(value, at) != word_at(prefix, at)) return false;
  }
  return true;
}

void BytesBounds::include_min(std::string_view value) {
  value = value.substr(0, kKept);
  if (value >= min_) return;
  min_ = value;
  set_words();
}

void BytesBounds::include_max(std::string_view value) {
  value = value.substr(0, kKept);
  if (value <= max_) return;
  max_ = value;
  set_words();
}

void BytesBounds::set_words() {
  // The word behind what is shared lies in what is kept.
  const std::size_t most = std::min({min_.size(), max_.size(), kBoundBytes - kWord});
  const auto* const min = reinterpret_cast<const std::byte*>(min_.data());
  const auto* const max = reinterpret_cast<const std::byte*>(max_.data());
  shared_ = 0;
  while (shared_ + kWord <= most && word_at(min, shared_) == word_at(max, shared_)) shared_ += kWord;
  min_word_ = ordered_word(min_, shared_);
  max_word_ = ordered_word(max_, shared_);
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
    case columnar::TypeId::Time: {
      TimeText text;
      text.put_clock(value);
      return std::string(text.view());
    }
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
