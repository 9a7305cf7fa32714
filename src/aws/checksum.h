// The checksum of S3's objects, by AWS's own code, which uses the processor's instructions for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pg2athena::aws {

// CRC-64/NVME of what came before and `bytes`: 0 at the beginning, then the last result.
std::uint64_t crc64_nvme(std::span<const std::byte> bytes, std::uint64_t before = 0);

// The same of what `before` is of, and then the `size` bytes that `after` is of.
std::uint64_t combined_crc64_nvme(std::uint64_t before, std::uint64_t after, std::uint64_t size);

}  // namespace pg2athena::aws
