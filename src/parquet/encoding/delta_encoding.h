// DELTA_BINARY_PACKED (Encodings.md, "Delta Encoding"): integers as differences from the one before, packed
// in as many bits as the differences of 32 neighbours need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace pg2athena::parquet {

// Appends `count` integers at `values`, which need not be aligned. Differences wrap around, so every sequence
// can be encoded: in about 2 % more bytes than PLAIN at worst, and what fills up the last 32.
template <typename T>
void append_delta_binary_packed(const std::byte* values, std::size_t count, ByteBuffer& out);

extern template void append_delta_binary_packed<std::int32_t>(const std::byte*, std::size_t, ByteBuffer&);
extern template void append_delta_binary_packed<std::int64_t>(const std::byte*, std::size_t, ByteBuffer&);

}  // namespace pg2athena::parquet
