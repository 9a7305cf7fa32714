// A lake in S3: the ObjectStore over a bucket.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "aws/service_client.h"
#include "storage/object_store.h"
#include "storage/s3_bucket.h"
#include "storage/s3_objects.h"
#include "storage/s3_upload.h"

namespace pg2athena::storage {

// What is promised, and how:
// * An object appears whole or not at all, and never over another: "If-None-Match: *" goes on PutObject and
//   CompleteMultipartUpload. A lost answer is told from another's object by what is kept with the object.
// * Uploads go from memory, in parts of 8 MiB that grow with the object; memory holds what S3 hasn't
// acknowledged.
//   An upload that isn't complete is aborted.
// * Each part, each object and each whole upload goes with its CRC-64/NVME, which S3 compares with its own;
// what S3
//   answers is compared here.
// * Objects are read in windows that memory bounds, with If-Match: all bytes are of one object, or it is an
//   error.
// * Records are put with If-Match or If-None-Match. ETags are S3's.
class S3Store final : public ObjectStore {
 public:
  // Asks the bucket once, by a listing of the lake's records: whether it is there, whether we may, and where
  // it is if `options` and `region` (of the identity) don't say so. Errors are clear within ten seconds.
  // `parts` refers to what has to outlive the store, as `credentials` has to.
  static Result<std::unique_ptr<S3Store>> open(const aws::ServiceParts& parts,
                                               aws::CredentialsProvider& credentials,
                                               const S3Options& options, const std::string& region,
                                               const S3Upload::LeftBehind& left_behind);

  using ObjectStore::open;
  using ObjectStore::start_upload;
  Result<std::unique_ptr<ObjectUpload>> start_upload(const std::string& key,
                                                     const UploadOptions& options) override;
  Result<std::optional<StoredObject>> get(const std::string& key) override;
  Result<std::unique_ptr<ByteSource>> open(const std::string& key, const ReadOptions& options) override;
  Result<PutOutcome> put(const std::string& key, std::string_view content,
                         const PutCondition& condition) override;
  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override;
  using ObjectStore::visit;
  Result<void> visit(const std::string& prefix, const WantedFolder& wanted, const Visit& visit) override;
  Result<void> remove(const std::string& key) override;

  // For what cleans up, and what looks closer.
  const S3Objects& objects() const { return objects_; }
  const S3Bucket& bucket() const { return bucket_; }

 private:
  S3Store(S3Bucket bucket, S3Upload::LeftBehind left_behind)
      : bucket_(std::move(bucket)), objects_(bucket_), left_behind_(std::move(left_behind)) {}

  std::string new_attempt() const;

  const S3Bucket bucket_;
  const S3Objects objects_;
  const S3Upload::LeftBehind left_behind_;
};

}  // namespace pg2athena::storage
