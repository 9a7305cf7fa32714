#include "parquet/row_group_reader.h"

#include <algorithm>
#include <utility>

#include "parquet/reader/column_chunk_reader.h"

namespace pg2athena::parquet {
namespace {

constexpr std::uint64_t kMagicBytes = 4;

std::unexpected<Error> corrupt(const ReadLeaf& leaf, std::string why) {
  return fail(Error(ErrorKind::CorruptInput, std::move(why)).with("column", leaf.dotted_path()));
}

// Where the chunk's pages are. A dictionary's offset of 0, and one behind the data, are mistakes of old
// writers, which mean that there is none.
Result<FileRange> chunk_range(const ColumnMetaData& metadata, const ReadLeaf& leaf, std::uint64_t data_end) {
  std::int64_t begin = metadata.data_page_offset;
  const std::int64_t dictionary = metadata.dictionary_page_offset.value_or(0);
  if (dictionary > 0 && dictionary < begin) begin = dictionary;
  const std::int64_t size = metadata.total_compressed_size;
  if (begin < static_cast<std::int64_t>(kMagicBytes) || size < 0 ||
      static_cast<std::uint64_t>(begin) > data_end ||
      static_cast<std::uint64_t>(size) > data_end - static_cast<std::uint64_t>(begin)) {
    return corrupt(leaf, "its column chunk isn't within the file");
  }
  return FileRange{.begin = static_cast<std::uint64_t>(begin),
                   .end = static_cast<std::uint64_t>(begin + size)};
}

}  // namespace

RowGroupReader::RowGroupReader(std::vector<ColumnChunkReader> chunks, const ReadSchema& schema,
                               std::uint64_t rows, std::size_t batch_bytes)
    : chunks_(std::move(chunks)), schema_(&schema), rows_left_(rows), batch_bytes_(batch_bytes) {}
RowGroupReader::RowGroupReader(RowGroupReader&&) noexcept = default;
RowGroupReader& RowGroupReader::operator=(RowGroupReader&&) noexcept = default;
RowGroupReader::~RowGroupReader() = default;

Result<RowGroupReader> RowGroupReader::open(ByteSource& source, std::uint64_t data_end,
                                            const RowGroup& row_group, const ReadSchema& schema,
                                            const ReaderOptions& options) {
  std::vector<ColumnChunkReader> chunks;
  chunks.reserve(schema.leaves.size());
  for (std::size_t i = 0; i < schema.leaves.size(); ++i) {
    const ReadLeaf& leaf = schema.leaves[i];
    const ColumnChunk& chunk = row_group.columns[i];
    if (chunk.file_path) {
      return fail(Error(ErrorKind::Unsupported, "its column chunk is in another file")
                      .with("column", leaf.dotted_path()));
    }
    FileRange range;
    // Some writers have row groups without rows, of which the offsets mean nothing.
    if (row_group.num_rows != 0) {
      PG2ATHENA_ASSIGN(range, chunk_range(chunk.meta_data, leaf, data_end));
    }
    PG2ATHENA_ASSIGN(ColumnChunkReader reader,
                     ColumnChunkReader::open(source, range, chunk.meta_data, leaf, options));
    chunks.push_back(std::move(reader));
  }
  return RowGroupReader(std::move(chunks), schema, static_cast<std::uint64_t>(row_group.num_rows),
                        options.batch_bytes);
}

Result<void> RowGroupReader::check_columns(const columnar::Batch& batch) const {
  const auto& fields = schema_->schema.fields;
  const bool same = std::equal(batch.columns.begin(), batch.columns.end(), fields.begin(), fields.end(),
                               [](const columnar::Column& column, const columnar::Field& field) {
                                 return column.type == field.type && column.nullable == field.nullable;
                               });
  if (!same) return fail(ErrorKind::Internal, "a batch with other columns than the file");
  return {};
}

Result<std::size_t> RowGroupReader::read(columnar::Batch& batch, std::size_t most_rows) {
  if (failed_) return fail(ErrorKind::Internal, "a row group is read on after an error");
  PG2ATHENA_TRY(check_columns(batch));
  batch.clear();
  auto rows = read_slices(batch, most_rows);
  failed_ = !rows;
  return rows;
}

// Rows are read in slices, all columns of each, so that a batch of large rows can end early.
Result<std::size_t> RowGroupReader::read_slices(columnar::Batch& batch, std::size_t most_rows) {
  if (rows_left_ == 0 || most_rows == 0) return std::size_t{0};
  for (ColumnChunkReader& chunk : chunks_) chunk.start_batch(batch.columns);
  constexpr std::size_t kFirstSlice = 16;
  constexpr std::size_t kLargestSlice = 4096;
  std::size_t rows = 0;
  for (std::size_t slice = kFirstSlice; rows < most_rows && rows_left_ != 0;) {
    slice = std::min<std::uint64_t>({slice, most_rows - rows, rows_left_});
    for (ColumnChunkReader& chunk : chunks_) PG2ATHENA_TRY(chunk.read(slice));
    rows += slice;
    rows_left_ -= slice;
    const std::size_t bytes = batch.size_bytes();
    if (bytes >= batch_bytes_) break;
    // As many as fit in, when they are like those before; no more than twice as many as last time.
    const std::size_t fitting = (batch_bytes_ - bytes) / (bytes / rows + 1) + 1;
    slice = std::min({2 * slice, kLargestSlice, fitting});
  }
  for (const ColumnChunkReader& chunk : chunks_) PG2ATHENA_TRY(chunk.end_batch());
  if (rows_left_ == 0) {
    for (ColumnChunkReader& chunk : chunks_) PG2ATHENA_TRY(chunk.finish());
  }
  return rows;
}

}  // namespace pg2athena::parquet
