#include "base/quantity.h"

#include <gtest/gtest.h>

namespace pg2athena {
namespace {

using std::chrono::milliseconds;

TEST(Quantity, Bytes_are_read_in_binary_and_decimal_units) {
  EXPECT_EQ(parse_byte_size("512MiB").value(), std::uint64_t{512} << 20U);
  EXPECT_EQ(parse_byte_size("1.5GiB").value(), std::uint64_t{1536} << 20U);
  EXPECT_EQ(parse_byte_size("64 MB").value(), 64'000'000U);
  EXPECT_EQ(parse_byte_size("64mb").value(), 64'000'000U);
  EXPECT_EQ(parse_byte_size("2TiB").value(), std::uint64_t{2} << 40U);
  EXPECT_EQ(parse_byte_size("4096").value(), 4096U);
  EXPECT_EQ(parse_byte_size("0").value(), 0U);
}

TEST(Quantity, What_is_no_amount_of_memory_is_an_error) {
  for (const char* text : {"", "MiB", "-1MiB", "512M", "512 MiB x", "1e3", "0.3B", "inf", "nan",
                           "999999999TiB", "0x10", "1,5GiB"}) {
    const auto parsed = parse_byte_size(text);
    ASSERT_FALSE(parsed.has_value()) << text << " is " << *parsed;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidArgument);
  }
}

TEST(Quantity, Bytes_are_printed_in_the_largest_exact_unit) {
  EXPECT_EQ(byte_size_text(std::uint64_t{512} << 20U), "512MiB");
  EXPECT_EQ(byte_size_text(std::uint64_t{1} << 30U), "1GiB");
  EXPECT_EQ(byte_size_text(1000), "1000");
  EXPECT_EQ(byte_size_text(0), "0");
  EXPECT_EQ(mebibytes_text((std::uint64_t{3} << 20U) + 1), "4MiB");
}

TEST(Quantity, Times_need_a_unit_unless_they_are_zero) {
  EXPECT_EQ(parse_duration("30s").value(), milliseconds(30'000));
  EXPECT_EQ(parse_duration("250ms").value(), milliseconds(250));
  EXPECT_EQ(parse_duration("1.5h").value(), milliseconds(5'400'000));
  EXPECT_EQ(parse_duration("0").value(), milliseconds(0));
  for (const char* text : {"", "30", "s", "-1s", "30 seconds", "1m"})
    EXPECT_FALSE(parse_duration(text).has_value());
}

TEST(Quantity, Times_are_printed_in_the_largest_exact_unit) {
  EXPECT_EQ(duration_text(milliseconds(30'000)), "30s");
  EXPECT_EQ(duration_text(milliseconds(90'000)), "90s");
  EXPECT_EQ(duration_text(milliseconds(7'200'000)), "2h");
  EXPECT_EQ(duration_text(milliseconds(0)), "0");
}

}  // namespace
}  // namespace pg2athena
