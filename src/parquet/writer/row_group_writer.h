// One row group at a time: the same rows of all columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_sink.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/encoding_choice.h"
#include "parquet/file_summary.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/column_chunk_encoder.h"
#include "parquet/writer/page_writer.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// A row group that is in the file.
struct FinishedRowGroup {
  RowGroup metadata;
  std::uint64_t bytes = 0;                        // in the file, with its Bloom filters
  std::vector<SerializedPageIndex> page_indexes;  // one for each leaf, or none
};

// Lives as long as the file; close() ends one row group and begins the next. What it is given belongs to the
// file and outlives it.
class RowGroupWriter {
 public:
  // `chosen` has an element for each leaf.
  RowGroupWriter(const MappedSchema& schema, const std::vector<LeafOptions>& chosen,
                 const WriterOptions& options, PageWriter& pages, BlockPool& blocks);

  // Appends rows [begin, end) of the batch, whose columns are the schema's.
  Result<void> append(const columnar::Batch& batch, std::size_t begin, std::size_t end);

  std::uint64_t rows() const { return rows_; }
  // Bytes so far, encoded and not compressed.
  std::size_t encoded_bytes() const;

  // Hands the row group to the sink, column by column, then the Bloom filters; `file_offset` is where it will
  // stand. It has at least one row.
  Result<FinishedRowGroup> close(ByteSink& sink, std::uint64_t file_offset, std::size_t ordinal);

  std::vector<ColumnSummary> summaries() const;
  std::size_t memory_bytes() const;
  // Between two row groups: gives back all memory that the next one could use again.
  void release_buffers();

 private:
  static Result<std::uint64_t> write_bloom_filters(std::span<const ByteBuffer> filters, ByteSink& sink,
                                                   std::uint64_t file_offset, RowGroup& group);

  const MappedSchema* schema_;
  std::vector<ColumnChunkEncoder> columns_;
  std::uint64_t rows_ = 0;
};

}  // namespace pg2athena::parquet
