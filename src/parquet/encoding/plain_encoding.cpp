#include "parquet/encoding/plain_encoding.h"

#include <cstring>

#include "base/int128.h"

namespace pg2athena::parquet {

void append_plain_bytes(std::span<const std::byte> data, const std::uint32_t* offsets, std::size_t count,
                        ByteBuffer& out) {
  // A short string is copied in steps of a fixed number of bytes, which is faster than a call for its length;
  // what is too much is overwritten by the next string, or cut off in the end.
  constexpr std::size_t kStep = 32;
  constexpr std::size_t kLong = 9 * kStep;
  const std::size_t size = data.size() + count * sizeof(std::uint32_t);
  const std::byte* from = data.data();
  const std::byte* const end = from + data.size();
  const std::size_t start = out.size();
  std::byte* to = out.extend(size + 2 * kStep);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t length = offsets[i + 1] - offsets[i];
    std::memcpy(to, &length, sizeof length);
    to += sizeof length;
    if (length <= kLong && end - from >= static_cast<std::ptrdiff_t>(kLong)) {
      std::memcpy(to, from, kStep);
      for (std::size_t at = kStep; at < length; at += 2 * kStep) std::memcpy(to + at, from + at, 2 * kStep);
    } else if (length != 0) {
      std::memcpy(to, from, length);
    }
    to += length;
    from += length;
  }
  out.resize(start + size);
}

void append_plain_decimals(const std::byte* values, std::size_t count, std::size_t width, ByteBuffer& out) {
  // Sixteen bytes are stored and `width` of them kept: the next value overwrites the rest.
  const std::size_t start = out.size();
  std::byte* to = out.extend(count * width + sizeof(Int128));
  const std::size_t unused = 8 * (sizeof(Int128) - width);
  for (std::size_t i = 0; i < count; ++i, to += width) {
    UInt128 value = 0;
    std::memcpy(&value, values + i * sizeof value, sizeof value);
    value <<= unused;
    const std::uint64_t halves[2] = {__builtin_bswap64(static_cast<std::uint64_t>(value >> 64U)),
                                     __builtin_bswap64(static_cast<std::uint64_t>(value))};
    std::memcpy(to, halves, sizeof halves);
  }
  out.resize(start + count * width);
}

}  // namespace pg2athena::parquet
