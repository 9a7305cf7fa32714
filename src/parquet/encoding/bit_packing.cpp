#include "parquet/encoding/bit_packing.h"

#include <array>
#include <cstring>
#include <utility>

namespace pg2athena::parquet {
namespace {

// The width is a constant, so that a group is straight-line shifts and ors.
template <int Width, typename T>
void pack_groups(const T* values, std::size_t groups, std::byte* out) {
  constexpr std::size_t kWords = (kPackedGroup * Width + 63) / 64;
  for (std::size_t group = 0; group < groups; ++group, values += kPackedGroup, out += Width) {
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
    }(std::make_index_sequence<kPackedGroup>{});
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

}  // namespace

void pack_bits(const std::uint8_t* values, std::size_t groups, int width, std::byte* out) {
  kPackers<std::uint8_t>[static_cast<std::size_t>(width) - 1](values, groups, out);
}
void pack_bits(const std::uint32_t* values, std::size_t groups, int width, std::byte* out) {
  kPackers<std::uint32_t>[static_cast<std::size_t>(width) - 1](values, groups, out);
}
void pack_bits(const std::uint64_t* values, std::size_t groups, int width, std::byte* out) {
  kPackers<std::uint64_t>[static_cast<std::size_t>(width) - 1](values, groups, out);
}

}  // namespace pg2athena::parquet
