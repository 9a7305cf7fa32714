// The bytes of a page or a part of one, taken from the front; none that isn't there is read.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace pg2athena::parquet {

class EncodedBytes {
 public:
  EncodedBytes() = default;
  explicit EncodedBytes(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::size_t size() const { return rest_.size(); }
  std::span<const std::byte> rest() const { return rest_; }

  // Nothing, here and below, where the bytes end before.
  std::optional<std::span<const std::byte>> take(std::size_t count) {
    if (count > rest_.size()) return std::nullopt;
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  template <std::unsigned_integral T>
  std::optional<T> little_endian() {
    const auto bytes = take(sizeof(T));
    if (!bytes) return std::nullopt;
    T value;
    std::memcpy(&value, bytes->data(), sizeof value);
    return value;
  }

  // ULEB128. Nothing, too, for more than 64 bits.
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    std::size_t at = 0;
    for (unsigned shift = 0; shift < 64 && at < rest_.size(); shift += 7) {
      const auto bits = std::to_integer<std::uint64_t>(rest_[at++]);
      if (shift == 63 && bits > 1) break;
      value |= (bits & 0x7FU) << shift;
      if (bits < 0x80) {
        rest_ = rest_.subspan(at);
        return value;
      }
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> zigzag() {
    const auto bits = varint();
    if (!bits) return std::nullopt;
    return static_cast<std::int64_t>((*bits >> 1U) ^ (~(*bits & 1U) + 1));
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace pg2athena::parquet
