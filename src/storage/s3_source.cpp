#include "storage/s3_source.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace pg2athena::storage {
namespace {

constexpr std::size_t kSmallestWindow = std::size_t{64} << 10U;

// Places have windows of their own as far as the memory goes.
std::size_t windows(const ReadOptions& options) {
  const std::size_t most = std::max<std::size_t>(options.memory_bytes / kSmallestWindow, 1);
  return std::clamp<std::size_t>(options.places, 1, most);
}

std::size_t window_bytes(const ReadOptions& options) {
  const std::size_t share = options.memory_bytes / windows(options);
  return std::clamp(share, kSmallestWindow, S3Objects::kMostOfRange);
}

}  // namespace

S3Source::S3Source(const S3Objects& objects, std::string key, const S3Objects::Head& head,
                   const ReadOptions& options)
    : objects_(objects),
      key_(std::move(key)),
      etag_(head.etag),
      size_(head.size),
      window_bytes_(window_bytes(options)),
      stop_(options.stop),
      windows_(windows(options)) {}

Result<std::unique_ptr<S3Source>> S3Source::open(const S3Objects& objects, const std::string& key,
                                                 const ReadOptions& options) {
  PG2ATHENA_ASSIGN(const std::optional<S3Objects::Head> head, objects.head(key, options.stop));
  if (!head) return fail(ErrorKind::NotFound, "there is no such object");
  return std::unique_ptr<S3Source>(new S3Source(objects, key, *head, options));
}

Result<void> S3Source::read(std::uint64_t offset, std::span<std::byte> to) {
  if (offset > size_ || to.size() > size_ - offset) {
    return fail(ErrorKind::Internal, "a read behind an object's end");
  }
  ++reads_;
  while (!to.empty()) {
    Window* window = find(offset);
    if (window == nullptr && to.size() >= window_bytes_) {
      const std::size_t size = std::min(to.size(), S3Objects::kMostOfRange);
      PG2ATHENA_ASSIGN(const std::string bytes, get(offset, size));
      std::ranges::copy(as_bytes(bytes), to.begin());
      offset += size;
      to = to.subspan(size);
      continue;
    }
    if (window == nullptr) {
      PG2ATHENA_ASSIGN(window, load(offset));
    }
    window->used = reads_;
    const auto there = as_bytes(window->bytes).subspan(offset - window->begin);
    const std::size_t size = std::min(to.size(), there.size());
    std::ranges::copy(there.first(size), to.begin());
    offset += size;
    to = to.subspan(size);
  }
  return {};
}

S3Source::Window* S3Source::find(std::uint64_t offset) {
  const auto found = std::ranges::find_if(
      windows_, [offset](const Window& window) { return window.begin <= offset && offset < window.end(); });
  return found == windows_.end() ? nullptr : &*found;
}

// A window from `offset` on, in place of the one that ends there, or of the one that wasn't used the longest
// time.
Result<S3Source::Window*> S3Source::load(std::uint64_t offset) {
  const auto before = std::ranges::find_if(
      windows_, [offset](const Window& window) { return !window.bytes.empty() && window.end() == offset; });
  std::uint64_t begin = offset;
  Window* place = nullptr;
  if (before != windows_.end()) {
    place = &*before;
  } else {
    place = &*std::ranges::min_element(windows_, {}, &Window::used);
    // Who begins near the end reads what lies before it next: a Parquet file's footer has its length behind
    // it.
    if (size_ - offset < window_bytes_) begin = size_ - std::min<std::uint64_t>(size_, window_bytes_);
  }
  place->bytes = std::string();  // before the next one takes its memory
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes_, size_ - begin));
  PG2ATHENA_ASSIGN(place->bytes, get(begin, size));
  place->begin = begin;
  return place;
}

Result<std::string> S3Source::get(std::uint64_t offset, std::size_t size) const {
  return objects_.get_range(key_, etag_, offset, size, stop_);
}

}  // namespace pg2athena::storage
