#include "parquet/file_writer.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "parquet/encoding_choice.h"
#include "parquet/metadata.h"
#include "parquet/schema_mapping.h"
#include "parquet/writer/page_writer.h"
#include "parquet/writer/row_group_writer.h"
#include "parquet/writer/sort_order.h"

namespace pg2athena::parquet {
namespace {

constexpr std::string_view kMagic = "PAR1";
// The row group's size is looked at after every slice of about this part of it.
constexpr std::size_t kSlicesPerRowGroup = 16;
// And of this part of the memory: an integer that is new to a dictionary takes up to eleven times its bytes
// (its slot in a table that was doubled just now, the entry, the index).
constexpr std::size_t kSlicesPerMemory = 64;

Result<void> check(const WriterOptions& options) {
  if (options.page_rows == 0 || options.page_bytes == 0 || options.row_group_bytes == 0) {
    return fail(ErrorKind::InvalidArgument, "pages and row groups of 0 bytes or rows");
  }
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  if (options.page_rows > kMost || options.page_bytes > kMost || options.dictionary_bytes > kMost / 2) {
    return fail(ErrorKind::InvalidArgument,
                fmt::format("pages have at most {} bytes, dictionaries half of that", kMost));
  }
  // With less, a filter takes more than the values do.
  constexpr double kLeast = 1e-9;
  if (!(options.bloom_filter_false_positives >= kLeast && options.bloom_filter_false_positives < 1)) {
    return fail(ErrorKind::InvalidArgument,
                "a Bloom filter's false positives are a share from 1e-9 to below 1");
  }
  return {};
}

// Whether a column is of a type, and its parts, children included, are as large as the layout (batch.h) says,
// so that nothing outside of them is read. Looks at sizes and at ends of offsets, not at each offset.
bool is_laid_out_as(const columnar::Column& column, const columnar::Type& type, bool nullable) {
  using columnar::Storage;
  if (column.type != type || column.nullable != nullable) return false;
  if (column.validity.size() != (nullable ? column.length : 0)) return false;
  const Storage storage = type.storage();
  if (storage == Storage::Struct) {
    if (column.children.size() != type.children.size()) return false;
    for (std::size_t i = 0; i < type.children.size(); ++i) {
      const columnar::Column& child = column.children[i];
      const columnar::Field& field = type.children[i];
      if (child.length != column.length || !is_laid_out_as(child, field.type, field.nullable)) return false;
    }
    return true;
  }
  if (storage != Storage::Bytes && storage != Storage::List) {
    return column.values.size() >= column.length * type.width();
  }
  if (column.offsets.size() != column.length + 1 || column.offsets[0] != 0) return false;
  if (storage == Storage::Bytes) return column.offsets.back() <= column.values.size();
  if (column.children.size() != 1 || column.offsets.back() != column.children[0].length) return false;
  return type.id == columnar::TypeId::Map
             ? is_laid_out_as(column.children[0], columnar::Type::structure(type.children), false)
             : is_laid_out_as(column.children[0], type.children[0].type, type.children[0].nullable);
}

}  // namespace

std::string default_created_by() {
  return "pg2athena version " PG2ATHENA_VERSION;
}

struct FileWriter::State {
  State(ByteSink& to, columnar::Schema from, MappedSchema mapped, WriterOptions wanted,
        const std::vector<LeafOptions>& chosen, SortOrder order, Compressor compressor, BlockPool* pool)
      : sink(&to),
        blocks(pool != nullptr ? pool : &own_blocks),
        columns(std::move(from)),
        schema(std::move(mapped)),
        options(std::move(wanted)),
        pages(std::move(compressor)),
        row_group(schema, chosen, options, pages, *blocks),
        sort_order(std::move(order)) {}

  Result<void> check_columns(const columnar::Batch& batch) const;
  Result<void> write_rows(const columnar::Batch& batch);
  Result<void> put(std::span<const std::byte> bytes);
  Result<void> close_row_group();
  Result<void> end_row_group();
  void keep_page_indexes(const std::vector<SerializedPageIndex>& indexes, RowGroup& group);
  Result<void> write_page_indexes();
  Result<void> write_footer();
  std::size_t schema_bytes_held() const;
  std::size_t row_group_bytes_held() const {
    return row_group.memory_bytes() + pages.memory_bytes() + blocks->free_bytes();
  }
  // Runs a step of the work and remembers whether it failed.
  template <typename Step>
  Result<void> step(const Step& work);

  ByteSink* sink;
  BlockPool own_blocks;
  BlockPool* blocks;
  columnar::Schema columns;
  MappedSchema schema;
  WriterOptions options;
  PageWriter pages;
  RowGroupWriter row_group;
  SortOrder sort_order;
  FileMetaData metadata;
  // One chunk's behind the other's; until they are written their offsets in the metadata are those in here.
  ByteBuffer column_indexes;
  ByteBuffer offset_indexes;
  std::uint64_t written = 0;
  bool finished = false;  // closed, or failed
};

Result<FileWriter> FileWriter::open(ByteSink& sink, const columnar::Schema& schema, WriterOptions options,
                                    BlockPool* blocks) {
  PG2ATHENA_TRY(check(options));
  PG2ATHENA_ASSIGN(MappedSchema mapped, map_schema(schema));
  PG2ATHENA_ASSIGN(const std::vector<LeafOptions> chosen, options_of_leaves(mapped.leaves, options));
  PG2ATHENA_ASSIGN(SortOrder order, SortOrder::create(options.sorting_columns, mapped.leaves));
  PG2ATHENA_ASSIGN(Compressor compressor, Compressor::create(options.compression, options.compression_level));
  auto state = std::make_unique<State>(sink, schema, std::move(mapped), std::move(options), chosen,
                                       std::move(order), std::move(compressor), blocks);
  PG2ATHENA_TRY(state->put(as_bytes(kMagic)));
  return FileWriter(std::move(state));
}

FileWriter::FileWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter& FileWriter::operator=(FileWriter&&) noexcept = default;
FileWriter::~FileWriter() = default;

Result<void> FileWriter::write(const columnar::Batch& batch) {
  const auto append = [&]() -> Result<void> {
    PG2ATHENA_TRY(state_->check_columns(batch));
    return state_->write_rows(batch);
  };
  return state_->step(append);
}

void FileWriter::limit_memory(std::size_t bytes) {
  state_->options.memory_bytes = bytes;
}

Result<void> FileWriter::end_row_group() {
  return state_->step([&] { return state_->end_row_group(); });
}

Result<FileSummary> FileWriter::close() {
  const auto finish = [&]() -> Result<void> {
    if (state_->row_group.rows() != 0) PG2ATHENA_TRY(state_->close_row_group());
    PG2ATHENA_TRY(state_->write_page_indexes());
    return state_->write_footer();
  };
  PG2ATHENA_TRY(state_->step(finish));
  state_->finished = true;
  return FileSummary{.rows = static_cast<std::uint64_t>(state_->metadata.num_rows),
                     .bytes = state_->written,
                     .row_groups = state_->metadata.row_groups.size(),
                     .columns = state_->row_group.summaries()};
}

std::uint64_t FileWriter::bytes_written() const {
  return state_->written;
}

std::size_t FileWriter::bytes_held() const {
  return sizeof *this + sizeof *state_ + state_->schema_bytes_held() + state_->row_group_bytes_held() +
         footer_bytes_held();
}

std::size_t FileWriter::footer_bytes_held() const {
  // What a chunk's metadata takes with its strings and lists.
  constexpr std::size_t kStringsAndLists = 400;
  const std::size_t chunks = state_->metadata.row_groups.size() * state_->schema.leaves.size();
  return chunks * (sizeof(ColumnChunk) + kStringsAndLists) + state_->column_indexes.capacity_bytes() +
         state_->offset_indexes.capacity_bytes();
}

std::size_t FileWriter::State::schema_bytes_held() const {
  // A leaf's path, and the allocator's share of it all.
  constexpr std::size_t kStrings = 64;
  return schema.leaves.size() * (sizeof(Leaf) + kStrings) + schema.elements.size() * sizeof(SchemaElement) +
         columns.fields.size() * sizeof(columnar::Field);
}

template <typename Step>
Result<void> FileWriter::State::step(const Step& work) {
  if (finished) return fail(ErrorKind::Internal, "a Parquet file goes on after its end or after an error");
  Result<void> result = work();
  if (!result) finished = true;
  return result;
}

Result<void> FileWriter::State::check_columns(const columnar::Batch& batch) const {
  if (batch.columns.size() != columns.fields.size()) {
    return fail(ErrorKind::Internal, "a batch with other columns than the Parquet file");
  }
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    const columnar::Column& column = batch.columns[i];
    const columnar::Field& field = columns.fields[i];
    if (column.length != batch.rows() || !is_laid_out_as(column, field.type, field.nullable)) {
      return fail(Error(ErrorKind::Internal, "a batch with other columns than the Parquet file")
                      .with("column", field.name));
    }
  }
  return {};
}

Result<void> FileWriter::State::write_rows(const columnar::Batch& batch) {
  const std::size_t rows = batch.rows();
  if (rows == 0) return {};
  const std::size_t bytes_per_row = std::max<std::size_t>(batch.size_bytes() / rows, 1);
  const std::size_t slice_bytes =
      std::min(options.row_group_bytes / kSlicesPerRowGroup, options.memory_bytes / kSlicesPerMemory);
  const std::size_t slice = std::clamp<std::size_t>(slice_bytes / bytes_per_row, 1, options.page_rows);
  for (std::size_t begin = 0; begin < rows; begin += slice) {
    const std::size_t end = std::min(begin + slice, rows);
    PG2ATHENA_TRY(row_group.append(batch, begin, end));
    sort_order.observe(batch, begin, end);
    if (row_group.encoded_bytes() >= options.row_group_bytes) PG2ATHENA_TRY(close_row_group());
    if (row_group_bytes_held() <= options.memory_bytes) continue;
    // What another file or row group left behind goes before a row group that may go on.
    blocks->release();
    if (row_group_bytes_held() > options.memory_bytes) PG2ATHENA_TRY(end_row_group());
  }
  return {};
}

Result<void> FileWriter::State::put(std::span<const std::byte> bytes) {
  PG2ATHENA_TRY(sink->write(bytes));
  written += bytes.size();
  return {};
}

Result<void> FileWriter::State::close_row_group() {
  PG2ATHENA_ASSIGN(FinishedRowGroup closed, row_group.close(*sink, written, metadata.row_groups.size()));
  written += closed.bytes;
  metadata.num_rows += closed.metadata.num_rows;
  closed.metadata.sorting_columns = sort_order.finish_row_group();
  keep_page_indexes(closed.page_indexes, closed.metadata);
  metadata.row_groups.push_back(std::move(closed.metadata));
  return {};
}

void FileWriter::State::keep_page_indexes(const std::vector<SerializedPageIndex>& indexes, RowGroup& group) {
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    ColumnChunk& chunk = group.columns[i];
    const SerializedPageIndex& index = indexes[i];
    chunk.offset_index_offset = static_cast<std::int64_t>(offset_indexes.size());
    chunk.offset_index_length = static_cast<std::int32_t>(index.offset_index.size());
    offset_indexes.append(index.offset_index.span());
    if (index.column_index.empty()) continue;
    chunk.column_index_offset = static_cast<std::int64_t>(column_indexes.size());
    chunk.column_index_length = static_cast<std::int32_t>(index.column_index.size());
    column_indexes.append(index.column_index.span());
  }
}

// In front of the footer, all column indexes together: a reader gets them with one read (PageIndex.md).
Result<void> FileWriter::State::write_page_indexes() {
  const auto columns_at = static_cast<std::int64_t>(written);
  const auto offsets_at = static_cast<std::int64_t>(written + column_indexes.size());
  for (RowGroup& group : metadata.row_groups) {
    for (ColumnChunk& chunk : group.columns) {
      if (chunk.column_index_offset) *chunk.column_index_offset += columns_at;
      if (chunk.offset_index_offset) *chunk.offset_index_offset += offsets_at;
    }
  }
  PG2ATHENA_TRY(put(column_indexes.span()));
  return put(offset_indexes.span());
}

Result<void> FileWriter::State::end_row_group() {
  if (row_group.rows() != 0) PG2ATHENA_TRY(close_row_group());
  row_group.release_buffers();
  blocks->release();
  pages.release_all();
  return {};
}

Result<void> FileWriter::State::write_footer() {
  metadata.schema = schema.elements;
  metadata.created_by = options.created_by;
  for (const auto& [key, value] : options.key_value_metadata) {
    metadata.key_value_metadata.push_back({.key = key, .value = value});
  }
  metadata.column_orders.assign(schema.leaves.size(), ColumnOrder::TypeDefined);
  ByteBuffer footer;
  serialize(metadata, footer);
  if (footer.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return fail(ErrorKind::Unsupported, "a Parquet footer of more than 2 GiB");
  }
  append_le(footer, static_cast<std::uint32_t>(footer.size()));
  footer.append(as_bytes(kMagic));
  return put(footer.span());
}

}  // namespace pg2athena::parquet
