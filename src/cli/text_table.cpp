#include "cli/text_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/utf8.h"

namespace pg2athena::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "…";

struct Character {
  std::string_view bytes;
  char32_t code = 0;  // U+FFFD where the bytes are malformed
};

// The first character of a text that isn't empty.
Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {.bytes = text.substr(0, 1), .code = lead};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length || !is_utf8(as_bytes(text.substr(0, length)))) {
    return {.bytes = text.substr(0, 1), .code = U'\xFFFD'};
  }
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {.bytes = text.substr(0, length), .code = code};
}

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t Size>
bool is_in(const std::array<Range, Size>& ranges, char32_t code) {
  return std::ranges::any_of(ranges, [&](Range range) { return code >= range.first && code <= range.last; });
}

// Roughly Unicode's East Asian Width "W" and "F" (UAX #11), and emoji, which terminals draw wide.
constexpr std::array<Range, 13> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0x33FF},
                                          {0x3400, 0x4DBF},
                                          {0x4E00, 0xA4CF},
                                          {0xA960, 0xA97C},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};
// Marks that stand on the character before, joiners and variation selectors.
constexpr std::array<Range, 8> kZeroWidth = {{{0x0300, 0x036F},
                                              {0x0483, 0x0489},
                                              {0x0591, 0x05BD},
                                              {0x1AB0, 0x1AFF},
                                              {0x1DC0, 0x1DFF},
                                              {0x200B, 0x200F},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F}}};

std::size_t width_of(char32_t code) {
  return is_in(kZeroWidth, code) ? 0 : is_in(kWide, code) ? 2 : 1;
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

std::string pad(std::string_view text, std::size_t width, Align align) {
  const std::size_t taken = display_width(text);
  const std::string blanks(width > taken ? width - taken : 0, ' ');
  return align == Align::Right ? blanks + std::string(text) : std::string(text) + blanks;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    width += width_of(character.code);
    text.remove_prefix(character.bytes.size());
  }
  return width;
}

std::string truncate_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string kept;
  std::size_t taken = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    taken += width_of(character.code);
    if (taken > width - 1) break;  // one column is the ellipsis's
    kept += character.bytes;
    text.remove_prefix(character.bytes.size());
  }
  kept += kEllipsis;
  return kept;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Character character = first_character(text);
    const bool replace = character.code == U'\xFFFD' || is_control(character.code);
    shown += replace ? kReplacement : character.bytes;
    text.remove_prefix(character.bytes.size());
  }
  return shown;
}

std::string wrapped(std::string_view text, std::size_t width, std::string_view first,
                    std::string_view others) {
  const std::string shown = printable(text);
  std::string out;
  std::string line(first);
  bool begun = false;  // the line has a word
  std::string_view rest = shown;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.empty()) continue;
    if (begun && display_width(line) + 1 + display_width(word) > width) {
      out += line + '\n';
      line = others;
      begun = false;
    }
    if (begun) line += ' ';
    line += word;
    begun = true;
  }
  return out + line + '\n';
}

std::string with_thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(count), noun, count == 1 ? "" : "s");
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::array<std::string_view, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  constexpr double kRoundsUp = 999.95;  // would print as 1000.0
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= kRoundsUp && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_rate(std::uint64_t bytes, std::chrono::milliseconds elapsed) {
  if (elapsed.count() <= 0) return "-";
  const double per_second = static_cast<double>(bytes) * 1000 / static_cast<double>(elapsed.count());
  return human_bytes(static_cast<std::uint64_t>(per_second)) + "/s";
}

std::string human_duration(std::chrono::milliseconds duration) {
  const std::int64_t millis = std::max<std::int64_t>(duration.count(), 0);
  const std::int64_t seconds = millis / 1000;
  if (millis < 9950) return fmt::format("{:.1f} s", static_cast<double>(millis) / 1000);
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, seconds % 60);
  const std::int64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{}:{:02}:{:02}", hours, minutes % 60, seconds % 60);
  return fmt::format("{}d {:02}:{:02}", hours / 24, hours % 24, minutes % 60);
}

std::string TextTable::render() const {
  std::vector<std::size_t> widths;
  widths.reserve(heads_.size());
  for (const Head& head : heads_) widths.push_back(display_width(head.title));
  const auto cell = [](const std::vector<std::string>& row, std::size_t column) {
    return column < row.size() ? printable(row[column]) : std::string();
  };
  const auto widen = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(cell(row, i)));
  };
  for (const auto& row : rows_) widen(row);
  widen(footer_);

  std::string text;
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (i != 0) line += "  ";
      line += pad(cell(row, i), widths[i], heads_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  std::vector<std::string> titles;
  std::vector<std::string> rule;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    titles.push_back(heads_[i].title);
    rule.emplace_back(widths[i], '-');
  }
  print(titles);
  print(rule);
  for (const auto& row : rows_) print(row);
  if (!footer_.empty()) {
    print(rule);
    print(footer_);
  }
  return text;
}

}  // namespace pg2athena::cli
