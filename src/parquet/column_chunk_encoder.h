// One leaf column of a row group: cuts rows into pages, keeps the finished pages until the row group closes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/byte_sink.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/byte_chain.h"
#include "parquet/file_summary.h"
#include "parquet/levels.h"
#include "parquet/metadata.h"
#include "parquet/page_writer.h"
#include "parquet/schema_mapping.h"
#include "parquet/value_encoder.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// Lives as long as the file; finish() ends one row group's chunk and begins the next one's. The leaf, the
// options and the page writer belong to the file and outlive it. Not thread-safe.
class ColumnChunkEncoder {
 public:
  ColumnChunkEncoder(const Leaf& leaf, const WriterOptions& options, PageWriter& pages);

  // Appends rows [begin, end) of the top-level column that the leaf is under. Unsupported when a single row
  // is larger than a page can be; the chunk is useless then.
  Result<void> append(const columnar::Column& column, std::size_t begin, std::size_t end);

  // Bytes so far, encoded and not compressed.
  std::size_t encoded_bytes() const {
    return static_cast<std::size_t>(size_.uncompressed) + page_encoded_bytes();
  }

  // Hands the chunk's pages to the sink, dictionary first; `file_offset` is where they will stand.
  Result<ColumnMetaData> finish(ByteSink& sink, std::uint64_t file_offset);

  // Of all chunks that were finished.
  ColumnSummary summary() const;
  std::size_t memory_bytes() const;
  // Between two chunks: gives back all memory that the next one could use again.
  void release_buffers();

 private:
  std::size_t page_encoded_bytes() const { return levels_.encoded_bytes() + values_->encoded_bytes(); }
  std::size_t rows_that_fit(const columnar::Column& column, std::size_t begin, std::size_t end) const;
  Result<void> finish_page(bool last);
  Result<PageSize> write_dictionary();
  std::vector<PageEncodingStats> encoding_stats(bool dictionary) const;
  void start_page();

  const Leaf* leaf_;
  const WriterOptions* options_;
  PageWriter* pages_;
  std::unique_ptr<ValueEncoder> values_;

  // The page that is being filled.
  PageLevels levels_;
  std::size_t page_rows_ = 0;
  std::size_t page_plain_bytes_ = 0;

  // The chunk.
  ByteChain finished_;
  ByteChain dictionary_;
  PageSize size_;
  std::int64_t levels_count_ = 0;
  std::int64_t values_count_ = 0;
  std::int32_t plain_pages_ = 0;
  std::int32_t dictionary_pages_ = 0;

  // The file, without this chunk.
  std::uint64_t file_values_ = 0;
  std::uint64_t file_nulls_ = 0;
};

}  // namespace pg2athena::parquet
