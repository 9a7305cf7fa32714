#include "parquet/encoding/delta_encoding.h"

#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "parquet/encoding/test_decoding.h"

namespace pg2athena::parquet {
namespace {

template <typename T>
ByteBuffer encode(const std::vector<T>& values) {
  ByteBuffer out;
  append_delta_binary_packed<T>(std::as_bytes(std::span(values)).data(), values.size(), out);
  return out;
}

template <typename T>
std::vector<T> decode(const ByteBuffer& bytes) {
  ByteReader in(bytes.span());
  std::vector<T> values;
  for (const auto value : decode_delta<std::make_unsigned_t<T>>(in)) values.push_back(static_cast<T>(value));
  EXPECT_TRUE(in.at_end());
  return values;
}

std::vector<int> numbers(const ByteBuffer& bytes) {
  std::vector<int> numbers;
  for (const std::byte byte : bytes.span()) numbers.push_back(std::to_integer<int>(byte));
  return numbers;
}

TEST(DeltaEncoding, Is_as_in_the_specifications_examples) {
  // Encodings.md: "1, 2, 3, 4, 5": all differences are 1, so that no miniblock has bits.
  EXPECT_EQ(numbers(encode<std::int32_t>({1, 2, 3, 4, 5})), (std::vector{0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0}));
  // "7, 5, 3, 1, 2, 3, 4, 5": differences -2 -2 -2 1 1 1 1, the least is -2, relative ones 0 0 0 3 3 3 3.
  EXPECT_EQ(numbers(encode<std::int64_t>({7, 5, 3, 1, 2, 3, 4, 5})),
            (std::vector{0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0}));
}

TEST(DeltaEncoding, Holds_no_values_and_one) {
  EXPECT_EQ(decode<std::int32_t>(encode<std::int32_t>({})), std::vector<std::int32_t>{});
  EXPECT_EQ(decode<std::int64_t>(encode<std::int64_t>({-5})), std::vector<std::int64_t>{-5});
}

template <typename T>
void extremes_come_back() {
  constexpr T kLow = std::numeric_limits<T>::min();
  constexpr T kHigh = std::numeric_limits<T>::max();
  std::vector<T> values;
  for (std::size_t i = 0; i < 300; ++i) values.push_back(i % 3 == 0 ? kLow : i % 3 == 1 ? kHigh : T{0});
  EXPECT_EQ(decode<T>(encode(values)), values);
}

TEST(DeltaEncoding, Differences_wrap_around) {
  extremes_come_back<std::int32_t>();
  extremes_come_back<std::int64_t>();
}

template <typename T>
void values_come_back() {
  // Differences of each width, in sequences that end anywhere in a block.
  const auto bits = *rc::gen::inRange<unsigned>(1, sizeof(T) * 8 + 1);
  const auto mask =
      static_cast<std::make_unsigned_t<T>>(~std::make_unsigned_t<T>{0} >> (sizeof(T) * 8 - bits));
  const auto size = *rc::gen::inRange<std::size_t>(0, 700);
  std::vector<T> values(size);
  for (T& value : values)
    value = static_cast<T>(static_cast<std::make_unsigned_t<T>>(*rc::gen::arbitrary<T>()) & mask);
  RC_ASSERT(decode<T>(encode(values)) == values);
}

RC_GTEST_PROP(DeltaEncoding, Integers_come_back, ()) {
  values_come_back<std::int32_t>();
}
RC_GTEST_PROP(DeltaEncoding, Long_integers_come_back, ()) {
  values_come_back<std::int64_t>();
}

}  // namespace
}  // namespace pg2athena::parquet
