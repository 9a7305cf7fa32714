// The CRC-32 of gzip and of Parquet's pages (polynomial 0x04C11DB7, bits reflected).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pg2athena::parquet {

// `before` is the CRC of the bytes that come before these, if there are any.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);

// The same without carry-less multiplication, as on a machine that has none.
std::uint32_t crc32_portable(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace pg2athena::parquet
