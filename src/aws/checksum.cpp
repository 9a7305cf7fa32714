#include "aws/checksum.h"

#include <aws/checksums/crc.h>

namespace pg2athena::aws {

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  return aws_checksums_crc32c_ex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), before);
}

std::uint64_t crc64_nvme(std::span<const std::byte> bytes, std::uint64_t before) {
  return aws_checksums_crc64nvme_ex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                                    before);
}

}  // namespace pg2athena::aws
