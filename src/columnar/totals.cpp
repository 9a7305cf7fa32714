#include "columnar/totals.h"

#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "columnar/leaf_walk.h"

namespace pg2athena::columnar {
namespace {

bool has_sum(TypeId id) {
  return id != TypeId::Float32 && id != TypeId::Float64;
}

// The names between a nested column and its parts are those of the Parquet specification (LogicalTypes.md,
// Nested Types).
void add_leaves(const Type& type, const std::string& path, std::vector<LeafTotals>& leaves) {
  if (type.children.empty()) {
    leaves.push_back(
        {.path = path, .type = type, .sum = has_sum(type.id) ? std::optional(ExactSum()) : std::nullopt});
    return;
  }
  const std::string_view between = type.id == TypeId::List  ? ".list"
                                   : type.id == TypeId::Map ? ".key_value"
                                                            : "";
  for (const Field& child : type.children) {
    add_leaves(child.type, fmt::format("{}{}.{}", path, between, child.name), leaves);
  }
}

// Of values of up to 32 bits: 64 have room for those of all slots of a batch, of which there are less than
// 2^32.
template <typename T>
std::int64_t sum_of(const T* values, const Present& present) {
  std::int64_t sum = 0;
  if (present.bits == nullptr) {
    for (std::size_t i = 0; i < present.slots; ++i) sum += values[i];
  } else {
    for (std::size_t i = 0; i < present.slots; ++i) sum += present[i] ? values[i] : 0;
  }
  return sum;
}

// The halves by themselves, as their sums have room in 64 bits: a loop of vector instructions, which one of
// 128 bits can't be.
Int128 sum_of(const std::int64_t* values, const Present& present) {
  constexpr unsigned kHalf = 32;
  std::uint64_t lower = 0;
  std::int64_t upper = 0;
  const auto add = [&](std::int64_t value) {
    lower += static_cast<std::uint32_t>(value);
    upper += value >> kHalf;
  };
  if (present.bits == nullptr) {
    for (std::size_t i = 0; i < present.slots; ++i) add(values[i]);
  } else {
    for (std::size_t i = 0; i < present.slots; ++i) add(present[i] ? values[i] : 0);
  }
  return Int128{upper} * (Int128{1} << kHalf) + lower;
}

void add_wide(const Column& column, const Present& present, ExactSum& sum) {
  const std::byte* at = column.values.data();
  for (std::size_t i = 0; i < present.slots; ++i, at += sizeof(Int128)) {
    if (!present[i]) continue;
    Int128 value = 0;
    std::memcpy(&value, at, sizeof value);
    sum.add(value);
  }
}

void add_values(const Column& column, const Present& present, ExactSum& sum) {
  switch (column.type.storage()) {
    case Storage::Byte:
      return sum.add(sum_of(column.fixed<std::uint8_t>().data(), present));
    case Storage::Int32:
      return sum.add(sum_of(column.fixed<std::int32_t>().data(), present));
    case Storage::Int64:
      return sum.add(sum_of(column.fixed<std::int64_t>().data(), present));
    case Storage::Int128:
      return add_wide(column, present, sum);
    case Storage::Bytes:
      // What isn't there has an empty range (batch.h).
      return sum.add(Int128{column.offsets[column.length]});
    case Storage::Float:
    case Storage::Double:
    case Storage::List:
    case Storage::Struct:
      std::unreachable();
  }
}

}  // namespace

std::optional<std::string> LeafTotals::sum_text() const {
  if (!sum) return std::nullopt;
  return sum->text(scale());
}

Totals::Totals(const Schema& schema) {
  for (const Field& field : schema.fields) add_leaves(field.type, field.name, leaves_);
}

void Totals::add(const Batch& batch) {
  for_each_leaf(batch, [&](const LeafSlots& slots) {
    LeafTotals& totals = leaves_[slots.leaf];
    const std::size_t values = slots.present.count();
    totals.values += values;
    totals.nulls += slots.absent + (slots.column.length - values);
    if (totals.sum) add_values(slots.column, slots.present, *totals.sum);
  });
}

void Totals::add(const Totals& other) {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    leaves_[i].values += other.leaves_[i].values;
    leaves_[i].nulls += other.leaves_[i].nulls;
    if (leaves_[i].sum) leaves_[i].sum->add(*other.leaves_[i].sum);
  }
}

}  // namespace pg2athena::columnar
