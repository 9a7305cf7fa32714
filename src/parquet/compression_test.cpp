#include "parquet/compression.h"

#include <string>

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <lz4.h>
#include <snappy.h>
#include <zstd.h>

namespace pg2athena::parquet {
namespace {

const std::string kPage(100000, 'x');

TEST(Compression, None_is_the_page_itself) {
  auto compressor = Compressor::create(Compression::None, 1);
  ASSERT_TRUE(compressor.has_value());
  EXPECT_EQ(compressor->compress(as_bytes(kPage))->data(), as_bytes(kPage).data());
  EXPECT_EQ(compressor->codec(), Codec::Uncompressed);
}

TEST(Compression, Zstd_can_be_read_back_page_after_page) {
  auto compressor = Compressor::create(Compression::Zstd, 3);
  ASSERT_TRUE(compressor.has_value());
  for (const std::size_t size : {kPage.size(), std::size_t{0}, std::size_t{77}}) {
    const auto compressed = compressor->compress(as_bytes(kPage).first(size));
    ASSERT_TRUE(compressed.has_value()) << compressed.error();
    std::string back(size, ' ');
    EXPECT_EQ(ZSTD_decompress(back.data(), back.size(), compressed->data(), compressed->size()), size);
    EXPECT_EQ(back, kPage.substr(0, size));
  }
  EXPECT_GT(compressor->memory_bytes(), kPage.size());
}

TEST(Compression, A_context_is_there_from_the_first_page_until_it_is_released_and_again) {
  for (const Compression codec : {Compression::Zstd, Compression::Gzip, Compression::Lz4Raw}) {
    auto compressor =
        Compressor::create(codec, codec == Compression::Lz4Raw ? std::nullopt : std::optional(6));
    ASSERT_TRUE(compressor.has_value());
    EXPECT_EQ(compressor->memory_bytes(), 0U);
    const auto first = compressor->compress(as_bytes(kPage));
    ASSERT_TRUE(first.has_value());
    const std::string bytes(as_text(*first));
    compressor->release_above(0);
    EXPECT_GT(compressor->memory_bytes(), 10'000U);
    compressor->release_context();
    EXPECT_EQ(compressor->memory_bytes(), 0U);
    EXPECT_EQ(as_text(*compressor->compress(as_bytes(kPage))), bytes);
  }
}

TEST(Compression, Gzip_can_be_read_back) {
  auto compressor = Compressor::create(Compression::Gzip, 6);
  ASSERT_TRUE(compressor.has_value());
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  for (const std::size_t size : {kPage.size(), std::size_t{0}, std::size_t{77}}) {
    const auto compressed = compressor->compress(as_bytes(kPage).first(size));
    ASSERT_TRUE(compressed.has_value()) << compressed.error();
    std::string back(size, ' ');
    EXPECT_EQ(libdeflate_gzip_decompress(decompressor.get(), compressed->data(), compressed->size(),
                                         back.data(), back.size(), nullptr),
              LIBDEFLATE_SUCCESS);
    EXPECT_EQ(back, kPage.substr(0, size));
  }
}

TEST(Compression, Lz4_can_be_read_back) {
  auto compressor = Compressor::create(Compression::Lz4Raw, std::nullopt);
  ASSERT_TRUE(compressor.has_value());
  for (const std::size_t size : {kPage.size(), std::size_t{0}, std::size_t{77}}) {
    const auto compressed = compressor->compress(as_bytes(kPage).first(size));
    ASSERT_TRUE(compressed.has_value()) << compressed.error();
    std::string back(size, ' ');
    EXPECT_EQ(LZ4_decompress_safe(reinterpret_cast<const char*>(compressed->data()), back.data(),
                                  static_cast<int>(compressed->size()), static_cast<int>(size)),
              static_cast<int>(size));
    EXPECT_EQ(back, kPage.substr(0, size));
  }
}

TEST(Compression, Snappy_can_be_read_back) {
  auto compressor = Compressor::create(Compression::Snappy, 0);
  ASSERT_TRUE(compressor.has_value());
  const auto compressed = compressor->compress(as_bytes(kPage));
  ASSERT_TRUE(compressed.has_value()) << compressed.error();
  EXPECT_LT(compressed->size(), kPage.size() / 10);
  std::string back;
  const std::string_view text = as_text(*compressed);
  EXPECT_TRUE(snappy::Uncompress(text.data(), text.size(), &back));
  EXPECT_EQ(back, kPage);
}

TEST(Compression, A_level_that_zstd_does_not_have_is_an_error) {
  for (const int level : {0, -1, 23}) {
    const auto compressor = Compressor::create(Compression::Zstd, level);
    ASSERT_FALSE(compressor.has_value()) << level;
    EXPECT_EQ(compressor.error().kind(), ErrorKind::InvalidArgument);
  }
}

}  // namespace
}  // namespace pg2athena::parquet
