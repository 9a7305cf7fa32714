// One object of S3 as it was when it was opened, read in windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "storage/object_store.h"
#include "storage/s3_objects.h"

namespace pg2athena::storage {

// Small reads, one behind the other, would be a request each: it asks for a window of bytes at a time, and
// keeps one for each place that is read from. What is larger than a window is asked for as it is, and not
// kept. Memory is `memory_bytes` of the options, and a piece on its way to the reader.
class S3Source final : public ByteSource {
 public:
  // HeadObject. NotFound when there is no such object. `objects` outlives the source.
  static Result<std::unique_ptr<S3Source>> open(const S3Objects& objects, const std::string& key,
                                                const ReadOptions& options);

  std::uint64_t size() const override { return size_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> to) override;

 private:
  struct Window {
    std::uint64_t begin = 0;
    std::string bytes;
    std::uint64_t used = 0;  // at which read; of windows that are in the way the least goes

    std::uint64_t end() const { return begin + bytes.size(); }
  };

  S3Source(const S3Objects& objects, std::string key, const S3Objects::Head& head,
           const ReadOptions& options);

  Window* find(std::uint64_t offset);
  Result<Window*> load(std::uint64_t offset);
  Result<std::string> get(std::uint64_t offset, std::size_t size) const;

  const S3Objects& objects_;
  const std::string key_;
  const std::string etag_;
  const std::uint64_t size_;
  const std::size_t window_bytes_;
  Cancellation* const stop_;
  std::vector<Window> windows_;
  std::uint64_t reads_ = 0;
};

}  // namespace pg2athena::storage
