// PLAIN values of every physical type, and booleans as runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "parquet/encoding/encoded_bytes.h"
#include "parquet/encoding/hybrid_decoder.h"
#include "parquet/encoding/unpack_bits.h"
#include "parquet/reader/value_decoder.h"

namespace pg2athena::parquet {

// Numbers, and values of a fixed length.
class PlainFixedDecoder final : public ValueDecoder {
 public:
  PlainFixedDecoder(std::span<const std::byte> bytes, std::size_t width) : bytes_(bytes), width_(width) {}

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    if (count > bytes_.size() / width_)
      return fail(ErrorKind::CorruptInput, "values end before the page does");
    PG2ATHENA_ASSIGN(std::byte* const to, out.extend(count, width_));
    const auto values = *bytes_.take(count * width_);
    if (!values.empty()) std::memcpy(to, values.data(), values.size());
    return {};
  }

 private:
  EncodedBytes bytes_;
  std::size_t width_;
};

class PlainBytesDecoder final : public ValueDecoder {
 public:
  explicit PlainBytesDecoder(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    for (std::size_t i = 0; i < count; ++i) {
      const auto length = bytes_.little_endian<std::uint32_t>();
      const auto value = length ? bytes_.take(*length) : std::nullopt;
      if (!value) return fail(ErrorKind::CorruptInput, "values end before the page does");
      PG2ATHENA_TRY(out.append_bytes(*value));
    }
    return {};
  }

 private:
  EncodedBytes bytes_;
};

// Booleans: a bit each.
class PlainBooleanDecoder final : public ValueDecoder {
 public:
  explicit PlainBooleanDecoder(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    if (count > bytes_.size() * 8 - at_)
      return fail(ErrorKind::CorruptInput, "values end before the page does");
    PG2ATHENA_ASSIGN(std::byte* const to, out.extend(count, 1));
    unpack_bits(bytes_, at_, 1, std::span(reinterpret_cast<std::uint8_t*>(to), count));
    at_ += count;
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

// Booleans in the hybrid of runs and bit packing, with its length in four bytes before it.
class RleBooleanDecoder final : public ValueDecoder {
 public:
  static Result<RleBooleanDecoder> open(std::span<const std::byte> bytes) {
    EncodedBytes in(bytes);
    const auto length = in.little_endian<std::uint32_t>();
    const auto runs = length ? in.take(*length) : std::nullopt;
    // A page without values may have nothing at all.
    if (!runs && !bytes.empty()) return fail(ErrorKind::CorruptInput, "runs end before the page does");
    return RleBooleanDecoder(HybridDecoder(runs.value_or(std::span<const std::byte>()), 1));
  }

  Result<void> read(std::size_t count, const PhysicalValues& out) override {
    PG2ATHENA_ASSIGN(std::byte* const to, out.extend(count, 1));
    const std::span values(reinterpret_cast<std::uint8_t*>(to), count);
    PG2ATHENA_TRY(runs_.read(values));
    for (const std::uint8_t value : values) {
      if (value > 1) return fail(ErrorKind::CorruptInput, "a boolean that is neither true nor false");
    }
    return {};
  }

 private:
  explicit RleBooleanDecoder(HybridDecoder runs) : runs_(runs) {}

  HybridDecoder runs_;
};

}  // namespace pg2athena::parquet
