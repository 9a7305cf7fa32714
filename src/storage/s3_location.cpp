#include "storage/s3_location.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/ascii.h"

namespace pg2athena::storage {
namespace {

// docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
constexpr std::size_t kMinBucketBytes = 3;
constexpr std::size_t kMaxBucketBytes = 63;

constexpr std::string_view kScheme = "s3://";

std::unexpected<Error> bad_location(std::string_view text, std::string_view why) {
  return fail(Error(ErrorKind::InvalidArgument, fmt::format("\"{}\" is no location of a lake: {}", text, why))
                  .hint("a lake in S3 is s3://bucket/prefix"));
}

}  // namespace

bool S3Location::names_one(std::string_view target) {
  return target.starts_with(kScheme);
}

Result<S3Location> S3Location::parse(std::string_view text) {
  if (!text.starts_with(kScheme)) return bad_location(text, "it doesn't begin with s3://");
  std::string_view rest = text.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t slash = rest.find('/');
  const std::string_view bucket = rest.substr(0, slash);
  const std::string_view prefix = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  const bool bucket_name =
      std::ranges::all_of(bucket, [](char c) { return is_ascii_lower_or_digit(c) || c == '-' || c == '.'; });
  if (bucket.empty()) return bad_location(text, "the bucket is missing");
  if (!bucket_name || bucket.size() < kMinBucketBytes || bucket.size() > kMaxBucketBytes) {
    return bad_location(text, "a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens");
  }
  // Athena drops one of two slashes, and then finds nothing ("Specify a table location in Amazon S3").
  if (prefix.starts_with('/') || prefix.ends_with('/') || prefix.find("//") != std::string_view::npos) {
    return bad_location(text, "Athena can't use a location with an empty part (//)");
  }
  if (std::ranges::any_of(prefix, [](char c) { return is_ascii_control(c) || c == '*' || c == '?'; })) {
    return bad_location(text, "Athena can't use a location with wildcards or control characters");
  }
  return S3Location{.bucket = std::string(bucket), .prefix = std::string(prefix)};
}

std::string S3Location::url(std::string_view key) const {
  return fmt::format("{}{}/{}{}{}", kScheme, bucket, prefix, prefix.empty() ? "" : "/", key);
}

std::string S3Location::url() const {
  return prefix.empty() ? fmt::format("{}{}", kScheme, bucket)
                        : fmt::format("{}{}/{}", kScheme, bucket, prefix);
}

}  // namespace pg2athena::storage
