// What a slot of a column holds, as text, for tests: "-12.34", "[1,NULL]", "{x: 1, y: NULL}".
#pragma once

#include <string>

#include <fmt/format.h>

#include "base/civil_time.h"
#include "base/decimal.h"
#include "columnar/batch.h"

namespace pg2athena::types {

inline std::string slot_text(const columnar::Column& column, std::size_t slot);

// As bytea prints it.
inline std::string bytes_text(std::span<const std::byte> bytes) {
  std::string text = "\\x";
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

inline std::string fields_text(const columnar::Column& column, std::size_t slot) {
  std::string text;
  for (std::size_t i = 0; i < column.children.size(); ++i) {
    const columnar::Column& child = column.children[i];
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", column.type.children[i].name, slot_text(child, slot));
  }
  return "{" + text + "}";
}

inline std::string entries_text(const columnar::Column& column, std::size_t slot) {
  std::string text;
  for (std::uint32_t i = column.offsets[slot]; i < column.offsets[slot + 1]; ++i) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", slot_text(column.children[0], i));
  }
  return "[" + text + "]";
}

inline std::string slot_text(const columnar::Column& column, std::size_t slot) {
  using columnar::Storage;
  using columnar::TypeId;
  if (column.is_null(slot)) return "NULL";
  if (column.type.id == TypeId::Date) return format_date(column.fixed<std::int32_t>()[slot]);
  if (column.type.id == TypeId::Timestamp) return format_timestamp(column.fixed<std::int64_t>()[slot]);
  switch (column.type.storage()) {
    case Storage::Byte:
      return column.fixed<std::uint8_t>()[slot] != 0 ? "true" : "false";
    case Storage::Int32:
      return format_decimal(column.fixed<std::int32_t>()[slot], column.type.scale);
    case Storage::Int64:
      return format_decimal(column.fixed<std::int64_t>()[slot], column.type.scale);
    case Storage::Int128:
      return format_decimal(column.fixed<Int128>()[slot], column.type.scale);
    case Storage::Float:
      return fmt::format("{}", column.fixed<float>()[slot]);
    case Storage::Double:
      return fmt::format("{}", column.fixed<double>()[slot]);
    case Storage::Bytes:
      if (column.type.id == TypeId::String) return std::string(as_text(column.bytes(slot)));
      return bytes_text(column.bytes(slot));
    case Storage::List:
      return entries_text(column, slot);
    case Storage::Struct:
      return fields_text(column, slot);
  }
  return "?";
}

}  // namespace pg2athena::types
