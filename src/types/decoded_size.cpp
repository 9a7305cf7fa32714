#include "types/decoded_size.h"

#include <algorithm>

#include "base/numeric_wire.h"
#include "types/array_wire.h"
#include "types/decoder_parts.h"

namespace pg2athena::types {
namespace {

using Bytes = std::span<const std::byte>;

std::uint64_t parts_bytes(const PgType& type, const TypeMapping& mapping, Bytes value);

// The first digit of the leading group: "0042" prints as "42".
std::uint64_t leading_characters(std::span<const std::byte> value) {
  if (load_be<std::uint16_t>(value.data()) == 0) return 1;
  const auto group = load_be<std::uint16_t>(value.data() + NumericWire::kHeaderBytes);
  return group >= 1000 ? 4 : group >= 100 ? 3 : group >= 10 ? 2 : 1;
}

// What a part takes besides its bytes and its slot.
std::uint64_t part_bytes(const PgType& type, const TypeMapping& mapping, Bytes value) {
  return is_numeric_text(mapping) ? numeric_text_bytes(value) : parts_bytes(type, mapping, value);
}

// The sum over values that stand behind one another, each behind its length. Goes by the lengths and not by a
// count; a length that passes the end is the last.
std::uint64_t values_bytes(const PgType& type, const TypeMapping& mapping, Bytes rest) {
  const bool part_grows = grows(mapping);
  const std::uint64_t slot = slot_bytes(mapping.column);
  std::uint64_t bytes = 0;
  while (const auto value = take_value(rest)) {
    bytes += slot;
    if (part_grows && !value->is_null()) bytes += part_bytes(type, mapping, value->bytes());
  }
  return bytes;
}

std::uint64_t array_bytes(const PgType& type, const TypeMapping& mapping, Bytes value) {
  constexpr std::size_t kBefore = kArrayHeaderBytes + kArrayDimensionBytes;
  if (value.size() < kBefore || load_be<std::int32_t>(value.data()) != 1) return 0;
  return values_bytes(type.element[0], mapping.parts[0], value.subspan(kBefore));
}

std::uint64_t composite_bytes(const PgType& type, const TypeMapping& mapping, Bytes value) {
  std::uint64_t bytes = 0;
  value = value.subspan(std::min(value.size(), sizeof(std::int32_t)));
  for (std::size_t i = 0; i < type.attributes.size(); ++i) {
    if (value.size() < sizeof(Oid)) break;
    value = value.subspan(sizeof(Oid));
    const auto part = take_value(value);
    if (!part) break;
    if (!part->is_null() && grows(mapping.parts[i])) {
      bytes += part_bytes(type.attributes[i].type, mapping.parts[i], part->bytes());
    }
  }
  return bytes;
}

// What the parts of a value in its binary form take besides the value; of a struct without its fields' slots.
std::uint64_t parts_bytes(const PgType& type, const TypeMapping& mapping, Bytes value) {
  switch (type.kind) {
    case PgKind::Array:
      return array_bytes(type, mapping, value);
    case PgKind::Composite:
      return composite_bytes(type, mapping, value);
    case PgKind::Range:  // flags, then bounds
      return values_bytes(type.element[0], mapping.parts[0],
                          value.subspan(std::min<std::size_t>(value.size(), 1)));
    case PgKind::Multirange: {  // a count, then ranges
      const Bytes ranges = value.subspan(std::min(value.size(), sizeof(std::int32_t)));
      return values_bytes(type.element[0], mapping.parts[0], ranges);
    }
    case PgKind::Base:
    case PgKind::Enum:
    case PgKind::Pseudo:
      break;
  }
  // hstore: a count, then keys and values.
  return values_bytes(PgType(), TypeMapping(), value.subspan(std::min(value.size(), sizeof(std::int32_t))));
}

std::uint64_t depth_of(const TypeMapping& mapping) {
  std::uint64_t deepest = 0;
  for (const TypeMapping& part : mapping.parts) deepest = std::max(deepest, depth_of(part));
  return 1 + deepest;
}

// Of the elements of lists in the tree, the largest slot.
std::uint64_t largest_element_slot(const TypeMapping& mapping) {
  const bool list = mapping.column.id == columnar::TypeId::List && !mapping.parts.empty();
  std::uint64_t largest = list ? slot_bytes(mapping.parts[0].column) : 0;
  for (const TypeMapping& part : mapping.parts) largest = std::max(largest, largest_element_slot(part));
  return largest;
}

// Of a value that is taken apart from its text.
std::uint64_t text_parts_bytes(const TypeMapping& mapping, Bytes value) {
  // What is taken out is copied at each level, and there is one of these characters before each part; but for
  // an element of a list that is NULL, which has a slot for each of its fields.
  const std::string_view text = as_text(value);
  const auto parts = static_cast<std::uint64_t>(std::ranges::count_if(
      text, [](char c) { return c == ',' || c == ';' || c == '(' || c == '[' || c == '{'; }));
  constexpr std::string_view kNull = "NULL";
  std::uint64_t nulls = 0;
  for (std::size_t at = text.find(kNull); at != std::string_view::npos;
       at = text.find(kNull, at + kNull.size())) {
    ++nulls;
  }
  return text.size() * depth_of(mapping) + kElementBytes * parts + largest_element_slot(mapping) * nulls;
}

bool is_container(const TypeMapping& mapping) {
  return mapping.column.id == columnar::TypeId::Map || !mapping.parts.empty();
}

}  // namespace

std::uint64_t slot_bytes(const columnar::Type& column) {
  std::uint64_t bytes = kElementBytes;
  if (column.id == columnar::TypeId::Struct) {
    for (const columnar::Field& field : column.children) bytes += slot_bytes(field.type);
  }
  return bytes;
}

bool is_numeric_text(const TypeMapping& mapping) {
  return mapping.row != nullptr && mapping.row->oid == oid::kNumeric &&
         mapping.column.id == columnar::TypeId::String && mapping.wire == WireForm::Binary;
}

bool grows(const TypeMapping& mapping) {
  return is_container(mapping) || is_numeric_text(mapping);
}

std::uint64_t decoded_bytes(const PgType& type, const TypeMapping& mapping, Bytes value) {
  if (is_numeric_text(mapping)) return numeric_text_bytes(value);
  if (!is_container(mapping)) return value.size();
  if (mapping.wire == WireForm::Binary) {
    const bool is_struct = mapping.column.storage() == columnar::Storage::Struct;
    return value.size() + (is_struct ? slot_bytes(mapping.column) : 0) + parts_bytes(type, mapping, value);
  }
  return text_parts_bytes(mapping, value);
}

// As numeric_out prints it: for a weight of w the leading group and w more of four digits, and behind the
// point as many digits as the display scale says, whether they travel or not.
std::uint64_t numeric_text_bytes(std::span<const std::byte> value) {
  if (value.size() < NumericWire::kHeaderBytes) return value.size();
  const std::uint64_t digits = load_be<std::uint16_t>(value.data());
  if (value.size() != NumericWire::kHeaderBytes + 2 * digits) return value.size();
  const std::int32_t weight = load_be<std::int16_t>(value.data() + 2);
  const auto sign = load_be<std::uint16_t>(value.data() + 4);
  const std::int32_t scale = load_be<std::int16_t>(value.data() + 6);
  if (sign == NumericWire::kNaN) return 3;            // NaN
  if (sign == NumericWire::kInfinity) return 8;       // Infinity
  if (sign == NumericWire::kMinusInfinity) return 9;  // -Infinity
  std::uint64_t characters = sign == NumericWire::kNegative ? 1 : 0;
  characters += weight < 0 ? 1 : leading_characters(value) + 4 * static_cast<std::uint64_t>(weight);
  return characters + (scale > 0 ? 1 + static_cast<std::uint64_t>(scale) : 0);
}

}  // namespace pg2athena::types
