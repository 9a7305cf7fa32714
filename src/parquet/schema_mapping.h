// From columnar types to a Parquet schema: the tree of SchemaElements, and its leaves, each of which is a
// column chunk in every row group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

// A nested column on the way from a top-level column down to a leaf (Column in batch.h), and which of its
// children the way goes to.
struct PathStep {
  bool list = false;  // or a map, which is a list of structs; otherwise a struct
  bool nullable = false;
  std::size_t child = 0;

  bool operator==(const PathStep&) const = default;
};

struct Leaf {
  std::vector<std::string> path;  // {"tags", "list", "element"}
  std::size_t column = 0;         // which of the schema's fields it is under
  std::vector<PathStep> steps;    // from that field to the leaf; none when the field is the leaf
  columnar::Type type;            // a scalar
  PhysicalType physical = PhysicalType::Int32;
  std::size_t fixed_bytes = 0;  // of a FixedLenByteArray's value
  bool nullable = false;        // the leaf itself
  // A level for each of the steps and the leaf that is nullable, and one more for each list.
  std::uint8_t max_definition = 0;
  std::uint8_t max_repetition = 0;  // lists around it

  // "tags.list.element", as tools show it.
  std::string dotted_path() const;
};

struct MappedSchema {
  std::vector<SchemaElement> elements;
  std::vector<Leaf> leaves;
};

// InvalidArgument for a schema that no reader takes: no columns, a decimal of 0 digits, a struct without
// fields, a map whose key may be NULL. NameCollision for two columns, or two fields of a struct, of one name,
// and for two leaves of one dotted path. Unsupported for columns nested deeper than levels count (255).
// The error's "column" is the dotted path.
Result<MappedSchema> map_schema(const columnar::Schema& schema);

// What a scalar type is in a file. The logical type, also of a list or a map, is nothing where the physical
// one says it all.
PhysicalType physical_type(const columnar::Type& type);
std::optional<LogicalType> logical_type(const columnar::Type& type);

// Bytes of a FixedLenByteArray that holds any number of so many digits, in two's complement.
std::size_t decimal_bytes(int precision);

}  // namespace pg2athena::parquet
