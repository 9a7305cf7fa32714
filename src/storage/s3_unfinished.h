// Multipart uploads that nobody completed or aborted.
#pragma once

#include <string>
#include <vector>

#include "storage/s3_objects.h"
#include "storage/s3_store.h"
#include "storage/unfinished_uploads.h"

namespace pg2athena::storage {

class S3Unfinished final : public UnfinishedUploads {
 public:
  // `store` has to outlive it.
  explicit S3Unfinished(const S3Store& store)
      : objects_(store.objects()), of_aws_(store.bucket().is_of_aws()) {}

  using UnfinishedUploads::unfinished;
  Result<std::vector<UnfinishedUpload>> unfinished(const std::string& prefix,
                                                   const WantedFolder& wanted) override;
  // What else speaks like S3 may be MinIO.
  bool by_whole_keys_only() const override { return !of_aws_; }
  Result<void> abort(const UnfinishedUpload& upload) override;

 private:
  const S3Objects& objects_;
  const bool of_aws_;
};

}  // namespace pg2athena::storage
