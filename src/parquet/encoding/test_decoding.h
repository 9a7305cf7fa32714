// For tests: decoders that are as simple as the specification allows, so that they can be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace pg2athena::parquet {

// Reads bytes from the front of a span; throws where there are none left, which fails the test.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1)[0]); }
  std::span<const std::byte> take(std::size_t count) {
    if (count > rest_.size()) throw std::runtime_error("the encoded bytes end too early");
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint64_t bits = byte();
      value |= (bits & 0x7FU) << shift;
      if (bits < 0x80) return value;
    }
  }
  std::uint64_t little_endian(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{byte()} << (8 * i);
    return value;
  }

 private:
  std::span<const std::byte> rest_;
};

// The first `count` values of an RLE / bit-packed hybrid of the width.
inline std::vector<std::uint32_t> decode_hybrid(std::span<const std::byte> bytes, int width,
                                                std::size_t count) {
  ByteReader in(bytes);
  std::vector<std::uint32_t> values;
  const auto bits = static_cast<std::size_t>(width);
  while (values.size() < count) {
    const std::uint64_t header = in.varint();
    if ((header & 1U) == 0) {
      const auto value = static_cast<std::uint32_t>(in.little_endian((bits + 7) / 8));
      values.insert(values.end(), header >> 1U, value);
      continue;
    }
    const auto packed = in.take((header >> 1U) * bits);
    for (std::size_t i = 0; i < (header >> 1U) * 8; ++i) {
      std::uint32_t value = 0;
      for (std::size_t bit = 0; bit < bits; ++bit) {
        const std::size_t at = i * bits + bit;
        value |= ((std::to_integer<std::uint32_t>(packed[at / 8]) >> (at % 8)) & 1U) << bit;
      }
      values.push_back(value);
    }
  }
  if (!in.at_end()) throw std::runtime_error("there are bytes behind the last value");
  if (values.size() > count + 7) throw std::runtime_error("a run goes on behind the last value");
  values.resize(count);
  return values;
}

// All values of a DELTA_BINARY_PACKED page, which goes to the end of the bytes or, where `in` has more, to
// where the decoder stops. Differences and values are of type U, without sign.
template <typename U>
std::vector<U> decode_delta(ByteReader& in) {
  const auto zigzag = [&in] {
    const std::uint64_t coded = in.varint();
    return static_cast<U>((coded >> 1U) ^ (0 - (coded & 1U)));
  };
  const std::size_t block = in.varint();
  const std::size_t miniblocks = in.varint();
  const std::size_t count = in.varint();
  std::vector<U> values{zigzag()};
  while (values.size() < count) {
    const U least = zigzag();
    const auto widths = in.take(miniblocks);
    for (std::size_t m = 0; m < miniblocks && values.size() < count; ++m) {
      const auto width = std::to_integer<std::size_t>(widths[m]);
      const auto packed = in.take(block / miniblocks * width / 8);
      for (std::size_t i = 0; i < block / miniblocks && values.size() < count; ++i) {
        U delta = 0;
        for (std::size_t bit = 0; bit < width; ++bit) {
          const std::size_t at = i * width + bit;
          delta |=
              static_cast<U>(static_cast<U>((std::to_integer<U>(packed[at / 8]) >> (at % 8)) & 1U) << bit);
        }
        values.push_back(static_cast<U>(values.back() + least + delta));
      }
    }
  }
  values.resize(count);
  return values;
}

}  // namespace pg2athena::parquet
