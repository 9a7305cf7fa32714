// The field ids of parquet.thrift, and the legacy forms that go with the new ones.
#include "parquet/metadata.h"

#include <fmt/ranges.h>

#include "parquet/schema_element_form.h"
#include "parquet/thrift_compact.h"
#include "parquet/thrift_compact_reader.h"

namespace pg2athena::parquet {

template <typename Archive>
void describe(Archive& archive, IsA<Statistics> auto& statistics) {
  archive.field(1, statistics.max);
  archive.field(2, statistics.min);
  archive.field(3, statistics.null_count);
  archive.field(4, statistics.distinct_count);
  archive.field(5, statistics.max_value);
  archive.field(6, statistics.min_value);
  archive.field(7, statistics.is_max_value_exact);
  archive.field(8, statistics.is_min_value_exact);
  archive.field(9, statistics.nan_count);
}

template <typename Archive>
void describe(Archive& archive, IsA<DataPageHeader> auto& header) {
  archive.field(1, header.num_values);
  archive.field(2, header.encoding);
  archive.field(3, header.definition_level_encoding);
  archive.field(4, header.repetition_level_encoding);
}

template <typename Archive>
void describe(Archive& archive, IsA<DictionaryPageHeader> auto& header) {
  archive.field(1, header.num_values);
  archive.field(2, header.encoding);
  archive.field(3, header.is_sorted);
}

template <typename Archive>
void describe(Archive& archive, IsA<DataPageHeaderV2> auto& header) {
  archive.field(1, header.num_values);
  archive.field(2, header.num_nulls);
  archive.field(3, header.num_rows);
  archive.field(4, header.encoding);
  archive.field(5, header.definition_levels_byte_length);
  archive.field(6, header.repetition_levels_byte_length);
  archive.field(7, header.is_compressed);
}

template <typename Archive>
void describe(Archive& archive, IsA<PageHeader> auto& header) {
  archive.field(1, header.type);
  archive.field(2, header.uncompressed_page_size);
  archive.field(3, header.compressed_page_size);
  archive.field(4, header.crc);
  archive.field(5, header.data_page_header);
  archive.field(7, header.dictionary_page_header);
  archive.field(8, header.data_page_header_v2);
}

template <typename Archive>
void describe(Archive& archive, IsA<KeyValue> auto& pair) {
  archive.field(1, pair.key);
  archive.field(2, pair.value);
}

template <typename Archive>
void describe(Archive& archive, IsA<PageEncodingStats> auto& stats) {
  archive.field(1, stats.page_type);
  archive.field(2, stats.encoding);
  archive.field(3, stats.count);
}

template <typename Archive>
void describe(Archive& archive, IsA<SizeStatistics> auto& sizes) {
  archive.field(1, sizes.unencoded_byte_array_data_bytes);
  archive.list_field(2, sizes.repetition_level_histogram);
  archive.list_field(3, sizes.definition_level_histogram);
}

template <typename Archive>
void describe(Archive& archive, IsA<ColumnMetaData> auto& column) {
  archive.field(1, column.type);
  archive.field(2, column.encodings);
  archive.field(3, column.path_in_schema);
  archive.field(4, column.codec);
  archive.field(5, column.num_values);
  archive.field(6, column.total_uncompressed_size);
  archive.field(7, column.total_compressed_size);
  archive.field(9, column.data_page_offset);
  archive.field(11, column.dictionary_page_offset);
  archive.field(12, column.statistics);
  archive.field_with_default(13, column.encoding_stats);
  archive.field(14, column.bloom_filter_offset);
  archive.field(15, column.bloom_filter_length);
  archive.field(16, column.size_statistics);
}

template <typename Archive>
void describe(Archive& archive, IsA<ColumnChunk> auto& chunk) {
  archive.field(1, chunk.file_path);
  archive.field(2, chunk.file_offset);
  archive.field(3, chunk.meta_data);
  archive.field(4, chunk.offset_index_offset);
  archive.field(5, chunk.offset_index_length);
  archive.field(6, chunk.column_index_offset);
  archive.field(7, chunk.column_index_length);
}

template <typename Archive>
void describe(Archive& archive, IsA<SortingColumn> auto& column) {
  archive.field(1, column.column_idx);
  archive.field(2, column.descending);
  archive.field(3, column.nulls_first);
}

template <typename Archive>
void describe(Archive& archive, IsA<RowGroup> auto& group) {
  archive.field(1, group.columns);
  archive.field(2, group.total_byte_size);
  archive.field(3, group.num_rows);
  archive.list_field(4, group.sorting_columns);
  archive.field(5, group.file_offset);
  archive.field(6, group.total_compressed_size);
  archive.field(7, group.ordinal);
}

// ColumnOrder is a union of empty structs in the file.
struct ColumnOrderUnion {
  std::optional<EmptyStruct> type_defined;
};
template <typename Archive>
void describe(Archive& archive, IsA<ColumnOrderUnion> auto& column) {
  archive.field(1, column.type_defined);
}
template <>
struct WireForm<ColumnOrder> {
  using Form = ColumnOrderUnion;
  static Form of(ColumnOrder order) {
    Form form;
    if (order == ColumnOrder::TypeDefined) form.type_defined.emplace();
    return form;
  }
  static bool read(const Form& form, ColumnOrder& order) {
    order = form.type_defined ? ColumnOrder::TypeDefined : ColumnOrder::Unknown;
    return true;
  }
};

template <typename Archive>
void describe(Archive& archive, IsA<EncryptionAlgorithm> auto& /*algorithm*/) {
  static_cast<void>(archive);
}

template <typename Archive>
void describe(Archive& archive, IsA<FileMetaData> auto& file) {
  archive.field(1, file.version);
  archive.field(2, file.schema);
  archive.field(3, file.num_rows);
  archive.field(4, file.row_groups);
  archive.list_field(5, file.key_value_metadata);
  archive.field_with_default(6, file.created_by);
  archive.field_with_default(7, file.column_orders);
  archive.field(8, file.encryption_algorithm);
}

template <typename Archive>
void describe(Archive& archive, IsA<PageLocation> auto& page) {
  archive.field(1, page.offset);
  archive.field(2, page.compressed_page_size);
  archive.field(3, page.first_row_index);
}

template <typename Archive>
void describe(Archive& archive, IsA<OffsetIndex> auto& index) {
  archive.field(1, index.page_locations);
  archive.list_field(2, index.unencoded_byte_array_data_bytes);
}

template <typename Archive>
void describe(Archive& archive, IsA<ColumnIndex> auto& index) {
  archive.field(1, index.null_pages);
  archive.field(2, index.min_values);
  archive.field(3, index.max_values);
  archive.field(4, index.boundary_order);
  archive.list_field(5, index.null_counts);
  archive.list_field(6, index.repetition_level_histograms);
  archive.list_field(7, index.definition_level_histograms);
  archive.list_field(8, index.nan_counts);
}

// A union of which one member is known, an empty struct.
struct OnlyChoice {
  std::optional<EmptyStruct> choice;
};
template <typename Archive>
void describe(Archive& archive, IsA<OnlyChoice> auto& only) {
  archive.field(1, only.choice);
}

struct BloomFilterHeaderForm {
  std::int32_t num_bytes = 0;
  OnlyChoice algorithm;    // split block
  OnlyChoice hash;         // XXH64
  OnlyChoice compression;  // none
};
template <typename Archive>
void describe(Archive& archive, IsA<BloomFilterHeaderForm> auto& header) {
  archive.field(1, header.num_bytes);
  archive.field(2, header.algorithm);
  archive.field(3, header.hash);
  archive.field(4, header.compression);
}
template <>
struct WireForm<BloomFilterHeader> {
  using Form = BloomFilterHeaderForm;
  static Form of(const BloomFilterHeader& header) {
    const OnlyChoice only{.choice = EmptyStruct{}};
    return {.num_bytes = header.num_bytes, .algorithm = only, .hash = only, .compression = only};
  }
  static bool read(const Form& form, BloomFilterHeader& header) {
    header.num_bytes = form.num_bytes;
    return form.algorithm.choice && form.hash.choice && form.compression.choice;
  }
};

std::string dotted_path(const std::vector<std::string>& path) {
  return fmt::format("{}", fmt::join(path, "."));
}

void serialize(const PageHeader& header, ByteBuffer& out) {
  CompactWriter(out).structure(header);
}
void serialize(const FileMetaData& metadata, ByteBuffer& out) {
  CompactWriter(out).structure(metadata);
}
void serialize(const OffsetIndex& index, ByteBuffer& out) {
  CompactWriter(out).structure(index);
}
void serialize(const ColumnIndex& index, ByteBuffer& out) {
  CompactWriter(out).structure(index);
}
void serialize(const BloomFilterHeader& header, ByteBuffer& out) {
  CompactWriter(out).structure(WireForm<BloomFilterHeader>::of(header));
}

namespace {

template <typename T>
Result<std::size_t> read_structure(std::span<const std::byte> bytes, T& value) {
  value = T();
  CompactReader reader(bytes);
  reader.structure(value);
  if (!reader.failure().empty()) return fail(ErrorKind::CorruptInput, std::string(reader.failure()));
  return reader.position();
}

}  // namespace

Result<std::size_t> parse(std::span<const std::byte> bytes, PageHeader& header) {
  return read_structure(bytes, header);
}
Result<std::size_t> parse(std::span<const std::byte> bytes, FileMetaData& metadata) {
  return read_structure(bytes, metadata);
}
Result<std::size_t> parse(std::span<const std::byte> bytes, OffsetIndex& index) {
  return read_structure(bytes, index);
}
Result<std::size_t> parse(std::span<const std::byte> bytes, ColumnIndex& index) {
  return read_structure(bytes, index);
}
Result<std::size_t> parse(std::span<const std::byte> bytes, BloomFilterHeader& header) {
  BloomFilterHeaderForm form;
  PG2ATHENA_ASSIGN(const std::size_t size, read_structure(bytes, form));
  if (!WireForm<BloomFilterHeader>::read(form, header)) {
    return fail(ErrorKind::Unsupported, "a Bloom filter of an unknown algorithm, hash or compression");
  }
  return size;
}

}  // namespace pg2athena::parquet
