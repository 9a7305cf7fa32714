// The field ids of parquet.thrift, and the legacy forms that go with the new ones.
#include "parquet/metadata.h"

#include "parquet/thrift_compact.h"

namespace pg2athena::parquet {
namespace {

// ConvertedType in parquet.thrift, deprecated but required for old readers.
enum class ConvertedType : std::int32_t {
  Utf8 = 0,
  Map = 1,
  List = 3,
  Decimal = 5,
  Date = 6,
  TimeMicros = 8,
  TimestampMicros = 10,
  Int16 = 16,
};

// LogicalTypes.md has a table for each type. Times and timestamps of no zone get the legacy name too,
// although it meant UTC: "Parquet writer implementation must annotate local time with legacy annotations
// too".
std::optional<ConvertedType> converted_type(const std::optional<LogicalType>& logical) {
  if (!logical.has_value()) return std::nullopt;
  switch (logical->kind) {
    case LogicalKind::String:
      return ConvertedType::Utf8;
    case LogicalKind::Map:
      return ConvertedType::Map;
    case LogicalKind::List:
      return ConvertedType::List;
    case LogicalKind::Decimal:
      return ConvertedType::Decimal;
    case LogicalKind::Date:
      return ConvertedType::Date;
    case LogicalKind::Time:
      return ConvertedType::TimeMicros;
    case LogicalKind::Timestamp:
      return ConvertedType::TimestampMicros;
    case LogicalKind::Integer:
      return ConvertedType::Int16;
  }
  return std::nullopt;
}

struct DecimalParameters {
  std::int32_t scale;
  std::int32_t precision;
};
struct MicrosecondUnit {};
struct TimeParameters {
  bool utc;
  MicrosecondUnit unit;
};
struct IntegerParameters {
  std::int8_t bit_width;
  bool is_signed;
};
}  // namespace

template <typename Archive>
void describe(Archive& archive, const DecimalParameters& decimal) {
  archive.field(1, decimal.scale);
  archive.field(2, decimal.precision);
}

template <typename Archive>
void describe(Archive& archive, const MicrosecondUnit& /*unit*/) {
  archive.field(2, EmptyStruct{});
}

template <typename Archive>
void describe(Archive& archive, const TimeParameters& time) {
  archive.field(1, time.utc);
  archive.field(2, time.unit);
}

template <typename Archive>
void describe(Archive& archive, const IntegerParameters& integer) {
  archive.field(1, integer.bit_width);
  archive.field(2, integer.is_signed);
}

template <typename Archive>
void describe(Archive& archive, const LogicalType& logical) {
  const auto id = static_cast<std::int16_t>(logical.kind);
  switch (logical.kind) {
    case LogicalKind::String:
    case LogicalKind::Map:
    case LogicalKind::List:
    case LogicalKind::Date:
      archive.field(id, EmptyStruct{});
      break;
    case LogicalKind::Decimal:
      archive.field(id, DecimalParameters{.scale = logical.scale, .precision = logical.precision});
      break;
    case LogicalKind::Time:
    case LogicalKind::Timestamp:
      archive.field(id, TimeParameters{.utc = logical.utc, .unit = {}});
      break;
    case LogicalKind::Integer:
      archive.field(id, IntegerParameters{.bit_width = logical.bit_width, .is_signed = true});
      break;
  }
}

template <typename Archive>
void describe(Archive& archive, const SchemaElement& element) {
  archive.field(1, element.type);
  archive.field(2, element.type_length);
  archive.field(3, element.repetition);
  archive.field(4, element.name);
  archive.field(5, element.num_children);
  archive.field(6, converted_type(element.logical_type));
  if (element.logical_type.has_value() && element.logical_type->kind == LogicalKind::Decimal) {
    archive.field(7, element.logical_type->scale);
    archive.field(8, element.logical_type->precision);
  }
  archive.field(10, element.logical_type);
}

template <typename Archive>
void describe(Archive& archive, const Statistics& statistics) {
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
void describe(Archive& archive, const DataPageHeader& header) {
  archive.field(1, header.num_values);
  archive.field(2, header.encoding);
  archive.field(3, header.definition_level_encoding);
  archive.field(4, header.repetition_level_encoding);
}

template <typename Archive>
void describe(Archive& archive, const DictionaryPageHeader& header) {
  archive.field(1, header.num_values);
  archive.field(2, header.encoding);
  archive.field(3, header.is_sorted);
}

template <typename Archive>
void describe(Archive& archive, const DataPageHeaderV2& header) {
  archive.field(1, header.num_values);
  archive.field(2, header.num_nulls);
  archive.field(3, header.num_rows);
  archive.field(4, header.encoding);
  archive.field(5, header.definition_levels_byte_length);
  archive.field(6, header.repetition_levels_byte_length);
  archive.field(7, header.is_compressed);
}

template <typename Archive>
void describe(Archive& archive, const PageHeader& header) {
  archive.field(1, header.type);
  archive.field(2, header.uncompressed_page_size);
  archive.field(3, header.compressed_page_size);
  archive.field(4, header.crc);
  archive.field(5, header.data_page_header);
  archive.field(7, header.dictionary_page_header);
  archive.field(8, header.data_page_header_v2);
}

template <typename Archive>
void describe(Archive& archive, const KeyValue& pair) {
  archive.field(1, pair.key);
  archive.field(2, pair.value);
}

template <typename Archive>
void describe(Archive& archive, const PageEncodingStats& stats) {
  archive.field(1, stats.page_type);
  archive.field(2, stats.encoding);
  archive.field(3, stats.count);
}

template <typename Archive>
void describe(Archive& archive, const SizeStatistics& sizes) {
  archive.field(1, sizes.unencoded_byte_array_data_bytes);
  archive.list_field(2, sizes.repetition_level_histogram);
  archive.list_field(3, sizes.definition_level_histogram);
}

template <typename Archive>
void describe(Archive& archive, const ColumnMetaData& column) {
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
  archive.field(13, column.encoding_stats);
  archive.field(14, column.bloom_filter_offset);
  archive.field(15, column.bloom_filter_length);
  archive.field(16, column.size_statistics);
}

template <typename Archive>
void describe(Archive& archive, const ColumnChunk& chunk) {
  archive.field(2, chunk.file_offset);
  archive.field(3, chunk.meta_data);
  archive.field(4, chunk.offset_index_offset);
  archive.field(5, chunk.offset_index_length);
  archive.field(6, chunk.column_index_offset);
  archive.field(7, chunk.column_index_length);
}

template <typename Archive>
void describe(Archive& archive, const SortingColumn& column) {
  archive.field(1, column.column_idx);
  archive.field(2, column.descending);
  archive.field(3, column.nulls_first);
}

template <typename Archive>
void describe(Archive& archive, const RowGroup& group) {
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
  ColumnOrder order;
};
template <typename Archive>
void describe(Archive& archive, const ColumnOrderUnion& column) {
  archive.field(static_cast<std::int16_t>(column.order), EmptyStruct{});
}

template <typename Archive>
void describe(Archive& archive, const FileMetaData& file) {
  archive.field(1, file.version);
  archive.field(2, file.schema);
  archive.field(3, file.num_rows);
  archive.field(4, file.row_groups);
  archive.list_field(5, file.key_value_metadata);
  archive.field(6, file.created_by);
  std::vector<ColumnOrderUnion> orders;
  orders.reserve(file.column_orders.size());
  for (const ColumnOrder order : file.column_orders) orders.push_back({order});
  archive.field(7, orders);
}

template <typename Archive>
void describe(Archive& archive, const PageLocation& page) {
  archive.field(1, page.offset);
  archive.field(2, page.compressed_page_size);
  archive.field(3, page.first_row_index);
}

template <typename Archive>
void describe(Archive& archive, const OffsetIndex& index) {
  archive.field(1, index.page_locations);
  archive.list_field(2, index.unencoded_byte_array_data_bytes);
}

template <typename Archive>
void describe(Archive& archive, const ColumnIndex& index) {
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
struct OnlyChoice {};
template <typename Archive>
void describe(Archive& archive, const OnlyChoice& /*choice*/) {
  archive.field(1, EmptyStruct{});
}

template <typename Archive>
void describe(Archive& archive, const BloomFilterHeader& header) {
  archive.field(1, header.num_bytes);
  archive.field(2, OnlyChoice{});  // algorithm: split block
  archive.field(3, OnlyChoice{});  // hash: XXH64
  archive.field(4, OnlyChoice{});  // compression: none
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
  CompactWriter(out).structure(header);
}

}  // namespace pg2athena::parquet
