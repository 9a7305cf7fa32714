// Memory for the pages of open row groups, kept from one row group, and from one file, to the next.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace pg2athena::parquet {

// A row group is held until it closes, and memory that the kernel has to give anew for each file costs more
// than encoding does where there is no codec (bench/parquet). A worker that writes one file after the other
// has one pool for all of them. Not thread-safe.
class BlockPool {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

  // An empty buffer that has room for kBlockBytes. Throws std::bad_alloc.
  ByteBuffer take() {
    ByteBuffer block;
    if (free_.empty()) {
      block.reserve(kBlockBytes);
    } else {
      block = std::move(free_.back());
      free_.pop_back();
    }
    return block;
  }
  void give_back(ByteBuffer block) {
    block.clear();
    free_.push_back(std::move(block));
  }

  // Blocks that nobody uses.
  std::size_t free_bytes() const { return free_.size() * kBlockBytes; }
  // Gives them back to the allocator.
  void release() { free_ = std::vector<ByteBuffer>(); }

 private:
  std::vector<ByteBuffer> free_;
};

}  // namespace pg2athena::parquet
