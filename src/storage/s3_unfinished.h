// Multipart uploads that nobody completed or aborted.
#pragma once

#include <string>
#include <vector>

#include "storage/s3_objects.h"
#include "storage/unfinished_uploads.h"

namespace pg2athena::storage {

class S3Unfinished final : public UnfinishedUploads {
 public:
  // `objects` has to outlive it.
  explicit S3Unfinished(const S3Objects& objects) : objects_(objects) {}

  Result<std::vector<UnfinishedUpload>> unfinished(const std::string& prefix) override;
  Result<void> abort(const UnfinishedUpload& upload) override;

 private:
  const S3Objects& objects_;
};

}  // namespace pg2athena::storage
