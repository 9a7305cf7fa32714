#include "parquet/file_reader.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "parquet/reader/page_reader.h"

namespace pg2athena::parquet {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";
constexpr std::size_t kTailBytes = 8;  // the footer's length, and the magic bytes

std::unexpected<Error> corrupt(std::string why) {
  return fail(ErrorKind::CorruptInput, std::move(why));
}

// Where the footer is.
Result<FileRange> footer_range(ByteSource& source, std::size_t most_bytes) {
  const std::uint64_t size = source.size();
  if (size < kMagic.size() + kTailBytes) return corrupt("it is too short for a Parquet file");
  std::array<std::byte, kTailBytes> tail;
  PG2ATHENA_TRY(source.read(size - tail.size(), tail));
  const std::string_view magic = as_text(tail).substr(kTailBytes - kMagic.size());
  if (magic == kEncryptedMagic) return fail(ErrorKind::Unsupported, "an encrypted Parquet file");
  if (magic != kMagic) return corrupt("it doesn't end as a Parquet file");
  std::uint32_t length = 0;
  std::memcpy(&length, tail.data(), sizeof length);
  const std::uint64_t end = size - kTailBytes;
  if (length > end - kMagic.size()) return corrupt("its footer is longer than the file");
  if (length > most_bytes) {
    return fail(ErrorKind::ValueTooLarge,
                fmt::format("its footer has {} bytes, and {} is the most that is read", length, most_bytes));
  }
  return FileRange{.begin = end - length, .end = end};
}

Result<void> check_chunk(const ColumnChunk& chunk, const ReadLeaf& leaf) {
  const ColumnMetaData& metadata = chunk.meta_data;
  if (metadata.path_in_schema != leaf.path || metadata.type != leaf.physical || metadata.num_values < 0) {
    return fail(Error(ErrorKind::CorruptInput, "a column chunk isn't that of its column")
                    .with("column", leaf.dotted_path()));
  }
  return {};
}

Result<void> check_rows(const FileMetaData& metadata, const ReadSchema& schema) {
  std::uint64_t rows = 0;
  for (const RowGroup& row_group : metadata.row_groups) {
    if (row_group.num_rows < 0) return corrupt("a row group has fewer rows than none");
    rows += static_cast<std::uint64_t>(row_group.num_rows);
    if (row_group.columns.size() != schema.leaves.size()) {
      return corrupt(fmt::format("a row group has {} column chunks, and the schema {} columns",
                                 row_group.columns.size(), schema.leaves.size()));
    }
    for (std::size_t i = 0; i < schema.leaves.size(); ++i) {
      PG2ATHENA_TRY(check_chunk(row_group.columns[i], schema.leaves[i]));
    }
  }
  if (metadata.num_rows < 0 || rows != static_cast<std::uint64_t>(metadata.num_rows)) {
    return corrupt(fmt::format("its row groups have {} rows, and the file {}", rows, metadata.num_rows));
  }
  return {};
}

// Each list is empty, or has an element for each page.
bool of_length(std::size_t size, std::size_t pages) {
  return size == 0 || size == pages;
}

}  // namespace

Result<FileReader> FileReader::open(ByteSource& source, ReaderOptions options) {
  PG2ATHENA_ASSIGN(const FileRange footer, footer_range(source, options.most_footer_bytes));
  ByteBuffer bytes;
  bytes.resize(footer.end - footer.begin);
  PG2ATHENA_TRY(source.read(footer.begin, bytes.span()));
  auto content = std::make_unique<Content>();
  if (auto parsed = parse(bytes.span(), content->metadata); !parsed) {
    return fail(
        Error(ErrorKind::CorruptInput, "its footer can't be read").because(std::move(parsed).error()));
  }
  if (content->metadata.encryption_algorithm)
    return fail(ErrorKind::Unsupported, "an encrypted Parquet file");
  PG2ATHENA_ASSIGN(content->schema, read_schema(content->metadata.schema));
  if (content->schema.leaves.empty()) return fail(ErrorKind::Unsupported, "a Parquet file without columns");
  PG2ATHENA_TRY(check_rows(content->metadata, content->schema));
  return FileReader(source, footer.begin, options, std::move(content));
}

Result<RowGroupReader> FileReader::row_group(std::size_t index) const {
  if (index >= content_->metadata.row_groups.size()) {
    return fail(ErrorKind::InvalidArgument, fmt::format("the file has no row group {}", index));
  }
  return RowGroupReader::open(*source_, data_end_, content_->metadata.row_groups[index], content_->schema,
                              options_);
}

Result<const ColumnChunk*> FileReader::chunk(std::size_t row_group, std::size_t leaf) const {
  if (row_group >= content_->metadata.row_groups.size() || leaf >= content_->schema.leaves.size()) {
    return fail(ErrorKind::InvalidArgument,
                fmt::format("the file has no column chunk {}, {}", row_group, leaf));
  }
  return &content_->metadata.row_groups[row_group].columns[leaf];
}

Result<ByteBuffer> FileReader::read(std::int64_t offset, std::int64_t size) const {
  if (offset < 0 || size < 0 || static_cast<std::uint64_t>(offset) > data_end_ ||
      static_cast<std::uint64_t>(size) > data_end_ - static_cast<std::uint64_t>(offset)) {
    return corrupt("an index isn't within the file");
  }
  ByteBuffer bytes;
  bytes.resize(static_cast<std::size_t>(size));
  PG2ATHENA_TRY(source_->read(static_cast<std::uint64_t>(offset), bytes.span()));
  return bytes;
}

Result<std::optional<OffsetIndex>> FileReader::offset_index(std::size_t row_group, std::size_t leaf) const {
  PG2ATHENA_ASSIGN(const ColumnChunk* const found, chunk(row_group, leaf));
  if (!found->offset_index_offset || !found->offset_index_length) return std::nullopt;
  PG2ATHENA_ASSIGN(const ByteBuffer bytes, read(*found->offset_index_offset, *found->offset_index_length));
  OffsetIndex index;
  PG2ATHENA_TRY(parse(bytes.span(), index));
  std::int64_t last_row = -1;
  const auto rows = content_->metadata.row_groups[row_group].num_rows;
  for (const PageLocation& page : index.page_locations) {
    if (page.offset < 0 || page.compressed_page_size < 0 ||
        static_cast<std::uint64_t>(page.offset) > data_end_ ||
        static_cast<std::uint64_t>(page.compressed_page_size) >
            data_end_ - static_cast<std::uint64_t>(page.offset)) {
      return corrupt("a page of an offset index isn't within the file");
    }
    if (page.first_row_index < std::max<std::int64_t>(last_row, 0) || page.first_row_index > rows) {
      return corrupt("the rows of an offset index don't ascend");
    }
    last_row = page.first_row_index;
  }
  if (!of_length(index.unencoded_byte_array_data_bytes.size(), index.page_locations.size())) {
    return corrupt("the lists of an offset index have different lengths");
  }
  return index;
}

Result<std::optional<ColumnIndex>> FileReader::column_index(std::size_t row_group, std::size_t leaf) const {
  PG2ATHENA_ASSIGN(const ColumnChunk* const found, chunk(row_group, leaf));
  if (!found->column_index_offset || !found->column_index_length) return std::nullopt;
  PG2ATHENA_ASSIGN(const ByteBuffer bytes, read(*found->column_index_offset, *found->column_index_length));
  ColumnIndex index;
  PG2ATHENA_TRY(parse(bytes.span(), index));
  const std::size_t pages = index.null_pages.size();
  const ReadLeaf& of = content_->schema.leaves[leaf];
  if (index.min_values.size() != pages || index.max_values.size() != pages ||
      !of_length(index.null_counts.size(), pages) || !of_length(index.nan_counts.size(), pages) ||
      !of_length(index.repetition_level_histograms.size(), pages * (std::size_t{of.max_repetition} + 1)) ||
      !of_length(index.definition_level_histograms.size(), pages * (std::size_t{of.max_definition} + 1))) {
    return corrupt("the lists of a column index have different lengths");
  }
  return index;
}

Result<std::optional<BloomFilterReader>> FileReader::bloom_filter(std::size_t row_group,
                                                                  std::size_t leaf) const {
  PG2ATHENA_ASSIGN(const ColumnChunk* const found, chunk(row_group, leaf));
  const ColumnMetaData& metadata = found->meta_data;
  if (!metadata.bloom_filter_offset) return std::nullopt;
  // Older files don't say how long it is: the header is short.
  constexpr std::int64_t kHeaderBytes = 64;
  const auto end = static_cast<std::int64_t>(data_end_);
  if (*metadata.bloom_filter_offset < 0 || *metadata.bloom_filter_offset > end) {
    return corrupt("a Bloom filter isn't within the file");
  }
  const std::int64_t rest = end - *metadata.bloom_filter_offset;
  PG2ATHENA_ASSIGN(const ByteBuffer start, read(*metadata.bloom_filter_offset, std::min(kHeaderBytes, rest)));
  BloomFilterHeader header;
  PG2ATHENA_ASSIGN(const std::size_t header_bytes, parse(start.span(), header));
  const std::int64_t bytes = header.num_bytes;
  if (bytes <= 0 || bytes % static_cast<std::int64_t>(BloomFilterReader::kBlockBytes) != 0) {
    return corrupt("a Bloom filter isn't made of whole blocks");
  }
  const auto length = static_cast<std::int64_t>(header_bytes) + bytes;
  if (metadata.bloom_filter_length && *metadata.bloom_filter_length != length) {
    return corrupt("a Bloom filter has another length than its metadata says");
  }
  PG2ATHENA_ASSIGN(ByteBuffer blocks,
                   read(*metadata.bloom_filter_offset + static_cast<std::int64_t>(header_bytes), bytes));
  return BloomFilterReader(std::move(blocks));
}

}  // namespace pg2athena::parquet
