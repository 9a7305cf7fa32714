// What a caller may decide about a Parquet file. Everything else is decided from the data.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace pg2athena::parquet {

enum class Compression { None, Snappy, Zstd };

// "pg2athena version 0.1.0": the form that readers parse to work around the bugs of known writers
// (parquet-format, README, "created_by": application, "version", number, and optionally "(build …)").
std::string default_created_by();

struct WriterOptions {
  // zstd at level 1 costs about as much time as Snappy and makes files a quarter smaller. parquet-java and
  // Spark default to Snappy or none, Arrow to Snappy.
  Compression compression = Compression::Zstd;
  // zstd's level, 1 to 22; the other codecs have none. zstd's own default, and that of the others, is 3.
  int compression_level = 1;

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
  // follow are PLAIN. 0 writes no dictionaries. Arrow's and parquet-java's default.
  std::size_t dictionary_bytes = std::size_t{1} << 20U;

  // Goes to the footer as it is.
  std::vector<std::pair<std::string, std::string>> key_value_metadata;
  std::string created_by = default_created_by();
};

}  // namespace pg2athena::parquet
