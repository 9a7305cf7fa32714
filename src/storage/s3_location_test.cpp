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
       {"", "lake", "/lake", "C:/lake", "s3://", "s3:///x", "s3://ab/x", "s3://Bucket/x", "s3://my_bucket/x",
        "s3://bucket//x", "s3://bucket/x//", "s3://bucket/a//b", "s3://bucket/*", "s3://bucket/a?",
        "s3://bucket/a\nb"}) {
    const auto parsed = S3Location::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidArgument);
    EXPECT_THAT(parsed.error().hint(), HasSubstr("s3://bucket/prefix"));
  }
}

TEST(S3LocationTest, A_url_of_another_kind_is_no_lake) {
  const struct {
    std::string_view text;
    std::string_view hint;
  } cases[] = {
      {"s3a://acme-lake/x",
       "did you mean s3://acme-lake/x? A folder that is called so is ./s3a://acme-lake/x"},
      {"s3n://acme-lake/x", "did you mean s3://acme-lake/x?"},
      {"S3://acme-lake/x", "did you mean s3://acme-lake/x?"},
      {"s3:/acme-lake/x", "did you mean s3://acme-lake/x?"},
      {"s3:/", "did you mean s3://bucket/prefix?"},
      {"gs://b/x", "./"},
      {"https://acme-lake.s3.amazonaws.com/x", "./"},
      {"svn+ssh://h/x", "./"},
      {"file:///tmp/x", "name the folder itself: /tmp/x"},
      {"FILE:/tmp/x", "name the folder itself: /tmp/x"},
      {"file://localhost/tmp/x", "name the folder itself: /tmp/x"},
      {"file://elsewhere/x", "name the folder itself: /srv/lake"},
  };
  for (const auto& [text, hint] : cases) {
    const auto checked = check_scheme(text);
    ASSERT_FALSE(checked.has_value()) << text;
    EXPECT_EQ(checked.error().kind(), ErrorKind::InvalidArgument) << text;
    EXPECT_THAT(checked.error().hint(), HasSubstr(hint)) << text;
    const auto parsed = S3Location::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().message(), checked.error().message()) << text;
  }
}

TEST(S3LocationTest, What_follows_another_scheme_is_not_repeated) {
  const auto checked = check_scheme("postgresql://etl:hunter2@db/shop");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().message(),
            "a lake can't be at postgresql://: it is a local folder, or s3://bucket/prefix");
}

TEST(S3LocationTest, Folders_and_lakes_in_S3_have_no_such_scheme) {
  for (const std::string_view text :
       {"", "lake", "./lake", "/srv/lake", "s3://acme-lake/x", "./s3a:/x", "./gs://b", "C:/lake", "a:/b",
        "s3:", "s3:x", "3s:/x", "my lake:/x", "lake_1:/x", "é:/x", ":/x", "lakes/s3:/x", "lakes/gs://x"}) {
    EXPECT_TRUE(check_scheme(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace pg2athena::storage
