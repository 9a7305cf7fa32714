#include "parquet/encoding/rle_encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "parquet/encoding/bit_packing.h"
#include "parquet/encoding/varint.h"

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kGroup = kPackedGroup;

// Appends `values` bit-packed; the last group is filled up with zeros.
template <typename T>
void append_packed(std::span<const T> values, int width, ByteBuffer& out) {
  const auto bytes_per_group = static_cast<std::size_t>(width);
  const std::size_t groups = values.size() / kGroup;
  const std::size_t rest = values.size() % kGroup;
  const std::size_t bytes = (groups + (rest != 0 ? 1 : 0)) * bytes_per_group;
  std::byte* const start = out.extend(bytes + kPackingSlack);
  pack_bits(values.data(), groups, width, start);
  if (rest != 0) {
    std::array<T, kGroup> last{};
    std::copy_n(values.end() - static_cast<std::ptrdiff_t>(rest), rest, last.begin());
    pack_bits(last.data(), 1, width, start + groups * bytes_per_group);
  }
  out.resize(out.size() - kPackingSlack);
}

template <typename T>
void append_packed_run(std::span<const T> values, int width, ByteBuffer& out) {
  if (values.empty()) return;
  append_varint((((values.size() + kGroup - 1) / kGroup) << 1U) | 1U, out);
  append_packed(values, width, out);
}

// Whether a group is eight times the same value.
bool is_uniform(const std::uint32_t* group) {
  std::uint32_t differences = 0;
  for (std::size_t i = 1; i < kGroup; ++i) differences |= group[i] ^ group[0];
  return differences == 0;
}
bool is_uniform(const std::uint8_t* group) {
  std::uint64_t word = 0;
  std::memcpy(&word, group, sizeof word);
  return word == group[0] * std::uint64_t{0x0101010101010101};
}

std::size_t value_bytes(int width) {
  return (static_cast<std::size_t>(width) + 7) / 8;
}

// A run pays when it is shorter than its values are packed, together with the header of the packed run that
// it interrupts. 5 bytes are two headers of the usual length and one to spare.
bool run_pays(std::size_t count, int width) {
  constexpr std::size_t kHeaders = 5;
  return count * static_cast<std::size_t>(width) > 8 * (value_bytes(width) + kHeaders);
}

template <typename T>
void append_hybrid_of(std::span<const T> values, int width, ByteBuffer& out) {
  const T* const data = values.data();
  const std::size_t count = values.size();
  std::size_t packed_from = 0;  // values from here to `at` wait to be packed; they are whole groups
  std::size_t at = 0;
  while (at + kGroup <= count) {
    if (!is_uniform(data + at)) {
      at += kGroup;
      continue;
    }
    std::size_t end = at + kGroup;
    while (end + kGroup <= count && data[end] == data[at] && is_uniform(data + end)) end += kGroup;
    while (end < count && data[end] == data[at]) ++end;
    if (!run_pays(end - at, width)) {
      at += (end - at) / kGroup * kGroup;
      continue;
    }
    append_packed_run(values.subspan(packed_from, at - packed_from), width, out);
    append_run(data[at], end - at, width, out);
    packed_from = at = end;
  }
  append_packed_run(values.subspan(packed_from), width, out);
}

}  // namespace

int bit_width(std::uint32_t largest) {
  return 32 - std::countl_zero(largest);
}

void append_run(std::uint32_t value, std::size_t count, int width, ByteBuffer& out) {
  if (count == 0) return;
  append_varint(std::uint64_t{count} << 1U, out);
  out.append(reinterpret_cast<const std::byte*>(&value), value_bytes(width));
}

void append_hybrid(std::span<const std::uint32_t> values, int width, ByteBuffer& out) {
  append_hybrid_of(values, width, out);
}

void append_hybrid(std::span<const std::uint8_t> values, int width, ByteBuffer& out) {
  append_hybrid_of(values, width, out);
}

void append_hybrid_bits(const std::uint8_t* bits, std::size_t count, ByteBuffer& out) {
  const std::size_t whole = count / 8;
  const std::size_t bytes = (count + 7) / 8;
  const auto append_bytes = [&](std::size_t from, std::size_t to) {
    if (from == to) return;
    append_varint(((to - from) << 1U) | 1U, out);
    out.append(reinterpret_cast<const std::byte*>(bits) + from, to - from);
  };
  std::size_t packed_from = 0;
  std::size_t at = 0;
  while (at < whole) {
    const std::uint8_t byte = bits[at];
    std::size_t end = at + 1;
    if (byte == 0x00 || byte == 0xFF) {
      while (end < whole && bits[end] == byte) ++end;
      if (run_pays((end - at) * 8, 1)) {
        append_bytes(packed_from, at);
        append_run(byte & 1U, (end - at) * 8, 1, out);
        packed_from = end;
      }
    }
    at = end;
  }
  append_bytes(packed_from, bytes);
}

void append_bit_packed(std::span<const std::uint8_t> values, ByteBuffer& out) {
  append_packed(values, 1, out);
}

}  // namespace pg2athena::parquet
