#include "parquet/writer/levels.h"

#include <algorithm>
#include <cstring>

#include "parquet/encoding/rle_encoding.h"
#include "parquet/encoding/validity.h"

namespace pg2athena::parquet {
namespace {

using columnar::Column;

// Appends what `append` appends, with its length in four bytes before it.
template <typename Append>
void append_with_length(ByteBuffer& out, const Append& append) {
  const std::size_t start = out.size();
  append_le(out, std::uint32_t{0});
  append();
  const auto length = static_cast<std::uint32_t>(out.size() - start - sizeof(std::uint32_t));
  std::memcpy(out.data() + start, &length, sizeof length);
}

void add_counts(std::span<const std::uint8_t> levels, std::vector<std::int64_t>& histogram) {
  // Equal levels stand together, and an addition has to wait for the one before it to the same place.
  constexpr std::size_t kLanes = 4;
  constexpr std::size_t kLevels = 256;
  std::uint32_t counts[kLanes][kLevels] = {};
  std::size_t i = 0;
  for (; i + kLanes <= levels.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) ++counts[lane][levels[i + lane]];
  }
  for (; i < levels.size(); ++i) ++counts[0][levels[i]];
  for (std::size_t level = 0; level < histogram.size(); ++level) {
    for (const auto& lane : counts) histogram[level] += lane[level];
  }
}

}  // namespace

LeafSlots PageLevels::append(const Column& column, std::size_t begin, std::size_t end) {
  LeafSlots slots = leaf_slots(*leaf_, column, begin, end);
  validity_.find(*leaf_, column, slots);
  rows_ += end - begin;
  values_ += slots.size() - slots.nulls;
  if (leaf_->max_repetition != 0) {
    lists_.append(*leaf_, column, begin, end, slots, validity_, count_, definitions_, repetitions_);
    count_ = repetitions_.size();
    return slots;
  }
  if (!in_bits()) {
    append_structs(slots);
  } else if (slots.nulls != 0) {
    append_ones(count_ - bit_count_);
    append_bits(slots.validity, slots.begin, slots.end);
  } else if (bit_count_ != 0) {
    append_ones(end - begin);
  }
  count_ += end - begin;
  return slots;
}

void PageLevels::append_bits(const std::uint8_t* bits, std::size_t begin, std::size_t end) {
  // 56 bits and the up to 7 that are already in the last byte make a word.
  constexpr std::size_t kStep = 56;
  bits_.reserve((bit_count_ + end - begin) / 8 + 1 + sizeof(std::uint64_t));
  while (begin < end) {
    const std::size_t count = std::min(kStep, end - begin);
    const std::size_t byte = bit_count_ / 8;
    std::uint64_t word = bits_at(bits, begin, count) << (bit_count_ % 8);
    if (bit_count_ % 8 != 0) word |= bits_[byte];
    std::memcpy(bits_.data() + byte, &word, sizeof word);
    bit_count_ += count;
    bits_.resize((bit_count_ + 7) / 8);
    begin += count;
  }
}

void PageLevels::append_ones(std::size_t count) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  std::uint8_t ones[sizeof kOnes];
  std::memcpy(ones, &kOnes, sizeof kOnes);
  for (; count > 64; count -= 64) append_bits(ones, 0, 64);
  append_bits(ones, 0, count);
}

void PageLevels::append_structs(const LeafSlots& slots) {
  if (slots.nulls == 0 && definitions_.empty()) return;
  const std::size_t before = definitions_.size();
  constexpr std::size_t kWrittenBehind = 7;
  definitions_.reserve(count_ + slots.size() + kWrittenBehind);
  std::uint8_t* const levels = definitions_.extend(count_ - before + slots.size());
  std::fill(levels, levels + (count_ - before), leaf_->max_definition);
  std::uint8_t* const own = levels + (count_ - before);
  if (slots.nulls == 0) {
    std::fill(own, own + slots.size(), leaf_->max_definition);
  } else {
    validity_.write_definitions(slots.begin, slots.end, own);
  }
}

void PageLevels::append_repetition(ByteBuffer& out) const {
  if (leaf_->max_repetition == 0) return;
  append_hybrid(repetitions_.span(), bit_width(leaf_->max_repetition), out);
}

void PageLevels::append_definition(ByteBuffer& out) const {
  if (leaf_->max_definition == 0) return;
  if (bit_count_ != 0) {
    append_hybrid_bits(bits_.data(), bit_count_, out);
  } else if (!definitions_.empty()) {
    append_hybrid(definitions_.span(), bit_width(leaf_->max_definition), out);
  } else {
    append_run(leaf_->max_definition, count_, bit_width(leaf_->max_definition), out);
  }
}

void PageLevels::append_encoded(ByteBuffer& out) const {
  if (leaf_->max_repetition != 0) append_with_length(out, [&] { append_repetition(out); });
  if (leaf_->max_definition != 0) append_with_length(out, [&] { append_definition(out); });
}

void PageLevels::add_histograms(std::vector<std::int64_t>& definitions,
                                std::vector<std::int64_t>& repetitions) const {
  if (definitions.size() <= leaf_->max_definition) definitions.resize(leaf_->max_definition + std::size_t{1});
  if (repetitions.size() <= leaf_->max_repetition) repetitions.resize(leaf_->max_repetition + std::size_t{1});
  if (leaf_->max_repetition > 1) {
    add_counts(repetitions_.span(), repetitions);
  } else {
    repetitions[0] += static_cast<std::int64_t>(rows_);
    repetitions[leaf_->max_repetition] += static_cast<std::int64_t>(count_ - rows_);
  }
  if (definitions_.empty()) {
    definitions[0] += static_cast<std::int64_t>(count_ - values_);
    definitions[leaf_->max_definition] += static_cast<std::int64_t>(values_);
  } else {
    add_counts(definitions_.span(), definitions);
  }
}

std::size_t PageLevels::encoded_bytes() const {
  const auto packed = [](std::size_t levels, std::uint8_t highest) {
    return levels * static_cast<std::size_t>(bit_width(highest)) / 8;
  };
  return bits_.size() + packed(definitions_.size(), leaf_->max_definition) +
         packed(repetitions_.size(), leaf_->max_repetition);
}

void PageLevels::clear() {
  count_ = values_ = rows_ = bit_count_ = 0;
  bits_.clear();
  definitions_.clear();
  repetitions_.clear();
}

std::size_t PageLevels::memory_bytes() const {
  return bits_.capacity_bytes() + definitions_.capacity_bytes() + repetitions_.capacity_bytes() +
         validity_.memory_bytes() + lists_.memory_bytes();
}

}  // namespace pg2athena::parquet
