// From a file's schema to columns: the other direction of schema_mapping.h, for what any program wrote.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

// One column on the way from a top-level column to a leaf, and which of a page's levels are slots of it. A
// level is a slot where its repetition level is at most `lists` and its definition level at least
// `slot_definition`; the slot has a value, not NULL, where it is at least `value_definition`. A list has an
// element where the definition level is at least `element_definition` and the repetition level at most
// `lists` + 1.
struct ReadStep {
  std::size_t child = 0;  // which of the children of the step before, or which top-level column
  bool first = true;      // no other leaf before this one goes by here
  bool is_list = false;
  bool nullable = false;
  std::uint16_t lists = 0;  // around it
  std::uint16_t slot_definition = 0;
  std::uint16_t value_definition = 0;
  std::uint16_t element_definition = 0;
};

// A leaf of the file's schema, which is a column chunk in every row group.
struct ReadLeaf {
  std::vector<std::string> path;  // as in ColumnMetaData
  std::vector<ReadStep> steps;    // the last one is the leaf's own
  PhysicalType physical = PhysicalType::Int32;
  std::size_t fixed_bytes = 0;  // of a FixedLenByteArray's value
  columnar::Type type;          // a scalar
  std::int64_t multiplier = 1;  // from the file's unit of time to microseconds
  std::uint8_t max_definition = 0;
  std::uint8_t max_repetition = 0;

  // "tags.list.element", as tools show it.
  std::string dotted_path() const;
};

struct ReadSchema {
  columnar::Schema schema;
  std::vector<ReadLeaf> leaves;
};

// Lists are also those of old files: of two levels, and repeated fields that nothing calls a list
// (LogicalTypes.md, "Backward-compatibility rules"). Strings are also ENUM and JSON; binary columns are also
// BSON, UUID and values of a fixed length; integers of 8 bits become 16, unsigned ones of 8 and 16 bits
// become those of twice as many; milliseconds become microseconds.
//
// CorruptInput for what is no tree, or a type that contradicts itself; Unsupported, with the column, for
// types that have no column here: INT96, nanoseconds, unsigned integers of 32 and 64 bits, decimals of more
// than 38 digits, what parquet.thrift got after this was written, and columns nested deeper than levels count
// (255).
Result<ReadSchema> read_schema(std::span<const SchemaElement> elements);

}  // namespace pg2athena::parquet
