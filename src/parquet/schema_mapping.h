// From columnar types to a Parquet schema: the tree of SchemaElements, and its leaves, each of which is a
// column chunk in every row group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

struct Leaf {
  std::vector<std::string> path;  // {"tags", "list", "element"}
  std::size_t column = 0;         // which of the schema's fields it is under
  columnar::Type type;            // a scalar
  PhysicalType physical = PhysicalType::Int32;
  std::size_t fixed_bytes = 0;  // of a FixedLenByteArray's value
  std::vector<bool> lists;      // the lists around it, from the outermost: whether each is nullable
  bool nullable = false;        // the leaf itself, within the innermost list
  std::uint8_t max_definition = 0;
  std::uint8_t max_repetition = 0;

  // "tags.list.element", as tools show it.
  std::string dotted_path() const;
};

struct MappedSchema {
  std::vector<SchemaElement> elements;
  std::vector<Leaf> leaves;
};

// Unsupported for what has no mapping (yet): maps and structs. InvalidArgument for a schema that no reader
// takes: no columns, a decimal of 0 digits. NameCollision for two columns of one name.
Result<MappedSchema> map_schema(const columnar::Schema& schema);

// Bytes of a FixedLenByteArray that holds any number of so many digits, in two's complement.
std::size_t decimal_bytes(int precision);

}  // namespace pg2athena::parquet
