// What columns are: names, logical types, nullability. The types are the ones that a lake can hold, not
// PostgreSQL's and not Parquet's; src/types maps to them, src/parquet maps from them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pg2athena::columnar {

enum class TypeId : std::uint8_t {
  Boolean,
  Int16,
  Int32,
  Int64,
  Float32,
  Float64,
  Decimal,    // precision and scale, at most 38 digits
  Date,       // days since 1970-01-01
  Timestamp,  // microseconds since 1970-01-01 00:00, in UTC or of no zone
  Time,       // microseconds since midnight
  String,     // UTF-8
  Binary,
  List,    // children[0]: the element
  Map,     // children[0]: the key, children[1]: the value
  Struct,  // children: the fields
};

// How a column's values lie in memory (Column in batch.h).
enum class Storage : std::uint8_t {
  Byte,    // one byte: booleans, 0 or 1
  Int32,   // Int16, Int32, Date, decimals of up to 9 digits
  Int64,   // Int64, Timestamp, Time, decimals of 10 to 18 digits
  Int128,  // decimals of 19 to 38 digits
  Float,
  Double,
  Bytes,   // offsets and bytes: String, Binary
  List,    // offsets and a child column (a Map's child is its Struct of key and value)
  Struct,  // child columns only
};

struct Field;

struct Type {
  TypeId id = TypeId::String;
  int precision = 0;  // of a Decimal
  int scale = 0;      // of a Decimal, 0 <= scale <= precision
  bool utc = false;   // of a Timestamp: an instant (true) or a wall-clock reading of no zone (false)
  std::vector<Field> children;

  static Type of(TypeId id);
  static Type decimal(int precision, int scale);
  static Type timestamp(bool utc);
  static Type list(Type element, bool element_nullable = true);
  // A map's key is never NULL.
  static Type map(Type key, Type value, bool value_nullable = true);
  static Type structure(std::vector<Field> fields);

  Storage storage() const;
  // Bytes of a value in Column::values; 0 for Bytes, List and Struct.
  std::size_t width() const;

  bool operator==(const Type&) const;
};

struct Field {
  std::string name;  // in the lake
  Type type;
  bool nullable = true;
  std::string source_name;  // in PostgreSQL, where the lake's rule changed it; otherwise empty
  std::string comment;      // COMMENT ON COLUMN

  bool operator==(const Field&) const = default;
};

struct Schema {
  std::vector<Field> fields;

  bool operator==(const Schema&) const = default;
};

// Hive's name of a type, as Glue and Athena DDL have it: "decimal(12,2)", "array<string>".
std::string hive_name(const Type& type);

}  // namespace pg2athena::columnar
