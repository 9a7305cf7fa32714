#include "parquet/encoding/delta_decoder.h"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "parquet/encoding/unpack_bits.h"

namespace pg2athena::parquet {
namespace {

std::unexpected<Error> too_short() {
  return fail(ErrorKind::CorruptInput, "differences end before the page does");
}

}  // namespace

Result<DeltaDecoder> DeltaDecoder::open(std::span<const std::byte> bytes) {
  DeltaDecoder decoder;
  decoder.bytes_ = EncodedBytes(bytes);
  const auto block = decoder.bytes_.varint();
  const auto miniblocks = decoder.bytes_.varint();
  const auto count = decoder.bytes_.varint();
  const auto first = decoder.bytes_.zigzag();
  if (!block || !miniblocks || !count || !first) return too_short();
  constexpr std::uint64_t kBlockMultiple = 128;
  constexpr std::uint64_t kMiniblockMultiple = 32;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (*block == 0 || *block > kMost || *block % kBlockMultiple != 0 || *miniblocks == 0 ||
      *block % *miniblocks != 0 || (*block / *miniblocks) % kMiniblockMultiple != 0) {
    return fail(ErrorKind::CorruptInput,
                fmt::format("differences in blocks of {} in {} miniblocks", *block, *miniblocks));
  }
  if (*count > kMost) return fail(ErrorKind::CorruptInput, "more differences than a page has values");
  decoder.count_ = decoder.left_ = *count;
  decoder.last_ = static_cast<std::uint64_t>(*first);
  decoder.miniblocks_ = *miniblocks;
  decoder.miniblock_values_ = *block / *miniblocks;
  return decoder;
}

Result<void> DeltaDecoder::next_block() {
  const auto least = bytes_.zigzag();
  const auto widths = least ? bytes_.take(miniblocks_) : std::nullopt;
  if (!widths) return too_short();
  least_ = static_cast<std::uint64_t>(*least);
  widths_ = *widths;
  return {};
}

// `widest`: bits of a number. The widths of miniblocks that aren't needed may be anything.
Result<void> DeltaDecoder::next_miniblock(unsigned widest) {
  if (widths_.empty()) PG2ATHENA_TRY(next_block());
  width_ = std::to_integer<unsigned>(widths_[0]);
  widths_ = widths_.subspan(1);
  if (width_ > widest) {
    return fail(ErrorKind::CorruptInput, fmt::format("differences of {} bits", width_));
  }
  const auto pack = bytes_.take(miniblock_values_ / 8 * width_);
  if (!pack) return too_short();
  pack_ = *pack;
  pack_left_ = miniblock_values_;
  at_ = 0;
  return {};
}

template <typename T>
Result<void> DeltaDecoder::read(std::span<T> out) {
  if (out.size() > left_) return too_short();
  left_ -= out.size();
  if (first_ && !out.empty()) {
    first_ = false;
    out[0] = static_cast<T>(last_);
    out = out.subspan(1);
  }
  while (!out.empty()) {
    if (pack_left_ == 0) PG2ATHENA_TRY(next_miniblock(std::numeric_limits<std::make_unsigned_t<T>>::digits));
    constexpr std::size_t kAtOnce = 64;
    std::array<std::uint64_t, kAtOnce> deltas;
    const std::size_t count = std::min<std::uint64_t>({pack_left_, out.size(), kAtOnce});
    unpack_bits(pack_, at_, width_, std::span(deltas).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      last_ += least_ + deltas[i];
      out[i] = static_cast<T>(last_);
    }
    at_ += count * width_;
    pack_left_ -= count;
    out = out.subspan(count);
  }
  return {};
}

Result<std::span<const std::byte>> DeltaDecoder::behind() {
  std::uint64_t left = left_ == 0 ? 0 : left_ - 1;  // the first one is in the header
  while (left != 0) {
    PG2ATHENA_TRY(next_miniblock(std::numeric_limits<std::uint64_t>::digits));
    left -= std::min(left, miniblock_values_);
  }
  return bytes_.rest();
}

template Result<void> DeltaDecoder::read(std::span<std::int32_t> out);
template Result<void> DeltaDecoder::read(std::span<std::int64_t> out);

}  // namespace pg2athena::parquet
