#include "storage/s3_store.h"

#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/run_id.h"

namespace pg2athena::storage {
namespace {

// Any region of AWS's common partition knows where its buckets are.
constexpr const char* kAnyRegion = "us-east-1";
constexpr const char* kRecords = "_pg2athena/";

}  // namespace

Result<std::unique_ptr<S3Store>> S3Store::open(const aws::ServiceParts& parts,
                                               aws::CredentialsProvider& credentials,
                                               const S3Options& options, const std::string& region,
                                               const S3Upload::LeftBehind& left_behind) {
  const auto look_in = [&](const std::string& where) -> Result<std::unique_ptr<S3Store>> {
    PG2ATHENA_ASSIGN(S3Bucket bucket, S3Bucket::create(parts, credentials, options, where));
    std::unique_ptr<S3Store> store(new S3Store(std::move(bucket), left_behind));
    PG2ATHENA_TRY(store->objects_.list_page(kRecords, "", 1, S3Patience::Brief));
    return store;
  };
  std::string first = options.region.empty() ? region : options.region;
  if (first.empty()) first = kAnyRegion;
  auto store = look_in(first);
  if (store || !options.region.empty()) return store;
  // The identity's region is where we are; a bucket may be elsewhere.
  const std::string right(store.error().context("bucket_region"));
  return right.empty() || right == first ? std::move(store) : look_in(right);
}

std::string S3Store::new_attempt() const {
  return make_run_id(bucket_.parts(S3Patience::Usual).times.clock().now());
}

Result<std::unique_ptr<ObjectUpload>> S3Store::start_upload(const std::string& key,
                                                            const UploadOptions& options) {
  PG2ATHENA_TRY(check_key(key));
  return std::make_unique<S3Upload>(bucket_, key, new_attempt(), options, left_behind_);
}

Result<std::optional<StoredObject>> S3Store::get(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  return objects_.get(key);
}

Result<PutOutcome> S3Store::put(const std::string& key, std::string_view content,
                                const PutCondition& condition) {
  PG2ATHENA_TRY(check_key(key));
  // Never cancelled: what is interrupted on its way may take effect or not.
  return objects_.put(key, content, condition, {.id = new_attempt()});
}

Result<std::vector<ObjectInfo>> S3Store::list(const std::string& prefix) {
  PG2ATHENA_TRY(check_prefix(prefix));
  PG2ATHENA_ASSIGN(std::vector<S3Listed> listed, objects_.list(prefix));
  std::vector<ObjectInfo> found;
  for (S3Listed& object : listed) {
    // What the console calls folders, for one, is no object of a lake.
    if (!check_key(object.key)) continue;
    found.push_back({.key = std::move(object.key),
                     .size = object.size,
                     .last_modified = time_of_rfc3339(object.last_modified)});
  }
  return found;
}

Result<void> S3Store::remove(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  return objects_.remove(key);
}

}  // namespace pg2athena::storage
