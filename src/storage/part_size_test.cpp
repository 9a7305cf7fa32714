#include "storage/part_size.h"

#include <gtest/gtest.h>

namespace pg2athena::storage {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;

TEST(PartSize, Nearly_all_that_S3_takes_has_room_in_ten_thousand_parts) {
  for (const std::uint64_t first : {kSmallestPart, kUsualPart}) {
    std::uint64_t all = 0;
    for (int number = 1; number <= kMostParts; ++number) all += part_bytes(number, first);
    EXPECT_GT(all, 4990 * kGiB) << "S3 takes 5120 GiB";
    EXPECT_LE(part_bytes(kMostParts, first), 5 * kGiB);
  }
}

TEST(PartSize, The_largest_part_is_that_of_the_objects_end) {
  for (const std::uint64_t object : {std::uint64_t{1}, kGiB, 8 * kGiB, 9 * kGiB, 100 * kGiB, 4000 * kGiB}) {
    std::uint64_t before = 0;
    int number = 1;
    while (before + part_bytes(number, kUsualPart) < object) before += part_bytes(number++, kUsualPart);
    EXPECT_EQ(largest_part_bytes(object, kUsualPart), part_bytes(number, kUsualPart)) << object;
  }
}

TEST(PartSize, Little_memory_means_small_parts) {
  EXPECT_EQ(first_part_bytes(2 * kSmallestPart), kSmallestPart);
  EXPECT_EQ(first_part_bytes(2 * kUsualPart), kUsualPart);
}

}  // namespace
}  // namespace pg2athena::storage
