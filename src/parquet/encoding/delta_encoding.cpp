#include "parquet/encoding/delta_encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "parquet/encoding/bit_packing.h"
#include "parquet/encoding/varint.h"

namespace pg2athena::parquet {
namespace {

// What parquet-java writes too, for both widths.
constexpr std::size_t kBlock = 128;
constexpr std::size_t kMiniblocks = 4;
constexpr std::size_t kMiniblock = kBlock / kMiniblocks;

template <typename T>
T load(const std::byte* values, std::size_t i) {
  T value;
  std::memcpy(&value, values + i * sizeof(T), sizeof value);
  return value;
}

// Appends up to a block of differences. The last block's miniblocks behind its last value aren't there; the
// last miniblock is whole. `deltas` has room for a block.
template <typename U>
void append_block(std::array<U, kBlock>& deltas, std::size_t count, ByteBuffer& out) {
  using T = std::make_signed_t<U>;
  T least = static_cast<T>(deltas[0]);
  for (std::size_t i = 1; i < count; ++i) least = std::min(least, static_cast<T>(deltas[i]));
  append_zigzag(least, out);
  const auto base = static_cast<U>(least);
  for (std::size_t i = 0; i < count; ++i) deltas[i] -= base;
  std::fill(deltas.begin() + static_cast<std::ptrdiff_t>(count), deltas.end(), U{0});

  std::array<std::uint8_t, kMiniblocks> widths{};
  for (std::size_t m = 0; m < kMiniblocks; ++m) {
    U bits = 0;
    for (std::size_t i = 0; i < kMiniblock; ++i) bits |= deltas[m * kMiniblock + i];
    widths[m] = static_cast<std::uint8_t>(std::bit_width(bits));
  }
  out.append(std::as_bytes(std::span(widths)));
  for (std::size_t m = 0; m * kMiniblock < count; ++m) {
    if (widths[m] == 0) continue;
    const std::size_t bytes = kMiniblock / 8 * widths[m];
    pack_bits(deltas.data() + m * kMiniblock, kMiniblock / kPackedGroup, widths[m],
              out.extend(bytes + kPackingSlack));
    out.resize(out.size() - kPackingSlack);
  }
}

}  // namespace

template <typename T>
void append_delta_binary_packed(const std::byte* values, std::size_t count, ByteBuffer& out) {
  using U = std::make_unsigned_t<T>;
  append_varint(kBlock, out);
  append_varint(kMiniblocks, out);
  append_varint(count, out);
  append_zigzag(count == 0 ? T{0} : load<T>(values, 0), out);
  std::array<U, kBlock> deltas;
  for (std::size_t begin = 1; begin < count; begin += kBlock) {
    const std::size_t block = std::min(kBlock, count - begin);
    for (std::size_t i = 0; i < block; ++i) {
      deltas[i] = load<U>(values, begin + i) - load<U>(values, begin + i - 1);
    }
    append_block(deltas, block, out);
  }
}

template void append_delta_binary_packed<std::int32_t>(const std::byte*, std::size_t, ByteBuffer&);
template void append_delta_binary_packed<std::int64_t>(const std::byte*, std::size_t, ByteBuffer&);

}  // namespace pg2athena::parquet
