// BYTE_STREAM_SPLIT (Encodings.md): the first bytes of all values, then all second bytes, and so on. It takes
// what PLAIN takes; a codec finds more in it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace pg2athena::parquet {

// Appends `count` values of Width bytes at `values`, which need not be aligned.
template <std::size_t Width>
void append_byte_stream_split(const std::byte* values, std::size_t count, ByteBuffer& out) {
  // A block of values is transposed in the cache, so that neither side is read or written in long strides.
  constexpr std::size_t kBlock = 64;
  std::byte* const to = out.extend(count * Width);
  std::size_t begin = 0;
  for (; begin + kBlock <= count; begin += kBlock) {
    for (std::size_t stream = 0; stream < Width; ++stream) {
      const std::byte* const from = values + begin * Width + stream;
      std::byte* const into = to + stream * count + begin;
      for (std::size_t i = 0; i < kBlock; ++i) into[i] = from[i * Width];
    }
  }
  for (; begin < count; ++begin) {
    for (std::size_t stream = 0; stream < Width; ++stream) {
      to[stream * count + begin] = values[begin * Width + stream];
    }
  }
}

}  // namespace pg2athena::parquet
