// A Parquet file's metadata, as this program thinks of it: plain aggregates, named as in parquet.thrift
// (apache/parquet-format). metadata.cpp alone knows the field ids, and schema_element_form.h the legacy
// forms.
//
// An enumeration that was read may have a value without a name: what another program wrote, and this one
// knows nothing of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace pg2athena::parquet {

enum class PhysicalType : std::int32_t {
  Boolean = 0,
  Int32 = 1,
  Int64 = 2,
  Float = 4,
  Double = 5,
  ByteArray = 6,
  FixedLenByteArray = 7,
};

// Deprecated; of old files, in which it was a timestamp.
inline constexpr PhysicalType kInt96{3};

enum class Repetition : std::int32_t { Required = 0, Optional = 1, Repeated = 2 };

enum class Encoding : std::int32_t {
  Plain = 0,
  Rle = 3,
  DeltaBinaryPacked = 5,
  DeltaLengthByteArray = 6,
  RleDictionary = 8,
  ByteStreamSplit = 9,
};

// Which this program only reads: the old name of RleDictionary, and strings by what they share with the one
// before.
inline constexpr Encoding kPlainDictionary{2};
inline constexpr Encoding kDeltaByteArray{7};

enum class Codec : std::int32_t { Uncompressed = 0, Snappy = 1, Gzip = 2, Zstd = 6, Lz4Raw = 7 };

enum class PageType : std::int32_t { DataPage = 0, DictionaryPage = 2, DataPageV2 = 3 };

// The numbers are ids in the union LogicalType. Those from Enum on are only read.
enum class LogicalKind : std::int16_t {
  Unknown = 0,  // an id or a ConvertedType that this program doesn't know
  String = 1,
  Map = 2,
  List = 3,
  Decimal = 5,
  Date = 6,
  Time = 7,
  Timestamp = 8,
  Integer = 10,

  Enum = 4,
  Null = 11,
  Json = 12,
  Bson = 13,
  Uuid = 14,
};

enum class TimeUnit : std::uint8_t { Micros, Millis, Nanos, Unknown };

// What a physical type stands for. The legacy ConvertedType, which old readers go by, follows from it.
struct LogicalType {
  LogicalKind kind = LogicalKind::String;
  std::int32_t precision = 0;  // of a Decimal
  std::int32_t scale = 0;      // of a Decimal
  bool utc = false;            // of a Time or Timestamp
  TimeUnit unit = TimeUnit::Micros;
  std::int8_t bit_width = 0;  // of an Integer
  bool is_signed = true;

  bool operator==(const LogicalType&) const = default;
};

// A node of the schema's tree; the tree is a list in depth-first order, from the root.
struct SchemaElement {
  std::optional<PhysicalType> type;         // a leaf's
  std::optional<std::int32_t> type_length;  // bytes of a FixedLenByteArray
  std::optional<Repetition> repetition;     // of all but the root
  std::string name;
  std::optional<std::int32_t> num_children;  // a group's
  std::optional<LogicalType> logical_type;

  bool operator==(const SchemaElement&) const = default;
};

// Bounds are PLAIN bytes of a value, without the length of a ByteArray.
struct Statistics {
  std::optional<std::string> max;  // the deprecated pair: for physical types whose order is signed
  std::optional<std::string> min;
  std::optional<std::int64_t> null_count;
  std::optional<std::int64_t> distinct_count;
  std::optional<std::string> max_value;
  std::optional<std::string> min_value;
  std::optional<bool> is_max_value_exact;
  std::optional<bool> is_min_value_exact;
  std::optional<std::int64_t> nan_count;
};

struct DataPageHeader {
  std::int32_t num_values = 0;  // NULLs and empty lists included
  Encoding encoding = Encoding::Plain;
  Encoding definition_level_encoding = Encoding::Rle;
  Encoding repetition_level_encoding = Encoding::Rle;
};

// The levels of a page V2 lie in front of its values, uncompressed, and a page begins and ends with a row.
struct DataPageHeaderV2 {
  std::int32_t num_values = 0;  // NULLs and empty lists included
  std::int32_t num_nulls = 0;   // num_values less the values that are in the page
  std::int32_t num_rows = 0;
  Encoding encoding = Encoding::Plain;
  std::int32_t definition_levels_byte_length = 0;
  std::int32_t repetition_levels_byte_length = 0;
  std::optional<bool> is_compressed;  // absent: true
};

struct DictionaryPageHeader {
  std::int32_t num_values = 0;
  Encoding encoding = Encoding::Plain;
  std::optional<bool> is_sorted;
};

struct PageHeader {
  PageType type = PageType::DataPage;
  std::int32_t uncompressed_page_size = 0;
  std::int32_t compressed_page_size = 0;
  std::optional<std::int32_t> crc;  // CRC-32 of the page's bytes in the file, as a signed number
  std::optional<DataPageHeader> data_page_header;
  std::optional<DictionaryPageHeader> dictionary_page_header;
  std::optional<DataPageHeaderV2> data_page_header_v2;
};

struct KeyValue {
  std::string key;
  std::optional<std::string> value;
};

struct PageEncodingStats {
  PageType page_type = PageType::DataPage;
  Encoding encoding = Encoding::Plain;
  std::int32_t count = 0;
};

// Sizes that encodings hide, for readers that plan their memory. A histogram has an element for each level,
// from 0, and is empty where the levels are only those of a column without lists and structs.
struct SizeStatistics {
  std::optional<std::int64_t> unencoded_byte_array_data_bytes;  // of a ByteArray, without lengths
  std::vector<std::int64_t> repetition_level_histogram;
  std::vector<std::int64_t> definition_level_histogram;
};

struct ColumnMetaData {
  PhysicalType type = PhysicalType::Int32;
  std::vector<Encoding> encodings;  // of its values, its dictionary and its levels
  std::vector<std::string> path_in_schema;
  Codec codec = Codec::Uncompressed;
  std::int64_t num_values = 0;               // NULLs and empty lists included
  std::int64_t total_uncompressed_size = 0;  // of all pages with their headers
  std::int64_t total_compressed_size = 0;
  std::int64_t data_page_offset = 0;  // in the file, as all offsets
  std::optional<std::int64_t> dictionary_page_offset;
  std::optional<Statistics> statistics;
  std::vector<PageEncodingStats> encoding_stats;
  std::optional<std::int64_t> bloom_filter_offset;
  std::optional<std::int32_t> bloom_filter_length;  // with its header
  std::optional<SizeStatistics> size_statistics;
};

struct ColumnChunk {
  std::optional<std::string> file_path;  // another file that has the chunk; never written
  std::int64_t file_offset = 0;          // deprecated: "Writers should set this field to 0"
  ColumnMetaData meta_data;
  std::optional<std::int64_t> offset_index_offset;
  std::optional<std::int32_t> offset_index_length;
  std::optional<std::int64_t> column_index_offset;
  std::optional<std::int32_t> column_index_length;
};

// Rows of a row group are in the order of these leaves, the first one deciding first.
struct SortingColumn {
  std::int32_t column_idx = 0;  // among the leaves
  bool descending = false;
  bool nulls_first = false;

  bool operator==(const SortingColumn&) const = default;
};

struct RowGroup {
  std::vector<ColumnChunk> columns;
  std::int64_t total_byte_size = 0;  // uncompressed
  std::int64_t num_rows = 0;
  std::vector<SortingColumn> sorting_columns;
  std::optional<std::int64_t> file_offset;  // of its first page
  std::optional<std::int64_t> total_compressed_size;
  std::optional<std::int16_t> ordinal;
};

// How a column's min_value and max_value are ordered. The numbers are ids in the union ColumnOrder.
enum class ColumnOrder : std::int16_t { Unknown = 0, TypeDefined = 1 };

// That there is one means that columns may be encrypted, which this program doesn't do.
struct EncryptionAlgorithm {};

struct FileMetaData {
  std::int32_t version = 2;
  std::vector<SchemaElement> schema;
  std::int64_t num_rows = 0;
  std::vector<RowGroup> row_groups;
  std::vector<KeyValue> key_value_metadata;
  std::string created_by;
  std::vector<ColumnOrder> column_orders;  // one for each leaf
  std::optional<EncryptionAlgorithm> encryption_algorithm;
};

struct PageLocation {
  std::int64_t offset = 0;
  std::int32_t compressed_page_size = 0;  // with its header
  std::int64_t first_row_index = 0;       // in the row group
};

// Where a column chunk's data pages are (parquet-format, PageIndex.md).
struct OffsetIndex {
  std::vector<PageLocation> page_locations;
  std::vector<std::int64_t> unencoded_byte_array_data_bytes;  // of a ByteArray, one for each page
};

enum class BoundaryOrder : std::int32_t { Unordered = 0, Ascending = 1, Descending = 2 };

// What a column chunk's data pages hold; each list has an element for each page, the histograms one for each
// page and level.
struct ColumnIndex {
  std::vector<bool> null_pages;         // no value, or none but NULL: the bounds are empty
  std::vector<std::string> min_values;  // as in Statistics
  std::vector<std::string> max_values;
  BoundaryOrder boundary_order = BoundaryOrder::Unordered;
  std::vector<std::int64_t> null_counts;
  std::vector<std::int64_t> repetition_level_histograms;
  std::vector<std::int64_t> definition_level_histograms;
  std::vector<std::int64_t> nan_counts;  // of floating point
};

// Before the bits of a split-block Bloom filter of XXH64 hashes, the only kind that there is.
struct BloomFilterHeader {
  std::int32_t num_bytes = 0;
};

// A path_in_schema as tools show it: "tags.list.element".
std::string dotted_path(const std::vector<std::string>& path);

// Append the Thrift compact form.
void serialize(const PageHeader& header, ByteBuffer& out);
void serialize(const FileMetaData& metadata, ByteBuffer& out);
void serialize(const OffsetIndex& index, ByteBuffer& out);
void serialize(const ColumnIndex& index, ByteBuffer& out);
void serialize(const BloomFilterHeader& header, ByteBuffer& out);

// The struct at the start of `bytes`; returns how many bytes it has. CorruptInput for what isn't one: it ends
// too early, a field that has to be there isn't, or has another type. Lengths and counts are as they were
// read: nothing says that they are true.
Result<std::size_t> parse(std::span<const std::byte> bytes, PageHeader& header);
Result<std::size_t> parse(std::span<const std::byte> bytes, FileMetaData& metadata);
Result<std::size_t> parse(std::span<const std::byte> bytes, OffsetIndex& index);
Result<std::size_t> parse(std::span<const std::byte> bytes, ColumnIndex& index);
// Unsupported for a filter of another kind.
Result<std::size_t> parse(std::span<const std::byte> bytes, BloomFilterHeader& header);

}  // namespace pg2athena::parquet
