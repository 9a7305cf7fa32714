#include "aws/checksum.h"

#include <aws/checksums/crc.h>

namespace pg2athena::aws {

std::uint64_t crc64_nvme(std::span<const std::byte> bytes, std::uint64_t before) {
  return aws_checksums_crc64nvme_ex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                                    before);
}

std::uint64_t combined_crc64_nvme(std::uint64_t before, std::uint64_t after, std::uint64_t size) {
  return aws_checksums_crc64nvme_combine(before, after, size);
}

}  // namespace pg2athena::aws
