// What the values of a leaf are in memory, from its physical and its logical type in a file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "columnar/schema.h"
#include "parquet/metadata.h"

namespace pg2athena::parquet {

struct LeafType {
  columnar::Type type;
  std::size_t fixed_bytes = 0;  // of a FixedLenByteArray's value
  std::int64_t multiplier = 1;  // from the file's unit of time to microseconds
};

// `element` has a type. The errors are read_schema()'s.
Result<LeafType> leaf_type(const SchemaElement& element);

}  // namespace pg2athena::parquet
