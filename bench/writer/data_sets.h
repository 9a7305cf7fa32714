// The benchmark's columns: arithmetic, and the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/batch.h"
#include "columnar/schema.h"

namespace pg2athena::bench {

struct DataSet {
  columnar::Schema schema;
  // As large as the pipeline's batches (postgres/copy_reader.cpp): 16 Ki rows or 4 MiB, whichever is first.
  std::vector<columnar::Batch> batches;
};

struct DataSetKind {
  std::string_view name;
  std::size_t rows;  // by default
  DataSet (*make)(std::size_t rows);
};

// lineitem, wide_text, wide_numeric, low_cardinality, nested.
const std::vector<DataSetKind>& data_sets();

}  // namespace pg2athena::bench
