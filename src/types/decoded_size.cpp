#include "types/decoded_size.h"

#include <algorithm>
#include <utility>

#include "base/numeric_wire.h"
#include "types/array_wire.h"

namespace pg2athena::types {
namespace {

bool is_numeric_text(const PgType& type, const TypeMapping& mapping) {
  return type.oid == oid::kNumeric && !type.is_array() && mapping.column.id == columnar::TypeId::String;
}

// The first digit of the leading group: "0042" prints as "42".
std::uint64_t leading_characters(std::span<const std::byte> value) {
  if (load_be<std::uint16_t>(value.data()) == 0) return 1;
  const auto group = load_be<std::uint16_t>(value.data() + NumericWire::kHeaderBytes);
  return group >= 1000 ? 4 : group >= 100 ? 3 : group >= 10 ? 2 : 1;
}

// The elements of an array of one dimension, each behind its length.
std::span<const std::byte> elements_of(std::span<const std::byte> value) {
  constexpr std::size_t kBefore = kArrayHeaderBytes + kArrayDimensionBytes;
  if (value.size() < kBefore || load_be<std::int32_t>(value.data()) != 1) return {};
  return value.subspan(kBefore);
}

// What the header says, but no more than have room.
std::uint64_t element_count(std::span<const std::byte> value) {
  const std::span<const std::byte> elements = elements_of(value);
  if (elements.empty()) return 0;
  const auto count = load_be<std::int32_t>(value.data() + kArrayHeaderBytes);
  return std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max(count, 0)),
                                 elements.size() / sizeof(std::int32_t));
}

// The elements' texts. Goes by the lengths and not by the count; a length that passes the end is the last.
std::uint64_t numeric_texts_bytes(std::span<const std::byte> rest) {
  std::uint64_t bytes = 0;
  while (rest.size() >= sizeof(std::int32_t)) {
    const std::int32_t said = WireValue(rest.data()).length();
    rest = rest.subspan(sizeof(std::int32_t));
    if (said < 0) continue;
    const auto length = static_cast<std::size_t>(said);
    if (length > rest.size()) break;
    bytes += numeric_text_bytes(rest.first(length));
    rest = rest.subspan(length);
  }
  return bytes;
}

}  // namespace

DecodedSize decoded_size(const PgType& type, const TypeMapping& mapping) {
  if (mapping.wire != WireForm::Binary) return DecodedSize::AsOnWire;
  if (is_numeric_text(type, mapping)) return DecodedSize::NumericText;
  if (!type.is_array()) return DecodedSize::AsOnWire;
  const PgType& element = type.element[0];
  return is_numeric_text(element, map_type(element)) ? DecodedSize::NumericsArray : DecodedSize::Array;
}

std::uint64_t decoded_bytes(DecodedSize size, std::span<const std::byte> value) {
  switch (size) {
    case DecodedSize::AsOnWire:
      return value.size();
    case DecodedSize::NumericText:
      return numeric_text_bytes(value);
    case DecodedSize::Array:
      return value.size() + kElementBytes * element_count(value);
    case DecodedSize::NumericsArray:
      return value.size() + kElementBytes * element_count(value) + numeric_texts_bytes(elements_of(value));
  }
  std::unreachable();
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
