// One leaf column of a row group: cuts rows into pages, keeps the finished pages until the row group closes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_sink.h"
#include "base/error.h"
#include "columnar/batch.h"
#include "parquet/encoding_choice.h"
#include "parquet/file_summary.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/byte_chain.h"
#include "parquet/writer/levels.h"
#include "parquet/writer/page_index.h"
#include "parquet/writer/page_writer.h"
#include "parquet/writer/value_encoder.h"
#include "parquet/writer_options.h"

namespace pg2athena::parquet {

// A chunk whose pages are in the file, and what stands elsewhere in it.
struct FinishedChunk {
  ColumnMetaData metadata;  // without the place of the Bloom filter
  std::optional<SerializedPageIndex> page_index;
  ByteBuffer bloom_filter;  // with its header; empty if none is wanted
};

// Lives as long as the file; finish() ends one row group's chunk and begins the next one's. The leaf, the
// options, the page writer and the pool belong to the file and outlive it. Not thread-safe.
class ColumnChunkEncoder {
 public:
  ColumnChunkEncoder(const Leaf& leaf, const LeafOptions& chosen, const WriterOptions& options,
                     PageWriter& pages, BlockPool& blocks);

  // Appends rows [begin, end) of the top-level column that the leaf is under. Unsupported when a single row
  // is larger than a page can be; the chunk is useless then.
  Result<void> append(const columnar::Column& column, std::size_t begin, std::size_t end);

  // Bytes so far, encoded and not compressed.
  std::size_t encoded_bytes() const {
    return static_cast<std::size_t>(size_.uncompressed) + page_encoded_bytes();
  }

  // Hands the chunk's pages to the sink, dictionary first; `file_offset` is where they will stand.
  Result<FinishedChunk> finish(ByteSink& sink, std::uint64_t file_offset);

  // Of all chunks that were finished.
  ColumnSummary summary() const;
  std::size_t memory_bytes() const;
  // Between two chunks: gives back all memory that the next one could use again.
  void release_buffers();

 private:
  std::size_t page_encoded_bytes() const { return levels_.encoded_bytes() + values_->encoded_bytes(); }
  std::size_t rows_that_fit(const columnar::Column& column, std::size_t begin, std::size_t end) const;
  Result<void> finish_page(bool last);
  Result<PageSize> write_page(Encoding encoding);
  Result<PageSize> write_dictionary();
  void count_page(Encoding encoding, const PageSize& size, const Statistics& statistics);
  bool has_dictionary_pages() const;
  std::vector<Encoding> encodings() const;
  std::vector<PageEncodingStats> encoding_stats() const;
  ByteBuffer bloom_filter();
  Error located(Error error) const { return std::move(error).with("column", leaf_->dotted_path()); }
  void start_page();
  void start_chunk();

  const Leaf* leaf_;
  const WriterOptions* options_;
  PageWriter* pages_;
  std::unique_ptr<ValueEncoder> values_;

  // The page that is being filled.
  PageLevels levels_;
  std::size_t page_rows_ = 0;
  std::size_t page_slots_ = 0;
  std::size_t page_plain_bytes_ = 0;  // a NULL has its length too

  // The chunk.
  ByteChain finished_;
  ByteChain dictionary_;
  PageSize size_;
  std::int64_t levels_count_ = 0;
  std::int64_t values_count_ = 0;
  std::vector<PageEncodingStats> data_pages_;  // how many there are of each encoding
  SizeStatistics sizes_;
  std::optional<PageIndexBuilder> page_index_;

  // The file, without this chunk.
  std::uint64_t file_values_ = 0;
  std::uint64_t file_nulls_ = 0;
};

}  // namespace pg2athena::parquet
