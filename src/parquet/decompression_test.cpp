#include "parquet/decompression.h"

#include <string>

#include <gtest/gtest.h>

#include "parquet/compression.h"

namespace pg2athena::parquet {
namespace {

constexpr Compression kCodecs[] = {Compression::None, Compression::Snappy, Compression::Zstd,
                                   Compression::Gzip, Compression::Lz4Raw};

std::string compressed(Compression compression, std::string_view text) {
  auto compressor = Compressor::create(compression, std::nullopt);
  EXPECT_TRUE(compressor.has_value());
  return std::string(as_text(*compressor->compress(as_bytes(text))));
}

Result<std::string> decompressed(Compression compression, std::string_view page, std::size_t size) {
  PG2ATHENA_ASSIGN(const Compressor compressor, Compressor::create(compression, std::nullopt));
  PG2ATHENA_ASSIGN(Decompressor decompressor, Decompressor::create(compressor.codec()));
  ByteBuffer out;
  PG2ATHENA_TRY(decompressor.decompress(as_bytes(page), size, out));
  return std::string(as_text(out.span()));
}

TEST(Decompressor, What_is_compressed_is_decompressed) {
  for (const Compression codec : kCodecs) {
    for (const std::string& text :
         {std::string("a"), std::string(3'000'000, 'x'), std::string("some text, some text")}) {
      const auto result = decompressed(codec, compressed(codec, text), text.size());
      ASSERT_TRUE(result.has_value()) << codec_name(codec) << result.error();
      EXPECT_EQ(*result, text) << codec_name(codec);
    }
  }
}

TEST(Decompressor, An_empty_page_is_empty_whatever_a_codec_makes_of_it) {
  for (const Compression codec : kCodecs) {
    EXPECT_EQ(*decompressed(codec, "", 0), "");
    EXPECT_EQ(*decompressed(codec, compressed(codec, ""), 0), "");
  }
}

TEST(Decompressor, A_page_of_another_size_than_it_says_is_an_error) {
  const std::string text = "some text, some text, some text";
  for (const Compression codec : kCodecs) {
    const std::string page = compressed(codec, text);
    for (const std::size_t size : {text.size() - 1, text.size() + 1, std::size_t{2'000'000'000}}) {
      EXPECT_EQ(decompressed(codec, page, size).error().kind(), ErrorKind::CorruptInput)
          << codec_name(codec) << size;
    }
    EXPECT_FALSE(decompressed(codec, page.substr(0, page.size() - 1), text.size()).has_value())
        << codec_name(codec);
    EXPECT_FALSE(decompressed(codec, "", text.size()).has_value()) << codec_name(codec);
  }
}

TEST(Decompressor, Gzip_has_members) {
  const std::string page = compressed(Compression::Gzip, "one, ") + compressed(Compression::Gzip, "two");
  EXPECT_EQ(*decompressed(Compression::Gzip, page, 8), "one, two");
  EXPECT_FALSE(decompressed(Compression::Gzip, page, 5).has_value());
}

TEST(Decompressor, A_codec_that_is_not_read_is_Unsupported) {
  for (const int codec : {3, 4, 5, 99}) {
    EXPECT_EQ(Decompressor::create(Codec{codec}).error().kind(), ErrorKind::Unsupported);
  }
}

}  // namespace
}  // namespace pg2athena::parquet
