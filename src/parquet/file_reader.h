// Reads one Parquet file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/byte_source.h"
#include "base/error.h"
#include "columnar/schema.h"
#include "parquet/bloom_filter_reader.h"
#include "parquet/metadata.h"
#include "parquet/read_schema.h"
#include "parquet/reader_options.h"
#include "parquet/row_group_reader.h"

namespace pg2athena::parquet {

// What FileWriter writes, and much of what others do: all physical types but INT96; PLAIN, dictionaries, RLE
// booleans, the delta encodings and BYTE_STREAM_SPLIT; data pages V1 and V2; no codec, Snappy, gzip, zstd and
// LZ4_RAW; lists, maps and structs to any depth; files from before logical types. Not encryption.
//
//   PG2ATHENA_ASSIGN(const FileReader reader, FileReader::open(source));
//   columnar::Batch batch(reader.schema());
//   for (std::size_t i = 0; i < reader.metadata().row_groups.size(); ++i) {
//     PG2ATHENA_ASSIGN(RowGroupReader row_group, reader.row_group(i));
//     while (row_group.rows_left() != 0) {
//       PG2ATHENA_ASSIGN(const std::size_t rows, row_group.read(batch, 10'000));
//       …
//     }
//   }
//
// The bytes may be anybody's: whatever they are, there are values or an Error. Memory is taken in proportion
// to what is there, up to the limits of ReaderOptions. Statistics are given as they were written; nothing
// compares them with the values.
//
// Not thread-safe: one worker, one file.
class FileReader {
 public:
  // Reads the footer. The source outlives the reader. CorruptInput for what is no Parquet file, or one whose
  // metadata contradicts itself; Unsupported for an encrypted one, and for one with a column that can't be
  // read (read_schema.h), which is named; the source's errors as they are, here and below.
  static Result<FileReader> open(ByteSource& source, ReaderOptions options = {});

  FileReader(FileReader&&) noexcept = default;
  FileReader& operator=(FileReader&&) noexcept = default;

  // Checked: each row group has a chunk for each leaf, of its type and path, and their rows add up.
  // Everything else is as it was written.
  const FileMetaData& metadata() const { return content_->metadata; }
  // The columns. A file's leaves, `leaves()`, are in the order of the chunks in each row group.
  const columnar::Schema& schema() const { return content_->schema.schema; }
  const std::vector<ReadLeaf>& leaves() const { return content_->schema.leaves; }

  // A reader of all rows of a row group, from the first one on. This reader outlives it. InvalidArgument for
  // one that isn't there.
  Result<RowGroupReader> row_group(std::size_t index) const;

  // A chunk's indexes and Bloom filter, or nothing where it has none. What they say of pages is checked as
  // far as that their lists are of one length, that pages lie within the file, and that rows ascend.
  // CorruptInput for others.
  Result<std::optional<OffsetIndex>> offset_index(std::size_t row_group, std::size_t leaf) const;
  Result<std::optional<ColumnIndex>> column_index(std::size_t row_group, std::size_t leaf) const;
  Result<std::optional<BloomFilterReader>> bloom_filter(std::size_t row_group, std::size_t leaf) const;

 private:
  // At one place, where row group readers find it.
  struct Content {
    FileMetaData metadata;
    ReadSchema schema;
  };

  FileReader(ByteSource& source, std::uint64_t data_end, ReaderOptions options,
             std::unique_ptr<Content> content)
      : source_(&source), data_end_(data_end), options_(options), content_(std::move(content)) {}
  Result<const ColumnChunk*> chunk(std::size_t row_group, std::size_t leaf) const;
  Result<ByteBuffer> read(std::int64_t offset, std::int64_t size) const;

  ByteSource* source_;
  std::uint64_t data_end_;  // where the footer begins
  ReaderOptions options_;
  std::unique_ptr<Content> content_;
};

}  // namespace pg2athena::parquet
