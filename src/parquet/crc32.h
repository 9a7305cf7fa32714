// The CRC-32 of gzip and of Parquet's pages (polynomial 0x04C11DB7, bits reflected).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pg2athena::parquet {

std::uint32_t crc32(std::span<const std::byte> bytes);

// The same without carry-less multiplication, as on a machine that has none.
std::uint32_t crc32_portable(std::span<const std::byte> bytes);

}  // namespace pg2athena::parquet
