// For tests: values one by one, and columns made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_sink.h"
#include "base/bytes.h"
#include "base/int128.h"
#include "columnar/batch.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

struct Null {};

// A value of any column. Integers are also dates, times and small decimals; Floats are narrowed from double.
// A list has its elements, a struct its fields, a map its entries, each as a struct of key and value.
struct Value {
  // An aggregate would take a pointer for a bool.
  Value(Null null) : value(null) {}
  Value(bool boolean) : value(boolean) {}
  Value(int number) : value(std::int64_t{number}) {}
  Value(std::int64_t number) : value(number) {}
  Value(Int128 number) : value(number) {}
  Value(double number) : value(number) {}
  Value(std::string text) : value(std::move(text)) {}
  Value(const char* text) : value(std::string(text)) {}
  Value(std::vector<Value> list) : value(std::move(list)) {}

  bool is_null() const { return std::holds_alternative<Null>(value); }
  Int128 number() const {
    if (const auto* wide = std::get_if<Int128>(&value)) return *wide;
    return std::get<std::int64_t>(value);
  }

  std::variant<Null, bool, std::int64_t, Int128, double, std::string, std::vector<Value>> value;
};

using Elements = std::vector<Value>;
using Record = std::vector<Value>;

template <typename T>
void append_fixed(columnar::Column& column, T value) {
  column.values.append(reinterpret_cast<const std::byte*>(&value), sizeof value);
}

// Appends what a struct's child has where the struct is NULL: whatever the layout allows (batch.h).
inline void append_hidden(columnar::Column& column) {
  using columnar::Storage;
  switch (column.type.storage()) {
    case Storage::Bytes:
    case Storage::List:
      column.offsets.push_back(column.offsets.back());
      break;
    case Storage::Struct:
      for (columnar::Column& child : column.children) append_hidden(child);
      break;
    default:
      for (std::size_t i = 0; i < column.type.width(); ++i) column.values.push_back(std::byte{1});
  }
  const bool null = column.nullable && column.length % 2 == 0;
  if (column.nullable) column.validity.push_back(!null);
  column.null_count += null ? 1 : 0;
  ++column.length;
}

inline void append(columnar::Column& column, const Value& value) {
  using columnar::Storage;
  const bool null = value.is_null();
  switch (column.type.storage()) {
    case Storage::Byte:
      append_fixed<std::uint8_t>(column, !null && std::get<bool>(value.value) ? 1 : 0);
      break;
    case Storage::Int32:
      append_fixed(column, null ? -1 : static_cast<std::int32_t>(value.number()));
      break;
    case Storage::Int64:
      append_fixed(column, null ? std::int64_t{-1} : static_cast<std::int64_t>(value.number()));
      break;
    case Storage::Int128:
      append_fixed(column, null ? Int128{-1} : value.number());
      break;
    case Storage::Float:
      append_fixed(column, null ? -1.0F : static_cast<float>(std::get<double>(value.value)));
      break;
    case Storage::Double:
      append_fixed(column, null ? -1.0 : std::get<double>(value.value));
      break;
    case Storage::Bytes:
      if (!null) column.values.append(as_bytes(std::get<std::string>(value.value)));
      column.offsets.push_back(static_cast<std::uint32_t>(column.values.size()));
      break;
    case Storage::List:
      if (!null) {
        for (const Value& element : std::get<std::vector<Value>>(value.value))
          append(column.children[0], element);
      }
      column.offsets.push_back(static_cast<std::uint32_t>(column.children[0].length));
      break;
    case Storage::Struct:
      for (std::size_t i = 0; i < column.children.size(); ++i) {
        if (null) {
          append_hidden(column.children[i]);
        } else {
          append(column.children[i], std::get<Record>(value.value)[i]);
        }
      }
      break;
  }
  if (column.nullable) column.validity.push_back(!null);
  column.null_count += null ? 1 : 0;
  ++column.length;
}

inline columnar::Column column_of(const columnar::Field& field, const std::vector<Value>& values) {
  columnar::Column column(field);
  for (const Value& value : values) append(column, value);
  return column;
}

// A file in memory.
class MemorySink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    content.append(as_text(bytes));
    return {};
  }

  std::string content;
};

}  // namespace pg2athena::parquet
