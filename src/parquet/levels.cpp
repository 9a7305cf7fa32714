#include "parquet/levels.h"

#include <algorithm>
#include <cstring>

#include "parquet/rle_encoding.h"
#include "parquet/validity.h"

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

LeafSlots leaf_slots(const Column& column, std::size_t begin, std::size_t end) {
  const Column* at = &column;
  while (at->type.storage() == columnar::Storage::List) {
    begin = at->offsets[begin];
    end = at->offsets[end];
    at = at->children.data();
  }
  return {.column = at, .begin = begin, .end = end};
}

LeafSlots PageLevels::append(const Column& column, std::size_t begin, std::size_t end) {
  LeafSlots slots = leaf_slots(column, begin, end);
  if (slots.column->nullable && slots.column->null_count != 0) {
    slots.nulls = slots.size() - count_set(slots.column->validity.data(), slots.begin, slots.end);
  }
  values_ += slots.size() - slots.nulls;
  rows_ += end - begin;
  if (!leaf_->lists.empty()) {
    append_nested(column, begin, end, slots.nulls);
    return slots;
  }
  if (slots.nulls != 0) {
    append_ones(count_ - bit_count_);
    append_bits(slots.column->validity.data(), slots.begin, slots.end);
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

void PageLevels::append_nested(const Column& column, std::size_t begin, std::size_t end,
                               std::size_t leaf_nulls) {
  // At most a level for each slot of each list and of the leaf.
  std::size_t most = end - begin;
  const Column* at = &column;
  for (std::size_t from = begin, to = end; at->type.storage() == columnar::Storage::List;
       at = at->children.data()) {
    from = at->offsets[from];
    to = at->offsets[to];
    most += to - from;
  }
  definitions_.reserve(count_ + most);
  repetitions_.reserve(count_ + most);
  leaf_has_nulls_ = leaf_nulls != 0;
  append_list(column, 0, begin, end, 0);
  count_ = definitions_.size();
}

void PageLevels::append_list(const Column& list, std::size_t depth, std::size_t begin, std::size_t end,
                             std::uint8_t first_repetition) {
  std::uint8_t reached = 0;  // the definition level at which this list is NULL
  for (std::size_t i = 0; i < depth; ++i)
    reached = static_cast<std::uint8_t>(reached + (leaf_->lists[i] ? 2 : 1));
  const Column& child = list.children[0];
  const bool innermost = depth + 1 == leaf_->lists.size();
  const auto repeated = static_cast<std::uint8_t>(depth + 1);
  std::uint8_t repetition = first_repetition;
  for (std::size_t slot = begin; slot < end; ++slot, repetition = static_cast<std::uint8_t>(depth)) {
    const std::size_t from = list.offsets[slot];
    const std::size_t to = list.offsets[slot + 1];
    if (from == to) {
      const bool empty = list.nullable && !list.is_null(slot);
      definitions_.push_back(static_cast<std::uint8_t>(reached + (empty ? 1 : 0)));
      repetitions_.push_back(repetition);
    } else if (innermost) {
      std::uint8_t* const repetitions = repetitions_.extend(to - from);
      repetitions[0] = repetition;
      std::fill(repetitions + 1, repetitions + (to - from), repeated);
      append_elements(child, from, to);
    } else {
      append_list(child, depth + 1, from, to, repetition);
    }
  }
}

void PageLevels::append_elements(const Column& elements, std::size_t begin, std::size_t end) {
  const std::uint8_t present = leaf_->max_definition;
  std::uint8_t* const definitions = definitions_.extend(end - begin);
  if (!leaf_has_nulls_) {
    std::fill(definitions, definitions + (end - begin), present);
    return;
  }
  for (std::size_t slot = begin; slot < end; ++slot) {
    definitions[slot - begin] = static_cast<std::uint8_t>(present - (elements.validity[slot] ? 0 : 1));
  }
}

void PageLevels::append_repetition(ByteBuffer& out) const {
  if (leaf_->max_repetition == 0) return;
  append_hybrid(repetitions_.span(), bit_width(leaf_->max_repetition), out);
}

void PageLevels::append_definition(ByteBuffer& out) const {
  if (leaf_->max_definition == 0) return;
  if (!leaf_->lists.empty()) {
    append_hybrid(definitions_.span(), bit_width(leaf_->max_definition), out);
  } else if (bit_count_ == 0) {
    append_run(1, count_, 1, out);
  } else {
    append_hybrid_bits(bits_.data(), bit_count_, out);
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
  if (leaf_->max_repetition == 0) {
    repetitions[0] += static_cast<std::int64_t>(count_);
    definitions[0] += static_cast<std::int64_t>(count_ - values_);
    definitions[leaf_->max_definition] += static_cast<std::int64_t>(values_);
    return;
  }
  add_counts(repetitions_.span(), repetitions);
  add_counts(definitions_.span(), definitions);
}

std::size_t PageLevels::encoded_bytes() const {
  const int bits = bit_width(leaf_->max_definition) + bit_width(leaf_->max_repetition);
  return leaf_->lists.empty() ? bits_.size() : count_ * static_cast<std::size_t>(bits) / 8;
}

void PageLevels::clear() {
  count_ = values_ = rows_ = bit_count_ = 0;
  bits_.clear();
  definitions_.clear();
  repetitions_.clear();
}

std::size_t PageLevels::memory_bytes() const {
  return bits_.capacity_bytes() + definitions_.capacity_bytes() + repetitions_.capacity_bytes();
}

}  // namespace pg2athena::parquet
