#include "parquet/encoding/hybrid_decoder.h"

#include <algorithm>
#include <limits>

#include "parquet/encoding/unpack_bits.h"

namespace pg2athena::parquet {

// Sets left_ to the numbers of the next run, of which some are there. False: there is no further run.
bool HybridDecoder::next_run() {
  const auto header = bytes_.varint();
  if (!header) return false;
  packed_ = (*header & 1U) != 0;
  const std::uint64_t length = *header >> 1U;
  if (packed_) {
    // Some writers leave out what of the last group isn't used.
    const std::uint64_t most = bytes_.size() / width_ + 1;
    const std::size_t bytes = std::min<std::size_t>(bytes_.size(), std::min(length, most) * width_);
    pack_ = *bytes_.take(bytes);
    left_ = bytes * 8 / width_;
    at_ = 0;
    return true;
  }
  const auto value = bytes_.take((width_ + 7) / 8);
  if (!value) return false;
  repeated_ = 0;
  std::memcpy(&repeated_, value->data(), value->size());
  left_ = length;
  return true;
}

template <typename T>
Result<void> HybridDecoder::read(std::span<T> out) {
  if (width_ == 0) {
    std::fill(out.begin(), out.end(), T{0});
    return {};
  }
  while (!out.empty()) {
    if (left_ == 0) {
      if (!next_run()) return fail(ErrorKind::CorruptInput, "runs end before the page does");
      continue;
    }
    const std::size_t count = std::min<std::uint64_t>(left_, out.size());
    if (packed_) {
      unpack_bits(pack_, at_, width_, out.first(count));
      at_ += count * width_;
    } else {
      if (repeated_ > std::numeric_limits<T>::max()) {
        return fail(ErrorKind::CorruptInput, "a run has a number of too many bits");
      }
      std::fill_n(out.begin(), count, static_cast<T>(repeated_));
    }
    left_ -= count;
    out = out.subspan(count);
  }
  return {};
}

template Result<void> HybridDecoder::read(std::span<std::uint8_t> out);
template Result<void> HybridDecoder::read(std::span<std::uint32_t> out);

}  // namespace pg2athena::parquet
