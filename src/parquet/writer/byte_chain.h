// Bytes that are appended, kept and handed on in order: the pages of a column chunk until its row group
// closes. A chain of segments and not one buffer, because a buffer that grows holds half as much again as it
// needs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/byte_sink.h"
#include "base/bytes.h"
#include "parquet/block_pool.h"

namespace pg2athena::parquet {

class ByteChain {
 public:
  // The pool outlives the chain.
  explicit ByteChain(BlockPool& blocks) : blocks_(&blocks) {}
  ByteChain(ByteChain&&) noexcept = default;
  ByteChain& operator=(ByteChain&&) = delete;
  ~ByteChain() { give_back_blocks(); }

  void append(std::span<const std::byte> bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      if (used_ == 0 || segments_[used_ - 1].room() == 0) next_segment();
      Segment& segment = segments_[used_ - 1];
      const std::size_t taken = std::min(segment.room(), bytes.size());
      segment.bytes.append(bytes.first(taken));
      bytes = bytes.subspan(taken);
    }
  }

  // Takes a buffer as it is, without a copy: what a page of an uncommonly large row was compressed into.
  void adopt(ByteBuffer bytes) {
    bytes.shrink_to_fit();
    size_ += bytes.size();
    capacity_ += bytes.capacity_bytes();
    const std::size_t limit = bytes.size();
    segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(used_),
                     Segment{.bytes = std::move(bytes), .limit = limit, .origin = Origin::Adopted});
    ++used_;
  }

  Result<void> write_to(ByteSink& sink) const {
    for (std::size_t i = 0; i < used_; ++i) PG2ATHENA_TRY(sink.write(segments_[i].bytes.span()));
    return {};
  }

  // Empties the chain and keeps its memory for the next row group: small segments here, blocks in the pool,
  // where another column may need them.
  void clear() {
    give_back_blocks();
    std::erase_if(segments_, [](const Segment& segment) { return segment.origin != Origin::Small; });
    capacity_ = 0;
    for (Segment& segment : segments_) {
      segment.bytes.clear();
      capacity_ += segment.bytes.capacity_bytes();
    }
    used_ = 0;
    size_ = 0;
  }
  // Empties it and gives the memory back.
  void release() {
    clear();
    segments_ = std::vector<Segment>();
    capacity_ = 0;
  }

  std::size_t size() const { return size_; }
  std::size_t capacity_bytes() const { return capacity_; }

 private:
  // From 4 KiB, doubling to the pool's blocks: a table of a thousand columns has a thousand chains.
  static constexpr std::size_t kSmallestSegment = std::size_t{4} << 10U;

  enum class Origin { Small, Block, Adopted };
  struct Segment {
    ByteBuffer bytes;
    std::size_t limit = 0;
    Origin origin = Origin::Small;
    std::size_t room() const { return limit - bytes.size(); }
  };

  void next_segment() {
    if (used_ == segments_.size()) {
      Segment segment{.limit = std::clamp(capacity_, kSmallestSegment, BlockPool::kBlockBytes)};
      if (segment.limit == BlockPool::kBlockBytes) {
        segment.origin = Origin::Block;
        segment.bytes = blocks_->take();
      } else {
        segment.bytes.reserve(segment.limit);
      }
      capacity_ += segment.bytes.capacity_bytes();
      segments_.push_back(std::move(segment));
    }
    ++used_;
  }

  void give_back_blocks() {
    for (Segment& segment : segments_) {
      if (segment.origin == Origin::Block) blocks_->give_back(std::move(segment.bytes));
    }
  }

  BlockPool* blocks_;
  std::vector<Segment> segments_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace pg2athena::parquet
