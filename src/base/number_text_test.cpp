#include "base/number_text.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

TEST(NumberText, All_of_a_text_is_a_number_or_it_is_none) {
  EXPECT_EQ(parse_whole<int>("-42"), -42);
  EXPECT_EQ(parse_whole<std::uint64_t>("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_whole<double>("-1.5e3"), -1500.0);
  for (const char* const text : {"", " 1", "1 ", "+1", "1.5", "0x1", "one", "2147483648"}) {
    EXPECT_EQ(parse_whole<int>(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_whole<std::uint64_t>("-1"), std::nullopt);
}

}  // namespace
}  // namespace pg2athena
