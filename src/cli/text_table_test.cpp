#include "cli/text_table.h"

#include <limits>

#include <gtest/gtest.h>

namespace pg2athena::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(TextTable, Display_width_is_columns_of_a_terminal) {
  const struct {
    std::string_view text;
    std::size_t width;
  } cases[] = {{"", 0},   {"orders", 6}, {"Größe", 5},    {"e\xCC\x81", 1}, {"東京", 4},
               {"🐘", 2}, {"…", 1},      {"\xFF\xFE", 2}, {"한국어", 6},    {"\xE6\x9D", 2}};
  for (const auto& [text, width] : cases) EXPECT_EQ(display_width(text), width) << text;
}

TEST(TextTable, Texts_are_cut_by_columns) {
  const struct {
    std::string_view text;
    std::size_t width;
    std::string_view cut;
  } cases[] = {{"orders", 6, "orders"}, {"orders", 5, "orde…"}, {"orders", 1, "…"},  {"orders", 0, ""},
               {"東京都", 6, "東京都"}, {"東京都", 5, "東京…"}, {"東京都", 4, "東…"}};
  for (const auto& [text, width, cut] : cases) {
    EXPECT_EQ(truncate_to_width(text, width), cut);
    EXPECT_LE(display_width(truncate_to_width(text, width)), width);
  }
}

TEST(TextTable, What_a_terminal_would_obey_is_replaced) {
  EXPECT_EQ(printable("Größe 東京"), "Größe 東京");
  EXPECT_EQ(printable("a\x1B[2Jb\n"), "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xC2\x9B|\xFF"), "\xEF\xBF\xBD|\xEF\xBF\xBD");
}

TEST(TextTable, Counts_have_thousands) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(12'345'678), "12,345,678");
  EXPECT_EQ(with_thousands(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(TextTable, Bytes_have_decimal_units) {
  const struct {
    std::uint64_t bytes;
    std::string_view text;
  } cases[] = {{0, "0 B"},
               {999, "999 B"},
               {1000, "1.0 kB"},
               {999'949, "999.9 kB"},
               {999'950, "1.0 MB"},
               {1'234'567'890, "1.2 GB"},
               {std::numeric_limits<std::uint64_t>::max(), "18.4 EB"}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(human_bytes(bytes), text);
}

TEST(TextTable, Rates_are_bytes_over_time) {
  EXPECT_EQ(human_rate(1'624'600'000, seconds(2)), "812.3 MB/s");
  EXPECT_EQ(human_rate(5, seconds(0)), "-");
}

TEST(TextTable, Durations_are_as_precise_as_one_cares) {
  EXPECT_EQ(human_duration(milliseconds(-5)), "0.0 s");
  EXPECT_EQ(human_duration(milliseconds(440)), "0.4 s");
  EXPECT_EQ(human_duration(milliseconds(9949)), "9.9 s");
  EXPECT_EQ(human_duration(milliseconds(12'999)), "12 s");
  EXPECT_EQ(human_duration(minutes(3) + seconds(5)), "3:05");
  EXPECT_EQ(human_duration(hours(2) + minutes(3) + seconds(5)), "2:03:05");
  EXPECT_EQ(human_duration(hours(76) + minutes(5)), "3d 04:05");
}

TEST(TextTable, Columns_are_aligned_by_what_is_seen) {
  TextTable table({{.title = "table"}, {.title = "rows", .align = Align::Right}, {.title = "note"}});
  table.add_row({"public.Größe", "1,250", ""});
  table.add_row({"東京", "7", "bad \x1B"});
  table.add_row({"short"});
  table.set_footer({"total", "1,257"});
  EXPECT_EQ(table.render(),
            "table          rows  note\n"
            "------------  -----  -----\n"
            "public.Größe  1,250\n"
            "東京              7  bad \xEF\xBF\xBD\n"
            "short\n"
            "------------  -----  -----\n"
            "total         1,257\n");
}

TEST(TextTable, Long_lines_are_broken_between_words) {
  EXPECT_EQ(wrapped("one two three", 80, "- ", "  "), "- one two three\n");
  EXPECT_EQ(wrapped("one two three", 9, "- ", "  "), "- one two\n  three\n");
  EXPECT_EQ(wrapped("one verylongword three", 9, "", "  "), "one\n  verylongword\n  three\n");
  EXPECT_EQ(wrapped("größe größe", 11, "", ""), "größe größe\n") << "columns, not bytes";
  EXPECT_EQ(wrapped("a\x1b", 80, "", ""), "a\xEF\xBF\xBD\n");
  EXPECT_EQ(wrapped("", 80, "", ""), "\n");
}

}  // namespace
}  // namespace pg2athena::cli
