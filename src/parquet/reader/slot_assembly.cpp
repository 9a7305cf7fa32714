#include "parquet/reader/slot_assembly.h"

#include <algorithm>
#include <cstring>

namespace pg2athena::parquet {
namespace {

using columnar::Column;

std::unexpected<Error> corrupt(std::string_view why) {
  return fail(ErrorKind::CorruptInput, std::string(why));
}

std::uint8_t level_at(std::span<const std::uint8_t> levels, std::size_t i) {
  return levels.empty() ? std::uint8_t{0} : levels[i];
}

bool same_bytes(const void* a, const void* b, std::size_t bytes) {
  return bytes == 0 || std::memcmp(a, b, bytes) == 0;
}

}  // namespace

SlotAssembly::SlotAssembly(const ReadLeaf& leaf)
    : leaf_(&leaf), targets_(leaf.steps.size()), lists_with_element_(std::size_t{leaf.max_definition} + 1) {
  for (std::size_t level = 0; level < lists_with_element_.size(); ++level) {
    for (const ReadStep& step : leaf.steps) {
      if (step.is_list && level >= step.element_definition) ++lists_with_element_[level];
    }
  }
}

void SlotAssembly::start_batch(std::vector<Column>& columns) {
  std::vector<Column>* siblings = &columns;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    targets_[i].column = &(*siblings)[leaf_->steps[i].child];
    siblings = &targets_[i].column->children;
    Seen& seen = targets_[i].seen;
    seen.validity.clear();
    seen.offsets.clear();
    seen.offsets.push_back(0);
    seen.length = seen.null_count = 0;
  }
}

Result<void> SlotAssembly::append(const LevelSlice& levels) {
  PG2ATHENA_TRY(check(levels));
  for (std::size_t i = 0; i + 1 < targets_.size(); ++i) {
    const ReadStep& step = leaf_->steps[i];
    if (step.first) {
      append_slots(step, levels, *targets_[i].column);
    } else {
      append_slots(step, levels, targets_[i].seen);
    }
  }
  return {};
}

// A level continues a list that the one before has left open, and has an element of it.
Result<void> SlotAssembly::check(const LevelSlice& levels) {
  const auto in_range = [](std::span<const std::uint8_t> some, std::uint8_t most) {
    return std::all_of(some.begin(), some.end(), [&](std::uint8_t level) { return level <= most; });
  };
  if (!in_range(levels.definitions, leaf_->max_definition) ||
      !in_range(levels.repetitions, leaf_->max_repetition)) {
    return corrupt("a level is larger than the schema allows");
  }
  if (leaf_->max_repetition == 0) return {};
  for (std::size_t i = 0; i < levels.count; ++i) {
    const std::size_t with_element = lists_with_element_[level_at(levels.definitions, i)];
    if (levels.repetitions[i] > std::min(open_lists_, with_element)) {
      return corrupt("a level continues a list that isn't there");
    }
    open_lists_ = with_element;
  }
  return {};
}

template <typename Slots>
void SlotAssembly::append_slots(const ReadStep& step, const LevelSlice& levels, Slots& slots) {
  for (std::size_t i = 0; i < levels.count; ++i) {
    const std::uint8_t repetition = level_at(levels.repetitions, i);
    const std::uint8_t definition = level_at(levels.definitions, i);
    if (definition < step.slot_definition) continue;
    if (repetition <= step.lists) {
      ++slots.length;
      if (step.nullable) {
        const bool there = definition >= step.value_definition;
        slots.validity.push_back(there);
        slots.null_count += there ? 0 : 1;
      }
      if (step.is_list) slots.offsets.push_back(slots.offsets.back());
    }
    if (step.is_list && repetition <= step.lists + 1 && definition >= step.element_definition) {
      ++slots.offsets.back();
    }
  }
}

void SlotAssembly::leaf_slots(const LevelSlice& levels, Buffer<std::uint8_t>& present) const {
  const ReadStep& step = leaf_->steps.back();
  present.clear();
  present.reserve(levels.count);
  for (std::size_t i = 0; i < levels.count; ++i) {
    const std::uint8_t definition = level_at(levels.definitions, i);
    if (definition < step.slot_definition || level_at(levels.repetitions, i) > step.lists) continue;
    present.push_back(definition >= leaf_->max_definition ? 1 : 0);
  }
}

Result<void> SlotAssembly::compare() const {
  for (std::size_t i = 0; i + 1 < targets_.size(); ++i) {
    if (leaf_->steps[i].first) continue;
    const Column& column = *targets_[i].column;
    const Seen& seen = targets_[i].seen;
    const bool same =
        column.length == seen.length && column.null_count == seen.null_count &&
        same_bytes(column.validity.data(), seen.validity.data(), (seen.validity.size() + 7) / 8) &&
        (!leaf_->steps[i].is_list ||
         same_bytes(column.offsets.data(), seen.offsets.data(), seen.offsets.size() * sizeof(std::uint32_t)));
    if (!same) return corrupt("its levels aren't those of the columns beside it");
  }
  return {};
}

}  // namespace pg2athena::parquet
