#include "parquet/encoding/rle_encoding.h"

#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "parquet/encoding/test_decoding.h"

namespace pg2athena::parquet {
namespace {

std::string hex(const ByteBuffer& bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(b) >> 4U];
    text += kDigits[std::to_integer<unsigned>(b) & 15U];
  }
  return text;
}

template <typename T>
ByteBuffer hybrid(const std::vector<T>& values, int width) {
  ByteBuffer out;
  append_hybrid(std::span<const T>(values), width, out);
  return out;
}

TEST(RleEncoding, Packs_the_example_of_the_specification) {
  // Encodings.md: the numbers 0 to 7 in three bits each.
  const std::vector<std::uint32_t> values = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(hex(hybrid(values, 3)), "0388c6fa");
}

TEST(RleEncoding, Equal_values_are_one_run) {
  EXPECT_EQ(hex(hybrid(std::vector<std::uint32_t>(1000, 5), 3)), "d00f05");
  EXPECT_EQ(hex(hybrid(std::vector<std::uint32_t>(1000, 0x1234), 13)), "d00f3412");
}

TEST(RleEncoding, Short_runs_stay_packed) {
  std::vector<std::uint32_t> values(40, 1);
  values[0] = values[39] = 0;
  EXPECT_EQ(hex(hybrid(values, 1)), "0bfeffffff7f");
}

TEST(RleEncoding, Runs_begin_and_end_between_packed_groups) {
  std::vector<std::uint32_t> values(203, 9);
  for (const std::size_t i : {0U, 1U, 201U, 202U}) values[i] = 3;
  const ByteBuffer out = hybrid(values, 4);
  EXPECT_EQ(decode_hybrid(out.span(), 4, values.size()), values);
  EXPECT_LT(out.size(), 14U);
}

TEST(RleEncoding, No_values_are_no_bytes) {
  EXPECT_EQ(hybrid(std::vector<std::uint32_t>{}, 7).size(), 0U);
}

TEST(RleEncoding, Width_is_that_of_the_largest_value) {
  EXPECT_EQ(bit_width(0), 0);
  EXPECT_EQ(bit_width(1), 1);
  EXPECT_EQ(bit_width(255), 8);
  EXPECT_EQ(bit_width(256), 9);
  EXPECT_EQ(bit_width(~0U), 32);
}

TEST(RleEncoding, Booleans_are_packed_without_a_header) {
  const std::vector<std::uint8_t> values = {1, 0, 1, 1, 0, 0, 0, 0, 1, 1};
  ByteBuffer out;
  append_bit_packed(values, out);
  EXPECT_EQ(hex(out), "0d03");
}

// Values with runs of all lengths in them.
std::vector<std::uint32_t> values_with_runs(int width) {
  const auto largest = static_cast<std::uint32_t>((std::uint64_t{1} << static_cast<unsigned>(width)) - 1);
  std::vector<std::uint32_t> values;
  const auto runs = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint32_t>>>(
      rc::gen::pair(rc::gen::arbitrary<std::uint32_t>(), rc::gen::inRange<std::uint32_t>(1, 60)));
  for (const auto& [value, length] : runs) {
    const bool run = value % 3 != 0;
    for (std::uint32_t i = 0; i < length; ++i) values.push_back((run ? value : value * (i + 1)) & largest);
  }
  return values;
}

RC_GTEST_PROP(RleEncoding, What_is_encoded_is_decoded, ()) {
  const int width = *rc::gen::inRange(1, 33);
  const std::vector<std::uint32_t> values = values_with_runs(width);
  RC_ASSERT(decode_hybrid(hybrid(values, width).span(), width, values.size()) == values);
}

RC_GTEST_PROP(RleEncoding, Levels_are_encoded_as_wider_values_are, ()) {
  const int width = *rc::gen::inRange(1, 9);
  const std::vector<std::uint32_t> values = values_with_runs(width);
  const std::vector<std::uint8_t> levels(values.begin(), values.end());
  RC_ASSERT(hex(hybrid(levels, width)) == hex(hybrid(values, width)));
}

RC_GTEST_PROP(RleEncoding, Bits_are_encoded_from_their_bitmap, ()) {
  const std::vector<std::uint32_t> values = values_with_runs(1);
  std::vector<std::uint8_t> bits((values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | (values[i] << (i % 8)));
  }
  ByteBuffer out;
  append_hybrid_bits(bits.data(), values.size(), out);
  RC_ASSERT(decode_hybrid(out.span(), 1, values.size()) == values);
}

}  // namespace
}  // namespace pg2athena::parquet
