#include "base/utf8.h"

#include <string_view>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/one_line.h"

namespace pg2athena {
namespace {

TEST(Utf8, Well_formed_text_is_accepted) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv, "plain ASCII of more than eight bytes"sv, "é"sv,
                                      "Größe 東京 🐘"sv, "\xEF\xBF\xBF"sv, "\xF4\x8F\xBF\xBF"sv, "\0"sv}) {
    EXPECT_TRUE(is_utf8(as_bytes(text))) << text;
  }
}

TEST(Utf8, Malformed_text_is_refused) {
  for (const std::string_view text : {"\x80", "12345678\xFF", "\xC3", "\xC0\x80", "\xE0\x80\x80",
                                      "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(as_bytes(text)));
  }
}

TEST(Utf8, A_prefix_ends_between_characters) {
  EXPECT_EQ(utf8_prefix("höhe", 2), "h");
  EXPECT_EQ(utf8_prefix("höhe", 3), "hö");
  EXPECT_EQ(utf8_prefix("höhe", 9), "höhe");
  EXPECT_EQ(utf8_prefix("日本", 2), "");
}

TEST(OneLine, White_space_becomes_one_blank) {
  EXPECT_EQ(one_line("  a \n\tb\r\n"), "a b");
  EXPECT_EQ(one_line(" \n"), "");
}

}  // namespace
}  // namespace pg2athena
