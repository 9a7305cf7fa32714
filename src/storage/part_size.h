// How an object is cut into parts for S3's multipart upload: 10 000 parts at most, each of 5 MiB to 5 GiB but
// the last, 5 TiB together ("Amazon S3 multipart upload limits" in the user guide).
#pragma once

#include <cstdint>

namespace pg2athena::storage {

inline constexpr std::uint64_t kSmallestPart = std::uint64_t{5} << 20U;
inline constexpr std::uint64_t kUsualPart = std::uint64_t{8} << 20U;
inline constexpr int kMostParts = 10'000;

// Bytes of part `number`, from 1, of an object whose first part has `first`. Each thousand parts they double:
// what memory holds grows with the object, but slowly, and any object that S3 takes has room (5 TiB with 5
// MiB).
constexpr std::uint64_t part_bytes(int number, std::uint64_t first) {
  return first << static_cast<unsigned>((number - 1) / 1000);
}

// The first part's bytes where an upload may hold so many: two parts of it fit, one that fills and one on its
// way.
constexpr std::uint64_t first_part_bytes(std::uint64_t memory_bytes) {
  return memory_bytes >= 2 * kUsualPart ? kUsualPart : kSmallestPart;
}

// The largest part of an object of `object_bytes`.
constexpr std::uint64_t largest_part_bytes(std::uint64_t object_bytes, std::uint64_t first) {
  std::uint64_t part = first;
  std::uint64_t before = 0;
  for (int thousand = 0; thousand < kMostParts / 1000 && before + 1000 * part < object_bytes; ++thousand) {
    before += 1000 * part;
    part *= 2;
  }
  return part;
}

}  // namespace pg2athena::storage
