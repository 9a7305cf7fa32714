// The parts of one multipart upload on their way: several at once, each sent again by itself, each held in
// memory until S3 has acknowledged it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "storage/s3_answers.h"
#include "storage/s3_bucket.h"

namespace pg2athena::storage {

// Bytes that become a part, with their checksum.
class PartBuffer {
 public:
  explicit PartBuffer(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)), capacity_(capacity) {}

  std::size_t capacity() const { return capacity_; }
  std::size_t room() const { return capacity_ - size_; }
  std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }
  std::uint64_t crc64_nvme() const { return crc64_nvme_; }
  // No more than there is room for.
  void append(std::span<const std::byte> bytes);
  void clear() { size_ = 0, crc64_nvme_ = 0; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  std::uint64_t crc64_nvme_ = 0;
};

// Used by one thread; what comes back arrives on the transport's. All buffers together, those that are handed
// out included, have no more than `memory_bytes`, or are one.
class PartUploads {
 public:
  // `bucket` and `stop` (may be null) have to outlive it.
  PartUploads(const S3Bucket& bucket, std::string key, std::uint64_t memory_bytes, Cancellation* stop);
  // Ends what is still on its way, and waits until it has ended: an upload can be aborted then.
  ~PartUploads();
  PartUploads(const PartUploads&) = delete;
  PartUploads& operator=(const PartUploads&) = delete;

  // An empty buffer of that capacity. Waits until there is memory for it, and says what went wrong with the
  // parts that are on their way, once no other attempt may help.
  Result<std::unique_ptr<PartBuffer>> buffer(std::size_t capacity);
  // Sends it as the next part. Returns at once.
  Result<void> send(std::unique_ptr<PartBuffer> buffer, const std::string& upload_id);
  // Waits for all; then they are done, in their order.
  Result<std::vector<S3Part>> finish();

 private:
  struct Part;

  Result<void> start(Part& part);
  Result<void> settle();
  Result<void> judge(Part& part, Result<aws::HttpResponse> answer);
  Result<void> check(const Part& part, const aws::HttpResponse& answer) const;
  Result<void> wait();
  std::optional<Result<aws::HttpResponse>> take_answer(Part& part);
  std::unique_ptr<PartBuffer> from_free(std::size_t capacity);

  const S3Bucket& bucket_;
  const aws::ServiceParts& parts_;
  const std::string key_;
  const std::uint64_t memory_bytes_;
  Cancellation stop_;  // of this upload's requests
  std::optional<Cancellation::Registration> passed_on_;

  std::vector<std::unique_ptr<Part>> on_their_way_;
  std::vector<std::unique_ptr<PartBuffer>> free_;
  std::uint64_t bytes_ = 0;   // of all buffers
  std::vector<S3Part> done_;  // by number
  int sent_ = 0;

  std::mutex mutex_;  // the answers of parts
  std::condition_variable arrived_;
};

}  // namespace pg2athena::storage
