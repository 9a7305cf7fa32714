#include "parquet/writer/leaf_validity.h"

#include <algorithm>
#include <cstring>

#include "parquet/encoding/validity.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;

constexpr std::uint64_t kOnes = 0x0101010101010101;

// The eight low bits as bytes of 0 or 1, the first one least significant.
std::uint64_t bits_to_bytes(std::uint64_t bits) {
  constexpr std::uint64_t kBitOfEachByte = 0x8040201008040201;
  const std::uint64_t spread = ((bits & 0xFFU) * kOnes) & kBitOfEachByte;
  // A byte that isn't zero has at most bit 7 set, so this carries into bit 7 and no further.
  return ((spread + 0x7F * kOnes) >> 7U) & kOnes;
}

}  // namespace

LeafSlots leaf_slots(const Leaf& leaf, const Column& column, std::size_t begin, std::size_t end) {
  const Column* at = &column;
  for (const PathStep& step : leaf.steps) {
    if (step.list) {
      begin = at->offsets[begin];
      end = at->offsets[end];
    }
    at = &at->children[step.child];
  }
  return {.column = at, .begin = begin, .end = end};
}

void LeafValidity::find(const Leaf& leaf, const Column& column, LeafSlots& slots) {
  columns_.clear();
  levels_.clear();
  std::uint8_t level = 0;
  const auto include = [&](const Column& at) {
    if (at.nullable && at.null_count != 0) {
      columns_.push_back({.validity = at.validity.data(), .level = level});
    }
    level = static_cast<std::uint8_t>(level + (at.nullable ? 1 : 0));
  };
  const Column* at = &column;
  for (const PathStep& step : leaf.steps) {
    include(*at);
    if (step.list) {
      ++level;
      columns_.clear();
    }
    at = &at->children[step.child];
  }
  include(*at);

  slots.nulls = 0;
  slots.validity = nullptr;
  if (columns_.empty()) return;
  lowest_ = columns_.front().level;
  combine(slots.begin, slots.end);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::uint8_t next = i + 1 < columns_.size() ? columns_[i + 1].level : leaf.max_definition;
    levels_[i].count = static_cast<std::uint8_t>(next - columns_[i].level);
  }
  const std::uint8_t* const bits = levels_.back().bits;
  slots.nulls = slots.size() - count_set(bits, slots.begin, slots.end);
  if (slots.nulls != 0) slots.validity = bits;
}

void LeafValidity::combine(std::size_t begin, std::size_t end) {
  levels_.push_back({.bits = columns_.front().validity, .count = 0});
  if (combined_.size() + 1 < columns_.size()) combined_.resize(columns_.size() - 1);
  const std::size_t first = begin / 8;
  const std::size_t last = (end + 7) / 8;
  for (std::size_t i = 1; i < columns_.size(); ++i) {
    Buffer<std::uint8_t>& combined = combined_[i - 1];
    combined.resize(last);
    const std::uint8_t* const above = levels_.back().bits;
    const std::uint8_t* const own = columns_[i].validity;
    std::uint8_t* const out = combined.data();
    for (std::size_t byte = first; byte < last; ++byte) {
      out[byte] = static_cast<std::uint8_t>(unsigned{above[byte]} & unsigned{own[byte]});
    }
    levels_.push_back({.bits = out, .count = 0});
  }
}

void LeafValidity::write_definitions(std::size_t begin, std::size_t end, std::uint8_t* out) const {
  constexpr std::size_t kWord = 64;
  for (; begin < end; begin += kWord, out += kWord) {
    const std::size_t count = std::min(kWord, end - begin);
    const std::size_t groups = (count + 7) / 8;
    std::memset(out, lowest_, groups * 8);
    for (const Levels& levels : levels_) {
      const std::uint64_t bits = bits_at(levels.bits, begin, count);
      for (std::size_t group = 0; group < groups; ++group) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, out + group * 8, sizeof bytes);
        bytes += levels.count * bits_to_bytes(bits >> (group * 8));
        std::memcpy(out + group * 8, &bytes, sizeof bytes);
      }
    }
  }
}

std::size_t LeafValidity::memory_bytes() const {
  std::size_t bytes = columns_.capacity() * sizeof(WithNulls) + levels_.capacity() * sizeof(Levels) +
                      combined_.capacity() * sizeof(Buffer<std::uint8_t>);
  for (const Buffer<std::uint8_t>& each : combined_) bytes += each.capacity_bytes();
  return bytes;
}

}  // namespace pg2athena::parquet
