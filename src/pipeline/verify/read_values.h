// What a file's columns hold, in the form that a receipt has it: as the file's footer says it, and as its
// values are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/cancellation.h"
#include "base/error.h"
#include "catalog/receipt.h"
#include "columnar/batch.h"
#include "parquet/file_reader.h"

namespace pg2athena::pipeline {

// For each leaf: values, NULLs and bounds over all row groups, without sums. CorruptInput for bounds that
// aren't of their column's type.
Result<std::vector<catalog::ColumnReceipt>> columns_of_footer(const parquet::FileReader& reader);

struct FileValues {
  std::uint64_t rows = 0;
  std::vector<catalog::ColumnReceipt> columns;  // one for each leaf
  std::string row_digest;                       // columnar::RowDigest
  // The leaves of which some chunk's metadata says other things than its values are.
  std::vector<std::string> other_than_footer;
};

// Whoever wants to see the values too.
using BatchVisitor = std::function<void(const columnar::Batch& batch)>;

// Decodes every value of the file; pages that have a checksum are compared with it. Errors are FileReader's,
// and Interrupted. `visit`, if there is one, is called with each batch.
Result<FileValues> read_values(ByteSource& source, Cancellation* stop, const BatchVisitor& visit = {});

}  // namespace pg2athena::pipeline
