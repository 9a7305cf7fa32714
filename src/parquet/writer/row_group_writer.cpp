#include "parquet/writer/row_group_writer.h"

#include <limits>
#include <utility>

namespace pg2athena::parquet {

RowGroupWriter::RowGroupWriter(const MappedSchema& schema, const std::vector<LeafOptions>& chosen,
                               const WriterOptions& options, PageWriter& pages, BlockPool& blocks)
    : schema_(&schema) {
  columns_.reserve(schema.leaves.size());
  for (std::size_t i = 0; i < schema.leaves.size(); ++i) {
    columns_.emplace_back(schema.leaves[i], chosen[i], options, pages, blocks);
  }
}

Result<void> RowGroupWriter::append(const columnar::Batch& batch, std::size_t begin, std::size_t end) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    PG2ATHENA_TRY(columns_[i].append(batch.columns[schema_->leaves[i].column], begin, end));
  }
  rows_ += end - begin;
  return {};
}

std::size_t RowGroupWriter::encoded_bytes() const {
  std::size_t bytes = 0;
  for (const ColumnChunkEncoder& column : columns_) bytes += column.encoded_bytes();
  return bytes;
}

Result<FinishedRowGroup> RowGroupWriter::close(ByteSink& sink, std::uint64_t file_offset,
                                               std::size_t ordinal) {
  FinishedRowGroup finished;
  RowGroup& group = finished.metadata;
  group.num_rows = static_cast<std::int64_t>(rows_);
  group.file_offset = static_cast<std::int64_t>(file_offset);
  // The field is too small for a file of more row groups, and optional.
  if (ordinal <= static_cast<std::size_t>(std::numeric_limits<std::int16_t>::max())) {
    group.ordinal = static_cast<std::int16_t>(ordinal);
  }
  std::vector<ByteBuffer> filters;
  for (ColumnChunkEncoder& column : columns_) {
    PG2ATHENA_ASSIGN(FinishedChunk chunk, column.finish(sink, file_offset + finished.bytes));
    group.total_byte_size += chunk.metadata.total_uncompressed_size;
    finished.bytes += static_cast<std::uint64_t>(chunk.metadata.total_compressed_size);
    group.columns.push_back({.meta_data = std::move(chunk.metadata)});
    filters.push_back(std::move(chunk.bloom_filter));
    if (chunk.page_index) finished.page_indexes.push_back(std::move(*chunk.page_index));
  }
  group.total_compressed_size = static_cast<std::int64_t>(finished.bytes);
  PG2ATHENA_ASSIGN(const std::uint64_t filter_bytes,
                   write_bloom_filters(filters, sink, file_offset + finished.bytes, group));
  finished.bytes += filter_bytes;
  rows_ = 0;
  return finished;
}

// Between row groups and not in front of the footer: so they need not be kept until the file ends.
Result<std::uint64_t> RowGroupWriter::write_bloom_filters(std::span<const ByteBuffer> filters, ByteSink& sink,
                                                          std::uint64_t file_offset, RowGroup& group) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (filters[i].empty()) continue;
    PG2ATHENA_TRY(sink.write(filters[i].span()));
    ColumnMetaData& metadata = group.columns[i].meta_data;
    metadata.bloom_filter_offset = static_cast<std::int64_t>(file_offset + bytes);
    metadata.bloom_filter_length = static_cast<std::int32_t>(filters[i].size());
    bytes += filters[i].size();
  }
  return bytes;
}

std::vector<ColumnSummary> RowGroupWriter::summaries() const {
  std::vector<ColumnSummary> summaries;
  summaries.reserve(columns_.size());
  for (const ColumnChunkEncoder& column : columns_) summaries.push_back(column.summary());
  return summaries;
}

void RowGroupWriter::release_buffers() {
  for (ColumnChunkEncoder& column : columns_) column.release_buffers();
}

std::size_t RowGroupWriter::memory_bytes() const {
  std::size_t bytes = 0;
  for (const ColumnChunkEncoder& column : columns_) bytes += column.memory_bytes();
  return bytes;
}

}  // namespace pg2athena::parquet
