// Reads the rows of one row group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/byte_source.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/metadata.h"
#include "parquet/read_schema.h"
#include "parquet/reader_options.h"

namespace pg2athena::parquet {

class ColumnChunkReader;

// Made by FileReader::row_group(), which outlives it, as does the file's source. It holds a page and a
// dictionary of each column, however many rows there are. Not thread-safe; two readers of one source take
// turns. After an error there is nothing more to read.
class RowGroupReader {
 public:
  static Result<RowGroupReader> open(ByteSource& source, std::uint64_t data_end, const RowGroup& row_group,
                                     const ReadSchema& schema, const ReaderOptions& options);

  RowGroupReader(RowGroupReader&&) noexcept;
  RowGroupReader& operator=(RowGroupReader&&) noexcept;
  ~RowGroupReader();

  std::uint64_t rows_left() const { return rows_left_; }

  // Sets `batch`, which has the columns of the file's schema, to the next rows: at most `most_rows` of them,
  // and fewer where they are large (ReaderOptions::batch_bytes). Returns how many, at least one; 0 after the
  // last. Strings are as they were written, not checked to be UTF-8.
  //
  // CorruptInput for what isn't as the format and the metadata say: among them are values, levels and rows
  // that don't add up. Unsupported for encodings and codecs that aren't read. ValueTooLarge by the options.
  // The source's errors as they are. Internal for a batch of other columns, and after an error.
  Result<std::size_t> read(columnar::Batch& batch, std::size_t most_rows);

 private:
  RowGroupReader(std::vector<ColumnChunkReader> chunks, const ReadSchema& schema, std::uint64_t rows,
                 std::size_t batch_bytes);

  Result<void> check_columns(const columnar::Batch& batch) const;
  Result<std::size_t> read_slices(columnar::Batch& batch, std::size_t most_rows);

  std::vector<ColumnChunkReader> chunks_;
  const ReadSchema* schema_;
  std::uint64_t rows_left_;
  std::size_t batch_bytes_;
  bool failed_ = false;
};

}  // namespace pg2athena::parquet
