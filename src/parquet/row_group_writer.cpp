#include "parquet/row_group_writer.h"

#include <limits>
#include <utility>

namespace pg2athena::parquet {

RowGroupWriter::RowGroupWriter(const MappedSchema& schema, const WriterOptions& options, PageWriter& pages)
    : schema_(&schema) {
  columns_.reserve(schema.leaves.size());
  for (const Leaf& leaf : schema.leaves) columns_.emplace_back(leaf, options, pages);
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

Result<RowGroup> RowGroupWriter::close(ByteSink& sink, std::uint64_t file_offset, std::size_t ordinal) {
  RowGroup group;
  group.num_rows = static_cast<std::int64_t>(rows_);
  group.file_offset = static_cast<std::int64_t>(file_offset);
  // The field is too small for a file of more row groups, and optional.
  if (ordinal <= static_cast<std::size_t>(std::numeric_limits<std::int16_t>::max())) {
    group.ordinal = static_cast<std::int16_t>(ordinal);
  }
  std::int64_t compressed = 0;
  for (ColumnChunkEncoder& column : columns_) {
    PG2ATHENA_ASSIGN(ColumnMetaData metadata,
                     column.finish(sink, file_offset + static_cast<std::uint64_t>(compressed)));
    group.total_byte_size += metadata.total_uncompressed_size;
    compressed += metadata.total_compressed_size;
    group.columns.push_back({.meta_data = std::move(metadata)});
  }
  group.total_compressed_size = compressed;
  rows_ = 0;
  return group;
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
