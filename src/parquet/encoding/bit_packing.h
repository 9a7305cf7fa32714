// Numbers packed side by side in as many bits as they need, least significant first (Encodings.md, "RLE /
// Bit-Packing Hybrid" and "Delta Encoding" share it).
#pragma once

#include <cstddef>
#include <cstdint>

namespace pg2athena::parquet {

// Values that are packed together; they take `width` bytes.
inline constexpr std::size_t kPackedGroup = 8;
// The packers store whole words, up to this much behind the end.
inline constexpr std::size_t kPackingSlack = sizeof(std::uint64_t);

// Packs `groups` groups of eight values, each less than 2^width, to `out`, which has room for groups * width
// bytes and kPackingSlack. The width is 1 to the bits of a value's type.
void pack_bits(const std::uint8_t* values, std::size_t groups, int width, std::byte* out);
void pack_bits(const std::uint32_t* values, std::size_t groups, int width, std::byte* out);
void pack_bits(const std::uint64_t* values, std::size_t groups, int width, std::byte* out);

}  // namespace pg2athena::parquet
