#include "base/exact_sum.h"

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

TEST(ExactSum, Nothing_added_is_zero) {
  EXPECT_EQ(ExactSum().text(), "0");
  EXPECT_EQ(ExactSum().text(2), "0.00");
}

TEST(ExactSum, Sums_of_either_sign_print_as_decimals_of_their_scale) {
  ExactSum sum;
  sum.add(-1234);
  EXPECT_EQ(sum.text(), "-1234");
  EXPECT_EQ(sum.text(2), "-12.34");
  EXPECT_EQ(sum.text(6), "-0.001234");
  sum.add(1235);
  EXPECT_EQ(sum.text(2), "0.01");
  sum.add(-1);
  EXPECT_EQ(sum, ExactSum());
}

TEST(ExactSum, More_than_128_bits_are_exact) {
  const Int128 largest = power_of_ten(38) - 1;
  ExactSum sum;
  for (int i = 0; i < 1000; ++i) sum.add(largest);
  EXPECT_EQ(sum.text(), "99999999999999999999999999999999999999000");
  EXPECT_EQ(sum.text(38), "999.99999999999999999999999999999999999000");
  ExactSum opposite;
  for (int i = 0; i < 1001; ++i) opposite.add(-largest);
  sum.add(opposite);
  EXPECT_EQ(sum.text(), "-99999999999999999999999999999999999999");
}

TEST(ExactSum, What_is_printed_is_read) {
  ExactSum sum;
  sum.add(-power_of_ten(38));
  for (int i = 0; i < 20; ++i) {
    const ExactSum half = sum;
    sum.add(half);
  }
  for (const int scale : {0, 1, 38}) {
    const auto read = ExactSum::parse(sum.text(scale), scale);
    ASSERT_TRUE(read) << sum.text(scale);
    EXPECT_EQ(*read, sum);
  }
}

TEST(ExactSum, Other_texts_are_none) {
  for (const char* text : {"", "-", "+1", " 1", "1 ", "01", "-0", "1.0", "1e3", "0x1", "--1",
                           "99999999999999999999999999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(ExactSum::parse(text)) << text;
  }
  for (const char* text : {"1", "1.5", "1.500", ".25", "1.", "1.2.3"}) {
    EXPECT_FALSE(ExactSum::parse(text, 2)) << text;
  }
}

}  // namespace
}  // namespace pg2athena
