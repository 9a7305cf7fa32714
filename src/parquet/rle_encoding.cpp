#include "parquet/rle_encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace pg2athena::parquet {
namespace {

constexpr std::size_t kGroup = 8;  // values that are packed together; they take `width` bytes
// The packers store whole words, up to this much behind the end.
constexpr std::size_t kSlack = sizeof(std::uint64_t);

void append_varint(std::uint64_t value, ByteBuffer& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7U;
  }
  out.push_back(static_cast<std::byte>(value));
}

// Packs groups of eight values. The width is a constant, so that a group is straight-line shifts and ors.
template <int Width, typename T>
void pack_groups(const T* values, std::size_t groups, std::byte* out) {
  constexpr std::size_t kWords = (kGroup * Width + 63) / 64;
  for (std::size_t group = 0; group < groups; ++group, values += kGroup, out += Width) {
    std::array<std::uint64_t, kWords> words{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto put = [&]<std::size_t i>(std::integral_constant<std::size_t, i>) {
        constexpr std::size_t kBit = i * Width;
        constexpr std::size_t kWord = kBit / 64;
        constexpr std::size_t kShift = kBit % 64;
        const auto value = static_cast<std::uint64_t>(values[i]);
        words[kWord] |= value << kShift;
        if constexpr (kShift + Width > 64) words[kWord + 1] |= value >> (64 - kShift);
      };
      (put(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<kGroup>{});
    std::memcpy(out, words.data(), sizeof words);
  }
}

template <typename T>
using Packer = void (*)(const T*, std::size_t, std::byte*);

// packers<T>[width - 1]
template <typename T>
constexpr auto kPackers = []<std::size_t... W>(std::index_sequence<W...>) {
  return std::array<Packer<T>, sizeof...(W)>{&pack_groups<static_cast<int>(W + 1), T>...};
}(std::make_index_sequence<sizeof(T) * 8>{});

// Appends `values` bit-packed; the last group is filled up with zeros.
template <typename T>
void append_packed(std::span<const T> values, int width, ByteBuffer& out) {
  const auto bytes_per_group = static_cast<std::size_t>(width);
  const Packer<T> pack = kPackers<T>[bytes_per_group - 1];
  const std::size_t groups = values.size() / kGroup;
  const std::size_t rest = values.size() % kGroup;
  const std::size_t bytes = (groups + (rest != 0 ? 1 : 0)) * bytes_per_group;
  std::byte* const start = out.extend(bytes + kSlack);
  pack(values.data(), groups, start);
  if (rest != 0) {
    std::array<T, kGroup> last{};
    std::copy_n(values.end() - static_cast<std::ptrdiff_t>(rest), rest, last.begin());
    pack(last.data(), 1, start + groups * bytes_per_group);
  }
  out.resize(out.size() - kSlack);
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
