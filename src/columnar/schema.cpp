#include "columnar/schema.h"

#include <utility>

#include <fmt/format.h>

#include "base/int128.h"

namespace pg2athena::columnar {

Type Type::of(TypeId id) {
  return {.id = id};
}

Type Type::decimal(int precision, int scale) {
  return {.id = TypeId::Decimal, .precision = precision, .scale = scale};
}

Type Type::timestamp(bool utc) {
  return {.id = TypeId::Timestamp, .utc = utc};
}

Type Type::list(Type element, bool element_nullable) {
  Type type = of(TypeId::List);
  // "element" is the name that the Parquet specification asks for (LogicalTypes.md, Lists).
  type.children.push_back({.name = "element", .type = std::move(element), .nullable = element_nullable});
  return type;
}

Type Type::map(Type key, Type value, bool value_nullable) {
  Type type = of(TypeId::Map);
  // The names that the Parquet specification asks for (LogicalTypes.md, Maps).
  type.children.push_back({.name = "key", .type = std::move(key), .nullable = false});
  type.children.push_back({.name = "value", .type = std::move(value), .nullable = value_nullable});
  return type;
}

Type Type::structure(std::vector<Field> fields) {
  Type type = of(TypeId::Struct);
  type.children = std::move(fields);
  return type;
}

Storage Type::storage() const {
  constexpr int kInt32Digits = 9;
  constexpr int kInt64Digits = 18;
  switch (id) {
    case TypeId::Boolean:
      return Storage::Byte;
    case TypeId::Int16:
    case TypeId::Int32:
    case TypeId::Date:
      return Storage::Int32;
    case TypeId::Int64:
    case TypeId::Timestamp:
    case TypeId::Time:
      return Storage::Int64;
    case TypeId::Float32:
      return Storage::Float;
    case TypeId::Float64:
      return Storage::Double;
    case TypeId::Decimal:
      return precision <= kInt32Digits   ? Storage::Int32
             : precision <= kInt64Digits ? Storage::Int64
                                         : Storage::Int128;
    case TypeId::String:
    case TypeId::Binary:
      return Storage::Bytes;
    case TypeId::List:
    case TypeId::Map:
      return Storage::List;
    case TypeId::Struct:
      return Storage::Struct;
  }
  std::unreachable();
}

std::size_t Type::width() const {
  switch (storage()) {
    case Storage::Byte:
      return 1;
    case Storage::Int32:
    case Storage::Float:
      return 4;
    case Storage::Int64:
    case Storage::Double:
      return 8;
    case Storage::Int128:
      return sizeof(Int128);
    case Storage::Bytes:
    case Storage::List:
    case Storage::Struct:
      return 0;
  }
  std::unreachable();
}

bool Type::operator==(const Type&) const = default;

std::string hive_name(const Type& type) {
  switch (type.id) {
    case TypeId::Boolean:
      return "boolean";
    case TypeId::Int16:
      return "smallint";
    case TypeId::Int32:
      return "int";
    case TypeId::Int64:
    case TypeId::Time:
      return "bigint";
    case TypeId::Float32:
      return "float";
    case TypeId::Float64:
      return "double";
    case TypeId::Decimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeId::Date:
      return "date";
    case TypeId::Timestamp:
      return "timestamp";
    case TypeId::String:
      return "string";
    case TypeId::Binary:
      return "binary";
    case TypeId::List:
      return fmt::format("array<{}>", hive_name(type.children[0].type));
    case TypeId::Map:
      return fmt::format("map<{},{}>", hive_name(type.children[0].type), hive_name(type.children[1].type));
    case TypeId::Struct: {
      std::string fields;
      for (const Field& field : type.children) {
        fields += fmt::format("{}{}:{}", fields.empty() ? "" : ",", field.name, hive_name(field.type));
      }
      return "struct<" + fields + ">";
    }
  }
  std::unreachable();
}

}  // namespace pg2athena::columnar
