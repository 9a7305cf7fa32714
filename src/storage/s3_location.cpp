#include "storage/s3_location.h"

#include <algorithm>
#include <cstddef>
#include <utility>

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

// "gs" of "gs://bucket/x", "file" of "file:/x"; empty where no scheme and slash begin the text (RFC 3986,
// 3.1). One letter is none: it is a disk of Windows, or a folder.
std::string_view scheme_of(std::string_view text) {
  const std::size_t colon = text.find(":/");
  if (colon == std::string_view::npos || colon < 2 || !is_ascii_letter(text.front())) return {};
  const std::string_view scheme = text.substr(0, colon);
  const auto allowed = [](char c) { return is_ascii_alphanumeric(c) || c == '+' || c == '-' || c == '.'; };
  return std::ranges::all_of(scheme, allowed) ? scheme : std::string_view();
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

// "/tmp/x" of "file:///tmp/x", "file:/tmp/x" and "file://localhost/tmp/x"; empty where it is another host's
// (RFC 8089, 2).
std::string_view path_of_file_url(std::string_view text) {
  std::string_view rest = text.substr(text.find(':') + 1);
  if (!rest.starts_with("//")) return rest;
  rest.remove_prefix(2);
  if (rest.starts_with("localhost/")) rest.remove_prefix(std::string_view("localhost").size());
  return rest.starts_with('/') ? rest : std::string_view();
}

}  // namespace

bool S3Location::names_one(std::string_view target) {
  return target.starts_with(kScheme);
}

Result<S3Location> S3Location::parse(std::string_view text) {
  PG2ATHENA_TRY(check_scheme(text));
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

Result<void> check_scheme(std::string_view target) {
  const std::string_view scheme = scheme_of(target);
  if (scheme.empty() || target.starts_with(kScheme)) return {};
  const auto refuse = [](std::string message, std::string hint) {
    return fail(Error(ErrorKind::InvalidArgument, std::move(message)).hint(std::move(hint)));
  };
  const std::string kind = lower(scheme);
  if (kind == "s3" || kind == "s3a" || kind == "s3n") {  // the last two are Hadoop's
    std::string_view rest = target.substr(scheme.size() + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    return refuse(fmt::format("\"{}\" is no location of a lake: a lake in S3 begins with s3://", target),
                  fmt::format("did you mean {}{}? A folder that is called so is ./{}", kScheme,
                              rest.empty() ? "bucket/prefix" : rest, target));
  }
  if (kind == "file") {
    const std::string_view path = path_of_file_url(target);
    return refuse(
        fmt::format("\"{}\" is no location of a lake: a local folder has no file: before it", target),
        fmt::format("name the folder itself: {}", path.empty() ? "/srv/lake" : path));
  }
  // The rest stays unsaid: where the arguments are in the wrong order, it may have a password in it.
  return refuse(fmt::format("a lake can't be at {}: it is a local folder, or s3://bucket/prefix",
                            target.substr(0, target.find_first_not_of('/', scheme.size() + 1))),
                "a folder that is called so is named with ./ before it");
}

}  // namespace pg2athena::storage
