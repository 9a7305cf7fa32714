#include "storage/s3_store.h"

#include <utility>

#include "base/clock.h"
#include "base/run_id.h"
#include "storage/find_bucket.h"
#include "storage/s3_source.h"

namespace pg2athena::storage {

Result<std::unique_ptr<S3Store>> S3Store::open(const aws::ServiceParts& parts,
                                               aws::CredentialsProvider& credentials,
                                               const S3Options& options, const std::string& region,
                                               const S3Upload::LeftBehind& left_behind) {
  PG2ATHENA_ASSIGN(FoundBucket found, find_bucket(parts, credentials, options, region));
  if (!found.listed) return fail(std::move(found.listed).error());
  return std::unique_ptr<S3Store>(new S3Store(std::move(found.bucket), left_behind));
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

Result<std::unique_ptr<ByteSource>> S3Store::open(const std::string& key, const ReadOptions& options) {
  PG2ATHENA_TRY(check_key(key));
  auto source = S3Source::open(objects_, key, options);
  if (!source) return fail(bucket_.locate(std::move(source).error(), key));
  return std::move(*source);
}

Result<PutOutcome> S3Store::put(const std::string& key, std::string_view content,
                                const PutCondition& condition) {
  PG2ATHENA_TRY(check_key(key));
  // Never cancelled: what is interrupted on its way may take effect or not.
  return objects_.put(key, content, condition, {.id = new_attempt()});
}

namespace {

// None for what is no object of a lake: what the console calls folders, for one.
std::optional<ObjectInfo> info_of(S3Listed& object) {
  if (!check_key(object.key)) return std::nullopt;
  return ObjectInfo{.key = std::move(object.key),
                    .size = object.size,
                    .last_modified = time_of_rfc3339(object.last_modified)};
}

}  // namespace

Result<std::vector<ObjectInfo>> S3Store::list(const std::string& prefix) {
  PG2ATHENA_TRY(check_prefix(prefix));
  PG2ATHENA_ASSIGN(std::vector<S3Listed> listed, objects_.list(prefix));
  std::vector<ObjectInfo> found;
  for (S3Listed& object : listed) {
    if (auto info = info_of(object)) found.push_back(std::move(*info));
  }
  return found;
}

Result<void> S3Store::visit(const std::string& prefix, const WantedFolder& /*wanted*/, const Visit& visit) {
  PG2ATHENA_TRY(check_prefix(prefix));
  return objects_.visit(prefix, [&](S3Listed& object) -> Result<void> {
    const auto info = info_of(object);
    return info ? visit(*info) : Result<void>();
  });
}

Result<void> S3Store::remove(const std::string& key) {
  PG2ATHENA_TRY(check_key(key));
  return objects_.remove(key);
}

}  // namespace pg2athena::storage
