// Text for people: aligned tables, and numbers with units.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pg2athena::cli {

// Columns of a terminal that a UTF-8 text takes: combining marks 0, East Asian wide characters and most
// emoji 2.
std::size_t display_width(std::string_view text);
// The text cut to at most `width` columns, ending in "…" where it was cut.
std::string truncate_to_width(std::string_view text, std::size_t width);
// The text with what a terminal would obey (control characters) or can't show (malformed UTF-8) as U+FFFD.
std::string printable(std::string_view text);

// A text in lines of at most `width` columns, broken at blanks; a word that is wider stays whole. The first
// line begins with `first`, the others with `others`. Each ends in a newline; the text is made printable.
std::string wrapped(std::string_view text, std::size_t width, std::string_view first,
                    std::string_view others);

// "1,234,567".
std::string with_thousands(std::uint64_t number);
// "1 shard", "2 shards".
std::string counted(std::uint64_t count, std::string_view noun);
// Decimal units, as disks and networks count: "0 B", "999 B", "1.2 GB".
std::string human_bytes(std::uint64_t bytes);
// "812.3 MB/s"; "-" when no time has passed.
std::string human_rate(std::uint64_t bytes, std::chrono::milliseconds elapsed);
// "0.4 s", "12 s", "3:05", "2:03:05", "3d 04:00".
std::string human_duration(std::chrono::milliseconds duration);

enum class Align : std::uint8_t { Left, Right };

// A table of text with a head. Cells are made printable; columns are two blanks apart.
class TextTable {
 public:
  struct Head {
    std::string title;
    Align align = Align::Left;
  };

  explicit TextTable(std::vector<Head> heads) : heads_(std::move(heads)) {}
  // As many cells as heads; missing ones are empty.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // A row below a rule: totals.
  void set_footer(std::vector<std::string> cells) { footer_ = std::move(cells); }
  // Lines that end in newlines, without blanks at their ends.
  std::string render() const;

 private:
  std::vector<Head> heads_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> footer_;
};

}  // namespace pg2athena::cli
