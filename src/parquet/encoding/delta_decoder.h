// DELTA_BINARY_PACKED: integers as differences, in blocks of miniblocks that have a width each (Encodings.md,
// "Delta Encoding").
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "parquet/encoding/encoded_bytes.h"

namespace pg2athena::parquet {

// Decodes as much as is asked for, and holds nothing of what it has decoded: a block without bits may be of
// billions.
class DeltaDecoder {
 public:
  DeltaDecoder() = default;
  // Reads the header. The bytes outlive the decoder. CorruptInput for a header that no writer makes.
  static Result<DeltaDecoder> open(std::span<const std::byte> bytes);

  // The next numbers: all of `out`, or CorruptInput when there aren't as many. Differences wrap around, in
  // the width of T.
  template <typename T>
  Result<void> read(std::span<T> out);

  // How many numbers there are altogether.
  std::uint64_t count() const { return count_; }
  // Goes to the end without decoding; returns what is behind it. Of a decoder that hasn't read yet.
  Result<std::span<const std::byte>> behind();

 private:
  Result<void> next_miniblock(unsigned widest);
  Result<void> next_block();

  EncodedBytes bytes_;
  std::uint64_t count_ = 0;
  std::uint64_t left_ = 0;  // numbers that weren't read, the first one included
  std::uint64_t last_ = 0;
  bool first_ = true;
  std::uint64_t miniblock_values_ = 0;
  std::uint64_t miniblocks_ = 0;
  // The block: the widths of those of its miniblocks that come, and their least difference.
  std::span<const std::byte> widths_;
  std::uint64_t least_ = 0;
  // The miniblock: packed differences from a bit on.
  std::span<const std::byte> pack_;
  std::uint64_t pack_left_ = 0;
  std::size_t at_ = 0;
  unsigned width_ = 0;
};

extern template Result<void> DeltaDecoder::read(std::span<std::int32_t> out);
extern template Result<void> DeltaDecoder::read(std::span<std::int64_t> out);

}  // namespace pg2athena::parquet
