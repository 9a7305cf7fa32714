// Each encoding's bytes by hand, from Encodings.md.
#include "parquet/reader/value_decoder.h"

#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "parquet/encoding/delta_decoder.h"

namespace pg2athena::parquet {
namespace {

ByteBuffer bytes_of(std::initializer_list<int> numbers) {
  ByteBuffer bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

struct Decoded {
  ByteBuffer values;
  Buffer<std::uint32_t> offsets;

  template <typename T>
  std::vector<T> numbers() const {
    std::vector<T> numbers(values.size() / sizeof(T));
    std::memcpy(numbers.data(), values.data(), values.size());
    return numbers;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      texts.emplace_back(as_text(values.span().subspan(offsets[i], offsets[i + 1] - offsets[i])));
    }
    return texts;
  }
};

constexpr std::size_t kMostBytes = 1000;

// `count` values, in two steps.
Result<Decoded> decode(const ValueShape& shape, Encoding encoding, const ByteBuffer& bytes, std::size_t count,
                       const Dictionary* dictionary = nullptr) {
  Decoded decoded;
  decoded.offsets.push_back(0);
  const PhysicalValues out{.values = &decoded.values, .offsets = &decoded.offsets, .most_bytes = kMostBytes};
  PG2ATHENA_ASSIGN(const auto decoder, make_value_decoder(shape, encoding, bytes.span(), dictionary));
  PG2ATHENA_TRY(decoder->read(count / 2, out));
  PG2ATHENA_TRY(decoder->read(count - count / 2, out));
  return decoded;
}

ErrorKind error_of(const ValueShape& shape, Encoding encoding, const ByteBuffer& bytes, std::size_t count) {
  const auto decoded = decode(shape, encoding, bytes, count);
  EXPECT_FALSE(decoded.has_value());
  return decoded ? ErrorKind::Internal : decoded.error().kind();
}

constexpr ValueShape kBoolean{.type = PhysicalType::Boolean};
constexpr ValueShape kInt32{.type = PhysicalType::Int32};
constexpr ValueShape kInt64{.type = PhysicalType::Int64};
constexpr ValueShape kBytes{.type = PhysicalType::ByteArray};
constexpr ValueShape kFixed3{.type = PhysicalType::FixedLenByteArray, .fixed_bytes = 3};

TEST(PlainDecoder, Numbers_are_little_endian) {
  EXPECT_EQ(decode(kInt32, Encoding::Plain, bytes_of({1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF}), 2)
                ->numbers<std::int32_t>(),
            (std::vector<std::int32_t>{1, -2}));
  EXPECT_EQ(error_of(kInt32, Encoding::Plain, bytes_of({1, 0, 0, 0, 2, 0, 0}), 2), ErrorKind::CorruptInput);
}

TEST(PlainDecoder, Booleans_are_bits_from_the_least_significant_on) {
  EXPECT_EQ(decode(kBoolean, Encoding::Plain, bytes_of({0b01001101, 0b1}), 9)->numbers<std::uint8_t>(),
            (std::vector<std::uint8_t>{1, 0, 1, 1, 0, 0, 1, 0, 1}));
  EXPECT_EQ(error_of(kBoolean, Encoding::Plain, bytes_of({0xFF}), 9), ErrorKind::CorruptInput);
}

TEST(PlainDecoder, Byte_arrays_have_their_length_before_them) {
  EXPECT_EQ(decode(kBytes, Encoding::Plain, bytes_of({2, 0, 0, 0, 'a', 'b', 0, 0, 0, 0, 1, 0, 0, 0, 'c'}), 3)
                ->texts(),
            (std::vector<std::string>{"ab", "", "c"}));
  EXPECT_EQ(error_of(kBytes, Encoding::Plain, bytes_of({3, 0, 0, 0, 'a', 'b'}), 1), ErrorKind::CorruptInput);
  EXPECT_EQ(error_of(kBytes, Encoding::Plain, bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 'a'}), 1),
            ErrorKind::CorruptInput);
  EXPECT_EQ(error_of(kBytes, Encoding::Plain, bytes_of({1, 0, 0}), 1), ErrorKind::CorruptInput);
}

TEST(PlainDecoder, Values_of_a_fixed_length_follow_each_other) {
  EXPECT_EQ(
      as_text(decode(kFixed3, Encoding::Plain, bytes_of({'a', 'b', 'c', 'd', 'e', 'f'}), 2)->values.span()),
      "abcdef");
}

TEST(RleBooleanDecoder, Runs_have_their_length_before_them) {
  EXPECT_EQ(decode(kBoolean, Encoding::Rle, bytes_of({4, 0, 0, 0, 0x06, 0x01, 0x03, 0b101}), 6)
                ->numbers<std::uint8_t>(),
            (std::vector<std::uint8_t>{1, 1, 1, 1, 0, 1}));
  EXPECT_EQ(error_of(kBoolean, Encoding::Rle, bytes_of({9, 0, 0, 0, 0x06, 0x01}), 3),
            ErrorKind::CorruptInput);
  EXPECT_EQ(error_of(kBoolean, Encoding::Rle, bytes_of({2, 0, 0, 0, 0x06, 0x02}), 3), ErrorKind::CorruptInput)
      << "2 is neither";
}

TEST(DictionaryDecoder, Indices_choose_from_the_dictionary_s_page) {
  const auto dictionary =
      read_dictionary(kBytes, 2, bytes_of({1, 0, 0, 0, 'x', 2, 0, 0, 0, 'y', 'z'}).span());
  ASSERT_TRUE(dictionary.has_value());
  // One bit each: a run of three 1, then a group.
  EXPECT_EQ(
      decode(kBytes, Encoding::RleDictionary, bytes_of({1, 0x06, 1, 0x03, 0b10}), 5, &*dictionary)->texts(),
      (std::vector<std::string>{"yz", "yz", "yz", "x", "yz"}));
  EXPECT_EQ(decode(kBytes, kPlainDictionary, bytes_of({0}), 2, &*dictionary)->texts(),
            (std::vector<std::string>{"x", "x"}))
      << "no bits";
  EXPECT_EQ(decode(kBytes, Encoding::RleDictionary, bytes_of({2, 0x02, 2}), 1, &*dictionary).error().kind(),
            ErrorKind::CorruptInput)
      << "an index of 2";
  EXPECT_EQ(decode(kBytes, Encoding::RleDictionary, bytes_of({33, 0x02, 0}), 1, &*dictionary).error().kind(),
            ErrorKind::CorruptInput)
      << "33 bits";
  EXPECT_EQ(error_of(kBytes, Encoding::RleDictionary, bytes_of({1, 0x06, 1}), 3), ErrorKind::CorruptInput)
      << "no dictionary";
}

TEST(DictionaryDecoder, Numbers_and_values_of_a_fixed_length_have_one_too) {
  const auto numbers = read_dictionary(kInt32, 2, bytes_of({7, 0, 0, 0, 8, 0, 0, 0}).span());
  EXPECT_EQ(decode(kInt32, Encoding::RleDictionary, bytes_of({1, 0x03, 0b0110}), 4, &*numbers)
                ->numbers<std::int32_t>(),
            (std::vector<std::int32_t>{7, 8, 8, 7}));
  const auto fixed = read_dictionary(kFixed3, 1, bytes_of({'a', 'b', 'c'}).span());
  EXPECT_EQ(as_text(decode(kFixed3, Encoding::RleDictionary, bytes_of({0}), 2, &*fixed)->values.span()),
            "abcabc");
}

TEST(DictionaryDecoder, A_dictionary_with_fewer_values_than_it_says_is_an_error) {
  EXPECT_EQ(read_dictionary(kInt32, 2, bytes_of({7, 0, 0, 0}).span()).error().kind(),
            ErrorKind::CorruptInput);
  EXPECT_EQ(read_dictionary(kBytes, 2'000'000'000, bytes_of({0, 0, 0, 0}).span()).error().kind(),
            ErrorKind::CorruptInput);
  EXPECT_TRUE(read_dictionary(kInt32, 0, {}).has_value()) << "one without values isn't";
}

TEST(DictionaryDecoder, Many_large_values_are_an_error_rather_than_all_memory) {
  ByteBuffer page = bytes_of({100, 0, 0, 0});
  page.resize(104);
  const auto dictionary = read_dictionary(kBytes, 1, page.span());
  ASSERT_TRUE(dictionary.has_value());
  EXPECT_EQ(
      decode(kBytes, Encoding::RleDictionary, bytes_of({0}), 2'000'000'000, &*dictionary).error().kind(),
      ErrorKind::ValueTooLarge);
}

// 7, 5, 3, 1, 2, 3, 4, 5 of Encodings.md, "Delta Encoding", example 2, in a block of the smallest size that
// is allowed: least difference -2, the others 2 bits each.
ByteBuffer example_deltas() {
  ByteBuffer bytes = bytes_of({0x80, 0x01, 4, 8, 14, 3, 2, 0xFF, 0xFF, 0xFF, 0b11000000, 0b00111111});
  bytes.resize(bytes.size() + 6);  // what fills up the miniblock
  return bytes;
}

TEST(DeltaDecoder, The_specification_s_example_is_decoded) {
  EXPECT_EQ(decode(kInt64, Encoding::DeltaBinaryPacked, example_deltas(), 8)->numbers<std::int64_t>(),
            (std::vector<std::int64_t>{7, 5, 3, 1, 2, 3, 4, 5}))
      << "widths of miniblocks that aren't needed may be anything";
  EXPECT_EQ(decode(kInt32, Encoding::DeltaBinaryPacked, example_deltas(), 8)->numbers<std::int32_t>(),
            (std::vector<std::int32_t>{7, 5, 3, 1, 2, 3, 4, 5}));
  EXPECT_EQ(error_of(kInt64, Encoding::DeltaBinaryPacked, example_deltas(), 9), ErrorKind::CorruptInput);
}

TEST(DeltaDecoder, Without_or_with_one_value_there_is_no_block) {
  EXPECT_TRUE(decode(kInt32, Encoding::DeltaBinaryPacked, bytes_of({0x80, 0x01, 4, 0, 0}), 0).has_value());
  EXPECT_EQ(decode(kInt32, Encoding::DeltaBinaryPacked, bytes_of({0x80, 0x01, 4, 1, 3}), 1)
                ->numbers<std::int32_t>(),
            std::vector<std::int32_t>{-2});
}

TEST(DeltaDecoder, Differences_wrap_around) {
  // The largest number, and then 1 more.
  const ByteBuffer bytes = bytes_of({0x80, 0x01, 4, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 2, 0, 0, 0, 0});
  EXPECT_EQ(decode(kInt32, Encoding::DeltaBinaryPacked, bytes, 2)->numbers<std::int32_t>(),
            (std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::max(),
                                       std::numeric_limits<std::int32_t>::min()}));
}

TEST(DeltaDecoder, A_header_that_no_writer_makes_is_an_error) {
  for (const ByteBuffer& bytes :
       {bytes_of({}), bytes_of({0x80, 0x01, 4, 8}), bytes_of({0, 4, 8, 14}), bytes_of({0x80, 0x01, 0, 8, 14}),
        bytes_of({0x80, 0x01, 3, 8, 14}), bytes_of({0x80, 0x01, 8, 8, 14}), bytes_of({0x81, 0x01, 1, 8, 14}),
        bytes_of({0x80, 0x01, 4, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 14})}) {
    EXPECT_EQ(error_of(kInt64, Encoding::DeltaBinaryPacked, bytes, 2), ErrorKind::CorruptInput);
  }
  ByteBuffer wide = example_deltas();
  wide[6] = std::byte{33};
  wide.resize(1000);
  EXPECT_EQ(error_of(kInt32, Encoding::DeltaBinaryPacked, wide, 8), ErrorKind::CorruptInput) << "33 bits";
}

TEST(DeltaDecoder, What_is_behind_is_found_without_decoding) {
  ByteBuffer bytes = example_deltas();
  bytes.push_back(std::byte{'x'});
  auto decoder = DeltaDecoder::open(bytes.span());
  ASSERT_TRUE(decoder.has_value());
  EXPECT_EQ(as_text(*decoder->behind()), "x");
}

// Lengths 2, 0, 1 in differences: least -2, then 0 and 3 in two bits.
ByteBuffer with_lengths(std::string_view content) {
  ByteBuffer bytes = bytes_of({0x80, 0x01, 4, 3, 4, 3, 2, 0, 0, 0, 0b1100});
  for (int i = 0; i < 7; ++i) bytes.push_back(std::byte{0});
  bytes.append(as_bytes(content));
  return bytes;
}

TEST(DeltaLengthDecoder, Lengths_come_before_all_bytes) {
  EXPECT_EQ(decode(kBytes, Encoding::DeltaLengthByteArray, with_lengths("abc"), 3)->texts(),
            (std::vector<std::string>{"ab", "", "c"}));
  EXPECT_EQ(error_of(kBytes, Encoding::DeltaLengthByteArray, with_lengths("ab"), 3), ErrorKind::CorruptInput);
  EXPECT_EQ(error_of(kBytes, Encoding::DeltaLengthByteArray, bytes_of({0x80, 0x01, 4, 1, 1}), 1),
            ErrorKind::CorruptInput)
      << "a length of -1";
}

TEST(DeltaBytesDecoder, A_value_begins_as_the_one_before) {
  // Prefixes 0 and 2; rests "axis" and "le", of lengths 4 and 2.
  const ByteBuffer bytes = bytes_of({0x80, 0x01, 4, 2, 0, 4, 0, 0, 0, 0,  //
                                     0x80, 0x01, 4, 2, 8, 3, 0, 0, 0, 0, 'a', 'x', 'i', 's', 'l', 'e'});
  EXPECT_EQ(decode(kBytes, kDeltaByteArray, bytes, 2)->texts(), (std::vector<std::string>{"axis", "axle"}));
  EXPECT_EQ(error_of(kFixed3, kDeltaByteArray, bytes, 2), ErrorKind::CorruptInput) << "none has three bytes";
  const ByteBuffer beyond = bytes_of({0x80, 0x01, 4, 1, 2, 0x80, 0x01, 4, 1, 2, 'a'});
  EXPECT_EQ(error_of(kBytes, kDeltaByteArray, beyond, 1), ErrorKind::CorruptInput) << "there is none before";
}

TEST(ByteStreamSplitDecoder, First_bytes_come_first) {
  EXPECT_EQ(decode(kInt32, Encoding::ByteStreamSplit, bytes_of({1, 2, 0, 0, 0, 0, 0, 0x80}), 2)
                ->numbers<std::int32_t>(),
            (std::vector<std::int32_t>{1, std::numeric_limits<std::int32_t>::min() + 2}));
  EXPECT_EQ(as_text(decode(kFixed3, Encoding::ByteStreamSplit, bytes_of({'a', 'd', 'b', 'e', 'c', 'f'}), 2)
                        ->values.span()),
            "abcdef");
  EXPECT_EQ(error_of(kInt32, Encoding::ByteStreamSplit, bytes_of({1, 2, 0, 0, 0, 0, 0}), 2),
            ErrorKind::CorruptInput);
}

TEST(ValueDecoder, An_encoding_that_the_type_can_t_have_is_an_error) {
  const ByteBuffer bytes = example_deltas();
  for (const auto& [shape, encoding] :
       std::vector<std::pair<ValueShape, Encoding>>{{kInt32, Encoding::Rle},
                                                    {kBytes, Encoding::DeltaBinaryPacked},
                                                    {kBoolean, Encoding::DeltaBinaryPacked},
                                                    {kInt64, Encoding::DeltaLengthByteArray},
                                                    {kInt64, kDeltaByteArray},
                                                    {kBytes, Encoding::ByteStreamSplit},
                                                    {kBoolean, Encoding::ByteStreamSplit}}) {
    EXPECT_EQ(error_of(shape, encoding, bytes, 1), ErrorKind::CorruptInput);
  }
  constexpr Encoding kAlp{10};
  EXPECT_EQ(error_of(kInt32, kAlp, bytes, 1), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace pg2athena::parquet
