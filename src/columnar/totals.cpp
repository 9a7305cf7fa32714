#include "columnar/totals.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

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

// Slots of a column; a bit for each, set = it has a value. Null: all have one.
struct Present {
  const std::uint8_t* bits = nullptr;
  std::size_t slots = 0;

  bool operator[](std::size_t slot) const {
    return bits == nullptr || ((unsigned{bits[slot >> 3U]} >> (slot & 7U)) & 1U) != 0;
  }
  std::size_t count() const {
    if (bits == nullptr) return slots;
    std::size_t set = 0;
    std::size_t byte = 0;
    for (; (byte + 8) * 8 <= slots; byte += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bits + byte, sizeof word);
      set += static_cast<std::size_t>(std::popcount(word));
    }
    for (std::size_t slot = byte * 8; slot < slots; ++slot) set += (*this)[slot] ? 1U : 0U;
    return set;
  }
};

// `Sum` has room for the values of all slots of a batch, of which there are less than 2^32.
template <typename T, typename Sum>
Sum sum_of(const T* values, const Present& present) {
  Sum sum = 0;
  if (present.bits == nullptr) {
    for (std::size_t i = 0; i < present.slots; ++i) sum += static_cast<Sum>(values[i]);
  } else {
    for (std::size_t i = 0; i < present.slots; ++i) {
      sum += present[i] ? static_cast<Sum>(values[i]) : Sum{0};
    }
  }
  return sum;
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
      return sum.add(sum_of<std::uint8_t, std::int64_t>(column.fixed<std::uint8_t>().data(), present));
    case Storage::Int32:
      return sum.add(sum_of<std::int32_t, std::int64_t>(column.fixed<std::int32_t>().data(), present));
    case Storage::Int64:
      return sum.add(sum_of<std::int64_t, Int128>(column.fixed<std::int64_t>().data(), present));
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
  return sum->text(type.id == TypeId::Decimal ? type.scale : 0);
}

// Down a tree of columns, as add_leaves() went down that of types.
struct Totals::Walk {
  std::vector<LeafTotals>::iterator leaf;

  // `present` says where the column has a slot to be looked at: no struct around it is NULL there. `absent`
  // are entries of the lists around it that have no slot.
  void visit(const Column& column, const Present& present, std::uint64_t absent) {
    Buffer<std::uint8_t> both;
    const Present own = with_values(column, present, both);
    switch (column.type.storage()) {
      case Storage::Struct:
        for (const Column& child : column.children) visit(child, own, absent);
        return;
      case Storage::List: {
        // What isn't there has an empty range too (batch.h).
        for (std::size_t i = 0; i < column.length; ++i) {
          absent += column.offsets[i] == column.offsets[i + 1] ? 1U : 0U;
        }
        const Column& entries = column.children[0];
        visit(entries, {.bits = nullptr, .slots = entries.length}, absent);
        return;
      }
      default:
        break;
    }
    const std::size_t values = own.count();
    leaf->values += values;
    leaf->nulls += absent + (column.length - values);
    if (leaf->sum) add_values(column, own, *leaf->sum);
    ++leaf;
  }

  // `present` without the column's own NULLs. `both` has the bits where they are neither's.
  static Present with_values(const Column& column, const Present& present, Buffer<std::uint8_t>& both) {
    if (!column.nullable || column.null_count == 0) return present;
    const std::uint8_t* const own = column.validity.data();
    if (present.bits == nullptr) return {.bits = own, .slots = present.slots};
    const std::size_t bytes = (present.slots + 7) / 8;
    both.resize(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
      both[i] = static_cast<std::uint8_t>(unsigned{present.bits[i]} & unsigned{own[i]});
    }
    return {.bits = both.data(), .slots = present.slots};
  }
};

Totals::Totals(const Schema& schema) {
  for (const Field& field : schema.fields) add_leaves(field.type, field.name, leaves_);
}

void Totals::add(const Batch& batch) {
  Walk walk{.leaf = leaves_.begin()};
  for (const Column& column : batch.columns) walk.visit(column, {.bits = nullptr, .slots = column.length}, 0);
}

void Totals::add(const Totals& other) {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    leaves_[i].values += other.leaves_[i].values;
    leaves_[i].nulls += other.leaves_[i].nulls;
    if (leaves_[i].sum) leaves_[i].sum->add(*other.leaves_[i].sum);
  }
}

}  // namespace pg2athena::columnar
