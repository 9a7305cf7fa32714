// PLAIN encoding (Encodings.md), a slice of values at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace pg2athena::parquet {

// Appends `count` byte strings, each with its length in four bytes before it. They lie one behind the other
// in `data`: value i is data[offsets[i] - offsets[0] …].
void append_plain_bytes(std::span<const std::byte> data, const std::uint32_t* offsets, std::size_t count,
                        ByteBuffer& out);

// Appends `count` Int128 at `values` as big-endian two's complement of `width` bytes, which is how decimals
// lie in a FixedLenByteArray. The values have to fit.
void append_plain_decimals(const std::byte* values, std::size_t count, std::size_t width, ByteBuffer& out);

}  // namespace pg2athena::parquet
