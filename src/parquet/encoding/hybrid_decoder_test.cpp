#include "parquet/encoding/hybrid_decoder.h"

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "parquet/encoding/rle_encoding.h"

namespace pg2athena::parquet {
namespace {

using Numbers = std::vector<std::uint32_t>;

ByteBuffer bytes_of(std::initializer_list<int> numbers) {
  ByteBuffer bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

// In two steps, as a page is read.
Result<Numbers> decoded(const ByteBuffer& bytes, unsigned width, std::size_t count) {
  HybridDecoder decoder(bytes.span(), width);
  Numbers numbers(count);
  PG2ATHENA_TRY(decoder.read(std::span(numbers).first(count / 2)));
  PG2ATHENA_TRY(decoder.read(std::span(numbers).subspan(count / 2)));
  return numbers;
}

TEST(HybridDecoder, The_specification_s_example_is_1_to_7) {
  // Encodings.md: the numbers 0 to 7 in three bits each, as one group.
  EXPECT_EQ(*decoded(bytes_of({0x03, 0b10001000, 0b11000110, 0b11111010}), 3, 8),
            (Numbers{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(HybridDecoder, Runs_and_groups_take_turns) {
  const ByteBuffer bytes = bytes_of({0x0A, 0x02, 0x03, 0b11100100, 0b00011011, 0x04, 0x01});
  EXPECT_EQ(*decoded(bytes, 2, 15), (Numbers{2, 2, 2, 2, 2, 0, 1, 2, 3, 3, 2, 1, 0, 1, 1}));
}

TEST(HybridDecoder, A_number_of_a_run_has_whole_bytes) {
  EXPECT_EQ(*decoded(bytes_of({0x04, 0x34, 0x12}), 13, 2), (Numbers{0x1234, 0x1234}));
}

TEST(HybridDecoder, Of_no_bits_every_number_is_0_whatever_is_there) {
  EXPECT_EQ(*decoded({}, 0, 3), (Numbers{0, 0, 0}));
  EXPECT_EQ(*decoded(bytes_of({0x06, 0xFF}), 0, 3), (Numbers{0, 0, 0}));
}

TEST(HybridDecoder, A_run_of_billions_takes_no_memory) {
  const ByteBuffer bytes = bytes_of({0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0x01});
  HybridDecoder decoder(bytes.span(), 1);
  std::vector<std::uint8_t> levels(1000);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(decoder.read(std::span(levels)).has_value());
  EXPECT_EQ(levels, std::vector<std::uint8_t>(1000, 1));
}

TEST(HybridDecoder, Bytes_that_end_too_early_are_an_error) {
  EXPECT_EQ(decoded({}, 1, 1).error().kind(), ErrorKind::CorruptInput);
  EXPECT_EQ(decoded(bytes_of({0x04}), 1, 1).error().kind(), ErrorKind::CorruptInput) << "no number";
  EXPECT_EQ(decoded(bytes_of({0x04, 0x01}), 1, 3).error().kind(), ErrorKind::CorruptInput) << "a run too few";
  EXPECT_EQ(decoded(bytes_of({0x03, 0xFF}), 2, 8).error().kind(), ErrorKind::CorruptInput) << "half a group";
  EXPECT_EQ(decoded(bytes_of({0x80, 0x80}), 1, 1).error().kind(), ErrorKind::CorruptInput) << "half a header";
  EXPECT_EQ(decoded(bytes_of({0x00, 0x01, 0x00, 0x01}), 1, 1).error().kind(), ErrorKind::CorruptInput);
}

TEST(HybridDecoder, A_number_that_is_no_level_is_an_error) {
  const ByteBuffer bytes = bytes_of({0x04, 0x00, 0x01});
  HybridDecoder decoder(bytes.span(), 9);
  std::vector<std::uint8_t> levels(1);
  EXPECT_EQ(decoder.read(std::span(levels)).error().kind(), ErrorKind::CorruptInput);
}

RC_GTEST_PROP(HybridDecoder, What_is_encoded_is_decoded, ()) {
  const int width = *rc::gen::inRange(1, 33);
  const auto mask = static_cast<std::uint32_t>((std::uint64_t{1} << static_cast<unsigned>(width)) - 1);
  Numbers numbers;
  const auto runs = *rc::gen::container<std::vector<std::pair<std::uint32_t, std::uint8_t>>>(
      rc::gen::pair(rc::gen::arbitrary<std::uint32_t>(), rc::gen::inRange<std::uint8_t>(1, 30)));
  for (const auto& [number, count] : runs)
    numbers.insert(numbers.end(), count % 2 == 0 ? count : 1, number & mask);
  ByteBuffer bytes;
  append_hybrid(std::span<const std::uint32_t>(numbers), width, bytes);
  const auto read = decoded(bytes, static_cast<unsigned>(width), numbers.size());
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == numbers);
}

}  // namespace
}  // namespace pg2athena::parquet
