#include "columnar/batch.h"

#include <cstring>

namespace pg2athena::columnar {

void Bitmap::append_ones(std::size_t count) {
  while (count != 0 && (size_ & 7U) != 0) {
    push_back(true);
    --count;
  }
  const std::size_t whole = count / 8;
  if (whole != 0) std::memset(bytes_.extend(whole), 0xFF, whole);
  size_ += whole * 8;
  for (std::size_t i = 0; i < count % 8; ++i) push_back(true);
}

Column::Column(const Field& field) : type(field.type), nullable(field.nullable) {
  switch (type.storage()) {
    case Storage::List:
      offsets.push_back(0);
      if (type.id == TypeId::Map) {
        Type entry = Type::of(TypeId::Struct);
        entry.children = type.children;
        children.emplace_back(Field{.name = "key_value", .type = std::move(entry), .nullable = false});
      } else {
        children.emplace_back(type.children[0]);
      }
      break;
    case Storage::Struct:
      for (const Field& child : type.children) children.emplace_back(child);
      break;
    case Storage::Bytes:
      offsets.push_back(0);
      break;
    default:
      break;
  }
}

void Column::clear() {
  length = null_count = 0;
  validity.clear();
  values.clear();
  if (!offsets.empty()) offsets.resize(1);
  for (Column& child : children) child.clear();
}

void Column::release_above(std::size_t bytes) {
  if (validity.capacity_bytes() > bytes) validity.release();
  if (values.capacity_bytes() > bytes) values.release();
  if (offsets.capacity_bytes() > bytes) {
    offsets.release();
    offsets.push_back(0);
  }
  for (Column& child : children) child.release_above(bytes);
}

std::size_t Column::size_bytes() const {
  std::size_t bytes = validity.size() / 8 + values.size() + offsets.size() * sizeof(std::uint32_t);
  for (const Column& child : children) bytes += child.size_bytes();
  return bytes;
}

std::size_t Column::capacity_bytes() const {
  std::size_t bytes = validity.capacity_bytes() + values.capacity_bytes() + offsets.capacity_bytes();
  for (const Column& child : children) bytes += child.capacity_bytes();
  return bytes;
}

Batch::Batch(const Schema& schema) {
  columns.reserve(schema.fields.size());
  for (const Field& field : schema.fields) columns.emplace_back(field);
}

void Batch::clear() {
  for (Column& column : columns) column.clear();
}

void Batch::release_above(std::size_t bytes) {
  for (Column& column : columns) column.release_above(bytes);
}

std::size_t Batch::size_bytes() const {
  std::size_t bytes = 0;
  for (const Column& column : columns) bytes += column.size_bytes();
  return bytes;
}

std::size_t Batch::capacity_bytes() const {
  std::size_t bytes = 0;
  for (const Column& column : columns) bytes += column.capacity_bytes();
  return bytes;
}

}  // namespace pg2athena::columnar
