#include "storage/content_digest.h"

#include <string>

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::storage {
namespace {

class Keeper final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    content += as_text(bytes);
    return {};
  }
  std::string content;
};

// The first as `xxhsum -H128` of an empty file prints it.
TEST(ContentDigest, The_digest_is_xxhsums) {
  EXPECT_EQ(digest_of({}), "99aa06d3014798d86001c324468d497f");
  EXPECT_NE(digest_of(as_bytes("a")), digest_of(as_bytes("b")));
}

TEST(ContentDigest, Pieces_have_the_digest_of_the_whole) {
  const std::string text(100'000, 'x');
  Keeper keeper;
  DigestSink sink(keeper);
  for (std::size_t at = 0; at < text.size(); at += 777) {
    ASSERT_TRUE(sink.write(as_bytes(std::string_view(text).substr(at, 777))).has_value());
  }
  EXPECT_EQ(sink.digest(), digest_of(as_bytes(text)));
  EXPECT_EQ(sink.bytes(), text.size());
  EXPECT_EQ(keeper.content, text);
}

}  // namespace
}  // namespace pg2athena::storage
