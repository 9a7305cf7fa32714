// The other direction of rle_encoding.h: the hybrid of runs and bit packing (Encodings.md, "Run Length
// Encoding / Bit-Packing Hybrid").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "parquet/encoding/encoded_bytes.h"

namespace pg2athena::parquet {

// Decodes as much as is asked for, and holds nothing of what it has decoded: a run may be of billions.
class HybridDecoder {
 public:
  HybridDecoder() = default;
  // The bytes outlive the decoder. `width` is 0 to 32 bits; of width 0 every number is 0, whatever the bytes.
  HybridDecoder(std::span<const std::byte> bytes, unsigned width) : bytes_(bytes), width_(width) {}

  // The next numbers: all of `out`, or CorruptInput when there aren't as many. T is std::uint8_t for widths
  // up to 8 and std::uint32_t.
  template <typename T>
  Result<void> read(std::span<T> out);

 private:
  bool next_run();

  EncodedBytes bytes_;
  unsigned width_ = 0;
  // What is left of a run: a number that is repeated, or packed numbers from a bit on.
  std::uint64_t left_ = 0;
  bool packed_ = false;
  std::uint32_t repeated_ = 0;
  std::span<const std::byte> pack_;
  std::size_t at_ = 0;
};

extern template Result<void> HybridDecoder::read(std::span<std::uint8_t> out);
extern template Result<void> HybridDecoder::read(std::span<std::uint32_t> out);

}  // namespace pg2athena::parquet
