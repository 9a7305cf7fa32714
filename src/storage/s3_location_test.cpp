#include "storage/s3_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pg2athena::storage {
namespace {

using testing::HasSubstr;

TEST(S3LocationTest, It_is_a_bucket_and_perhaps_a_prefix) {
  const struct {
    std::string_view text;
    S3Location location;
  } cases[] = {
      {"s3://acme-lake/shop", {.bucket = "acme-lake", .prefix = "shop"}},
      {"s3://acme-lake/shop/", {.bucket = "acme-lake", .prefix = "shop"}},
      {"s3://acme-lake", {.bucket = "acme-lake", .prefix = ""}},
      {"s3://acme-lake/", {.bucket = "acme-lake", .prefix = ""}},
      {"s3://a.b-1/x/y=1/50% o'clock", {.bucket = "a.b-1", .prefix = "x/y=1/50% o'clock"}},
  };
  for (const auto& [text, location] : cases) {
    const auto parsed = S3Location::parse(text);
    ASSERT_TRUE(parsed.has_value()) << parsed.error();
    EXPECT_EQ(*parsed, location) << text;
  }
  EXPECT_EQ(S3Location::parse("s3://acme-lake/")->url("t/data/R/"), "s3://acme-lake/t/data/R/");
}

TEST(S3LocationTest, Any_other_location_is_refused_with_an_example) {
  for (const std::string_view text :
       {"", "lake", "/lake", "s3:/bucket", "S3://bucket", "https://bucket.s3.amazonaws.com/x", "s3://",
        "s3:///x", "s3://ab/x", "s3://Bucket/x", "s3://my_bucket/x", "s3://bucket//x", "s3://bucket/x//",
        "s3://bucket/a//b", "s3://bucket/*", "s3://bucket/a?", "s3://bucket/a\nb"}) {
    const auto parsed = S3Location::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(parsed.error().hint(), HasSubstr("s3://bucket/prefix"));
  }
}

}  // namespace
}  // namespace pg2athena::storage
