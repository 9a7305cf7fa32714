// What a caller may decide about a Parquet file. Everything else is decided from the data.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parquet/metadata.h"

namespace pg2athena::parquet {

enum class Compression { None, Snappy, Zstd, Gzip, Lz4Raw };

// Which readers the file is for.
enum class Profile {
  // All of them, Athena among them, which doesn't say which Trino it is made of: data pages V1, PLAIN and
  // RLE_DICTIONARY, no page index. (Trino before 436 gave wrong results for some filters with a column index:
  // trinodb/trino#20267.)
  Athena,
  // Readers of today: data pages V2, all encodings below, a page index. pyarrow, DuckDB and DataFusion are
  // tried by scripts/test, Spark by scripts/test-spark; Trino 476 was tried by hand.
  Modern,
};

// "pg2athena version 0.1.0": the form that readers parse to work around the bugs of known writers
// (parquet-format, README, "created_by": application, "version", number, and optionally "(build …)").
std::string default_created_by();

// What is decided about one leaf of the schema instead of the defaults below.
struct ColumnOptions {
  // The names on the way to the leaf: "price"; "address.city" of a struct; "tags.list.element" of a list;
  // "attributes.key_value.key" and "attributes.key_value.value" of a map.
  std::string path;

  // How the values are written; by default the data decides, among what the profile allows. RleDictionary
  // falls back to PLAIN (in the profile Modern: to what the data decides) where the dictionary has grown to
  // dictionary_bytes; every other encoding is used for all pages. What the physical type can't have is
  // InvalidArgument:
  // - Plain: every type; the values as they are.
  // - RleDictionary: all but BOOLEAN; indices into a page of the distinct values.
  // - DeltaBinaryPacked: INT32 and INT64; differences, for numbers, dates and times in order or close
  // together.
  // - DeltaLengthByteArray: BYTE_ARRAY; lengths in front of all bytes.
  // - ByteStreamSplit: FLOAT and DOUBLE; first bytes first, for a codec. (Trino 476 fails on it for others.)
  // - Rle: BOOLEAN; runs.
  // Old readers may refuse all but the first two.
  std::optional<Encoding> encoding = std::nullopt;

  // Adds a split-block Bloom filter, by which readers skip row groups that don't have a value they look for.
  // Its size follows from the number of distinct values. No reader's default; for columns of identifiers.
  bool bloom_filter = false;
};

struct WriterOptions {
  Profile profile = Profile::Athena;

  // zstd at level 1 costs about as much time as Snappy and makes files a quarter smaller. parquet-java and
  // Spark default to Snappy or none, Arrow to Snappy. Lz4Raw is read by few: Trino 476 is not one of them.
  Compression compression = Compression::Zstd;
  // zstd's level, 1 to 22, or gzip's, 1 to 12; the other codecs have none, and don't look at it. By default 1
  // for zstd, whose own default is 3, and 6 for gzip.
  std::optional<int> compression_level;

  // A row group closes when its encoded, not yet compressed bytes reach this; it may pass it by one slice of
  // rows. It is also what the writer holds in memory at most, before compression. parquet-java's default is
  // the same; Arrow counts rows (1 Mi).
  std::size_t row_group_bytes = std::size_t{128} << 20U;

  // A row group closes early when the writer holds more memory than this, spare capacity and dictionaries
  // included, and then gives it back. It may pass it by what one slice of rows takes.
  std::size_t memory_bytes = std::numeric_limits<std::size_t>::max();

  // A data page closes before it passes either. The bytes are those of the values in PLAIN encoding: what a
  // reader has to hold for the page. A page has at least one row, however large. Both are parquet-java's
  // defaults.
  std::size_t page_bytes = std::size_t{1} << 20U;
  std::size_t page_rows = 20'000;

  // A column chunk's dictionary stops growing when its PLAIN bytes pass this, by at most one page; pages that
  // follow are PLAIN, or what the data decides in the profile Modern. 0 writes no dictionaries. Arrow's and
  // parquet-java's default.
  std::size_t dictionary_bytes = std::size_t{1} << 20U;

  // ColumnIndex and OffsetIndex: where pages are and what is in them, so that readers skip pages. By default
  // as the profile says. parquet-java writes them, Arrow doesn't unless asked.
  std::optional<bool> page_index;

  // The share of values that aren't there and that a Bloom filter says may be: from 1e-9 to below 1.
  // parquet-java's default.
  double bloom_filter_false_positives = 0.01;

  // Each path at most once. InvalidArgument for one that the schema doesn't have.
  std::vector<ColumnOptions> columns;

  // An order that rows may have come in. A row group says so in the file (sorting_columns) where all its rows
  // did, by the order of the file's statistics; where not, it says nothing. Columns that aren't nested only.
  std::vector<SortingColumn> sorting_columns;

  // Goes to the footer as it is.
  std::vector<std::pair<std::string, std::string>> key_value_metadata;
  std::string created_by = default_created_by();
};

inline bool writes_page_index(const WriterOptions& options) {
  return options.page_index.value_or(options.profile == Profile::Modern);
}

}  // namespace pg2athena::parquet
