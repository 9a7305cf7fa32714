// The encodings that are made of differences: DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/bytes.h"
#include "parquet/encoding/delta_decoder.h"
#include "parquet/reader/value_decoder.h"

namespace pg2athena::parquet {

// INT32 and INT64.
template <typename T>
class DeltaIntegerDecoder final : public ValueDecoder {
 public:
  static Result<DeltaIntegerDecoder> open(std::span<const std::byte> bytes) {
    PG2ATHENA_ASSIGN(const DeltaDecoder numbers, DeltaDecoder::open(bytes));
    return DeltaIntegerDecoder(numbers);
  }

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    std::array<T, kAtOnce> numbers;
    while (count != 0) {
      const std::size_t now = std::min(count, kAtOnce);
      PG2ATHENA_TRY(numbers_.read(std::span(numbers).first(now)));
      PG2ATHENA_ASSIGN(std::byte* const to, out.extend(now, sizeof(T)));
      std::memcpy(to, numbers.data(), now * sizeof(T));
      count -= now;
    }
    return {};
  }

 private:
  static constexpr std::size_t kAtOnce = 256;
  explicit DeltaIntegerDecoder(DeltaDecoder numbers) : numbers_(numbers) {}

  DeltaDecoder numbers_;
};

// The lengths of all values, then their bytes.
class DeltaLengthDecoder final : public ValueDecoder {
 public:
  static Result<DeltaLengthDecoder> open(std::span<const std::byte> bytes);

  Result<void> read(std::size_t count, const PhysicalValues& out) override;
  // The next value, which lies in the page.
  Result<std::span<const std::byte>> next();

 private:
  DeltaLengthDecoder(DeltaDecoder lengths, std::span<const std::byte> bytes)
      : lengths_(lengths), bytes_(bytes) {}

  DeltaDecoder lengths_;
  EncodedBytes bytes_;
};

// How much each value shares with the front of the one before, and what it has behind that. Also values of a
// fixed length.
class DeltaBytesDecoder final : public ValueDecoder {
 public:
  static Result<DeltaBytesDecoder> open(std::span<const std::byte> bytes, const ValueShape& shape);

  Result<void> read(std::size_t count, const PhysicalValues& out) override;

 private:
  DeltaBytesDecoder(DeltaDecoder shared, DeltaLengthDecoder rest, const ValueShape& shape)
      : shared_(shared), rest_(std::move(rest)), shape_(shape) {}

  DeltaDecoder shared_;
  DeltaLengthDecoder rest_;
  ValueShape shape_;
  ByteBuffer value_;  // the last one
};

}  // namespace pg2athena::parquet
