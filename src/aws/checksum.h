// The checksums of S3's objects, by AWS's own code, which uses the processor's instructions for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pg2athena::aws {

// Of what came before and `bytes`: 0 at the beginning, then the last result.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);
std::uint64_t crc64_nvme(std::span<const std::byte> bytes, std::uint64_t before = 0);

}  // namespace pg2athena::aws
