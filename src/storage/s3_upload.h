// One object on its way into S3, from memory: one PUT when it is small, a multipart upload while it is being
// made when it isn't.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "storage/object_store.h"
#include "storage/part_uploads.h"
#include "storage/s3_bucket.h"
#include "storage/s3_objects.h"

namespace pg2athena::storage {

class S3Upload final : public ObjectUpload {
 public:
  // Told what an upload that could not be aborted left behind.
  using LeftBehind = std::function<void(const Error&)>;

  // `bucket` has to outlive it. `attempt` is this upload's alone.
  S3Upload(const S3Bucket& bucket, std::string key, std::string attempt, const UploadOptions& options,
           LeftBehind left_behind);
  ~S3Upload() override;

  Result<void> write(std::span<const std::byte> bytes) override;
  Result<void> complete() override;

 private:
  Result<void> begin();
  Result<void> send_part();
  Result<void> put_whole();
  Result<void> complete_parts();
  Result<void> judge_failure(Error error, bool uncertain) const;
  Result<void> check_whole(const std::string& checksum) const;
  Result<void> expect_ours() const;
  void abort();

  const S3Bucket& bucket_;
  const S3Objects objects_;
  const std::string key_;
  const std::string attempt_;
  const UploadOptions options_;
  const LeftBehind left_behind_;
  const std::uint64_t first_part_bytes_;

  std::string upload_id_;              // empty: nothing has been begun in S3
  bool begun_more_than_once_ = false;  // perhaps: an attempt to begin got no answer
  int next_part_ = 1;
  std::unique_ptr<PartBuffer> filling_;
  std::optional<PartUploads> parts_;
  std::uint64_t size_ = 0;
  std::uint64_t crc64_nvme_ = 0;
  bool complete_ = false;
};

}  // namespace pg2athena::storage
