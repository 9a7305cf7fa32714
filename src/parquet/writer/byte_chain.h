// Bytes that are appended, kept and handed on in order: the pages of a column chunk until its row group
// closes. A chain of segments and not one buffer, because a buffer that grows holds half as much again as it
// needs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/byte_sink.h"
#include "base/bytes.h"
#include "parquet/writer/huge_block.h"

namespace pg2athena::parquet {

class ByteChain {
 public:
  void append(std::span<const std::byte> bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      if (used_ == 0 || segments_[used_ - 1].room() == 0) next_segment();
      Segment& segment = segments_[used_ - 1];
      const std::size_t taken = std::min(segment.room(), bytes.size());
      std::memcpy(segment.data() + segment.size, bytes.data(), taken);
      segment.size += taken;
      bytes = bytes.subspan(taken);
    }
  }

  // Takes a buffer as it is, without a copy: what a page of an uncommonly large row was compressed into.
  void adopt(ByteBuffer bytes) {
    bytes.shrink_to_fit();
    size_ += bytes.size();
    capacity_ += bytes.capacity_bytes();
    Segment segment;
    segment.size = segment.limit = bytes.size();
    segment.adopted = true;
    segment.bytes = std::move(bytes);
    segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(used_), std::move(segment));
    ++used_;
  }

  Result<void> write_to(ByteSink& sink) const {
    for (std::size_t i = 0; i < used_; ++i) {
      PG2ATHENA_TRY(sink.write({segments_[i].data(), segments_[i].size}));
    }
    return {};
  }

  // Empties the chain and keeps its memory for the next row group, but for adopted buffers.
  void clear() {
    std::erase_if(segments_, [](const Segment& segment) { return segment.adopted; });
    capacity_ = 0;
    for (Segment& segment : segments_) {
      segment.size = 0;
      capacity_ += segment.limit;
    }
    used_ = 0;
    size_ = 0;
  }
  // Empties it and gives the memory back.
  void release() { *this = ByteChain(); }

  std::size_t size() const { return size_; }
  std::size_t capacity_bytes() const { return capacity_; }

 private:
  // From 4 KiB, doubling to 1 MiB, because a table of a thousand columns has a thousand chains; from 2 MiB
  // together on, in huge pages.
  static constexpr std::size_t kSmallestSegment = std::size_t{4} << 10U;
  static constexpr std::size_t kLargestSegment = std::size_t{1} << 20U;

  struct Segment {
    ByteBuffer bytes;
    HugeBlock huge;  // instead of `bytes`, if it has memory
    std::size_t size = 0;
    std::size_t limit = 0;
    bool adopted = false;

    std::byte* data() { return huge.data() != nullptr ? huge.data() : bytes.data(); }
    const std::byte* data() const { return huge.data() != nullptr ? huge.data() : bytes.data(); }
    std::size_t room() const { return limit - size; }
  };

  void next_segment() {
    if (used_ == segments_.size()) {
      Segment segment;
      if (capacity_ >= HugeBlock::kBytes) {
        segment.limit = HugeBlock::kBytes;
        segment.huge = HugeBlock::allocate();
      } else {
        segment.limit = std::clamp(capacity_, kSmallestSegment, kLargestSegment);
        segment.bytes.resize(segment.limit);
      }
      capacity_ += segment.limit;
      segments_.push_back(std::move(segment));
    }
    ++used_;
  }

  std::vector<Segment> segments_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace pg2athena::parquet
