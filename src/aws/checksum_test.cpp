#include "aws/checksum.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace pg2athena::aws {
namespace {

// The check value of the catalogue of CRC algorithms (reveng.sourceforge.io), CRC-64/NVME.
TEST(Checksum, Has_the_check_value_in_one_piece_and_in_two) {
  EXPECT_EQ(crc64_nvme(as_bytes("123456789")), 0xAE8B14860A799888U);
  EXPECT_EQ(crc64_nvme(as_bytes("56789"), crc64_nvme(as_bytes("1234"))), 0xAE8B14860A799888U);
  EXPECT_EQ(combined_crc64_nvme(crc64_nvme(as_bytes("1234")), crc64_nvme(as_bytes("56789")), 5),
            0xAE8B14860A799888U);
  EXPECT_EQ(crc64_nvme({}), 0U);
}

}  // namespace
}  // namespace pg2athena::aws
