#include "storage/find_bucket.h"

#include <utility>

#include "storage/s3_objects.h"

namespace pg2athena::storage {
namespace {

// Any region of AWS's common partition knows where its buckets are.
constexpr const char* kAnyRegion = "us-east-1";
constexpr const char* kRecords = "_pg2athena/";

}  // namespace

Result<FoundBucket> find_bucket(const aws::ServiceParts& parts, aws::CredentialsProvider& credentials,
                                const S3Options& options, const std::string& region) {
  const auto look_in = [&](const std::string& where) -> Result<FoundBucket> {
    PG2ATHENA_ASSIGN(S3Bucket bucket, S3Bucket::create(parts, credentials, options, where));
    auto page = S3Objects(bucket).list_page(kRecords, "", 1, S3Patience::Brief);
    Result<void> listed;
    if (!page) listed = fail(std::move(page).error());
    return FoundBucket{.bucket = std::move(bucket), .listed = std::move(listed)};
  };
  std::string first = options.region.empty() ? region : options.region;
  if (first.empty()) first = kAnyRegion;
  auto found = look_in(first);
  if (!found || found->listed || !options.region.empty()) return found;
  const std::string right(found->listed.error().context("bucket_region"));
  if (right.empty() || right == first) return found;
  return look_in(right);
}

}  // namespace pg2athena::storage
