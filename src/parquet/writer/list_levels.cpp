#include "parquet/writer/list_levels.h"

#include <cstring>
#include <utility>

namespace pg2athena::parquet {
namespace {

using columnar::Column;

// Definition levels are copied so many at a time.
constexpr std::size_t kStep = 8;

std::size_t count_empty(const std::uint32_t* offsets, std::size_t slots) {
  std::size_t empty = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) empty += offsets[slot] == offsets[slot + 1] ? 1U : 0U;
  return empty;
}

void fill(std::uint8_t* levels, std::uint8_t level, std::size_t count) {
  if (count != 0) std::memset(levels, level, count);
}

}  // namespace

void ListLevels::append(const Leaf& leaf, const Column& column, std::size_t begin, std::size_t end,
                        const LeafSlots& slots, const LeafValidity& validity, std::size_t count,
                        Buffer<std::uint8_t>& definitions, Buffer<std::uint8_t>& repetitions) {
  slots_.resize(end - begin);
  fill(slots_.data(), 0, slots_.size());
  ended_.clear();
  nulls_.clear();
  std::uint8_t level = 0;
  std::uint8_t depth = 0;
  const Column* at = &column;
  for (const PathStep& step : leaf.steps) {
    if (step.nullable) {
      if (at->null_count != 0) nulls_.push_back({.validity = at->validity.data(), .level = level});
      ++level;
    }
    if (step.list) {
      const List list{.offsets = at->offsets.data() + begin,
                      .first = begin,
                      .count = end - begin,
                      .nulls = nulls_,
                      .empty = level,
                      .repetition = ++depth};
      if (depth == leaf.max_repetition) {
        return append_innermost(list, {.slots = slots,
                                       .validity = validity,
                                       .highest = leaf.max_definition,
                                       .count = count,
                                       .definitions = definitions,
                                       .repetitions = repetitions});
      }
      descend(list);
      begin = at->offsets[begin];
      end = at->offsets[end];
      ++level;
      nulls_.clear();
    }
    at = &at->children[step.child];
  }
}

void ListLevels::descend(const List& list) {
  const std::uint32_t* const offsets = list.offsets;
  next_slots_.resize(offsets[list.count] - offsets[0]);
  fill(next_slots_.data(), list.repetition, next_slots_.size());
  next_ended_.clear();
  std::size_t slot = 0;
  const auto descend_until = [&](std::size_t end) {
    for (; slot < end; ++slot) {
      const std::uint32_t first = offsets[slot] - offsets[0];
      if (offsets[slot] == offsets[slot + 1]) {
        next_ended_.push_back(
            {.before = first, .definition = list.definition(slot), .repetition = slots_[slot]});
      } else {
        next_slots_[first] = slots_[slot];
      }
    }
  };
  for (Ended each : ended_) {
    descend_until(each.before);
    each.before = offsets[slot] - offsets[0];
    next_ended_.push_back(each);
  }
  descend_until(list.count);
  std::swap(slots_, next_slots_);
  std::swap(ended_, next_ended_);
}

void ListLevels::append_innermost(const List& list, const Target& target) {
  const std::size_t elements = target.slots.size();
  const std::size_t ends = count_empty(list.offsets, list.count) + ended_.size();
  const std::size_t levels = elements + ends;
  std::uint8_t* const repetitions = target.repetitions.extend(levels);
  fill(repetitions, list.repetition, levels);

  const bool nulls = target.slots.nulls != 0;
  std::uint8_t* definitions = nullptr;
  if (ends != 0 || nulls || !target.definitions.empty()) {
    if (target.definitions.empty()) {
      fill(target.definitions.extend(target.count), target.highest, target.count);
    }
    target.definitions.reserve(target.definitions.size() + levels + kStep);
    definitions = target.definitions.extend(levels);
    if (!nulls) fill(definitions, target.highest, levels);
  }

  if (ends == 0) {
    for (std::size_t slot = 0; slot < list.count; ++slot) {
      repetitions[list.offsets[slot] - list.offsets[0]] = slots_[slot];
    }
    if (nulls) target.validity.write_definitions(target.slots.begin, target.slots.end, definitions);
    return;
  }
  elements_.resize(nulls ? elements + kStep : 0);
  if (nulls) target.validity.write_definitions(target.slots.begin, target.slots.end, elements_.data());
  append_with_ended(list, definitions, repetitions);
}

void ListLevels::append_with_ended(const List& list, std::uint8_t* definitions,
                                   std::uint8_t* repetitions) const {
  const std::uint32_t* const offsets = list.offsets;
  const std::uint8_t* const elements = elements_.empty() ? nullptr : elements_.data();
  std::size_t slot = 0;
  std::size_t out = 0;
  const auto append_until = [&](std::size_t end) {
    for (; slot < end; ++slot) {
      const std::size_t count = offsets[slot + 1] - offsets[slot];
      repetitions[out] = slots_[slot];
      if (count == 0) {
        definitions[out] = list.definition(slot);
        ++out;
        continue;
      }
      if (elements != nullptr) {
        // Most lists are shorter than a step, and what is written too far is overwritten by what comes next.
        const std::uint8_t* const from = elements + (offsets[slot] - offsets[0]);
        for (std::size_t i = 0; i < count; i += kStep) std::memcpy(definitions + out + i, from + i, kStep);
      }
      out += count;
    }
  };
  for (const Ended& each : ended_) {
    append_until(each.before);
    definitions[out] = each.definition;
    repetitions[out] = each.repetition;
    ++out;
  }
  append_until(list.count);
}

std::size_t ListLevels::memory_bytes() const {
  return slots_.capacity_bytes() + next_slots_.capacity_bytes() + elements_.capacity_bytes() +
         (ended_.capacity() + next_ended_.capacity()) * sizeof(Ended) + nulls_.capacity() * sizeof(WithNulls);
}

}  // namespace pg2athena::parquet
