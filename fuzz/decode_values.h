// What the fuzzers of decoders share: one value of a chosen type, from bytes that lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "columnar/batch.h"
#include "types/decoded_size.h"
#include "types/type_table.h"

namespace pg2athena::fuzz {

inline void expect(bool holds) {
  if (!holds) std::abort();
}

// The column is as batch.h says, whatever it was made of.
inline void check_column(const columnar::Column& column, std::size_t length) {
  using columnar::Storage;
  expect(column.length == length);
  expect(column.validity.size() == (column.nullable ? length : 0));
  const Storage storage = column.type.storage();
  if (storage == Storage::Bytes || storage == Storage::List) {
    expect(column.offsets.size() == length + 1 && column.offsets[0] == 0);
    for (std::size_t i = 0; i < length; ++i) {
      expect(column.offsets[i] <= column.offsets[i + 1]);
      if (column.is_null(i)) expect(column.offsets[i] == column.offsets[i + 1]);
    }
  }
  if (storage == Storage::Bytes) {
    expect(column.values.size() == column.offsets.back());
  } else if (storage == Storage::List) {
    check_column(column.children[0], column.offsets.back());
  } else if (storage == Storage::Struct) {
    for (const columnar::Column& child : column.children) check_column(child, length);
  } else {
    expect(column.values.size() == length * column.type.width());
  }
}

inline void check_memory(const types::PgType& type, const types::TypeMapping& mapping,
                         const columnar::Column& column, std::span<const std::byte> value) {
  // Three slots at the top, two of them NULL, are no part of what a value counts.
  const std::uint64_t slots = 3 * types::decoded_bytes(type, mapping, {}) + 1024;
  expect(column.size_bytes() <= types::decoded_bytes(type, mapping, value) + slots);
}

// The first byte of the input chooses the type, the second what the operator chose for it; the rest is the
// value.
inline void decode_one(const std::vector<types::PgType>& all, std::span<const std::uint8_t> input) {
  if (input.size() < 2) return;
  const types::PgType& type = all[input[0] % all.size()];
  const unsigned chosen = input[1];
  types::TypeChoice choice;
  constexpr std::array kPolicies = {types::OnUnrepresentable::Error, types::OnUnrepresentable::Null,
                                    types::OnUnrepresentable::Clamp};
  choice.on_unrepresentable = kPolicies[chosen % kPolicies.size()];
  constexpr std::array kForms = {"",       "",       "micros",        "millis_floor",
                                 "bigint", "struct", "decimal(20,3)", "ewkb"};
  choice.as = kForms[chosen / kPolicies.size() % kForms.size()];
  auto mapping = types::map_type(type, {}, choice);
  if (!mapping) {
    choice.as.clear();
    mapping = types::map_type(type, {}, choice);
  }
  std::vector<std::byte> field;
  const auto length = static_cast<std::uint32_t>(input.size() - 2);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) field.push_back(static_cast<std::byte>(length >> shift));
  for (const std::uint8_t byte : input.subspan(2)) field.push_back(std::byte{byte});

  columnar::Column column({.name = "c", .type = mapping->column});
  types::CoercedValues coerced;
  const types::DecoderPtr decoder =
      types::make_copy_decoder(type, *mapping, {.check_utf8 = true, .coerced = &coerced});
  const std::vector<types::WireValue> values = {types::WireValue::null(), types::WireValue(field.data()),
                                                types::WireValue::null()};
  const auto decoded = decoder->decode(values, column);
  if (!decoded) {
    expect(decoded.error().index == 1);
    return;
  }
  check_column(column, values.size());
  check_memory(type, *mapping, column, std::span<const std::byte>(field).subspan(4));
}

inline types::PgType named(types::Oid oid, const char* name) {
  return {.oid = oid, .name = name};
}

inline types::PgType array_of(types::PgType element) {
  return {.oid = 20001, .kind = types::PgKind::Array, .name = "array", .element = {std::move(element)}};
}

inline types::PgType range_of(types::PgType subtype) {
  return {.oid = 20002, .kind = types::PgKind::Range, .name = "range", .element = {std::move(subtype)}};
}

inline types::PgType multirange_of(types::PgType subtype) {
  return {.oid = 20003,
          .kind = types::PgKind::Multirange,
          .name = "multirange",
          .element = {range_of(std::move(subtype))}};
}

inline types::PgType composite_of(std::vector<types::PgType> attributes) {
  types::PgType type{.oid = 20004, .kind = types::PgKind::Composite, .name = "composite"};
  for (types::PgType& attribute : attributes) {
    type.attributes.push_back({"a" + std::to_string(type.attributes.size()), std::move(attribute)});
  }
  return type;
}

// Every built-in type of the table, and a numeric of each width.
inline std::vector<types::PgType> scalars() {
  std::vector<types::PgType> all;
  for (const types::TypeRow& row : types::type_table()) {
    if (row.oid != 0) all.push_back({.oid = row.oid, .name = std::string(row.name)});
  }
  for (const int precision : {9, 15, 38}) {
    all.push_back({.oid = types::oid::kNumeric, .typmod = ((precision << 16) | 2) + 4, .name = "numeric"});
  }
  return all;
}

}  // namespace pg2athena::fuzz
